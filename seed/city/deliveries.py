"""Where orders go and what pays for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seed.city.draws import Ints, Rng, choose_rows
from seed.city.households import ADULT
from seed.city.identifiers import Block, numbered

if TYPE_CHECKING:
    from seed.city.world import World

ORDERS = np.array([0.05, 0.5, 1.2, 0.6])  # by age band, relative
SPELLINGS = 4  # ways to write one home's address; a person keeps to one
TO = (0.62, 0.12, 0.14, 0.10, 0.03, 0.05)  # home, front desk, locker, office, a host or friend, elder relative


def delivered(rng: Rng, world: World, account: Ints, hour: Ints) -> Ints:
    """The address identifier of an order by each account."""
    person = world.accounts.person[account]
    household = world.moves.household_of.at(person, hour)
    home = world.moves.home_of.at(household, hour)
    homes, ties, places = world.homes, world.ties, world.places
    weights = np.tile(TO, (len(person), 1))
    weights[:, 1] *= homes.front_desk[home] * np.where(homes.managed[home], 4, 1)
    weights[:, 3] *= places.office[person] >= 0
    weights[:, 4] *= ties.host[person] >= 0
    weights[:, 5] *= ties.kin[person] >= 0
    desk = numbered(Block.FRONT_DESK, homes.building[home])
    return np.choose(
        choose_rows(rng, weights),
        [
            spelt(world, account, home),
            desk,
            numbered(Block.LOCKER, homes.building[home] // 3),
            numbered(Block.OFFICE_DELIVERY, places.office[person]),
            spelt(world, account, world.moves.home_of.at(ties.host[person].clip(0), hour)),
            spelt(world, account, world.moves.home_of.at(ties.kin[person].clip(0), hour)),
        ],
    )


def spelt(world: World, account: Ints, home: Ints) -> Ints:
    """A home's address as this account writes it: most write it alike."""
    way = np.array([0, 0, 0, 0, 0, 0, 1, 1, 2, 3])[world.accounts.spelling[account]]
    return numbered(Block.HOME_DELIVERY, home * SPELLINGS + way)


def paid(rng: Rng, world: World, account: Ints, hour: Ints) -> Ints:
    """The card of an order: one's own, the family's, that of a child who lives elsewhere, the company's."""
    person = world.accounts.person[account]
    household = world.moves.household_of.at(person, hour)
    sponsor = world.ties.sponsor[person]
    luck = rng.random(len(person))
    minor = world.people.age[person] < ADULT
    own = numbered(Block.CARD, np.where(minor, world.devices.guardian[person], person))
    return np.select(
        [
            (sponsor >= 0) & (luck < 0.5),
            world.cards.family[household] & world.cards.holder[person] & (luck < 0.6),
            (luck > 0.98) & (world.places.office[person] >= 0),
        ],
        [
            numbered(Block.FAMILY_CARD, world.people.person_household[sponsor.clip(0)]),
            numbered(Block.FAMILY_CARD, household),
            numbered(Block.COMPANY_CARD, world.places.office[person]),
        ],
        own,
    )
