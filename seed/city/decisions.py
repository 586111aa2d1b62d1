"""Who has which part in what a household buys, category by category, before anything is bought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seed.city import categories
from seed.city.clock import DAYS
from seed.city.draws import Bools, Floats, Ints, Rng, repeated
from seed.city.households import CHILD, ELDER, TEEN

if TYPE_CHECKING:
    from seed.city.world import World

WINDOW = 5  # days in which a touch by the influencer multiplies the chance of a purchase
SWAYING = 5.0  # touches by the influencer per period
CERTAIN = 0.7  # no touch leads to a purchase more often than this
LIFT = (2.0, 6.0)


@dataclass(frozen=True)
class Cells:
    """By household and category. Roles are people; -1 is nobody. Apart means that the buyer does it all alone."""

    household: Ints
    category: Ints
    together: Bools
    rate: Floats  # orders per period before any influence
    buyer: Ints
    decider: Ints
    initiator: Ints
    influencer: Ints
    decoy: Ints  # looks at the category as often as an influencer, without effect
    user: Ints
    lift: Floats  # by how much a touch by the influencer multiplies the daily chance
    effect: Floats  # how likely one such touch leads to a purchase


def decide(rng: Rng, world: World) -> Cells:
    """Draw the roles of every household in every category that it buys. Households of children buy nothing."""
    household, category = _wanted(world)
    size = world.people.sizes[household]
    together = (size > 1) & (rng.random(len(household)) < categories.TOGETHER[category])
    cast = _Cast(rng, world, household, category)
    decider = cast.pick(categories.DECIDES, women=True)
    buyer = np.where(~together | (rng.random(len(size)) < 0.6), decider, cast.pick(categories.BUYS, women=True))
    initiator = np.where(together, cast.pick(categories.BEGINS), buyer)
    influencer = np.where(together, cast.pick(categories.SWAYS, without=(buyer,)), -1)
    decoy = np.where(size > 1, cast.pick(categories.INTEREST.T, without=(buyer, influencer, decider, initiator)), -1)
    decoy[rng.random(len(size)) < 0.6] = -1
    user = np.where(rng.random(len(size)) < 0.4, buyer, cast.pick(categories.USES))
    rate = categories.ORDERS[category] * world.density * _appetite(rng, world, household, len(size))
    wished = rng.uniform(*LIFT, len(size))
    effect = np.where(influencer >= 0, (rate / DAYS * WINDOW * (wished - 1)).clip(0, CERTAIN), 0)
    lift = 1 + effect / (rate / DAYS * WINDOW)
    return Cells(
        household, category, together, rate, buyer, decider, initiator, influencer, decoy, user, lift, effect
    )  # fmt: skip


def _wanted(world: World) -> tuple[Ints, Ints]:
    """Household and category, for households that have somebody to buy and somebody to buy it for."""
    people = world.people
    homes = len(people.household_home)
    by_age = np.stack([np.bincount(people.person_household[people.age == a], minlength=homes) for a in range(4)])
    fits = np.stack([by_age.sum(axis=0) > 0, by_age[CHILD] + by_age[TEEN] > 0, by_age[ELDER] > 0])
    fits &= by_age[TEEN:].sum(axis=0) > 0
    household, category = np.nonzero(fits[categories.BUYERS].T)
    return household.astype(np.int64), category.astype(np.int64)


def _appetite(rng: Rng, world: World, household: Ints, cells: int) -> Floats:
    """Heavy-tailed around 1: some households buy much, and each has its favourite categories."""
    of_household = rng.lognormal(-0.18, 0.6, len(world.people.household_home))
    return of_household[household] * rng.lognormal(-0.32, 0.8, cells)


@dataclass(frozen=True)
class _Cast:
    rng: Rng
    world: World
    household: Ints
    category: Ints

    def pick(self, by_age: Floats, women: bool = False, without: tuple[Ints, ...] = ()) -> Ints:
        """One member per cell, with chances by category and age; -1 when all but those excluded are none."""
        people = self.world.people
        sizes = people.sizes
        cell = repeated(sizes[self.household])
        first = np.cumsum(sizes) - sizes
        begins = np.cumsum(sizes[self.household]) - sizes[self.household]
        person = first[self.household][cell] + np.arange(len(cell)) - begins[cell]
        weight = by_age[self.category[cell], people.age[person]] * self._shops(person) + 1e-12
        if women:
            weight = weight * np.where(people.female[person], categories.WOMEN[self.category[cell]], 1.0)
        for excluded in without:
            weight = np.where(excluded[cell] == person, 0.0, weight)
        race = np.where(weight > 0, self.rng.exponential(size=len(cell)) / weight.clip(1e-15), np.inf)
        order = np.lexsort((race, cell))
        winner = order[begins]
        return np.where(np.isinf(race[winner]), -1, person[winner])

    def _shops(self, person: Ints) -> Floats:
        """Those who hardly ever open the app hardly ever have a part in an order."""
        accounts = self.world.accounts
        return np.where(accounts.activity[np.searchsorted(accounts.person, person)] > 0.15, 1.0, 1e-6)
