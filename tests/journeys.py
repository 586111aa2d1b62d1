"""Small trades in a line, for tests of paths and roles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from server.journeys import ACTIONS, BANDS, DAY, EVER, Accounts, Floats, Ints, Purchases, Spells, Touches, Trade

Touch = tuple[int, float, str, int, int]  # account, day, action, category, product or -1
Purchase = tuple[int, float, int, int]  # account, day, category, product
Spell = tuple[int, int, float | None, float | None]  # account, household, from day, until day


def trade(
    bands: Sequence[str],
    spells: Sequence[Spell] = (),
    purchases: Sequence[Purchase] = (),
    touches: Sequence[Touch] = (),
    actors: Sequence[int] | None = None,
) -> Trade:
    """Accounts by age band with what they did; every account is an actor of his own unless `actors` says otherwise."""
    categories = 1 + max((row[3] for row in touches), default=0)
    categories = max(categories, 1 + max((row[2] for row in purchases), default=0))
    products = 1 + max([*(row[4] for row in touches), *(row[3] for row in purchases)], default=0)
    column = _columns(touches, 5)
    product = column[4].astype(np.int64)
    bought = _columns(purchases, 4)
    lived = [(a, h, -EVER if s is None else s * DAY, EVER if u is None else u * DAY) for a, h, s, u in spells]
    where = [np.array([row[n] for row in lived], dtype=np.int64) for n in range(4)]
    return Trade(
        Accounts(_ints([BANDS.index(band) for band in bands]), _ints(range(len(bands)) if actors is None else actors)),
        Spells(*where),
        Purchases(
            _ints(bought[0]),
            _ints(bought[1] * DAY),
            _ints(bought[2]),
            np.ones(len(purchases)),
            np.full(len(purchases), -1, dtype=np.int64),
            _ints(range(len(purchases))),
            _ints(bought[3]),
        ),
        Touches(
            _ints(column[0]),
            _ints(column[1] * DAY),
            _ints(column[1]),
            _ints([ACTIONS.index(row[2]) for row in touches]),
            _ints(column[3]),
            product,
        ),
        categories,
        np.bincount(product[product >= 0], minlength=products),
    )


def _columns(rows: Sequence[Sequence[object]], count: int) -> list[Floats]:
    return [np.array([0.0 if isinstance(r[n], str) else r[n] for r in rows], dtype=float) for n in range(count)]


def _ints(values: Iterable[float]) -> Ints:
    return np.array([int(value) for value in values], dtype=np.int64)


def family(orders: int = 8, seed: int = 1, shares: int = 1) -> Trade:
    """Thirty couples: one buys, every week or so; in the first half the other shares the product the day before.

    He does so `shares` times. In all of them the other looks at something now and then.
    """
    rng = np.random.default_rng(seed)
    purchases: list[Purchase] = []
    touches: list[Touch] = []
    for home in range(30):
        buyer, other = 2 * home, 2 * home + 1
        for day in 10 + 17 * np.arange(orders) + rng.uniform(0, 3, orders):
            product = int(rng.integers(0, 200))
            purchases.append((buyer, float(day), 0, product))
            touches.append((buyer, float(day - 0.01), "cart", 0, product))
            for _ in range(shares if home < 15 else 0):
                touches.append((other, float(day - rng.uniform(0.1, 0.5)), "share", 0, product))
        looks = rng.uniform(0, 150, 5)
        touches += [(other, float(day), "view", 0, int(rng.integers(0, 200))) for day in looks]
    spells = [(account, account // 2, None, None) for account in range(60)]
    return trade(["adult"] * 60, spells, purchases, touches)


def plans_and_moves(homes: int = 100, seed: int = 1) -> Trade:
    """Threes: the first buys, the second looks for it days before, and what the third shares or views is often bought.

    So the touches of both lie days before purchases, but only those of the third bring about more of them.
    """
    rng = np.random.default_rng(seed)
    purchases: list[Purchase] = []
    touches: list[Touch] = []
    for home in range(homes):
        buyer, planner, mover = range(3 * home, 3 * home + 3)
        days = rng.uniform(10, 150, 5).tolist()
        for day in rng.uniform(0, 150, 8):
            if rng.random() < 0.4:
                touches.append((mover, day, "view" if rng.random() < 0.5 else "share", 0, -1))
                days.append(day + rng.uniform(0.5, 6))
        for day in days:
            purchases.append((buyer, day, 0, 0))
            touches.append((buyer, day - 0.01, "view", 0, -1))
            for lag in rng.gamma(6, 1, 1 + rng.poisson(0.7)) if rng.random() < 0.7 else ():
                touches.append((planner, day - lag, str(rng.choice(["search", "view"])), 0, -1))
        touches += [(who, day, "view", 0, -1) for who in (buyer, planner, mover) for day in rng.uniform(0, 156, 3)]
    spells = [(account, account // 3, None, None) for account in range(3 * homes)]
    return trade(["adult"] * 3 * homes, spells, purchases, touches)
