"""What families declared: one in twelve has a group, parents' controls, a card, or names two accounts as one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seed.city.clock import DAYS, HOURS
from seed.city.draws import Ints, Rng, some
from seed.city.households import CHILD, TEEN

if TYPE_CHECKING:
    from seed.city.world import World

KINDS = ("family_group", "parental_control", "family_card", "same_person")
DECLARED = 0.08  # households of two or more
JOINS = 0.85  # members of such a household
DAY = 1440


@dataclass(frozen=True)
class Bindings:
    """One row per declaration; times in minutes, `ended` is -1 while it holds."""

    left: Ints
    right: Ints
    kind: Ints
    minute: Ints
    ended: Ints


def declare(rng: Rng, world: World) -> Bindings:
    """All bindings. Seven in ten of those who leave end theirs within a month."""
    parts = [_groups(rng, world), _controls(rng, world), _cards(rng, world), _same(rng, world)]
    left, right, kind = (np.concatenate([p[i] for p in parts]) for i in range(3))
    late = np.maximum(world.accounts.first[left], world.accounts.first[right]) * DAY
    minute = np.minimum(late + rng.integers(0, 60 * DAY, len(left)), DAYS * DAY - 1)
    order = np.lexsort((right, left, kind, minute))
    left, right, kind, minute = left[order], right[order], kind[order], minute[order]
    return Bindings(left, right, kind, minute, _ended(rng, world, left, right, kind, minute))


def _declared(rng: Rng, world: World) -> Ints:
    """The first accounts of people who joined their family's group, in the order of households."""
    people = world.people
    family = (people.sizes > 1) & (rng.random(len(people.sizes)) < DECLARED)
    return some(rng, family[people.person_household], JOINS)


def _groups(rng: Rng, world: World) -> tuple[Ints, Ints, Ints]:
    """Everybody in a group is bound to its first member."""
    person = _declared(rng, world)
    household = world.people.person_household[person]
    first = person[np.searchsorted(household, household)]
    return _rows(world, first[first != person], person[first != person], 0)


def _controls(rng: Rng, world: World) -> tuple[Ints, Ints, Ints]:
    """A parent's control over a child's or teen's account."""
    young = np.isin(world.people.age, (CHILD, TEEN)) & (world.devices.guardian != np.arange(world.people.people))
    minor = some(rng, young, DECLARED)
    return _rows(world, world.devices.guardian[minor], minor, 1)


def _cards(rng: Rng, world: World) -> tuple[Ints, Ints, Ints]:
    """Holders of a family card: some within the household, and elders and students who live elsewhere."""
    person = some(rng, world.cards.family[world.people.person_household] & world.cards.holder, DECLARED)
    first = np.searchsorted(world.people.person_household, world.people.person_household[person])
    apart = some(rng, world.ties.sponsor >= 0, 0.3)
    one, two = np.concatenate([first, world.ties.sponsor[apart]]), np.concatenate([person, apart])
    return _rows(world, one[one != two], two[one != two], 2)


def _same(rng: Rng, world: World) -> tuple[Ints, Ints, Ints]:
    """People who said that two accounts are theirs."""
    second = some(rng, ~world.accounts.primary, DECLARED)
    return second - 1, second, np.full(len(second), 3)


def _rows(world: World, left: Ints, right: Ints, kind: int) -> tuple[Ints, Ints, Ints]:
    person = world.accounts.person
    return np.searchsorted(person, left), np.searchsorted(person, right), np.full(len(left), kind)


def _ended(rng: Rng, world: World, left: Ints, right: Ints, kind: Ints, minute: Ints) -> Ints:
    """When one of the two left the household that they declared; a card outlives that."""
    person, _, until, _ = world.moves.household_of.spells()
    leaves = np.full(world.people.people, HOURS, dtype=np.int64)
    np.minimum.at(leaves, person, until)
    hour = np.minimum(leaves[world.accounts.person[left]], leaves[world.accounts.person[right]])
    end = hour * 60 + rng.integers(0, 30 * DAY, len(left))
    ends = (kind < 2) & (hour < HOURS) & (rng.random(len(left)) < 0.7) & (end > minute) & (end < DAYS * DAY)
    return np.where(ends, end, -1)
