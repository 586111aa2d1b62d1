"""Purchases in columns, and what they say of each account: how many, how recent, how large."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from server.referrals.graph import Floats, Ints

DAY = 86_400


@dataclass(frozen=True)
class Purchases:
    """One row per purchase of one currency: account as a number from 0, seconds since 1970, amount."""

    size: int
    account: Ints
    at: Ints
    amount: Floats


@dataclass(frozen=True)
class History:
    """Per account that bought: repeat purchases, days from first to last, days from first to now, mean amount.

    Purchases of one day count as one, of the sum of their amounts, as is usual for these models.
    """

    account: Ints
    repeats: Ints
    last: Floats
    age: Floats
    mean: Floats

    def every(self, step: int) -> History:
        """Every so manieth account."""
        return History(*(column[::step] for column in vars(self).values()))


def purchases(size: int, rows: Sequence[tuple[int, int, float]]) -> Purchases:
    """Columns from rows of account, time and amount."""
    account, at, amount = zip(*rows, strict=True) if rows else ((), (), ())
    return Purchases(
        size, np.array(account, dtype=np.int64), np.array(at, dtype=np.int64), np.array(amount, dtype=np.float64)
    )


def spent(given: Purchases) -> Floats:
    """What each account has spent."""
    return _added(given.account, given.amount, given.size)


def history(given: Purchases, now: int) -> History:
    """Sum up the purchases until `now`, in seconds since 1970."""
    known = given.at <= now
    day, amount = given.at[known] // DAY, given.amount[known]
    key = given.account[known] * (now // DAY + 1) + day
    one, place = np.unique(key, return_inverse=True)
    total = _added(place, amount, len(one))
    account, start, times = np.unique(one // (now // DAY + 1), return_index=True, return_counts=True)
    days = (one % (now // DAY + 1)).astype(np.float64)
    first, end = days[start], days[start + times - 1]
    mean: Floats = np.add.reduceat(total, start) / times if len(start) else total
    return History(account, times.astype(np.int64) - 1, end - first, now // DAY - first, mean)


def _added(place: Ints, amount: Floats, size: int) -> Floats:
    total: Floats = np.bincount(place, amount, minlength=size).astype(np.float64)
    return total
