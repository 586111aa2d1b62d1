"""From who was seen where to what two accounts share: one row per pair and group, in columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

# 1970-01-01 was a Thursday, so day number 4 was a Monday.
MONDAY = 4
SHORTEST = 3  # days: one meeting of two accounts that were seen only once is not a habit
HOURS = 1 << 24  # more hours than any clock here shows: 1900 years


@dataclass(frozen=True)
class Group:
    """Accounts that share one thing: an identifier, a kind of interaction, a binding.

    `accounts` is how many share it in all; `hours` holds, per member, the distinct local hours (see
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
    overlap   whether the two spans of time overlap: a device that changed hands has none
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


def gather(groups: Sequence[Group], now: int | None = None) -> Evidence:
    """Make the pairs of each group and what they share.

    `now` is a local hour: what lies after it is left out, and ages count from it; None takes the latest hour.
    """
    groups = [group for group in groups if now is None or group.since is None or group.since <= now]
    groups.sort(key=lambda group: (group.kind, group.identifier, group.detail, tuple(group.members)))
    accounts = sorted({member for group in groups for member in group.members})
    place = {account: index for index, account in enumerate(accounts)}
    seen_group = np.repeat(np.arange(len(groups)), [len(group.members) for group in groups])
    seen_account = _ints(place[member] for group in groups for member in group.members)
    seen, hour = _visits(groups)
    if now is not None:
        seen, hour = seen[hour <= now], hour[hour <= now]
    else:
        now = max([int(hour.max(initial=0)), *(group.since for group in groups if group.since is not None)])
    first, last = _spans(seen, hour, len(seen_group))
    left, right = pairs_within(seen_group)
    # An interaction or a binding has its times on the group, so both members have the same; a sighting that lies
    # wholly after `now` leaves a member without hours, and such a pair says nothing.
    timeless = _ints(not any(group.hours) for group in groups).astype(bool)[seen_group[left]]
    present = timeless | ((last[left] >= first[left]) & (last[right] >= first[right]))
    left, right = left[present], right[present]
    together, days, nights, office = _together(seen_group, seen, hour, left, right)
    swap = seen_account[left] > seen_account[right]
    known = np.minimum(last[left], last[right])
    return Evidence(
        accounts=accounts,
        groups=groups,
        a=np.where(swap, seen_account[right], seen_account[left]),
        b=np.where(swap, seen_account[left], seen_account[right]),
        group=seen_group[left],
        together=together,
        days=days,
        nights=nights,
        office=office,
        overlap=np.maximum(first[left], first[right]) <= known,
        age=np.where(timeless[present], 0.0, (now - known) / 24),
        span=_window(seen_account, first // 24, last // 24, left, right),
        now=now,
    )


def pairs_within(key: Ints) -> tuple[Ints, Ints]:
    """All pairs of places that have the same key, for keys that stand together; left < right."""
    if not key.size:
        return key, key
    starts = np.flatnonzero(np.r_[True, key[1:] != key[:-1]])
    sizes = np.diff(np.r_[starts, key.size])
    ends = np.repeat(starts + sizes, sizes)
    partners = ends - np.arange(key.size) - 1
    left = np.repeat(np.arange(key.size), partners)
    before = np.cumsum(partners) - partners
    right = left + 1 + np.arange(left.size) - np.repeat(before, partners)
    return left, right


def at_home(hour: Ints) -> NDArray[np.bool_]:
    """Whether a local hour is one that people spend at home: 19 to 7 on any day, and weekends until noon."""
    clock = hour % 24
    weekend = (hour // 24 - MONDAY) % 7 >= 5
    return (clock >= 19) | (clock < 7) | (weekend & (clock < 12))


def at_work(hour: Ints) -> NDArray[np.bool_]:
    """Whether a local hour lies on Monday to Friday from 9 to 17."""
    clock = hour % 24
    return (clock >= 9) & (clock < 17) & ((hour // 24 - MONDAY) % 7 < 5)


def _visits(groups: Sequence[Group]) -> tuple[Ints, Ints]:
    """Every hour of every member of every group: the member's place among all, and the hour."""
    hours = [member for group in groups for member in _per_member(group)]
    seen = np.repeat(np.arange(len(hours)), [len(member) for member in hours])
    return seen, _ints(hour for member in hours for hour in member)


def _per_member(group: Group) -> Sequence[Sequence[int]]:
    """The hours of each member: an interaction has one list for both, a binding has none."""
    if len(group.hours) == len(group.members):
        return group.hours
    return [group.hours[0] if group.hours else ()] * len(group.members)


def _spans(seen: Ints, hour: Ints, count: int) -> tuple[Ints, Ints]:
    first = np.full(count, np.iinfo(np.int64).max)
    last = np.full(count, np.iinfo(np.int64).min)
    np.minimum.at(first, seen, hour)
    np.maximum.at(last, seen, hour)
    return first, last


def _window(account: Ints, first: Ints, last: Ints, left: Ints, right: Ints) -> Ints:
    """Days from the first to the last sight of either account, given each member's first and last day."""
    count = int(account.max(initial=-1)) + 1
    begin, end = np.full(count, np.iinfo(np.int64).max), np.full(count, np.iinfo(np.int64).min)
    np.minimum.at(begin, account, first)
    np.maximum.at(end, account, last)
    one, other = account[left], account[right]
    days = np.maximum(end[one], end[other]) - np.minimum(begin[one], begin[other]) + 1
    return np.asarray(np.maximum(days, SHORTEST), dtype=np.int64)


def _together(seen_group: Ints, seen: Ints, hour: Ints, left: Ints, right: Ints) -> tuple[Ints, Ints, Ints, Floats]:
    order = np.lexsort((seen, hour, seen_group[seen]))
    seen, hour = seen[order], hour[order]
    one, other = pairs_within(seen_group[seen] * HOURS + hour)
    count = len(seen_group)
    row = np.searchsorted(left * count + right, seen[one] * count + seen[other])
    when = hour[one]
    together = np.bincount(row, minlength=left.size)
    days = _distinct(row, when // 24, left.size)
    # An hour after midnight belongs to the evening before: one night is one night.
    home = at_home(when)
    nights = _distinct(row[home], (when[home] - 7) // 24, left.size)
    working = np.bincount(row, weights=at_work(when), minlength=left.size)
    office = np.divide(working, together, out=np.zeros(left.size), where=together > 0)
    return together, days, nights, office


def _distinct(row: Ints, value: Ints, count: int) -> Ints:
    """How many distinct values each of `count` rows has."""
    value = value - value.min(initial=0)
    return np.bincount(np.unique(row * HOURS + value) // HOURS, minlength=count)


def _ints(values: Any) -> Ints:
    return np.fromiter(values, dtype=np.int64)
