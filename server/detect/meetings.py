"""When two accounts were in one place in one hour: compiled walks along sorted lists of local hours."""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

MONDAY = 4  # 1970-01-01 was a Thursday, so day number 4 was a Monday
NEVER = np.iinfo(np.int64).min


@njit(cache=True)
def at_home(hour: int) -> bool:
    """Whether a local hour is one that people spend at home: 19 to 7 on any day, and weekends until noon."""
    clock = hour % 24
    weekend = (hour // 24 - MONDAY) % 7 >= 5
    return clock >= 19 or clock < 7 or (weekend and clock < 12)


@njit(cache=True)
def at_work(hour: int) -> bool:
    """Whether a local hour lies on Monday to Friday from 9 to 17."""
    return 9 <= hour % 24 < 17 and (hour // 24 - MONDAY) % 7 < 5


@njit(cache=True)
def meetings(left: Ints, right: Ints, start: Ints, hours: Ints, now: int) -> tuple[Ints, Ints, Ints, Ints]:
    """Per pair of members: hours together, and their distinct days, home nights and office hours.

    The hours of member m are hours[start[m] : start[m + 1]], ascending, so one walk along both finds the shared ones.
    """
    together = np.zeros(left.size, np.int64)
    days, nights, working = np.zeros_like(together), np.zeros_like(together), np.zeros_like(together)
    for pair in range(left.size):
        i, j = start[left[pair]], start[right[pair]]
        day = night = NEVER
        while i < start[left[pair] + 1] and j < start[right[pair] + 1] and hours[i] <= now:
            hour = hours[i]
            if hour != hours[j]:
                i, j = (i + 1, j) if hour < hours[j] else (i, j + 1)
                continue
            i, j = i + 1, j + 1
            together[pair] += 1
            working[pair] += at_work(hour)
            days[pair] += hour // 24 != day
            day = hour // 24
            # An hour after midnight belongs to the evening before: one night is one night.
            if at_home(hour) and (hour - 7) // 24 != night:
                night = (hour - 7) // 24
                nights[pair] += 1
    return together, days, nights, working


@njit(cache=True)
def spans(start: Ints, hours: Ints, now: int) -> tuple[Ints, Ints]:
    """The first and last hour of each member up to `now`; NEVER where there is none."""
    first, last = np.full(start.size - 1, NEVER), np.full(start.size - 1, NEVER)
    for member in range(start.size - 1):
        for hour in hours[start[member] : start[member + 1]]:
            if hour <= now:
                first[member] = hour if first[member] == NEVER else first[member]
                last[member] = hour
    return first, last
