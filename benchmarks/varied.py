"""Worlds to fit on that differ as platforms do: each city has rates of its own, and each is recorded in its own way.

A model that has only seen five cities, all recorded alike, takes the habits of one simulation for a law. Where the
rates are drawn widely instead, what is learnt has to hold for all of them (domain randomisation: Tobin et al., IROS
2017). None of these worlds is like any platform in particular.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from benchmarks.worlds import World, read, world
from seed.city.draws import Bools, Floats, Rng
from seed.city.profiles import CITY, Profile
from server.detect.groups import INTERACTION, KINDS, Groups, ranges, spread, take, trimmed
from server.detect.read import CAP
from server.detect.traits import Traits

SEED = 5000  # of the first of these worlds: far from those that the benches measure on
WHOLE = 0.25  # of the worlds are recorded as they are
DAILY = 0.3  # of the others keep one hour a day of some kinds
LEAST = 0.25  # of a kind's hours are recorded
LOST = (0.0, 0.1, 0.3, 0.6)  # of the groups do not say what they are
SILENT = (0.0, 0.0, 0.2, 0.5)  # of what accounts say of themselves is missing


def varied(cache: Path, number: int, accounts: int = 6000) -> World:
    """The world of this number; equal numbers give equal worlds."""
    drawn = rates(np.random.default_rng([77, number]))
    folder = world(cache, "varied", SEED + number, accounts, rates=drawn)
    return recorded(np.random.default_rng([78, number]), read(folder, CAP))


def rates(rng: Rng) -> Profile:
    """Rates between those of all profiles, and a little beyond."""
    families, rooms = rng.uniform(0.45, 0.92), rng.beta(1, 2.5)
    return replace(
        CITY,
        homes=(families, (1 - families) * (1 - rooms), (1 - families) * rooms),
        building=_between(rng, 8, 120),
        managed=rng.beta(0.6, 2),
        carrier=rng.beta(0.8, 1),
        front_desk=rng.uniform(0.1, 0.8),
        named=rng.uniform(0.2, 0.9),
        move=rng.choice([0.06, 0.06, 0.15, 0.3]),
        depart=rng.uniform(0.03, 0.13),
        couple=rng.uniform(0.02, 0.12),
        guest=rng.uniform(0.05, 0.35),
        neighbour=rng.uniform(0, 0.07),
        staff=rng.uniform(0.02, 0.1),
        video=rng.uniform(0, 0.08),
        sessions=_between(rng, 6, 60),
        spread=rng.uniform(0.6, 1.2),
        hardly=rng.uniform(0.03, 0.25),
    )


def recorded(rng: Rng, whole: World) -> World:
    """What a platform has of a world that sees less of it: hours, memberships, claims, and who people are."""
    if rng.random() < WHOLE:
        return whole
    groups = whole.groups
    seen = trimmed(groups, _seen(rng, groups) & np.repeat(_joined(rng, groups), np.diff(groups.first)))
    seen = take(seen, np.flatnonzero(np.diff(seen.start) > 0))
    return World(_nameless(rng, seen), _silent(rng, whole.traits), whole.truth)


def _between(rng: Rng, low: float, high: float) -> float:
    """As likely in any doubling of `low` as in another."""
    return float(np.exp(rng.uniform(np.log(low), np.log(high))))


def _seen(rng: Rng, groups: Groups) -> Bools:
    """Which hours are recorded: a share by kind, less of some accounts, and of some kinds one a day."""
    kind = groups.kind[spread(groups.start)]
    share = np.array([_between(rng, LEAST, 1) for _ in KINDS])[kind]
    quiet = np.exp(rng.normal(0, rng.uniform(0, 0.8), (len(groups.accounts), len(KINDS)))).clip(max=1)
    share = np.where(kind == INTERACTION, share, share * quiet[groups.member, kind])
    member = spread(groups.first)
    found = _alike(groups, rng.random(groups.hours.size)) < share[member]
    if rng.random() < DAILY:
        day = member * 100_000 + groups.hours // 24
        once = rng.random(len(KINDS)) < 0.5
        once[INTERACTION] = False
        found &= np.r_[True, np.diff(day) != 0] | ~once[kind[member]]
    return np.asarray(found)


def _joined(rng: Rng, groups: Groups) -> Bools:
    """Which members are recorded at all: of half of the kinds up to one in two is missing."""
    missing = rng.uniform(-0.5, 0.5, len(KINDS)).clip(0)[groups.kind[spread(groups.start)]]
    luck = rng.random(groups.member.size)
    first = groups.start[:-1][groups.kind == INTERACTION]
    luck[first + 1] = luck[first]
    return np.asarray(luck >= missing)


def _alike(groups: Groups, luck: Floats) -> Floats:
    """The same luck for both sides of an interaction, which have one list of hours."""
    first = groups.start[:-1][groups.kind == INTERACTION]
    count = np.diff(groups.first)[first]
    one, other = (ranges(groups.first[side], count) for side in (first, first + 1))
    luck[other] = luck[one]
    return luck


def _nameless(rng: Rng, groups: Groups) -> Groups:
    """The groups without some of what sources say that things are."""
    blank = groups.details.index("")
    lost = (rng.random(len(groups)) < rng.choice(LOST)) & (groups.kind < INTERACTION)
    return replace(groups, detail=np.where(lost, blank, groups.detail).astype(np.int32))


def _silent(rng: Rng, traits: Mapping[str, Traits]) -> Mapping[str, Traits]:
    """What accounts say of themselves, without some of it."""
    share = rng.choice(SILENT)
    return {
        account: Traits(*(said if rng.random() >= share else "" for said in (of.age_band, of.gender, of.platform)))
        for account, of in traits.items()
    }
