"""What is bought when, and the touches that led to it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from seed.city import categories
from seed.city.clock import DAYS
from seed.city.decisions import SWAYING, WINDOW, Cells
from seed.city.draws import Bools, Ints, Rng, choose, repeated

if TYPE_CHECKING:
    from seed.city.world import World

ACTIONS = ("view", "search", "favourite", "cart", "share", "play", "login")
BROWSING = (0.55, 0.25, 0.08, 0.03, 0.02, 0.05, 0.02)
SWAYS = (0.35, 0.05, 0.2, 0.05, 0.35, 0.0, 0.0)
SETTLES = (0.2, 0.0, 0.35, 0.25, 0.2, 0.0, 0.0)
SEEKS = (0.65, 0.35, 0.0, 0.0, 0.0, 0.0, 0.0)
CART = ACTIONS.index("cart")
SALES = np.array([17, 18, 65, 66, 165, 166, 167])  # days on which everybody looks and buys more
AT_SALES = 0.12
DAY = 1440


@dataclass(frozen=True)
class Orders:
    """One row per order; `trigger` is the influencer's touch that caused it (its minute), or -1."""

    cell: Ints
    minute: Ints
    trigger: Ints
    product: Ints


@dataclass(frozen=True)
class Touches:
    """One row per touch by a person; `order` is the order it led to, or -1."""

    person: Ints
    minute: Ints
    action: Ints
    category: Ints
    product: Ints
    order: Ints


def place(rng: Rng, cells: Cells, density: float) -> tuple[Orders, list[Touches]]:
    """Orders that come of themselves or are caused by a touch, and every touch that belongs to a cell."""
    cell = repeated(rng.poisson(cells.rate).astype(np.int64))
    swayed = repeated(rng.poisson(SWAYING * density * (cells.influencer >= 0)).astype(np.int64))
    touched = moments(rng, len(swayed))
    causes = rng.random(len(swayed)) < cells.effect[swayed]
    later = touched[causes] + (rng.random(int(causes.sum())) * WINDOW * DAY).astype(np.int64) + 1
    orders = Orders(
        np.concatenate([cell, swayed[causes]]),
        np.concatenate([moments(rng, len(cell)), later]),
        np.concatenate([np.full(len(cell), -1), touched[causes]]),
        rng.integers(0, categories.PRODUCTS, len(cell) + len(later)),
    )
    touches = [_cell_touches(rng, cells, cells.influencer, swayed[~causes], touched[~causes], SWAYS)]
    decoys = repeated(rng.poisson(SWAYING * density * (cells.decoy >= 0)).astype(np.int64))
    touches.append(_cell_touches(rng, cells, cells.decoy, decoys, moments(rng, len(decoys)), SWAYS))
    return orders, [*touches, *_journeys(rng, cells, orders)]


def moments(rng: Rng, size: int) -> Ints:
    """Minutes of the period, mostly in the evening, some of them on sale days."""
    day = np.where(rng.random(size) < AT_SALES, SALES[rng.integers(0, len(SALES), size)], rng.integers(0, DAYS, size))
    return day * DAY + (rng.triangular(8, 20.5, 24, size) * 60).astype(np.int64)


def _cell_touches(rng: Rng, cells: Cells, role: Ints, cell: Ints, minute: Ints, mix: tuple[float, ...]) -> Touches:
    """Touches without consequence."""
    product = rng.integers(-categories.PRODUCTS, categories.PRODUCTS, len(cell)).clip(-1)
    nothing = np.full(len(cell), -1, dtype=np.int64)
    return Touches(role[cell], minute, choose(rng, mix, len(cell)), cells.category[cell], product, nothing)


def _journeys(rng: Rng, cells: Cells, orders: Orders) -> Iterator[Touches]:
    """The steps that led to each order: a first look or an influence, the decision, the buyer's own touches."""
    number = np.arange(len(orders.cell), dtype=np.int64)
    caused = orders.trigger >= 0
    buyer, decider = cells.buyer[orders.cell], cells.decider[orders.cell]
    began = cells.initiator[orders.cell]
    yield _steps(rng, cells, orders, cells.influencer[orders.cell], number[caused], orders.trigger[caused], SWAYS)
    first = number[~caused & (began != buyer) & (rng.random(len(number)) < 0.75)]
    before = orders.minute[first] - (rng.uniform(1, 6, len(first)) * DAY).astype(np.int64)
    yield _steps(rng, cells, orders, began, first, before, BROWSING[:5])
    settled = number[(decider != buyer) & (rng.random(len(number)) < 0.9)]
    yield _steps(rng, cells, orders, decider, settled, _shortly(rng, orders, settled, 8 * 60), SETTLES)
    looked = repeated(1 + rng.poisson(0.7, len(number)).astype(np.int64))
    yield _steps(rng, cells, orders, buyer, looked, _shortly(rng, orders, looked, 20 * 60), SEEKS)
    filled = number[rng.random(len(number)) < 0.8]
    yield _steps(rng, cells, orders, buyer, filled, orders.minute[filled] - rng.integers(1, 40, len(filled)), CART)


def _shortly(rng: Rng, orders: Orders, order: Ints, mean: int) -> Ints:
    """Some minutes before each order, and after what triggered it."""
    before = (orders.minute[order] - 1 - rng.exponential(mean, len(order))).astype(np.int64)
    start = orders.trigger[order]
    between = start + ((orders.minute[order] - start) * rng.uniform(0.3, 1.0, len(order))).astype(np.int64)
    return np.where((start >= 0) & (before <= start), between, before)


def _steps(
    rng: Rng, cells: Cells, orders: Orders, who: Ints, order: Ints, minute: Ints, mix: tuple[float, ...] | int
) -> Touches:
    same = rng.random(len(order)) < 0.65
    action = np.full(len(order), mix) if isinstance(mix, int) else choose(rng, mix, len(order))
    product = np.where(same, orders.product[order], -1)
    return Touches(who[order], minute, action, cells.category[orders.cell[order]], product, order)


def browse(rng: Rng, world: World, cells: Cells) -> Touches:
    """What everybody looks at for no reason, by age and activity; where somebody sways, all his touches do."""
    activity = np.bincount(world.accounts.person, world.accounts.activity)
    person = repeated(rng.poisson(7.0 * activity * world.density).astype(np.int64))
    age = world.people.age[person]
    category = np.empty(len(person), dtype=np.int64)
    for band in range(4):
        category[age == band] = choose(rng, categories.INTEREST[band], int((age == band).sum()))
    product = rng.integers(-categories.PRODUCTS, categories.PRODUCTS, len(person)).clip(-1)
    nothing = np.full(len(person), -1, dtype=np.int64)
    action = choose(rng, BROWSING, len(person))
    idle = Touches(person, moments(rng, len(person)), action, category, product, nothing)
    swayed = cells.influencer >= 0
    sways = cells.influencer[swayed] * categories.COUNT + cells.category[swayed]
    return kept(idle, ~np.isin(person * categories.COUNT + category, sways))


def joined(parts: list[Touches]) -> Touches:
    """All of them in one table."""
    return Touches(*(np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Touches)))


def kept(rows: Touches, where: Bools | Ints) -> Touches:
    """Those rows."""
    return Touches(*(getattr(rows, f.name)[where] for f in fields(Touches)))
