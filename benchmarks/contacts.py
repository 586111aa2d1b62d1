"""Simulated homesteads that are known from contacts alone: what few days of being close to each other look like.

The cities have no such data, and a model that never saw any must guess. Nothing here is taken from the Kenyan data
but the idea: large homes, few days, no identifiers, many members near each other daily, neighbours now and then.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from server.detect.pack import Group
from server.detect.traits import Traits

START = 24 * 20_000  # a local hour
MEET = 0.008  # pairs of neighbours who meet, most of them on one day


def homesteads(seed: int, homes: int = 30) -> tuple[list[Group], dict[str, Traits], dict[str, set[str]]]:
    """Contacts of one region as groups, what is known of people (nothing in every other region), who lives where."""
    rng = np.random.default_rng(seed)
    days = int(rng.integers(3, 12))
    sizes = rng.integers(2, 25, homes)
    home = np.repeat(np.arange(homes), sizes)
    close = rng.beta(1.0, 1.4, home.size)
    groups = []
    every = range(days)
    for a in range(home.size):
        for b in range(a + 1, home.size):
            hours: list[int] = []
            if home[a] == home[b]:
                hours = _hours(rng, every, rate=12 * close[a] * close[b] * rng.lognormal(-0.3, 0.6))
            elif rng.random() < MEET:
                hours = _hours(rng, rng.integers(0, days, 1 + rng.poisson(0.3)), rate=rng.lognormal(0, 0.7))
            if hours:
                groups.append(Group("interaction", "", "co_view", 2, [_name(seed, a), _name(seed, b)], [hours]))
    people = [_name(seed, place) for place in range(home.size)]
    known = {name: Traits("", str(rng.choice(["female", "male"])), "sensor") for name in people} if seed % 2 else {}
    return groups, known, {_name(seed, place): {f"{seed}-{own}"} for place, own in enumerate(home.tolist())}


def _hours(rng: np.random.Generator, days: Iterable[int], rate: float) -> list[int]:
    """Distinct hours of daylight, on each of these days as many as `rate` has it."""
    return [
        START + 24 * int(day) + int(hour)
        for day in sorted({*days})
        for hour in np.unique(rng.integers(6, 21, rng.poisson(rate)))
    ]


def _name(seed: int, place: int) -> str:
    return f"c{seed}-{place:03}"
