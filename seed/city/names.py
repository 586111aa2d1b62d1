"""The opaque strings that accounts, households, people and identifiers go by: shuffled, so that they say nothing."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from seed.city.draws import Ints, Rng
from seed.city.identifiers import SHIFT, Block


@dataclass(frozen=True)
class Names:
    """Each is an array of strings; `known` are the identifier numbers in ascending order."""

    accounts: pa.Array
    people: pa.Array
    households: pa.Array
    known: Ints
    identifiers: pa.Array

    def account(self, which: Ints) -> pa.DictionaryArray:
        """Account ids; null for -1."""
        return _spelt(self.accounts, which)

    def person(self, which: Ints) -> pa.DictionaryArray:
        """Person ids."""
        return _spelt(self.people, which)

    def household(self, which: Ints) -> pa.DictionaryArray:
        """Household ids."""
        return _spelt(self.households, which)

    def identifier(self, number: Ints) -> pa.DictionaryArray:
        """Identifier values; null for -1."""
        place = np.searchsorted(self.known, number).astype(np.int64)
        return _spelt(self.identifiers, np.where(number < 0, -1, place))


def name(rng: Rng, accounts: int, people: int, households: int, known: Ints) -> Names:
    """Number everything in a random order."""
    prefixes = np.array(["" if b == 0 else _prefix(Block(b)) for b in range(len(Block) + 1)])
    return Names(
        _shuffled(rng, np.full(accounts, "a")),
        _shuffled(rng, np.full(people, "p")),
        _shuffled(rng, np.full(households, "h")),
        known,
        _shuffled(rng, prefixes[known >> SHIFT]),
    )


def words(vocabulary: tuple[str, ...], which: np.ndarray) -> pa.DictionaryArray:
    """A column of few distinct words."""
    return _spelt(pa.array(vocabulary), which)


def _prefix(block: Block) -> str:
    """The first letter says the kind of the column beside it and nothing more."""
    if block < Block.ROUTER:
        return "dev-"
    if block < Block.HOME_DELIVERY:
        return "net-"
    return "adr-" if block < Block.CARD else "pay-"


def _shuffled(rng: Rng, prefixes: np.ndarray) -> pa.Array:
    numbers = rng.permutation(len(prefixes))
    return pa.array([f"{p}{n:07d}" for p, n in zip(prefixes.tolist(), numbers.tolist(), strict=True)], pa.string())


def _spelt(vocabulary: pa.Array, which: np.ndarray) -> pa.DictionaryArray:
    places = which.astype(np.int32)
    return pa.DictionaryArray.from_arrays(pa.array(places, mask=places < 0), vocabulary)
