"""What is counted of paths once for all readers: by category, month and dimension, and the credit of touches."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from server.journeys import ACTIONS, BANDS, DAY, Bools, Floats, Ints, Trade
from server.paths.attribution import MODELS, Path, Player
from server.paths.evidence import Evidence
from server.paths.lift import Exposures, exposures
from server.paths.steps import Steps

ALL = ""  # the category of tallies over all categories
LAGS = ("under 1 h", "1 to 24 h", "1 to 3 days", "3 to 7 days", "7 to 14 days")
LAG_EDGES = np.array([3600, DAY, 3 * DAY, 7 * DAY])
COLUMNS = ("purchases", "cross", "observed", "expected", "oo", "oe", "ee")
DIMENSIONS = ("all", "category", "actors", "action", "lag")


Naming = Callable[[int, bool], Player]


@dataclass(frozen=True)
class Tally:
    """One category (ALL for all), month and dimension: per group a number of each of COLUMNS.

    `purchases` are those of households with another member (of the group's band), `cross` those among them with a step
    by another member (of the group). The rest is for the lift: sums, and sums of squares by household.
    """

    category: str
    month: str
    dimension: str
    groups: list[str]
    numbers: dict[str, list[float]]


@dataclass(frozen=True)
class Credit:
    """What touches earn of the conversions of a category (ALL for all) by one model; lists run in parallel."""

    category: str
    model: str
    conversions: int
    who: list[str]
    action: list[str]
    channel: list[str]
    credit: list[float]


def tallies(
    trade: Trade, evidence: Evidence, path: Steps, order: Ints, ahead: Ints, categories: Sequence[str]
) -> Iterator[Tally]:
    """Everything that is counted: an order once in each of its categories, and once over all.

    By purchase, `order` is the number of its order and `ahead` the seconds that its local time is ahead of UTC.
    """
    month = _month(trade.purchases.at + ahead)
    touched = _month(trade.touches.day * DAY)
    shown = exposures(trade, evidence)
    for dimension in DIMENSIONS:
        names, company, cross, exposed = _groups(dimension, trade, evidence, path, shown, categories)
        found: dict[tuple[int, int, int], Floats] = defaultdict(lambda: np.zeros(len(COLUMNS)))
        bought = trade.purchases.category
        for column, (thing, group) in enumerate((company, cross)):
            for key, count in _distinct(thing, order[thing], bought[thing], month[thing], group):
                found[key][column] += count
        of, group = exposed
        home = evidence.parts.household[shown.part[of]]
        touch = shown.touch[of]
        for key, numbers in _sums(home, trade.touches.category[touch], touched[touch], group, shown, of):
            found[key][2:] += numbers
        yield from _packed(dimension, names, found, categories)


def _month(local: Ints) -> Ints:
    """Months since 1970."""
    return np.asarray(local.astype("datetime64[s]").astype("datetime64[M]").astype(np.int64))


def _groups(
    dimension: str, trade: Trade, evidence: Evidence, path: Steps, shown: Exposures, categories: Sequence[str]
) -> tuple[Sequence[str], tuple[Ints, Ints], tuple[Ints, Ints], tuple[Ints, Ints]]:
    """The groups' names; purchases, cross purchases and exposures, each with its group."""
    company, theirs = evidence.company, np.flatnonzero(path.others)
    cross, touch = path.purchase[theirs], path.touch[theirs]
    every = np.arange(len(shown.touch))
    nobody = np.zeros(0, dtype=np.int64)
    bands = trade.accounts.band_of_actors()
    toucher = bands[trade.accounts.actor[trade.touches.account]]
    buyer = bands[trade.accounts.actor[trade.purchases.account]]
    match dimension:
        case "actors":
            pairs = [f"{a or 'unknown'} > {b or 'unknown'}" for a in BANDS for b in BANDS]
            usual = _usual_buyer(trade, evidence, buyer)
            return (
                pairs,
                (company, evidence.company_band * len(BANDS) + buyer[company]),
                (cross, toucher[touch] * len(BANDS) + buyer[cross]),
                (every, toucher[shown.touch] * len(BANDS) + usual[shown.part]),
            )
        case "action":
            groups = np.repeat(np.arange(len(ACTIONS)), len(company))
            return (
                ACTIONS,
                (np.tile(company, len(ACTIONS)), groups),
                (cross, trade.touches.action[touch]),
                (every, trade.touches.action[shown.touch]),
            )
        case "lag":
            groups = np.repeat(np.arange(len(LAGS)), len(company))
            first = np.unique(cross, return_index=True)[1]
            lag = np.searchsorted(LAG_EDGES, path.lag[theirs][first])
            return LAGS, (np.tile(company, len(LAGS)), groups), (cross[first], lag), (nobody, nobody)
        case "category":
            of = trade.purchases.category
            return categories, (company, of[company]), (cross, of[cross]), (every, trade.touches.category[shown.touch])
    return (
        ("all",),
        (company, np.zeros_like(company)),
        (cross, np.zeros_like(cross)),
        (every, np.zeros(len(every), dtype=np.int64)),
    )


def _usual_buyer(trade: Trade, evidence: Evidence, band: Ints) -> Ints:
    """By part, the age band of whoever made most of the purchases of its household and category."""
    parts, homes = evidence.parts, evidence.home_of
    cell = homes * trade.categories + trade.purchases.category[evidence.homes]
    keys, row = np.unique(cell, return_inverse=True)
    votes = np.bincount(row * len(BANDS) + band[evidence.homes], minlength=len(keys) * len(BANDS))
    most = np.append(votes.reshape(-1, len(BANDS)).argmax(axis=1), len(BANDS) - 1)
    place = np.searchsorted(keys, parts.household * trade.categories + parts.category).clip(max=len(keys))
    return np.asarray(most[place])


def _distinct(
    purchase: Ints, order: Ints, category: Ints, month: Ints, group: Ints
) -> Iterator[tuple[tuple[int, int, int], int]]:
    """How many purchases there are by category, month and group, and orders over all categories (-1)."""
    for thing, categories in ((purchase, category), (order, np.full_like(category, -1))):
        once = np.unique(np.stack([thing, categories, month, group]), axis=1)[1:]
        keys, counts = np.unique(once, axis=1, return_counts=True)
        yield from zip(map(tuple, keys.T.tolist()), counts.tolist(), strict=True)


def _sums(
    home: Ints, category: Ints, month: Ints, group: Ints, shown: Exposures, of: Ints
) -> Iterator[tuple[tuple[int, int, int], Floats]]:
    """The sums for a lift by category, month and group, and over all categories (-1); a household is a cluster."""
    for categories in (category, np.full_like(category, -1)):
        keys, row = np.unique(np.stack([categories, month, group, home]), axis=1, return_inverse=True)
        observed = np.bincount(row.ravel(), shown.observed[of], minlength=keys.shape[1])
        expected = np.bincount(row.ravel(), shown.expected[of], minlength=keys.shape[1])
        numbers = np.stack([observed, expected, observed**2, observed * expected, expected**2], axis=1)
        for key, some in zip(keys[:3].T.tolist(), numbers, strict=True):
            yield (key[0], key[1], key[2]), some


def _packed(
    dimension: str, names: Sequence[str], found: dict[tuple[int, int, int], Floats], categories: Sequence[str]
) -> Iterator[Tally]:
    """By category and month; the tally by category stands under ALL alone."""
    packed: dict[tuple[int, int], list[tuple[str, Floats]]] = defaultdict(list)
    for (category, month, group), numbers in sorted(found.items()):
        if (category < 0) or dimension != "category":
            packed[category, month].append((names[group], numbers))
    for (category, month), rows in packed.items():
        columns = {name: [round(float(r[n]), 4) for _, r in rows] for n, name in enumerate(COLUMNS)}
        when = str(np.datetime64(month, "M"))
        yield Tally(categories[category] if category >= 0 else ALL, when, dimension, [g for g, _ in rows], columns)


def credits(  # noqa: A001
    trade: Trade,
    evidence: Evidence,
    path: Steps,
    order: Ints,
    channel: Ints,
    channels: Sequence[str],
    categories: Sequence[str],
) -> Iterator[Credit]:
    """The credit of touches in every category and over all; a household's touches that led nowhere are lost paths.

    Over all, the paths of an order in several categories are one. A player is who touched (the buyer, or another by age
    band), by which action and in which channel.
    """
    bands = trade.accounts.band_of_actors()[trade.accounts.actor[trade.touches.account]]

    def naming(touch: int, other: bool) -> tuple[str, str, str]:
        who = f"other {BANDS[bands[touch]] or 'unknown'}" if other else "buyer"
        return who, ACTIONS[trade.touches.action[touch]], channels[channel[touch]]

    won: dict[int, list[Path]] = defaultdict(list)
    whole: dict[int, list[tuple[Player, float]]] = defaultdict(list)
    ends = np.flatnonzero(np.diff(path.purchase, append=-1))
    begin = 0
    for end in (ends + 1).tolist():
        rows = range(begin, end)
        begin = end
        steps = [(naming(int(path.touch[r]), bool(path.others[r])), float(path.lag[r]) / 3600) for r in rows]
        won[int(trade.purchases.category[path.purchase[rows[0]]])].append(steps)
        whole[int(order[path.purchase[rows[0]]])] += steps
    orders: list[Path] = [sorted(some, key=lambda step: -step[1]) for some in whole.values()]
    lost = _lost(trade, evidence, path, naming)
    everything = [(ALL, orders, [p for some in lost.values() for p in some])]
    for category, paths, missed in [*((categories[c], won[c], lost[c]) for c in sorted(won)), *everything]:
        for name, model in MODELS.items():
            credit = sorted(model(paths, missed).items()) if paths else []
            who, action, where = ([player[side] for player, _ in credit] for side in range(3))
            yield Credit(category, name, len(paths), who, action, where, [round(amount, 6) for _, amount in credit])


def _lost(trade: Trade, evidence: Evidence, path: Steps, naming: Naming) -> dict[int, list[Path]]:
    """Touches of whoever ever bought or lived with a buyer of the category that led to nothing, one path each."""
    led: Bools = np.zeros(len(trade.touches.at), dtype=bool)
    led[path.touch] = True
    own = {True: set[int](), False: set[int]()}
    cell = evidence.parts.actor * trade.categories + evidence.parts.category
    for side in own:
        own[side] = set(cell[evidence.parts.own == side].tolist())
    lost: dict[int, list[Path]] = defaultdict(list)
    for touch in np.flatnonzero(~led & np.isin(evidence.cell, cell)).tolist():
        other = int(evidence.cell[touch]) not in own[True]
        lost[int(trade.touches.category[touch])].append([(naming(touch, other), 0.0)])
    return lost
