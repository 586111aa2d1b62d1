"""What practice asks for month by month: how soon a household's second member joins in, and what advice leads to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from server.journeys import DAY, Bools, Ints, Trade, joined

WAITS = ("same day", "1 to 7 days", "8 to 30 days", "31 to 90 days", "over 90 days")
WAIT_EDGES = np.array([1, 8, 31, 91])  # days
SOON = 14  # days in which a household follows a recommendation, or does not
RECOMMENDS = "recommend"  # part of the name of channels that recommend


@dataclass(frozen=True)
class Month:
    """One local month.

    `households` of several people did something for the first time in it; in `activated` of them a second person has
    since, after `median` days, and `waits` counts them by WAITS. `recommended` counts households, categories and days
    on which a member's touch came by a channel that recommends; within SOON days after it, `followed` of them bought
    in that category, `exactly` what was touched, and `others` by somebody else than who had touched.
    """

    month: str
    households: int
    activated: int
    median: float | None
    waits: list[int]
    recommended: int
    followed: int
    exactly: int
    others: int


def months(trade: Trade, ahead: Ints, recommended: Bools) -> Iterator[Month]:
    """Every month in which there is something to count; `ahead` is by purchase, `recommended` by touch."""
    began, wait = _waits(trade, ahead)
    given, followed, exactly, others = _advice(trade, recommended)
    by_begin, by_given = _by_month(began), _by_month(given)
    for month in sorted({*by_begin, *by_given}):
        homes, advice = by_begin.get(month, np.zeros(0, dtype=int)), by_given.get(month, np.zeros(0, dtype=int))
        days = wait[homes][wait[homes] >= 0]
        yield Month(
            month,
            len(homes),
            len(days),
            float(np.median(days)) if len(days) else None,
            np.bincount(np.searchsorted(WAIT_EDGES, days, side="right"), minlength=len(WAITS)).tolist(),
            len(advice),
            *(int(found[advice].sum()) for found in (followed, exactly, others)),
        )


def _by_month(day: Ints) -> dict[str, Ints]:
    """The places of the days of each local month."""
    names = (day * DAY).astype("datetime64[s]").astype("datetime64[M]").astype(str)
    found: dict[str, list[int]] = defaultdict(list)
    for place, name in enumerate(names.tolist()):
        found[name].append(place)
    return {name: np.array(places, dtype=np.int64) for name, places in found.items()}


def _waits(trade: Trade, ahead: Ints) -> tuple[Ints, Ints]:
    """By household of several people the day of the first act, and days until a second person's; -1 for not yet."""
    spells, touches, bought = trade.spells, trade.touches, trade.purchases
    account = np.concatenate([touches.account, bought.account])
    at, day = np.concatenate([touches.at, bought.at]), np.concatenate([touches.day, (bought.at + ahead) // DAY])
    act, spell = joined(account, spells.account)
    there = (spells.since[spell] <= at[act]) & (at[act] < spells.until[spell])
    act, spell = act[there], spell[there]
    actor = trade.accounts.actor
    people = np.unique(np.stack([spells.household, actor[spells.account]]), axis=1)[0]
    several = np.bincount(people, minlength=int(people.max(initial=-1)) + 1) > 1
    who = spells.household[spell] * max(trade.accounts.actors, 1) + actor[spells.account[spell]]
    order = np.lexsort((day[act], who))
    keys, first = np.unique(who[order], return_index=True)
    home, began = keys // max(trade.accounts.actors, 1), day[act][order][first]
    home, began = home[several[home]], began[several[home]]
    order = np.lexsort((began, home))
    home, began = home[order], began[order]
    _, first, size = np.unique(home, return_index=True, return_counts=True)
    second = np.minimum(first + 1, max(len(home) - 1, 0))
    return began[first], np.where(size > 1, began[second] - began[first], -1)


def _advice(trade: Trade, recommended: Bools) -> tuple[Ints, Bools, Bools, Bools]:
    """By household, category and day of a recommendation: the day, and whether followed, exactly, by another."""
    spells, touches, bought, actor = trade.spells, trade.touches, trade.purchases, trade.accounts.actor
    touch = np.flatnonzero(recommended)
    row, spell = joined(touches.account[touch], spells.account)
    touch = touch[row]
    there = (spells.since[spell] <= touches.at[touch]) & (touches.at[touch] < spells.until[spell])
    touch, home = touch[there], spells.household[spell[there]]
    key = np.stack([home, touches.category[touch], touches.day[touch]])
    kinds, place = np.unique(key, axis=1, return_inverse=True)
    place = place.ravel()
    seller, of = joined(bought.account, spells.account)
    there = (spells.since[of] <= bought.at[seller]) & (bought.at[seller] < spells.until[of])
    seller, of = seller[there], of[there]
    cell = spells.household[of] * trade.categories + bought.category[seller]
    one, other = joined(home * trade.categories + touches.category[touch], cell)
    purchase, source = seller[other], touch[one]
    lag = bought.at[purchase] - touches.at[source]
    soon = (lag > 0) & (lag <= SOON * DAY)
    purchase, source, hit = purchase[soon], source[soon], place[one[soon]]
    lines = np.unique(bought.line * (trade.products + 1) + bought.product)
    exact = (touches.product[source] >= 0) & np.isin(purchase * (trade.products + 1) + touches.product[source], lines)
    by_other = actor[bought.account[purchase]] != actor[touches.account[source]]
    found = np.zeros((3, kinds.shape[1]), dtype=bool)
    for number, of_kind in enumerate((np.ones(len(hit), dtype=bool), exact, by_other)):
        found[number, hit[of_kind]] = True
    return kinds[2], found[0], found[1], found[2]
