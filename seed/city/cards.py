"""Cards that a family shares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seed.city.draws import Bools, Rng
from seed.city.households import CHILD, Census


@dataclass(frozen=True)
class Cards:
    """By household, whether it has a family card; by person, whether he uses it."""

    family: Bools
    holder: Bools


def issue(rng: Rng, census: Census, households: int) -> Cards:
    """Four in ten of the households of two or more share a card, which two thirds of their members use."""
    shared = np.zeros(households, dtype=bool)
    shared[: len(census.sizes)] = (census.sizes > 1) & (rng.random(len(census.sizes)) < 0.4)
    return Cards(shared, (census.age > CHILD) & (rng.random(census.people) < 0.65))
