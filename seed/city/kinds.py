"""Why two accounts that are not one household share something: pairs by cause, each with its closest cause."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from seed.city.clock import HOURS
from seed.city.draws import Bools, Ints, Rng, pairs_within
from seed.city.households import DORM, ELDER, SHARED, STAFF
from seed.city.moves import present
from seed.city.ties import PARTNER_APART

if TYPE_CHECKING:
    from seed.city.world import World

Pairs = tuple[Ints, Ints]
KINDS = (
    "live_in_staff", "moved_out", "elder_apart", "student_away", "partner_apart", "guest", "neighbour",
    "friend_video", "flatmate", "roommate", "previous_tenant", "secondhand",
    "ip_reassigned", "colleague", "cafe", "building", "carrier",
)  # fmt: skip
SAMPLED = 20  # crowds are sampled: at most one pair per so many accounts


def label(rng: Rng, world: World) -> tuple[Ints, Ints, Ints]:
    """Pairs of accounts (the smaller number first) and the place of their kind in KINDS."""
    people = [(pairs, KINDS.index(kind)) for kind, pairs in _causes(rng, world)]
    left = np.concatenate([p[0] for p, _ in people])
    right = np.concatenate([p[1] for p, _ in people])
    kind = np.concatenate([np.full(len(p[0]), k) for p, k in people])
    apart = _apart(world, left, right)
    return _by_account(world, left[apart], right[apart], kind[apart])


def _causes(rng: Rng, world: World) -> Iterator[tuple[str, Pairs]]:
    """The people of each cause, closest first."""
    ties, census, moves = world.ties, world.people, world.moves
    home = census.household_home[census.person_household]
    left, right = pairs_within(home)
    other = census.person_household[left] != census.person_household[right]
    left, right = left[other], right[other]
    staffed = (census.relation[left] == STAFF) | (census.relation[right] == STAFF)
    yield "live_in_staff", (left[staffed], right[staffed])
    yield "moved_out", _members(world, moves.leaver, census.person_household[moves.leaver])
    for kind, elder in (("elder_apart", True), ("student_away", False)):
        who = np.flatnonzero((ties.sponsor >= 0) & ((census.age == ELDER) == elder))
        yield kind, _members(world, who, census.person_household[ties.sponsor[who]])
    for kind, apart in (("partner_apart", True), ("guest", False)):
        who = np.flatnonzero((ties.host >= 0) & ((ties.habit == PARTNER_APART) == apart))
        yield kind, _members(world, who, ties.host[who])
    yield "neighbour", _neighbours(world)
    who = np.flatnonzero(ties.friend_screen >= 0)
    yield "friend_video", _members(world, who, ties.friend_screen[who])
    for kind, homes in (("flatmate", SHARED), ("roommate", DORM)):
        mates = world.homes.kind[home[left]] == homes
        yield kind, (left[mates], right[mates])
    yield "previous_tenant", _tenants(world)
    yield "secondhand", (world.devices.seller, world.devices.buyer)
    yield "ip_reassigned", _some(rng, world, _leaseholders(world))
    yield from _crowds(rng, world)


def _crowds(rng: Rng, world: World) -> Iterator[tuple[str, Pairs]]:
    """A sample of those who are in one office, café, building, or behind one carrier by chance."""
    home = world.people.household_home[world.people.person_household]
    carrier = np.where(world.homes.carrier[home], world.places.carrier, -1)
    groups = (world.places.office, world.places.cafe[:, 0], world.homes.building[home], carrier)
    for kind, group in zip(("colleague", "cafe", "building", "carrier"), groups, strict=True):
        mixed = rng.permutation(len(group))
        order = mixed[np.argsort(group[mixed], kind="stable")]
        same = (group[order[1:]] == group[order[:-1]]) & (group[order[1:]] >= 0)
        yield kind, _some(rng, world, (order[1:][same], order[:-1][same]))


def _members(world: World, person: Ints, household: Ints) -> Pairs:
    """Each person with everybody who lives in the household at the end."""
    last = present(world.moves)
    order = np.argsort(last, kind="stable")
    start = np.searchsorted(last[order], household)
    count = np.searchsorted(last[order], household, side="right") - start
    offset = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
    return np.repeat(person, count), order[np.repeat(start, count) + offset]


def _neighbours(world: World) -> Pairs:
    who = np.flatnonzero(world.ties.neighbour >= 0)
    household_home = world.people.household_home
    first = np.searchsorted(household_home, world.ties.neighbour[who])
    return _members(world, who, first.clip(0, len(household_home) - 1))


def _tenants(world: World) -> Pairs:
    """The people of households that had one home after another."""
    household, start, until, home = world.moves.home_of.spells()
    order = np.lexsort((start, home))
    follows = (home[order[1:]] == home[order[:-1]]) & (start[order[1:]] >= until[order[:-1]])
    before, after = household[order[:-1][follows]], household[order[1:][follows]]
    real = (before < len(world.people.household_home)) & (after < len(world.people.household_home))
    first = np.searchsorted(world.people.person_household, after[real])
    return _members(world, first, before[real])


def _leaseholders(world: World) -> Pairs:
    """One person each of two homes that had the same public address one after the other."""
    home, start, _, address = world.homes.lease.spells()
    used = (home < len(world.people.home_kind)) & ~world.homes.carrier[home] & ~world.homes.managed[home]
    home, start, address = home[used], start[used], address[used]
    order = np.lexsort((start, address))
    follows = (address[order[1:]] == address[order[:-1]]) & (home[order[1:]] != home[order[:-1]])
    living = world.people.household_home[world.people.person_household]
    before, after = home[order[:-1][follows]], home[order[1:][follows]]
    return np.searchsorted(living, before), np.searchsorted(living, after)


def _some(rng: Rng, world: World, pairs: Pairs) -> Pairs:
    limit = max(20, len(world.accounts.person) // SAMPLED)
    chosen = np.sort(rng.permutation(len(pairs[0]))[:limit])
    return pairs[0][chosen], pairs[1][chosen]


def _apart(world: World, left: Ints, right: Ints) -> Bools:
    """Whether two people share no household at the end, counting a child's second one."""
    last, second = world.moves.household_of.at, world.moves.second_home
    one, two = last(left, HOURS - 1), last(right, HOURS - 1)
    together = (one == two) | (second[left] == two) | (second[right] == one)
    return np.asarray(~together & ~((second[left] >= 0) & (second[left] == second[right])))


def _by_account(world: World, left: Ints, right: Ints, kind: Ints) -> tuple[Ints, Ints, Ints]:
    """From people to all of their accounts; a pair with several causes keeps the closest."""
    person, size = world.accounts.person, len(world.accounts.person)
    ends = [(np.searchsorted(person, p), np.searchsorted(person, p, side="right") - 1) for p in (left, right)]
    one = np.concatenate([ends[0][i] for i in (0, 0, 1, 1)])
    two = np.concatenate([ends[1][i] for i in (0, 1, 0, 1)])
    key = np.minimum(one, two) * size + np.maximum(one, two)
    order = np.argsort(np.tile(kind, 4), kind="stable")
    distinct, first = np.unique(key[order], return_index=True)
    return distinct // size, distinct % size, np.tile(kind, 4)[order][first]
