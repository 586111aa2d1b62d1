"""How homes change hands in the period: moves, departures, couples that form, children in two homes."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seed.city.clock import HOURS
from seed.city.draws import Ints, Rng, some
from seed.city.households import (
    ADULT,
    CHILD,
    DORM,
    HEAD,
    OFFSPRING,
    PARTNER,
    SIBLING,
    SINGLE_PARENTS,
    STUDENT,
    TEEN,
    Census,
)
from seed.city.profiles import Profile
from seed.city.timeline import Timeline

EARLIEST, LATEST = 15 * 24, 165 * 24  # a change nearer to either end could not be seen in the data


@dataclass(frozen=True)
class Moves:
    """Where everyone lives when. `moved` and its fellows are household moves; `leaver` and `joiner` are people."""

    household_of: Timeline  # person → household
    home_of: Timeline  # household → home
    homes: int
    households: int
    moved: Ints
    moved_at: Ints
    vacated: Ints
    entered: Ints
    leaver: Ints
    joiner: Ints
    second_home: Ints  # per person the household of the other parent, or -1


def move(rng: Rng, profile: Profile, census: Census) -> Moves:
    """Draw all changes. Nobody leaves a household twice; a household may move after it gained or lost a member."""
    leaver = _leavers(rng, profile, census)
    joiner, host = _couples(rng, profile, census)
    households = len(census.household_home)
    alone = households + np.arange(len(leaver))
    household_of = Timeline.of(
        census.person_household,
        np.concatenate([leaver, joiner]),
        rng.integers(EARLIEST, LATEST, len(leaver) + len(joiner)),
        np.concatenate([alone, host]),
    )
    spare = len(census.home_kind)
    settled = np.concatenate([census.household_home, spare + np.arange(len(leaver))])
    spare += len(leaver)
    moved = some(rng, census.home_kind[census.household_home] != DORM, profile.move)
    at = np.sort(rng.integers(EARLIEST, LATEST, len(moved)))
    moved = rng.permutation(moved)
    entered, homes = _homes_entered(rng, settled[moved], spare)
    return Moves(
        household_of,
        Timeline.of(settled, moved, at, entered),
        homes,
        households + len(leaver),
        moved,
        at,
        settled[moved],
        entered,
        leaver,
        joiner,
        _second_homes(rng, census, joiner),
    )


def _leavers(rng: Rng, profile: Profile, census: Census) -> Ints:
    """One grown member of some households of two or more; a grown child leaves more often than a partner."""
    weight = np.select(
        [census.relation == OFFSPRING, census.relation == SIBLING, census.relation == PARTNER], [2, 2, 1], 0
    )
    weight *= (census.age == ADULT) & (census.sizes[census.person_household] > 1)
    leaver = np.flatnonzero(weight)
    leaver = leaver[rng.random(len(leaver)) < (profile.depart * 1.3 * weight[leaver]).clip(0, 0.6)]
    return leaver[np.unique(census.person_household[leaver], return_index=True)[1]]


def _couples(rng: Rng, profile: Profile, census: Census) -> tuple[Ints, Ints]:
    """Single adults paired at random: who moves in, and the household that takes them in."""
    single = (census.sizes[census.person_household] == 1) & (census.age == ADULT)
    free = single & np.isin(census.relation, (HEAD, STUDENT))
    free &= census.home_kind[census.household_home[census.person_household]] != DORM
    chosen = rng.permutation(some(rng, free, profile.couple * 2))
    half = len(chosen) // 2
    return chosen[:half], census.person_household[chosen[half : 2 * half]]


def _homes_entered(rng: Rng, left: Ints, spare: int) -> tuple[Ints, int]:
    """Half of the movers take the home that the mover before them left; the others find a new one."""
    entered = spare + np.arange(len(left))
    chained = np.flatnonzero(rng.random(len(left)) < 0.5)
    entered[chained[1:]] = left[chained[:-1]]
    return entered, spare + len(left)


def _second_homes(rng: Rng, census: Census, joiner: Ints) -> Ints:
    """Half of the children of a single parent spend time with the other parent, who lives alone elsewhere."""
    second = np.full(census.people, -1, dtype=np.int64)
    of_two = census.sizes[census.person_household] > 1
    parents = np.isin(census.household_shape, SINGLE_PARENTS)[census.person_household]
    young = np.isin(census.age, (CHILD, TEEN)) & parents & of_two
    household = np.unique(census.person_household[some(rng, young, 0.5)])
    adults = (census.sizes[census.person_household] == 1) & (census.age == ADULT) & (census.relation == HEAD)
    adults[joiner] = False
    other = rng.permutation(census.person_household[adults])[: len(household)]
    to = np.full(len(census.household_home), -1, dtype=np.int64)
    to[household[: len(other)]] = other
    second[young] = to[census.person_household[young]]
    return second


def present(moves: Moves) -> Ints:
    """Everybody's household at the end."""
    people = np.arange(len(moves.second_home), dtype=np.int64)
    return moves.household_of.at(people, HOURS - 1)
