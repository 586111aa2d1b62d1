"""Who owns which device: phones that change hands, shared tablets and computers, watches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seed.city.draws import Bools, Ints, Rng, some
from seed.city.households import ADULT, CHILD, ELDER, HEAD, PARTNER, TEEN, Census
from seed.city.identifiers import Block, numbered
from seed.city.moves import EARLIEST, LATEST
from seed.city.timeline import Timeline

HAS_PHONE = np.array([0.10, 0.80, 1.0, 0.95])  # by age band
HAS_WATCH = np.array([0.45, 0.10, 0.08, 0.03])
HAS_COMPUTER = np.array([0.02, 0.35, 0.55, 0.10])


@dataclass(frozen=True)
class Devices:
    """By person and by household; `seller` sold his phone to a stranger, `buyer`."""

    phone: Timeline
    has_phone: Bools
    has_watch: Bools
    has_computer: Bools
    elder_phone: Bools
    tablet: Bools
    shared_computer: Bools
    guardian: Ints  # per person, whose phone he borrows: a child his parent's, partners each other's
    seller: Ints
    buyer: Ints


def equip(rng: Rng, census: Census, households: int) -> Devices:
    """Draw all devices; one phone in five is replaced in the period."""
    age, size = census.age, census.sizes
    several = np.append(size > 1, np.zeros(households - len(size), dtype=bool))
    phone, seller, buyer = _phones(rng, census)
    people = census.people
    return Devices(
        phone,
        rng.random(people) < HAS_PHONE[age],
        rng.random(people) < HAS_WATCH[age],
        rng.random(people) < HAS_COMPUTER[age],
        (age == ELDER) & (rng.random(people) < 0.3),
        rng.random(households) < np.where(several, 0.5, 0.2),
        rng.random(households) < np.where(several, 0.25, 0.0),
        _guardians(rng, census),
        seller,
        buyer,
    )


def _phones(rng: Rng, census: Census) -> tuple[Timeline, Ints, Ints]:
    """Replacements; of the old phones a quarter go to a stranger and a quarter to a member of the household."""
    people = np.arange(census.people, dtype=np.int64)
    first = numbered(Block.PHONE, people)
    renewed = rng.permutation(some(rng, census.age > CHILD, 0.2))
    at = rng.integers(EARLIEST, LATEST, len(renewed))
    sold = len(renewed) // 4
    seller, sold_at = renewed[:sold], at[:sold] + rng.integers(48, 480, sold)
    buyer = rng.choice(np.setdiff1d(people, renewed), sold, replace=False)
    handed = renewed[sold : 2 * sold]
    heir = np.minimum(handed + 1, len(people) - 1)
    near = (census.person_household[heir] == census.person_household[handed]) & ~np.isin(heir, renewed)
    owner = np.concatenate([renewed, buyer, heir[near]])
    hour = np.concatenate([at, sold_at, at[sold : 2 * sold][near] + 24])
    value = np.concatenate([numbered(Block.NEXT_PHONE, renewed), first[seller], first[handed[near]]])
    return Timeline.of(first, owner, hour, value), seller, buyer


def _guardians(rng: Rng, census: Census) -> Ints:
    """For minors the first or second grown member of the household, for partners each other, else oneself."""
    people = np.arange(census.people, dtype=np.int64)
    first = np.searchsorted(census.person_household, census.person_household)
    second = np.minimum(first + 1, len(people) - 1)
    grown = np.isin(census.age, (ADULT, ELDER))
    fits = grown[second] & (census.person_household[second] == census.person_household)
    guardian = np.where(fits & (rng.random(len(people)) < 0.6), second, first)
    minor = np.isin(census.age, (CHILD, TEEN)) & (census.relation != HEAD)
    partner = (census.relation == PARTNER) | (grown & fits & (census.relation[second] == PARTNER))
    other = np.where(census.relation == PARTNER, first, second)
    return np.select([minor & grown[guardian], partner], [guardian, other], people)
