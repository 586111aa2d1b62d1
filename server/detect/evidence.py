"""From who was seen where to what two accounts share: one row per pair and group, in columns."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from server.detect.groups import Bools, Groups, Ints, Small, before, distinct
from server.detect.meetings import Singles, crowds, meetings, pairs
from server.detect.members import Account, Members, members, residents

CROWD = 12  # members: in a larger group only those who were there on one day make a pair
SHORTEST = 3  # days: one meeting of two accounts that were seen only once is not a habit


@dataclass(frozen=True)
class Evidence:
    """What pairs of accounts share: a row per pair and group, sorted by pair and group; columns have one length.

    a, b      places in `groups.accounts`, a < b
    left, right  the two members, places in `groups.member`
    group     place in `groups`
    pair      place of the row's pair among the distinct ones
    together  distinct hours in which both were there
    days      distinct days on which both were there
    nights    distinct nights on which both were there at home: evening, night or weekend morning
    turns     how often they took turns, of the most possible; a device that changed hands has few
    overlap   days that the two spans of time have in common, of the shorter one; 1 for one that is a moment
    office    share of the hours of the two that fall on working days from 9 to 17
    least     days of the one that was there on fewer days
    lower, higher  share of its own hours (network: at home; device: all; else: of this kind) that each spends
              here, the smaller and the larger of the two
    now, lately  the smaller of the two shares of the last few and many hours at home spent here (networks only)
    residents members who are here about as often as the one who is here most
    size      accounts that share it in all
    weekly    accounts per week when anybody was there
    ends      the last local day on which both were still to come or there
    starts    the first row of each pair, and the number of rows
    until     the local hour at which this was seen
    """

    groups: Groups
    account: Account
    members: Members
    a: Small
    b: Small
    left: Small
    right: Small
    group: Small
    pair: Small
    together: Small
    days: Small
    nights: Small
    turns: Singles
    overlap: Singles
    office: Singles
    least: Small
    lower: Singles
    higher: Singles
    now: Singles
    lately: Singles
    residents: Small
    size: Small
    weekly: Singles
    ends: Ints
    starts: Ints
    until: int


def gather(
    groups: Groups, until: int | None = None, only: Bools | None = None, around: Bools | None = None
) -> Evidence:
    """Make the pairs of each group and what they share.

    `until` is a local hour: what lies after it is left out; None takes all there is. `only` flags the
    accounts whose pairs are made, to which the other members of their groups are a crowd; `around` those whose pairs
    with anybody are made too.
    """
    known = before(groups, until)
    if until is None:
        until = max(int(known.hours.max(initial=0)), int(known.since.max(initial=0)))
    with ThreadPoolExecutor(1) as beside:
        alone = beside.submit(members, known)
        of, left, right = _pairs(known, only, around)
        together, days, nights, turns = meetings(left, right, known.first, known.hours)
        weekly = crowds(known.start, known.first, known.hours)[of]
        each, account = alone.result()
    a, b = known.member[left], known.member[right]
    changes = np.r_[True, (np.diff(a) != 0) | (np.diff(b) != 0)] if a.size else np.zeros(0, bool)
    both = np.maximum(each.count[left] + each.count[right], 1)
    return Evidence(
        groups=known,
        account=account,
        members=each,
        a=a,
        b=b,
        left=left,
        right=right,
        group=of,
        pair=np.cumsum(changes, dtype=np.int32) - 1,
        together=together,
        days=days,
        nights=nights,
        turns=turns,
        overlap=_overlap(each.first, each.last, left, right),
        office=((each.work[left] + each.work[right]) / both).astype(np.float32),
        least=np.minimum(each.days[left], each.days[right]),
        lower=np.minimum(each.share[left], each.share[right]),
        higher=np.maximum(each.share[left], each.share[right]),
        now=np.minimum(each.now[0][left], each.now[0][right]),
        lately=np.minimum(each.now[1][left], each.now[1][right]),
        residents=residents(known, each)[of],
        size=known.size[of].astype(np.int32),
        weekly=weekly,
        ends=np.minimum(each.last[left], each.last[right]) // 24,
        starts=np.r_[np.flatnonzero(changes), a.size],
        until=until,
    )


def partners(groups: Groups, chosen: Bools) -> Ints:
    """The accounts that make a pair with one of the chosen, in the groups of these."""
    _, left, right = pairs(groups.start, groups.first, groups.hours, CROWD)
    a, b = groups.member[left], groups.member[right]
    near = chosen[a] | chosen[b]
    return distinct(np.r_[a[near], b[near]], len(groups.accounts))


def _pairs(known: Groups, only: Bools | None, around: Bools | None) -> tuple[Small, Small, Small]:
    """Group and two members of every pair, in order of the accounts."""
    of, left, right = pairs(known.start, known.first, known.hours, CROWD)
    if only is not None:
        a, b = known.member[left], known.member[right]
        kept = only[a] & only[b]
        if around is not None:
            kept |= around[a] | around[b]
        of, left, right = of[kept], left[kept], right[kept]
    order = np.argsort(known.member[left].astype(np.int64) * len(known.accounts) + known.member[right], kind="stable")
    return of[order], left[order], right[order]


def _overlap(first: Ints, last: Ints, left: Small, right: Small) -> Singles:
    """Of the shorter of two spans of time, the share that lies within the other."""
    begin, end = np.maximum(first[left], first[right]), np.minimum(last[left], last[right])
    shorter = np.minimum(last[left] - first[left], last[right] - first[right]) + 24
    return np.asarray(np.clip((end - begin + 24) / shorter, 0, 1), dtype=np.float32)
