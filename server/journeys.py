"""Purchases and touches in columns, with the household of each purchase as it was at that time.

Everything here is a pure function over arrays. Times are seconds since 1970 in UTC. An actor is a human being: two
accounts of one person are one actor.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

DAY = 86_400
WINDOW = 14 * DAY
BANDS = ("child", "teen", "adult", "elder", "")
ACTIONS = ("view", "search", "favourite", "cart", "share", "play")
CHILD, UNKNOWN = BANDS.index("child"), BANDS.index("")
EVER = 2**60
SAME, NONE, OTHER = range(3)  # what a touch has to do with the products of a purchase


@dataclass(frozen=True)
class Accounts:
    """By account: its age band (a place in BANDS) and the actor behind it."""

    band: Ints
    actor: Ints

    @property
    def actors(self) -> int:
        """How many actors there are."""
        return int(self.actor.max(initial=-1)) + 1

    def band_of_actors(self) -> Ints:
        """By actor, the band of an account of his that names one."""
        bands = np.full(self.actors, UNKNOWN, dtype=np.int64)
        known = np.flatnonzero(self.band != UNKNOWN)[::-1]
        bands[self.actor[known]] = self.band[known]
        return bands


@dataclass(frozen=True)
class Spells:
    """Who lives where and when: account, household, from (inclusive) and until (exclusive)."""

    account: Ints
    household: Ints
    since: Ints
    until: Ints


@dataclass(frozen=True)
class Purchases:
    """One row per purchase and category; `line` and `product` are the purchase's products, as pairs of row and product.

    `recipient` is an account or -1.
    """

    account: Ints
    at: Ints
    category: Ints
    amount: Floats
    recipient: Ints
    line: Ints
    product: Ints


@dataclass(frozen=True)
class Touches:
    """One row per touch; `product` is -1 where only a category was touched, `day` counts local days."""

    account: Ints
    at: Ints
    day: Ints
    action: Ints
    category: Ints
    product: Ints


@dataclass(frozen=True)
class Trade:
    """All of it; `categories` is how many there are, `popularity` how often anybody touched each product by the fit."""

    accounts: Accounts
    spells: Spells
    purchases: Purchases
    touches: Touches
    categories: int
    popularity: Ints

    @property
    def products(self) -> int:
        """How many products there are."""
        return len(self.popularity)


@dataclass(frozen=True)
class Seats:
    """Who could have had a part in a purchase: one row per purchase and account.

    `household` is -1 - actor where the buyer had none; `since` is from when the account was there.
    """

    purchase: Ints
    account: Ints
    household: Ints
    since: Ints
    own: Bools


@dataclass(frozen=True)
class Candidates:
    """Touches that may have led to a purchase: one row per purchase and touch, in order of the purchase and time."""

    purchase: Ints
    touch: Ints
    household: Ints
    lag: Ints  # seconds from the touch to the purchase
    own: Bools  # whether the buyer's, by whatever account
    match: Ints  # SAME, NONE or OTHER


def seats(trade: Trade) -> Seats:
    """The members of the buyer's households at the time of each purchase, and all accounts of the buyer."""
    bought, spells, actor = trade.purchases, trade.spells, trade.accounts.actor
    row, spell = joined(bought.account, spells.account)
    there = (spells.since[spell] <= bought.at[row]) & (bought.at[row] < spells.until[spell])
    purchase, household = _pairs(row[there], spells.household[spell[there]])
    row, spell = joined(household, spells.household)
    at = bought.at[purchase[row]]
    there = (spells.since[spell] <= at) & (at < spells.until[spell])
    row, spell = row[there], spell[there]
    alone = np.setdiff1d(np.arange(len(bought.at)), purchase)
    home = np.concatenate([household, -1 - actor[bought.account[alone]]])
    of = np.concatenate([purchase, alone])
    own_row, own_account = joined(actor[bought.account[of]], actor)
    begins = np.full(len(own_row), -EVER)
    rows = Seats(
        np.concatenate([purchase[row], of[own_row]]),
        np.concatenate([spells.account[spell], own_account]),
        np.concatenate([household[row], home[own_row]]),
        np.concatenate([spells.since[spell], begins]),
        np.zeros(len(row) + len(own_row), dtype=bool),
    )
    return _distinct(rows, actor[rows.account] == actor[bought.account[rows.purchase]])


def _distinct(rows: Seats, own: Bools) -> Seats:
    """One row per purchase, household and account: the one that began first. The buyer has been there for ever."""
    order = np.lexsort((rows.since, rows.account, rows.household, rows.purchase))
    key = np.stack([rows.purchase, rows.household, rows.account])[:, order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (key[:, 1:] != key[:, :-1]).any(axis=0)
    kept = order[first]
    return Seats(rows.purchase[kept], rows.account[kept], rows.household[kept], rows.since[kept], own[kept])


def candidates(trade: Trade, seats: Seats, window: int = WINDOW) -> Candidates:
    """The touches in the purchase's category by those who were there, in the `window` seconds before it.

    Whoever has two homes with the buyer counts once.
    """
    bought, touches = trade.purchases, trade.touches
    order = np.lexsort((touches.at, touches.category, touches.account))
    group = touches.account * trade.categories + touches.category
    starts = np.searchsorted(group[order], np.arange(len(trade.accounts.band) * trade.categories + 1))
    cell = seats.account * trade.categories + bought.category[seats.purchase]
    at = bought.at[seats.purchase]
    low = _search(touches.at[order], starts[cell], starts[cell + 1], np.maximum(at - window, seats.since))
    high = _search(touches.at[order], starts[cell], starts[cell + 1], at)
    count = (high - low).clip(0)
    seat = np.repeat(np.arange(len(cell)), count)
    touch = order[np.repeat(low, count) + _within(count)]
    purchase = seats.purchase[seat]
    kept = np.lexsort((seats.household[seat], touch, touches.at[touch], purchase))
    purchase, touch, seat = purchase[kept], touch[kept], seat[kept]
    once = np.ones(len(purchase), dtype=bool)
    once[1:] = (purchase[1:] != purchase[:-1]) | (touch[1:] != touch[:-1])
    purchase, touch, seat = purchase[once], touch[once], seat[once]
    lag = bought.at[purchase] - touches.at[touch]
    return Candidates(purchase, touch, seats.household[seat], lag, seats.own[seat], _match(trade, purchase, touch))


def _match(trade: Trade, purchase: Ints, touch: Ints) -> Ints:
    product = trade.touches.product[touch]
    known = np.unique(trade.purchases.line * (trade.products + 1) + trade.purchases.product)
    same = _among(purchase * (trade.products + 1) + product, known)
    return np.where(product < 0, NONE, np.where(same, SAME, OTHER))


def _among(values: Ints, known: Ints) -> Bools:
    place = np.searchsorted(known, values).clip(max=max(len(known) - 1, 0))
    return known[place] == values if len(known) else np.zeros(len(values), dtype=bool)


def _search(values: Ints, low: Ints, high: Ints, wanted: Ints) -> Ints:
    """Per row the first place in low … high, where values ascend, that is not below what is wanted."""
    low, high = low.copy(), high.copy()
    while (open_ := low < high).any():
        middle = (low + high) // 2
        below = open_ & (values[np.minimum(middle, len(values) - 1)] < wanted)
        low = np.where(below, middle + 1, low)
        high = np.where(open_ & ~below, middle, high)
    return low


def joined(left: Ints, right: Ints) -> tuple[Ints, Ints]:
    """All pairs of places with equal values: places in left, places in right."""
    order = np.argsort(right, kind="stable")
    low = np.searchsorted(right[order], left)
    count = np.searchsorted(right[order], left, side="right") - low
    return np.repeat(np.arange(len(left)), count), order[np.repeat(low, count) + _within(count)]


def _pairs(a: Ints, b: Ints) -> tuple[Ints, Ints]:
    """The distinct pairs, in order."""
    pairs = np.unique(np.stack([a, b], axis=1), axis=0)
    return pairs[:, 0], pairs[:, 1]


def _within(count: Ints) -> Ints:
    """0, 1, … within each of the groups of these sizes."""
    return np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)


def sums(place: Ints, weights: Any, size: int) -> Floats:
    """The sum of the weights that fall to each place."""
    return np.asarray(np.bincount(place, weights, minlength=size), dtype=np.float64)
