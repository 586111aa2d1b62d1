"""What is true, for evaluation only: who lived where when, who has which part, who sways whom, who spreads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from seed.city import categories, kinds, referrals
from seed.city.clock import HOURS, stamps
from seed.city.draws import Bools, Ints, Rng, repeated
from seed.city.moves import present
from seed.city.names import Names, words
from seed.city.purchases import Trade
from seed.city.referrals import Spread
from seed.city.write import Columns

if TYPE_CHECKING:
    from seed.city.world import World

ROLES = ("initiator", "influencer", "decision_maker", "buyer", "user")
STANDING = ("decision_maker", "influencer", "member")


def households(world: World, names: Names, trade: Trade) -> Columns:
    """`truth`: each account's households in time; no `from` is since ever, no `until` is to this day."""
    person, start, until, household = world.moves.household_of.spells()
    both = np.flatnonzero(world.moves.second_home >= 0)
    person = np.concatenate([person, both])
    household = np.concatenate([household, world.moves.second_home[both]])
    start = np.concatenate([start, np.zeros(len(both), dtype=np.int64)])
    until = np.concatenate([until, np.full(len(both), HOURS)])
    first = np.searchsorted(world.accounts.person, person)
    counts = np.searchsorted(world.accounts.person, person, side="right") - first
    row = repeated(counts)
    account = first[row] + np.arange(len(row)) - np.repeat(np.cumsum(counts) - counts, counts)
    order = np.lexsort((start[row], _rank(names.accounts)[account]))
    row, account = row[order], account[order]
    return {
        "account_id": names.account(account),
        "household_id": names.household(household[row]),
        "person_id": names.person(person[row]),
        "role": words(STANDING, _standing(world, trade)[person[row]]),
        "from": _when(start[row], start[row] > 0),
        "until": _when(until[row], until[row] < HOURS),
    }


def why(rng: Rng, world: World, names: Names) -> Columns:
    """`truth_kinds`: pairs that share something and are not one household."""
    left, right, kind = kinds.label(rng, world)
    order = np.lexsort((_rank(names.accounts)[right], _rank(names.accounts)[left]))
    return {
        "account_a": names.account(left[order]),
        "account_b": names.account(right[order]),
        "kind": words(kinds.KINDS, kind[order]),
    }


def roles(world: World, names: Names, trade: Trade) -> Columns:
    """`truth_roles`: the parts of those who still live together, where the household bought at least once."""
    cells, bought = trade.cells, _bought(trade)
    people = np.stack([cells.initiator, cells.influencer, cells.decider, cells.buyer, cells.user])
    stays = present(world.moves)[people] == cells.household
    role, cell = np.nonzero((people >= 0) & stays & (bought > 0) & _undisturbed(world)[cells.household])
    order = np.lexsort((role, cell))
    role, cell = role[order], cell[order]
    return {
        "household_id": names.household(cells.household[cell]),
        "account_id": names.account(_first(world, people[role, cell])),
        "category": words(categories.NAMES, cells.category[cell]),
        "role": words(ROLES, role),
        "purchases": pa.array(bought[cell]),
    }


def influence(world: World, names: Names, trade: Trade) -> Columns:
    """`truth_influence`: by how much a touch by one multiplies the other's daily chance; 1 is no influence."""
    cells, bought = trade.cells, _bought(trade)
    settled = (bought > 0) & _undisturbed(world)[cells.household]
    swayed = np.flatnonzero(settled & (cells.influencer >= 0))
    cell, person = _bystanders(world, trade, np.flatnonzero(settled & (world.people.sizes[cells.household] > 1)))
    rows = np.concatenate([swayed, cell])
    source = np.concatenate([cells.influencer[swayed], person])
    lift = np.concatenate([cells.lift[swayed], np.ones(len(cell))])
    stays = present(world.moves)
    kept = (stays[source] == cells.household[rows]) & (stays[cells.buyer[rows]] == cells.household[rows])
    rows, source, lift = rows[kept], source[kept], lift[kept]
    return {
        "household_id": names.household(cells.household[rows]),
        "category": words(categories.NAMES, cells.category[rows]),
        "from_account": names.account(_first(world, source)),
        "to_account": names.account(_first(world, cells.buyer[rows])),
        "lift": pa.array(lift.round(4)),
    }


def spread(names: Names, hidden: Spread) -> Columns:
    """`truth_spread`: each account's hidden power, audience and expected reach, and who games."""
    order = np.argsort(_rank(names.accounts), kind="stable")
    return {
        "account_id": names.account(order),
        "power": pa.array(hidden.power[order].round(5)),
        "circle": pa.array(hidden.circle[order]),
        "circle_size": pa.array(hidden.circle_size[order]),
        "audience": pa.array(hidden.audience[order]),
        "expected_reach": pa.array(hidden.reach[order].round(3)),
        "flag": words(referrals.FLAGS, hidden.flag[order]),
    }


def audience(names: Names, hidden: Spread) -> Columns:
    """`truth_audience`: whom each account would invite, so that a cascade can be run again."""
    edge = repeated(hidden.audience)
    order = np.argsort(_rank(names.accounts)[edge], kind="stable")
    return {"account_id": names.account(edge[order]), "invited": names.account(hidden.invited[order])}


def _bystanders(world: World, trade: Trade, chosen: Ints) -> tuple[Ints, Ints]:
    """Members without any part in those cells: the cell and the person."""
    cells, sizes = trade.cells, world.people.sizes
    size = sizes[cells.household[chosen]]
    row = repeated(size)
    cell = chosen[row]
    first = (np.cumsum(sizes) - sizes)[cells.household[cell]]
    person = first + np.arange(len(row)) - np.repeat(np.cumsum(size) - size, size)
    parts = (cells.buyer, cells.decider, cells.initiator, cells.influencer)
    free = ~np.any([p[cell] == person for p in parts], axis=0)
    return cell[free], person[free]


def _standing(world: World, trade: Trade) -> Ints:
    """By person, the place in STANDING: who decides on most of the household's spending, who sways anything."""
    cells = trade.cells
    spend = np.bincount(cells.decider, cells.rate * categories.PRICE[cells.category], minlength=world.people.people)
    last = present(world.moves)
    most = np.zeros(world.moves.households)
    np.maximum.at(most, last, spend)
    sways = np.bincount(cells.influencer[cells.influencer >= 0], minlength=world.people.people) > 0
    return np.where((spend > 0) & (spend == most[last]), 0, np.where(sways, 1, 2))


def _undisturbed(world: World) -> Bools:
    """Households that nobody joined: a newcomer's own habits would blur the parts of the others."""
    calm = np.ones(world.moves.households, dtype=bool)
    calm[present(world.moves)[world.moves.joiner]] = False
    return calm


def _bought(trade: Trade) -> Ints:
    return np.bincount(trade.purchases.cell, minlength=len(trade.cells.rate)).astype(np.int64)


def _first(world: World, person: Ints) -> Ints:
    return np.searchsorted(world.accounts.person, person).astype(np.int64)


def _rank(ids: pa.Array) -> Ints:
    """Each account's place in the order of ids."""
    return np.argsort(np.argsort(ids.to_numpy(zero_copy_only=False).astype(str)))


def _when(hour: Ints, known: Bools) -> pa.Array:
    indices = stamps(hour * 60)
    return pa.DictionaryArray.from_arrays(
        pa.array(indices.indices.to_numpy(zero_copy_only=False), mask=~known), indices.dictionary
    )
