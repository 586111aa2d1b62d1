"""What ties people to homes and people that are not theirs: guests, neighbours, friends, elders who live apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from seed.city.clock import DAYS
from seed.city.draws import Bools, Ints, Rng, another, some
from seed.city.homes import Homes
from seed.city.households import ADULT, ELDER, ELDERS_ALONE, HEAD, STUDENT, Census
from seed.city.moves import Moves, present
from seed.city.profiles import Profile

WEEKLY, PARTNER_APART, STAY = range(3)


@dataclass(frozen=True)
class Ties:
    """By person, -1 for none: whom they visit and how, whose network they use, whose television they are on."""

    host: Ints  # household
    habit: Ints
    visit_day: Ints  # a weekday, or the first day of a stay
    visit_days: Ints  # the length of a stay
    neighbour: Ints  # home whose network the person's own home uses
    friend_screen: Ints  # household whose television the person's account is signed in on
    kin: Ints  # household of the elder relative who lives apart
    sponsor: Ints  # for such an elder, or a student away from home, the person whose family card pays
    friends: tuple[Ints, Ints]  # pairs of people


def tie(rng: Rng, profile: Profile, census: Census, moves: Moves, homes: Homes) -> Ties:
    """Draw all ties. Friends and hosts are anywhere in the city; neighbours are in the same building."""
    people = census.people
    kin = _kin(rng, census)
    host = _linked(rng, people, np.ones(people, dtype=bool), profile.guest, census.person_household)
    host = np.where((kin >= 0) & (rng.random(people) < 0.6), kin, host)
    habit = np.where(kin == host, STAY, np.array([0, 0, 1, 2])[rng.integers(0, 4, people)])
    sponsor = _sponsors(rng, kin, census)
    student = (sponsor >= 0) & (census.relation == STUDENT)
    host = np.where(student, census.person_household[sponsor], host)
    habit = np.where(student & (rng.random(people) < 0.5), STAY, habit)
    day = np.where(habit == STAY, rng.integers(5, DAYS - 25, people), rng.integers(0, 7, people))
    days = rng.integers(4, 25, people)
    first = np.searchsorted(census.person_household, census.person_household)
    along = (habit[first] != PARTNER_APART) & (host[first] >= 0) & (rng.random(people) < 0.5)
    host, habit, day, days = (np.where(along, x[first], x) for x in (host, habit, day, days))
    grown = np.isin(census.age, (ADULT, ELDER))
    return Ties(
        host,
        habit,
        day,
        days,
        _neighbours(rng, profile, census, homes),
        _linked(rng, people, grown, profile.video, census.person_household),
        kin,
        sponsor,
        _friends(rng, people, host, census, moves),
    )


def _linked(rng: Rng, people: int, who: Bools, share: float, household: Ints) -> Ints:
    """For a share of those people another person's household, else -1."""
    linked = np.full(people, -1, dtype=np.int64)
    chosen = some(rng, who, share)
    other = another(rng, household, len(chosen))
    linked[chosen] = np.where(other == household[chosen], -1, other)
    return linked


def _kin(rng: Rng, census: Census) -> Ints:
    """Four in ten elders who live without the young have a grown child with a family elsewhere."""
    kin = np.full(census.people, -1, dtype=np.int64)
    apart = (census.age == ELDER) & np.isin(census.household_shape, ELDERS_ALONE)[census.person_household]
    elders = rng.permutation(np.unique(census.person_household[some(rng, apart, 0.4)]))
    heads = (census.age == ADULT) & (census.relation == HEAD) & (census.sizes[census.person_household] > 1)
    children = rng.permutation(np.flatnonzero(heads))[: len(elders)]
    kin[children] = elders[: len(children)]
    return kin


def _sponsors(rng: Rng, kin: Ints, census: Census) -> Ints:
    """The other way round: by elder the grown child, and for a third of the students a parent in the city."""
    of_household = np.full(len(census.household_home), -1, dtype=np.int64)
    children = np.flatnonzero(kin >= 0)
    of_household[kin[children]] = children
    sponsor = of_household[census.person_household]
    students = some(rng, census.relation == STUDENT, 0.35)
    parents = np.flatnonzero(
        (census.relation == HEAD) & (census.age == ADULT) & (census.sizes[census.person_household] > 1)
    )
    sponsor[students[: len(students) * bool(len(parents))]] = another(rng, parents, len(students))
    return sponsor


def _neighbours(rng: Rng, profile: Profile, census: Census, homes: Homes) -> Ints:
    """A home in the same building whose network the person knows the password of."""
    neighbour = np.full(census.people, -1, dtype=np.int64)
    order = np.argsort(homes.building, kind="stable")
    following = np.empty(len(order), dtype=np.int64)
    following[order] = np.roll(order, -1)
    home = census.household_home[census.person_household]
    alike = (homes.building[following[home]] == homes.building[home]) & ~homes.managed[following[home]]
    chosen = some(rng, alike & (following[home] < len(census.home_kind)), profile.neighbour)
    neighbour[chosen] = following[home[chosen]]
    return neighbour


def _friends(rng: Rng, people: int, host: Ints, census: Census, moves: Moves) -> tuple[Ints, Ints]:
    """About three random friends each, and everybody befriends one person of the household they visit."""
    count = rng.poisson(rng.lognormal(0.0, 0.9, people))
    left = np.repeat(np.arange(people, dtype=np.int64), count)
    right = rng.integers(0, people, len(left))
    first = np.searchsorted(census.person_household, np.arange(len(census.household_home)))
    guests = np.flatnonzero(host >= 0)
    left, right = np.concatenate([left, guests]), np.concatenate([right, first[host[guests]]])
    last = present(moves)
    real = last[left] != last[right]
    return left[real], right[real]
