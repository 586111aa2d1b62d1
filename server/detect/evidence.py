"""From who was seen where to what two accounts share: one row per pair and group, in columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from server.detect.meetings import NEVER, Floats, Ints, meetings, spans

HABIT = 5  # hours
SHORTEST = 3  # days: one meeting of two accounts that were seen only once is not a habit


@dataclass(frozen=True)
class Group:
    """Accounts that share one thing: an identifier, a kind of interaction, a binding.

    `accounts` is how many share it in all; `hours` holds, per member, the distinct local hours, ascending (see
    server.model.HABITS). `since` and `until` are local hours and only bindings have them.
    """

    kind: str
    identifier: str
    detail: str
    accounts: int
    members: Sequence[str]
    hours: Sequence[Sequence[int]]
    since: int | None = None
    until: int | None = None


@dataclass(frozen=True)
class Evidence:
    """What pairs of accounts share, one row per pair and group; every column has the same length.

    a, b      places in `accounts`, a < b
    group     place in `groups`
    together  distinct hours in which both were there
    days      distinct days with such an hour
    nights    distinct nights with such an hour at home: evening, night or weekend morning
    office    share of the hours together that fall on working days from 9 to 17
    overlap   whether the two spans of time overlap, or one of the two was there in fewer than five hours, which is
              too rare to tell: a device that changed hands has none
    age       days from the last time that both were still there to `now`
    span      calendar days from the first to the last time that either of the two was seen anywhere, three at
              least: ten evenings of ten are a home, ten of a year are a friend
    """

    accounts: Sequence[str]
    groups: Sequence[Group]
    a: Ints
    b: Ints
    group: Ints
    together: Ints
    days: Ints
    nights: Ints
    office: Floats
    overlap: NDArray[np.bool_]
    age: Floats
    span: Ints
    now: int


def gather(groups: Iterable[Group], now: int | None = None) -> Evidence:
    """Make the pairs of each group and what they share.

    `now` is a local hour: what lies after it is left out, and ages count from it; None takes the latest hour.
    """
    known = [group for group in groups if now is None or group.since is None or group.since <= now]
    known.sort(key=_order)
    accounts = sorted({member for group in known for member in group.members})
    place = {account: index for index, account in enumerate(accounts)}
    of_group = np.repeat(np.arange(len(known)), [len(group.members) for group in known])
    account = _ints(map(place.__getitem__, chain.from_iterable(group.members for group in known)))
    start, hours = _visits(known)
    if now is None:
        now = max([int(hours.max(initial=0)), *(group.since for group in known if group.since is not None)])
    first, last = spans(start, hours, now)
    seen = np.diff(start)
    left, right = pairs_within(of_group)
    # A binding has no hours at all. A sighting that lies wholly after `now` leaves a member without any, and such
    # a pair says nothing.
    timeless = np.array([not any(group.hours) for group in known], dtype=bool)[of_group[left]]
    present = timeless | ((last[left] > NEVER) & (last[right] > NEVER))
    left, right, timeless = left[present], right[present], timeless[present]
    together, days, nights, working = meetings(left, right, start, hours, now)
    until = np.minimum(last[left], last[right])
    return Evidence(
        accounts=accounts,
        groups=known,
        a=np.minimum(account[left], account[right]),
        b=np.maximum(account[left], account[right]),
        group=of_group[left],
        together=together,
        days=days,
        nights=nights,
        office=working / np.maximum(together, 1),
        overlap=(np.maximum(first[left], first[right]) <= until) | (np.minimum(seen[left], seen[right]) < HABIT),
        age=np.where(timeless, 0.0, (now - until) / 24),
        span=_window(account, first // 24, last // 24, left, right),
        now=now,
    )


def _order(group: Group) -> tuple[str, ...]:
    """Groups of one kind stand together; those without an identifier are told apart by their members."""
    return (group.kind, group.identifier) if group.identifier else (group.kind, "", group.detail, *group.members)


def pairs_within(key: Ints) -> tuple[Ints, Ints]:
    """All pairs of places that have the same key, for keys that stand together; left < right."""
    if not key.size:
        return key, key
    starts = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    sizes = np.diff(np.r_[starts, key.size])
    partners = np.repeat(starts + sizes, sizes) - np.arange(key.size) - 1
    left = np.repeat(np.arange(key.size), partners)
    before = np.cumsum(partners) - partners
    right = left + 1 + np.arange(left.size) - np.repeat(before, partners)
    return left, right


def _window(account: Ints, first: Ints, last: Ints, left: Ints, right: Ints) -> Ints:
    """Days from the first to the last sight of either account, given each member's first and last day."""
    count = int(account.max(initial=-1)) + 1
    begin, end = np.full(count, np.iinfo(np.int64).max), np.full(count, NEVER)
    seen = last > NEVER // 24
    np.minimum.at(begin, account[seen], first[seen])
    np.maximum.at(end, account[seen], last[seen])
    one, other = account[left], account[right]
    days = np.maximum(end[one], end[other]) - np.minimum(begin[one], begin[other]) + 1
    return np.asarray(np.maximum(days, SHORTEST), dtype=np.int64)


def _visits(groups: Sequence[Group]) -> tuple[Ints, Ints]:
    """The hours of every member of every group in one row, and where each member's begin."""
    members = list(chain.from_iterable(map(_per_member, groups)))
    start = np.r_[0, np.cumsum(_ints(map(len, members)))]
    return start.astype(np.int64), _ints(chain.from_iterable(members))


def _per_member(group: Group) -> Sequence[Sequence[int]]:
    """The hours of each member: an interaction has one list for both, a binding has none."""
    if len(group.hours) == len(group.members):
        return group.hours
    return [group.hours[0] if group.hours else ()] * len(group.members)


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, dtype=np.int64)
