"""Homes: their buildings and areas, their routers, and the addresses that the network provider lends them."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import numpy as np

from seed.city.clock import HOURS
from seed.city.draws import Bools, Floats, Ints, Rng, choose, some
from seed.city.households import DORM, FAMILY, Census
from seed.city.identifiers import Block, numbered
from seed.city.moves import Moves
from seed.city.profiles import Profile
from seed.city.timeline import Timeline

AREA = 25  # buildings
POOL = 1.2  # addresses of a provider's pool per home that holds one
LEASE = (np.inf, 60.0, 20.0, 5.0)  # mean days until a home's router gets another address
LEASE_SHARE = (0.35, 0.30, 0.25, 0.10)


@dataclass(frozen=True)
class Homes:
    """By home. A managed home has no network of its own; a carrier's home has no public address of its own."""

    kind: Ints
    building: Ints
    area: Ints
    managed: Bools
    carrier: Bools
    router: Timeline
    lease: Timeline
    television: Bools
    speaker: Bools
    front_desk: Bools
    areas: int


def furnish(rng: Rng, profile: Profile, census: Census, moves: Moves) -> Homes:
    """All homes that anybody lives in during the period."""
    kind = np.concatenate([census.home_kind, np.full(moves.homes - len(census.home_kind), FAMILY)])
    building = _buildings(rng, profile, kind)
    blocks = int(building.max()) + 1
    managed = ((rng.random(blocks) < profile.managed)[building]) | (kind == DORM)
    carrier = rng.random(len(kind)) < profile.carrier
    areas = max(1, blocks // AREA)
    area = (building % areas).astype(np.int64)
    own = kind != DORM
    return Homes(
        kind,
        building,
        area,
        managed & _joins(rng, kind),
        carrier,
        _routers(rng, moves),
        _leases(rng, area),
        rng.random(len(kind)) < np.where(own, 0.6, 0.04),
        own & (rng.random(len(kind)) < 0.2),
        (rng.random(blocks) < profile.front_desk)[building] | (kind == DORM),
        areas,
    )


def _joins(rng: Rng, kind: Ints) -> Bools:
    """Three in four homes use the network of their building, fifteen in sixteen dormitory rooms."""
    luck = rng.random((2, len(kind)))
    return np.asarray(np.where(kind == DORM, luck.min(axis=0), luck[0]) < 0.75)


def _buildings(rng: Rng, profile: Profile, kind: Ints) -> Ints:
    """Homes fill buildings of lognormal size at random; dormitory rooms have buildings of their own."""
    town = max(1, round(int((kind != DORM).sum()) / profile.building))
    halls = max(1, round(int((kind == DORM).sum()) / 40))
    town_homes = choose(rng, _sizes(rng, town), len(kind))
    return np.where(kind == DORM, town + rng.integers(0, halls, len(kind)), town_homes)


def _sizes(rng: Rng, count: int) -> Floats:
    return rng.lognormal(0, 0.6, count)


def _routers(rng: Rng, moves: Moves) -> Timeline:
    """A home has its router; some are replaced, and of those who move six in ten take theirs along."""
    first = numbered(Block.ROUTER, np.arange(moves.homes, dtype=np.int64))
    replaced = some(rng, np.ones(moves.homes, dtype=bool), 0.06)
    at = rng.integers(1, HOURS, len(replaced))
    take = np.flatnonzero(rng.random(len(moves.moved)) < 0.6)
    owner = np.concatenate([replaced, moves.vacated[take], moves.entered[take]])
    hour = np.concatenate([at, moves.moved_at[take], moves.moved_at[take]])
    value = np.concatenate(
        [
            numbered(Block.NEXT_ROUTER, replaced),
            numbered(Block.NEXT_ROUTER, moves.homes + moves.vacated[take]),
            numbered(Block.ROUTER, moves.vacated[take]),
        ]
    )
    return Timeline.of(first, owner, hour, value)


def _leases(rng: Rng, area: Ints) -> Timeline:
    """Public addresses from one pool per area: whoever reconnects gets the one that was free the longest."""
    order = np.argsort(area, kind="stable")
    sizes = np.bincount(area)
    pools = np.ceil(sizes * POOL).astype(np.int64) + 1
    starts = np.cumsum(pools) - pools
    rank = np.empty(len(area), dtype=np.int64)
    rank[order] = np.arange(len(area)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    held = starts[area] + rank
    free = [deque(range(s + n, s + p)) for s, n, p in zip(starts.tolist(), sizes.tolist(), pools.tolist(), strict=True)]
    home, hour = _reconnections(rng, len(area))
    taken = np.empty(len(home), dtype=np.int64)
    now = held.tolist()
    for i, (h, a) in enumerate(zip(home.tolist(), area[home].tolist(), strict=True)):
        free[a].append(now[h])
        now[h] = taken[i] = free[a].popleft()
    return Timeline.of(numbered(Block.POOL_ADDRESS, held), home, hour, numbered(Block.POOL_ADDRESS, taken))


def _reconnections(rng: Rng, homes: int) -> tuple[Ints, Ints]:
    """Homes and the hours at which their routers reconnect, in the order of time."""
    days = np.array(LEASE)[choose(rng, LEASE_SHARE, homes)]
    count = rng.poisson(HOURS / 24 / days)
    home = np.repeat(np.arange(homes, dtype=np.int64), count)
    hour = rng.integers(1, HOURS, len(home))
    order = np.argsort(hour, kind="stable")
    return home[order], hour[order]
