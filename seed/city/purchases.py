"""Orders and touches as the platform records them: by account, while it was open and the family together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from seed.city import categories, deliveries, orders
from seed.city.clock import DAYS
from seed.city.decisions import Cells, decide
from seed.city.draws import Bools, Ints, Rng, some
from seed.city.orders import DAY, Orders, Touches

if TYPE_CHECKING:
    from seed.city.world import World


@dataclass(frozen=True)
class Purchases:
    """One row per order in the order of time; `recipient` is an account or -1."""

    account: Ints
    minute: Ints
    cell: Ints
    category: Ints
    product: Ints
    second: Ints  # the product of a second line, or -1
    amount: Ints  # of a line, in cents
    quantity: Ints
    address: Ints
    payment: Ints
    recipient: Ints
    household: Ints  # the buyer's at that time


@dataclass(frozen=True)
class Trade:
    """All that is bought: who has which part, the purchases, and the touches with the accounts that made them."""

    cells: Cells
    purchases: Purchases
    touches: Touches
    account: Ints  # per touch
    household: Ints  # per touch, the person's at that time


def trade(rng: Rng, world: World) -> Trade:
    """Draw everything that is looked at and bought in the period."""
    cells = decide(rng, world)
    placed, parts = orders.place(rng, cells, world.density)
    touches = orders.joined([*parts, orders.browse(rng, world, cells)])
    account = world.accounts_of(touches.person, rng)
    household = world.moves.household_of.at(touches.person, touches.minute.clip(0) // 60)
    buyer = world.accounts_of(cells.buyer[placed.cell], rng)
    valid, kept = _possible(world, cells, placed, touches, account, buyer)
    order = rng.permutation(np.flatnonzero(valid))
    order = order[np.argsort(placed.minute[order], kind="stable")]
    rank = np.full(len(valid) + 1, -1, dtype=np.int64)
    rank[order] = np.arange(len(order))
    rows = _distinct(rng, touches, account, kept)
    renamed = orders.kept(touches, rows)
    renamed.order[:] = rank[renamed.order]
    return Trade(cells, _purchases(rng, world, cells, placed, buyer, order), renamed, account[rows], household[rows])


def _possible(
    world: World, cells: Cells, placed: Orders, touches: Touches, account: Ints, buyer: Ints
) -> tuple[Bools, Bools]:
    """Orders and touches of open accounts in the period; an order falls with what triggered it."""
    person = cells.buyer[placed.cell]
    last = (placed.minute // 60).clip(0, DAYS * 24 - 1)
    together = world.moves.household_of.at(person, last) == cells.household[placed.cell]
    valid = _open(world, buyer, placed.minute) & (together | (world.people.sizes[cells.household[placed.cell]] == 1))
    kept = _open(world, account, touches.minute)
    step = np.flatnonzero(touches.order >= 0)
    now = world.moves.household_of.at(touches.person[step], last[touches.order[step]])
    alone = touches.person[step] == person[touches.order[step]]
    kept[step] &= alone | (now == cells.household[placed.cell[touches.order[step]]])
    trigger = step[(touches.minute[step] == placed.trigger[touches.order[step]]) & ~kept[step]]
    valid[touches.order[trigger]] = False
    kept[step] &= valid[touches.order[step]]
    return valid, kept


def _open(world: World, account: Ints, minute: Ints) -> Bools:
    return (minute >= 0) & (minute < DAYS * DAY) & world.accounts.open_on(account, minute // DAY)


def _distinct(rng: Rng, touches: Touches, account: Ints, kept: Bools) -> Ints:
    """One touch per key of the format, in the order of time; a touch that led to an order comes before others."""
    rows = np.flatnonzero(kept)
    rows = rows[np.argsort(touches.order[rows] < 0, kind="stable")]
    thing = (account[rows] * 8 + touches.action[rows]) * categories.COUNT + touches.category[rows]
    key = (thing * (categories.PRODUCTS + 1) + touches.product[rows] + 1) * (DAYS * 24) + touches.minute[rows] // 60
    rows = rows[np.unique(key, return_index=True)[1]]
    rows = rng.permutation(rows)
    return rows[np.argsort(touches.minute[rows], kind="stable")]


def _purchases(rng: Rng, world: World, cells: Cells, placed: Orders, buyer: Ints, order: Ints) -> Purchases:
    cell, account, minute = placed.cell[order], buyer[order], placed.minute[order]
    category, hour = cells.category[cell], minute // 60
    size = len(order)
    second = np.where(rng.random(size) < 0.15, (placed.product[order] + 7) % categories.PRODUCTS, -1)
    recipient = _recipients(rng, world, cells, cell, account)
    address = deliveries.delivered(rng, world, account, hour)
    present = recipient >= 0
    theirs = recipient[present]
    household = world.moves.household_of.at(world.accounts.person[theirs], hour[present])
    address[present] = deliveries.spelt(world, theirs, world.moves.home_of.at(household, hour[present]))
    return Purchases(
        account,
        minute,
        cell,
        category,
        placed.product[order],
        second,
        (categories.PRICE[category] * rng.lognormal(0, 0.5, size) * 100).astype(np.int64) + 1,
        1 + rng.poisson(0.2, size).astype(np.int64),
        np.where(rng.random(size) < 0.9, address, -1),
        np.where(rng.random(size) < 0.9, deliveries.paid(rng, world, account, hour), -1),
        recipient,
        world.moves.household_of.at(world.accounts.person[account], hour),
    )


def _recipients(rng: Rng, world: World, cells: Cells, cell: Ints, account: Ints) -> Ints:
    """Sometimes the order names the member who will use it, or a friend who gets it as a gift."""
    user = cells.user[cell]
    named = (user != cells.buyer[cell]) & (rng.random(len(cell)) < 0.15)
    recipient = np.where(named, world.accounts_of(user, rng), -1)
    friends, others = world.ties.friends
    of = np.full(world.people.people, -1, dtype=np.int64)
    of[friends] = others
    friend = of[world.accounts.person[account]]
    gifts = some(rng, (friend >= 0) & ~named, 0.02)
    recipient[gifts] = world.accounts_of(friend[gifts], rng)
    return recipient
