"""Where a person is in an hour: in his own home, in another's, at work or out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seed.city.clock import weekday
from seed.city.draws import Bools, Ints, Rng
from seed.city.places import AT_WORK, HOME, IS_HOME, OUT, WORK
from seed.city.ties import PARTNER_APART, STAY, WEEKLY

if TYPE_CHECKING:
    from seed.city.world import World


@dataclass(frozen=True)
class Whereabouts:
    """Per session: the place; when that is a home, whose (household and home), and whether it is the person's."""

    place: Ints
    household: Ints
    home: Ints
    own: Bools
    on_screen: Bools  # signed in on a friend's television


def locate(rng: Rng, world: World, person: Ints, hour: Ints) -> Whereabouts:
    """Draw where each person is in each of the hours."""
    place = _place(rng, world, person, hour)
    household = _at_home(world, person, hour)
    visiting = (place != WORK) & _visiting(rng, world, person, hour)
    household = np.where(visiting, world.ties.host[person], household)
    friend = world.ties.friend_screen[person]
    on_screen = (place == HOME) & (friend >= 0) & (rng.random(len(person)) < 0.25) & ~visiting
    household = np.where(on_screen, friend, household)
    place = np.where(visiting, HOME, place)
    home = world.moves.home_of.at(household, hour)
    return Whereabouts(place, household, home, ~visiting & ~on_screen & (place == HOME), on_screen)


def _place(rng: Rng, world: World, person: Ints, hour: Ints) -> Ints:
    rhythm = world.places.rhythm[person]
    weekend = (weekday(hour // 24) >= 5).astype(np.int64)
    home = rng.random(len(person)) < IS_HOME[weekend, rhythm, hour % 24]
    working = (rng.random(len(person)) < AT_WORK[weekend, rhythm]) & (world.places.office[person] >= 0)
    return np.where(home, HOME, np.where(working, WORK, OUT))


def _at_home(world: World, person: Ints, hour: Ints) -> Ints:
    """The household that the person is with: a child in two homes changes every week."""
    household = world.moves.household_of.at(person, hour)
    second = world.moves.second_home[person]
    away = (second >= 0) & ((hour // 168 + household) % 2 == 1)
    return np.where(away, second, household)


def _visiting(rng: Rng, world: World, person: Ints, hour: Ints) -> Bools:
    """Weekly visits in the evening, two nights a week with a partner who lives apart, or one long stay."""
    ties, day = world.ties, hour // 24
    habit, start = ties.habit[person], ties.visit_day[person]
    since = (weekday(day) - start) % 7
    evening = hour % 24 >= 16
    weekly = (habit == WEEKLY) & (since == 0) & evening & (rng.random(len(person)) < 0.7)
    nights = (habit == PARTNER_APART) & ((since == 0) & evening | (since == 1))
    staying = (habit == STAY) & (day >= start) & (day < start + ties.visit_days[person])
    there = weekly | (nights | staying) & (rng.random(len(person)) < 0.85)
    return np.asarray((ties.host[person] >= 0) & there)
