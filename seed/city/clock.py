"""The simulated period: 180 days that end at a fixed date, by one local clock."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from seed.city.draws import Ints

DAYS = 180
HOURS = DAYS * 24
START = np.datetime64("2025-11-21T00:00", "m")
OFFSET = "+08:00"


def weekday(day: Ints) -> Ints:
    """Monday is 0; the first day of the period is a Friday."""
    return (day + 4) % 7


def stamps(minutes: Ints) -> pa.DictionaryArray:
    """ISO 8601 local times with their offset, from minutes since the start; each distinct time is spelt once."""
    distinct, place = np.unique(minutes, return_inverse=True)
    words = np.datetime_as_string(START + distinct.astype("timedelta64[m]"), unit="s")
    return pa.DictionaryArray.from_arrays(place.astype(np.int32), pa.array([f"{w}{OFFSET}" for w in words]))
