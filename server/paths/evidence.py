"""What speaks for and against that touches led to purchases: rows, the parts they are played in, and marks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from server.journeys import ACTIONS, DAY, Bools, Candidates, Floats, Ints, Seats, Trade, candidates, seats

HOUR = 3600
EDGES = np.array([*(int(h * HOUR) for h in (0, 0.25, 0.5, 1, 2, 4, 8, 16)), *(d * DAY for d in range(1, 15))])
WIDTHS: Floats = np.diff(EDGES) / DAY  # days
LAGS, KINDS = len(WIDTHS), len(ACTIONS)


@dataclass(frozen=True)
class Parts:
    """One row per household, category and actor who was there when it bought, apart for his own orders.

    `household` is -1 - actor for a buyer without one; `purchases` is how many there were.
    """

    household: Ints
    category: Ints
    actor: Ints
    own: Bools
    purchases: Floats


@dataclass(frozen=True)
class Evidence:
    """A row per touch and purchase that it may have led to, in columns.

    `theirs` are the rows by others than the buyer. Of these, `group` numbers the pairs of touch and part, whose touch
    and part are `group_touch` and `group_part`, and `pair` the pairs of purchase and part. `lag` is a place in WIDTHS;
    `others` is how often people of other households touched the product.
    """

    rows: Candidates
    parts: Parts
    part: Ints
    lag: Ints
    action: Ints
    category: Ints
    others: Floats
    theirs: Ints
    group: Ints
    group_touch: Ints
    group_part: Ints
    pair: Ints
    pair_part: Ints
    cell: Ints  # of every touch, its actor and category
    homes: Ints  # purchases that a household made, and
    home_of: Ints  # that household
    company: Ints  # purchases at which another member was there, and
    company_band: Ints  # that member's age band


def gather(trade: Trade) -> Evidence:
    """All touches that may have led to purchases, with what judging them needs."""
    present = seats(trade)
    rows = candidates(trade, present)
    keys, parts = _parts(trade, present)
    actor = trade.accounts.actor[trade.touches.account[rows.touch]]
    category = trade.touches.category[rows.touch]
    part = np.searchsorted(keys, _key(trade, rows.household, category, actor, rows.own))
    size, theirs = max(len(keys), 1), np.flatnonzero(~rows.own)
    groups, group = np.unique(rows.touch[theirs] * size + part[theirs], return_inverse=True)
    pairs, pair = np.unique(rows.purchase[theirs] * size + part[theirs], return_inverse=True)
    return Evidence(
        rows,
        parts,
        part,
        (np.searchsorted(EDGES, rows.lag) - 1).clip(0, LAGS - 1),
        trade.touches.action[rows.touch],
        category,
        _others(trade, rows),
        theirs,
        group,
        groups // size,
        groups % size,
        pair,
        pairs % size,
        trade.accounts.actor[trade.touches.account] * trade.categories + trade.touches.category,
        *_homes(present),
        *_company(trade, present),
    )


def _homes(present: Seats) -> tuple[Ints, Ints]:
    """Each purchase with each household that it counts for."""
    pairs = np.unique(np.stack([present.purchase, present.household])[:, present.household >= 0], axis=1)
    return pairs[0], pairs[1]


def _company(trade: Trade, present: Seats) -> tuple[Ints, Ints]:
    """Each purchase with the bands of other members than the buyer."""
    bands = trade.accounts.band_of_actors()[trade.accounts.actor[present.account]]
    pairs = np.unique(np.stack([present.purchase, bands])[:, ~present.own], axis=1)
    return pairs[0], pairs[1]


def _key(trade: Trade, household: Ints, category: Ints, actor: Ints, own: Bools) -> Ints:
    """One number per part; those of nobody's household come first."""
    actors = trade.accounts.actors
    return (((household + actors) * trade.categories + category) * actors + actor) * 2 + own


def _parts(trade: Trade, present: Seats) -> tuple[Ints, Parts]:
    actors = trade.accounts.actors
    category = trade.purchases.category[present.purchase]
    key = _key(trade, present.household, category, trade.accounts.actor[present.account], present.own)
    each = np.unique(np.stack([key, present.purchase]), axis=1)[0]
    keys, purchases = np.unique(each, return_counts=True)
    own, rest = keys % 2 > 0, keys // 2
    household = rest // actors // trade.categories - actors
    return keys, Parts(household, rest // actors % trade.categories, rest % actors, own, purchases.astype(float))


def _others(trade: Trade, rows: Candidates) -> Floats:
    """How often the product of each touch was touched, without the touches by those who live with the buyer."""
    product = trade.touches.product[rows.touch]
    home = rows.household + trade.accounts.actors
    pairs = np.unique(np.stack([home * (trade.products + 1) + product + 1, rows.touch]), axis=1)[0]
    keys, counts = np.unique(pairs, return_counts=True)
    theirs = counts[np.searchsorted(keys, home * (trade.products + 1) + product + 1)]
    everybody = np.append(trade.popularity, 0)[product]
    return np.maximum(everybody - theirs, 0).astype(float)
