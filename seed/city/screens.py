"""Which device somebody uses where he is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seed.city.draws import Ints, Rng, choose_rows
from seed.city.identifiers import Block, numbered
from seed.city.places import OUT, WORK
from seed.city.whereabouts import Whereabouts

if TYPE_CHECKING:
    from seed.city.world import World

PHONE, BORROWED, COMPUTER, FAMILY_COMPUTER, TABLET, TELEVISION, SPEAKER, WATCH, PUBLIC = range(9)
# How likely each device is, by age band, for those who have it: in one's own home, then elsewhere.
OWN = np.array(
    [
        [2.0, 3.0, 0.5, 0.6, 4.0, 2.0, 0.5, 1.5, 0.0],
        [7.0, 1.0, 1.5, 1.0, 1.5, 1.2, 0.3, 0.5, 0.0],
        [8.0, 0.25, 1.3, 0.5, 0.7, 0.9, 0.2, 0.3, 0.0],
        [7.0, 0.3, 0.5, 0.2, 0.5, 2.0, 0.3, 0.2, 0.0],
    ]
)
AWAY = np.array([8.0, 0.5, 0.8, 0.0, 0.1, 0.0, 0.0, 0.8, 0.06])


def used(rng: Rng, world: World, person: Ints, hour: Ints, where: Whereabouts) -> Ints:
    """The identifier of the device of each session, -1 where the person has none there."""
    choice = choose_rows(rng, _weights(world, person, where))
    choice[where.on_screen & world.homes.television[where.home]] = TELEVISION
    return np.choose(choice, _identifiers(rng, world, person, hour, where))


def _weights(world: World, person: Ints, where: Whereabouts) -> np.ndarray:
    """Nine chances per session; guests use their own phone and now and then the television."""
    devices, homes = world.devices, world.homes
    weights = np.where(where.own[:, None], OWN[world.people.age[person]], AWAY).astype(np.float32)
    guest = ~where.own & (where.place != WORK) & (where.place != OUT)
    weights[guest, TELEVISION] = 0.8
    has_none = ~devices.has_phone[person] & (devices.guardian[person] == person)
    weights[:, PHONE] *= devices.has_phone[person] | has_none
    weights[:, BORROWED] *= devices.guardian[person] != person
    weights[:, COMPUTER] *= devices.has_computer[person]
    weights[:, FAMILY_COMPUTER] *= devices.shared_computer[where.household]
    weights[:, TABLET] *= devices.tablet[where.household]
    weights[:, TELEVISION] *= homes.television[where.home]
    weights[:, SPEAKER] *= homes.speaker[where.home]
    weights[:, WATCH] *= devices.has_watch[person]
    return weights


def _identifiers(rng: Rng, world: World, person: Ints, hour: Ints, where: Whereabouts) -> list[Ints]:
    devices, places = world.devices, world.places
    mine = np.where(where.own, where.household, world.people.person_household[person])
    public = np.where(
        where.place == WORK,
        numbered(Block.OFFICE_SCREEN, places.office[person]),
        numbered(Block.STORE_TABLET, places.cafe[person, 0]),
    )
    return [
        devices.phone.at(person, hour),
        devices.phone.at(devices.guardian[person], hour),
        numbered(Block.COMPUTER, person),
        numbered(Block.SHARED_COMPUTER, mine),
        numbered(Block.TABLET, mine),
        numbered(Block.TELEVISION, where.home),
        numbered(Block.SPEAKER, where.home),
        numbered(Block.WATCH, person),
        np.where(rng.random(len(person)) < 0.8, public, -1),
    ]
