"""What the platform saw: each session leaves a device and a network; orders leave addresses and cards."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from seed.city import claims, deliveries, networks, screens
from seed.city.clock import DAYS, weekday
from seed.city.draws import Bools, Ints, Rng, repeated
from seed.city.places import USE
from seed.city.whereabouts import Whereabouts, locate

if TYPE_CHECKING:
    from seed.city.world import World

CHUNK = 1 << 18  # sessions drawn at once: bounds memory, and is part of what the seed means
KINDS = ("device", "network", "address", "payment")
DEVICE, NETWORK, ADDRESS, PAYMENT = range(4)


@dataclass(frozen=True)
class Sightings:
    """One row per account, kind, identifier and hour. Small integers, because there are many."""

    account: np.ndarray
    kind: np.ndarray
    identifier: np.ndarray
    hour: np.ndarray
    detail: np.ndarray
    count: np.ndarray


def watch(rng: Rng, world: World) -> Sightings:
    """All sightings of the period, ordered by hour and then by nothing that means anything."""
    parts = [part for account, hour in _sessions(rng, world) for part in _seen(rng, world, account, hour)]
    parts.extend(_ordered(rng, world))
    columns = [np.concatenate([getattr(p, f.name) for p in parts]) for f in fields(Sightings)]
    return _distinct(rng, world, Sightings(*columns))


def _sessions(rng: Rng, world: World) -> Iterator[tuple[Ints, Ints]]:
    """Accounts and hours in chunks: how often by activity, when by the rhythm of the person's day."""
    mean = world.accounts.activity * world.profile.sessions * world.density
    account = repeated(rng.poisson(mean).astype(np.int64))
    cumulative = np.cumsum(USE, axis=2)
    for i in range(0, len(account), CHUNK):
        part = account[i : i + CHUNK]
        day = world.accounts.day_between(rng, part)
        rhythm = world.places.rhythm[world.accounts.person[part]]
        chances = cumulative[(weekday(day) >= 5).astype(np.int64), rhythm]
        hour = (rng.random(len(part))[:, None] * chances[:, -1:] >= chances).sum(axis=1)
        yield part, day * 24 + hour


def _seen(rng: Rng, world: World, account: Ints, hour: Ints) -> Iterator[Sightings]:
    """The device and network rows of sessions."""
    person = world.accounts.person[account]
    where = locate(rng, world, person, hour)
    device = screens.used(rng, world, person, hour, where)
    yield _rows(rng, world, account, hour, DEVICE, device, rng.random(len(account)) < 0.9)
    yield from _connected(rng, world, account, hour, where)


def _connected(rng: Rng, world: World, account: Ints, hour: Ints, where: Whereabouts) -> Iterator[Sightings]:
    """The name of the network where the app may read it; else its public address, and sometimes both."""
    person = world.accounts.person[account]
    name, address = networks.joined(rng, world, person, hour, where)
    named = world.accounts.named[account] & (name >= 0)
    yield _rows(rng, world, account, hour, NETWORK, name, named)
    yield _rows(rng, world, account, hour, NETWORK, address, ~named | (rng.random(len(account)) < 0.35))


def _ordered(rng: Rng, world: World) -> Iterator[Sightings]:
    """Addresses and cards that the account keeps with the platform or used elsewhere on it."""
    for kind, mean, drawn in ((ADDRESS, 1.6, deliveries.delivered), (PAYMENT, 1.2, deliveries.paid)):
        rate = mean * deliveries.ORDERS[world.people.age[world.accounts.person]] * world.density
        account = repeated(rng.poisson(rate * world.accounts.activity.clip(0.1, 3)).astype(np.int64))
        hour = world.accounts.day_between(rng, account) * 24 + rng.integers(8, 24, len(account))
        yield _rows(rng, world, account, hour, kind, drawn(rng, world, account, hour), np.ones(len(account), bool))


def _rows(rng: Rng, world: World, account: Ints, hour: Ints, kind: int, identifier: Ints, keep: Bools) -> Sightings:
    keep = keep & (identifier >= 0)
    account, hour, identifier = account[keep], hour[keep], identifier[keep]
    return Sightings(
        account.astype(np.int32),
        np.full(len(account), kind, dtype=np.int8),
        identifier,
        hour.astype(np.int16),
        claims.claimed(rng, world, account, kind, identifier),
        (1 + rng.poisson(0.6, len(account))).astype(np.int16),
    )


def _distinct(rng: Rng, world: World, rows: Sightings) -> Sightings:
    """One row per key, in the order of time and otherwise shuffled, so that order says nothing about homes."""
    order = rng.permutation(len(rows.account))
    order = order[np.argsort(rows.hour[order], kind="stable")]
    thing = np.unique(rows.identifier[order], return_inverse=True)[1]
    key = (thing * np.int64(DAYS * 24) + rows.hour[order]) * len(world.accounts.person) + rows.account[order]
    order = order[np.sort(np.unique(key, return_index=True)[1])]
    return Sightings(*(getattr(rows, f.name)[order] for f in fields(Sightings)))
