"""Messages, mentions, albums, gifts: inside households, and between everybody else who knows each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from seed.city.clock import DAYS
from seed.city.draws import Ints, Rng, choose, pairs_within, repeated
from seed.city.moves import present
from seed.city.places import USE

if TYPE_CHECKING:
    from seed.city.world import World

KINDS = ("mention", "message", "file_share", "co_view", "gift", "album_edit", "report_view")
# How often each kind is, per relation.
FAMILY = (0.15, 0.42, 0.08, 0.16, 0.04, 0.11, 0.04)
RELATIVES = (0.10, 0.45, 0.04, 0.05, 0.10, 0.16, 0.10)
FRIENDS = (0.22, 0.52, 0.08, 0.10, 0.06, 0.02, 0.0)
FLATMATES = (0.12, 0.62, 0.14, 0.10, 0.01, 0.01, 0.0)
COLLEAGUES = (0.15, 0.45, 0.38, 0.01, 0.01, 0.0, 0.0)
TALKS = 0.7  # people who use these features at all


@dataclass(frozen=True)
class Interactions:
    """One row per pair of accounts, kind and hour."""

    sender: Ints
    receiver: Ints
    kind: Ints
    hour: Ints
    count: Ints


def exchange(rng: Rng, world: World) -> Interactions:
    """All interactions, in the order of time. Means are rows per pair and period before activity and density."""
    talks = rng.random(world.people.people) < TALKS
    rows = [_between(rng, world, talks, *circle) for circle in _circles(rng, world)]
    columns = [np.concatenate([getattr(r, f.name) for r in rows]) for f in fields(Interactions)]
    order = rng.permutation(len(columns[0]))
    order = order[np.argsort(columns[3][order], kind="stable")]
    return Interactions(*(c[order] for c in columns))


def _circles(rng: Rng, world: World) -> Iterator[tuple[Ints, Ints, float, tuple[float, ...]]]:
    """Pairs of people, the mean of their interactions and the mix of kinds."""
    people = np.arange(world.people.people, dtype=np.int64)
    yield *pairs_within(present(world.moves)), 12.0, FAMILY
    yield *_parted(world), 6.0, RELATIVES
    kin = np.flatnonzero(world.ties.sponsor >= 0)
    yield kin, world.ties.sponsor[kin], 8.0, RELATIVES
    yield *world.ties.friends, 3.0, FRIENDS
    home = world.people.household_home[world.people.person_household]
    left, right = pairs_within(np.where(world.homes.kind[home] > 0, home, -1))
    apart = world.people.person_household[left] != world.people.person_household[right]
    yield left[apart], right[apart], 2.5, FLATMATES
    mate = rng.permutation(people)
    order = mate[np.argsort(world.places.office[mate], kind="stable")]
    same = (world.places.office[order[1:]] == world.places.office[order[:-1]]) & (world.places.office[order[1:]] >= 0)
    yield order[1:][same], order[:-1][same], 3.0, COLLEAGUES


def _parted(world: World) -> tuple[Ints, Ints]:
    """Those who shared a household at first and do not in the end."""
    left, right = pairs_within(world.people.person_household)
    last = present(world.moves)
    parted = last[left] != last[right]
    return left[parted], right[parted]


def _between(
    rng: Rng, world: World, talks: np.ndarray, left: Ints, right: Ints, mean: float, mix: tuple[float, ...]
) -> Interactions:
    rate = mean * world.density * rng.lognormal(-0.5, 1.0, len(left)) * (talks[left] & talks[right])
    pair = repeated(rng.poisson(rate).astype(np.int64))
    one, two = world.accounts_of(left[pair], rng), world.accounts_of(right[pair], rng)
    turned = rng.random(len(pair)) < 0.5
    chances = np.cumsum(USE[0, 3])
    hour = np.searchsorted(chances, rng.random(len(pair)) * chances[-1], side="right")
    day = rng.integers(0, DAYS, len(pair))
    known = world.accounts.open_on(one, day) & world.accounts.open_on(two, day)
    rows = Interactions(
        np.where(turned, one, two),
        np.where(turned, two, one),
        choose(rng, mix, len(pair)),
        day * 24 + hour.clip(0, 23),
        1 + rng.poisson(1.0, len(pair)).astype(np.int64),
    )
    return Interactions(*(getattr(rows, f.name)[known] for f in fields(Interactions)))
