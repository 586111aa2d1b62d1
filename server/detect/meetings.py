"""When accounts were where: compiled walks along sorted lists of local hours."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from server.detect.groups import ALWAYS, NEVER, Bools, Ints, Small

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]

MONDAY = 4  # 1970-01-01 was a Thursday, so day number 4 was a Monday


@njit(cache=True, nogil=True)
def at_home(hour: int) -> bool:
    """Whether a local hour is one that people spend at home: 19 to 7 on any day, and weekends until noon."""
    clock = hour % 24
    weekend = (hour // 24 - MONDAY) % 7 >= 5
    return clock >= 19 or clock < 7 or (weekend and clock < 12)


@njit(cache=True, nogil=True)
def at_work(hour: int) -> bool:
    """Whether a local hour lies on Monday to Friday from 9 to 17."""
    return 9 <= hour % 24 < 17 and (hour // 24 - MONDAY) % 7 < 5


@njit(cache=True, nogil=True)
def night(hour: int) -> int:
    """The number of the night of a local hour: an hour after midnight belongs to the evening before."""
    return (hour - 7) // 24


@njit(cache=True, nogil=True)
def visits(first: Ints, hours: Small) -> tuple[Small, Small, Small, Small]:
    """Per member: hours, hours at home, hours at work, and distinct days."""
    count = first.size - 1
    home, work, days = np.zeros(count, np.int32), np.zeros(count, np.int32), np.zeros(count, np.int32)
    for member in range(count):
        day = NEVER
        for hour in hours[first[member] : first[member + 1]]:
            home[member] += at_home(hour)
            work[member] += at_work(hour)
            days[member] += hour // 24 != day
            day = hour // 24
    return np.diff(first).astype(np.int32), home, work, days


@njit(cache=True, nogil=True)
def crowds(start: Ints, first: Ints, hours: Small) -> Singles:
    """Per group of two members or more: accounts per week in weeks when anybody was there; else 0."""
    weekly = np.zeros(start.size - 1, np.float32)
    for group in range(start.size - 1):
        begin, end = first[start[group]], first[start[group + 1]]
        if start[group + 1] - start[group] < 2 or begin == end:
            continue
        weeks = (hours[begin:end] // 24 - MONDAY) // 7
        seen = 0
        for member in range(start[group], start[group + 1]):
            own = weeks[first[member] - begin : first[member + 1] - begin]
            seen += _changes(own)
        weekly[group] = seen / _changes(np.sort(weeks))
    return weekly


@njit(cache=True, nogil=True)
def _changes(ascending: Small) -> int:
    """How many distinct values there are."""
    found, before = 0, NEVER
    for value in ascending:
        found += value != before
        before = value
    return found


@njit(cache=True, nogil=True)
def pairs(start: Ints, first: Ints, hours: Small, all_up_to: int) -> tuple[Small, Small, Small]:
    """Group and two members of every pair; in groups of more than `all_up_to` members they share a day at least."""
    total = 0
    for group in range(start.size - 1):
        size = start[group + 1] - start[group]
        total += size * (size - 1) // 2
    of, left, right = np.empty(total, np.int32), np.empty(total, np.int32), np.empty(total, np.int32)
    place = 0
    for group in range(start.size - 1):
        free = start[group + 1] - start[group] <= all_up_to
        for i in range(start[group], start[group + 1]):
            for j in range(i + 1, start[group + 1]):
                if free or _share_a_day(hours[first[i] : first[i + 1]], hours[first[j] : first[j + 1]]):
                    of[place], left[place], right[place] = group, i, j
                    place += 1
    return of[:place].copy(), left[:place].copy(), right[:place].copy()


@njit(cache=True, nogil=True)
def _share_a_day(one: Small, other: Small) -> bool:
    i = j = 0
    while i < one.size and j < other.size:
        day, its = one[i] // 24, other[j] // 24
        if day == its:
            return True
        i, j = (i + 1, j) if day < its else (i, j + 1)
    return False


@njit(cache=True, nogil=True)
def meetings(left: Small, right: Small, first: Ints, hours: Small) -> tuple[Small, Small, Small, Singles]:
    """Per pair of members: hours, days and nights at home when both were there, and how they took turns.

    Turns are changes from one to the other in the order of time, as a share of the most that are possible: near 0
    for a thing that changed hands, about half and more for one that is shared. An hour of both is a change.
    """
    together, days = np.zeros(left.size, np.int32), np.zeros(left.size, np.int32)
    nights, turns = np.zeros(left.size, np.int32), np.zeros(left.size, np.float32)
    for pair in range(left.size):
        one, other = (
            hours[first[left[pair]] : first[left[pair] + 1]],
            hours[first[right[pair]] : first[right[pair] + 1]],
        )
        together[pair], turns[pair] = _turns(one, other)
        i = j = 0
        day = dark = NEVER
        while i < one.size and j < other.size:
            if one[i] // 24 == other[j] // 24 and one[i] // 24 != day:
                day = one[i] // 24
                days[pair] += 1
            if night(one[i]) == night(other[j]) and night(one[i]) != dark and at_home(one[i]) and at_home(other[j]):
                dark = night(one[i])
                nights[pair] += 1
            i, j = (i + 1, j) if one[i] < other[j] else (i, j + 1)
    return together, days, nights, turns


@njit(cache=True, nogil=True)
def _turns(one: Small, other: Small) -> tuple[int, float]:
    i = j = both = changes = 0
    before = -1
    while i < one.size or j < other.size:
        if i < one.size and j < other.size and one[i] == other[j]:
            i, j, both, changes, before = i + 1, j + 1, both + 1, changes + 2, -1
        elif j == other.size or (i < one.size and one[i] < other[j]):
            i, changes, before = i + 1, changes + (before == 1), 0
        else:
            j, changes, before = j + 1, changes + (before == 0), 1
    most = 2 * min(one.size, other.size)
    return both, min(1.0, changes / most) if most else 0.0


@njit(cache=True, nogil=True)
def latest(start: Ints, times: Ints, count: int) -> Ints:
    """Per account the hour from which on it has its last `count` times; those of account a stand sorted."""
    since = np.full(start.size - 1, ALWAYS)
    for account in range(start.size - 1):
        if start[account] < start[account + 1]:
            since[account] = times[max(start[account], start[account + 1] - count)]
    return since


@njit(cache=True, nogil=True)
def lately(account: Small, chosen: Bools, since: Ints, first: Ints, hours: Small) -> Ints:
    """Per chosen member its hours at home since its account's `since`."""
    found = np.zeros(account.size, np.int64)
    for member in range(account.size):
        if chosen[member]:
            for hour in hours[first[member] : first[member + 1]]:
                found[member] += hour >= since[account[member]] and at_home(hour)
    return found


@njit(cache=True, nogil=True)
def common(a: Ints, b: Ints, after: Ints, start: Ints, nights: Ints) -> tuple[Ints, Ints]:
    """Per pair of accounts: nights when both were seen at all, and such nights later than `after`."""
    both, later = np.zeros(a.size, np.int64), np.zeros(a.size, np.int64)
    for pair in range(a.size):
        i, j = start[a[pair]], start[b[pair]]
        while i < start[a[pair] + 1] and j < start[b[pair] + 1]:
            if nights[i] == nights[j]:
                both[pair] += 1
                later[pair] += nights[i] > after[pair]
                i, j = i + 1, j + 1
            else:
                i, j = (i + 1, j) if nights[i] < nights[j] else (i, j + 1)
    return both, later


@njit(cache=True, nogil=True)
def missed(
    rows: Ints, chosen: Bools, side: Small, used: Small, last: Ints, account: Small, start: Ints, times: Ints
) -> Singles:
    """Per pair how often one of the two would have been at the common things since its last time there.

    rows has the first row of each pair, side the member of each row; used and last belong to members, times to
    accounts. An account that goes on elsewhere as often as before has left: n times where it was there half of the
    time before stand for n / 2. NaN where no row of the pair is chosen.
    """
    found = np.full(rows.size - 1, np.nan, np.float32)
    for pair in range(rows.size - 1):
        there, until, who = 0, NEVER, 0
        for row in range(rows[pair], rows[pair + 1]):
            if chosen[row]:
                there, until = there + used[side[row]], max(until, last[side[row]])
                who = account[side[row]]
        if there:
            own = times[start[who] : start[who + 1]]
            before = np.searchsorted(own, until, side="right")
            found[pair] = (own.size - before) * there / (before if before else 1)
    return found
