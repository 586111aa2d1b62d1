"""Accounts as the platform knows them: when they were open, what their app may read, how they write."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seed.city.clock import DAYS
from seed.city.draws import Bools, Floats, Ints, Rng
from seed.city.households import Census
from seed.city.profiles import Profile


@dataclass(frozen=True)
class Accounts:
    """By account. `first` and `last` are days of the period; an older account opens on day 0."""

    person: Ints
    activity: Floats
    first: Ints
    last: Ints
    registered: Ints  # minutes since the start of the period, negative for older accounts
    named: Bools
    terse: Bools
    spelling: Ints
    primary: Bools
    platform: Ints

    def day_between(self, rng: Rng, account: Ints) -> Ints:
        """A random day on which each account was open."""
        return (self.first[account] + rng.random(len(account)) * (self.last - self.first)[account]).astype(np.int64)

    def open_on(self, account: Ints, day: Ints) -> Bools:
        """Whether each account was open on the day."""
        return np.asarray((day >= self.first[account]) & (day < self.last[account]))


def enrol(rng: Rng, profile: Profile, census: Census) -> Accounts:
    """One account in eight opens during the period and one in sixteen falls silent."""
    size = len(census.account_person)
    first = np.where(rng.random(size) < 0.12, rng.integers(1, DAYS - 20, size), 0)
    silent = rng.random(size) < 0.06
    last = np.where(silent, first + 10 + rng.random(size) * (DAYS - 10 - first), DAYS).astype(np.int64)
    older = -rng.integers(1, 1500 * 1440, size)
    primary = np.append(True, census.account_person[1:] != census.account_person[:-1])
    platform = (rng.integers(0, 3, size) + np.where(primary, 0, 1)) % 3
    return Accounts(
        census.account_person,
        census.activity,
        first,
        last,
        np.where(first > 0, first * 1440 - rng.integers(0, 600, size), older),
        rng.random(size) < profile.named,
        rng.random(size) < 0.125,
        rng.integers(0, 10, size),
        primary,
        platform,
    )
