"""Which network a session comes from, and under which public address."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from seed.city.draws import Ints, Rng
from seed.city.identifiers import Block, numbered
from seed.city.places import HOME, OUT, WORK
from seed.city.whereabouts import Whereabouts

if TYPE_CHECKING:
    from seed.city.world import World

BEHIND_ONE = 250  # homes behind one carrier gateway
SPARE = 3  # addresses of a gateway, one of which each home has for a day


def joined(rng: Rng, world: World, person: Ints, hour: Ints, where: Whereabouts) -> tuple[Ints, Ints]:
    """The wireless network (-1 on the mobile network) and the public address of each session."""
    luck = rng.random(len(person))
    home = _router_home(rng, world, person, where)
    at_home = (where.place == HOME) & (luck < 0.85)
    at_work = (where.place == WORK) & (luck < 0.6)
    in_cafe = (where.place == OUT) & (luck < 0.15)
    office = world.places.office[person]
    cafe = world.places.cafe[person, (luck * 1e4).astype(np.int64) % 2]
    spots = [at_home, at_work, in_cafe]
    name = np.select(
        spots,
        [
            _home_network(world, home, hour),
            numbered(Block.OFFICE_NETWORK, office),
            numbered(Block.CAFE_NETWORK, cafe),
        ],
        -1,
    )
    address = np.select(
        spots,
        [
            _home_address(world, home, hour),
            numbered(Block.OFFICE_ADDRESS, office),
            numbered(Block.CAFE_ADDRESS, cafe),
        ],
        _mobile_address(world, person, hour),
    )
    return name, address


def _router_home(rng: Rng, world: World, person: Ints, where: Whereabouts) -> Ints:
    """The home whose router answers: some people at home use a neighbour's."""
    neighbour = world.ties.neighbour[person]
    borrowed = where.own & (neighbour >= 0) & (rng.random(len(person)) < 0.6)
    return np.where(borrowed, neighbour, where.home)


def _home_network(world: World, home: Ints, hour: Ints) -> Ints:
    shared = numbered(Block.BUILDING_NETWORK, world.homes.building[home])
    return np.where(world.homes.managed[home], shared, world.homes.router.at(home, hour))


def _home_address(world: World, home: Ints, hour: Ints) -> Ints:
    """The building's, the carrier's of that day, or the one that the provider lends the home."""
    homes = world.homes
    gateways = max(1, len(homes.kind) // BEHIND_ONE)
    gateway = (home * 7919) % gateways * SPARE + (home + hour // 24 * 31) % SPARE
    return np.select(
        [homes.managed[home], homes.carrier[home]],
        [numbered(Block.BUILDING_ADDRESS, homes.building[home]), numbered(Block.CARRIER_ADDRESS, gateway)],
        homes.lease.at(home, hour),
    )


def _mobile_address(world: World, person: Ints, hour: Ints) -> Ints:
    places = world.places
    gateway = (person * 31 + hour // 6 * 17) % places.gateways
    return numbered(Block.MOBILE_ADDRESS, places.carrier[person] * places.gateways + gateway)
