"""From a seed to the files: the exchange format, and the truth in files that no load reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np

from seed.city import bindings, chains, interactions, purchases, referrals, sightings, tables, truth
from seed.city.draws import stream
from seed.city.names import Names, name
from seed.city.profiles import PROFILES, Profile
from seed.city.purchases import Trade
from seed.city.sightings import Sightings
from seed.city.world import World, create
from seed.city.write import FORMATS, Columns, write


def build(
    out: Path,
    *,
    accounts: int,
    profile: str | Profile,
    seed: int,
    density: float = 1.0,
    format: str = "parquet",  # noqa: A002
) -> None:
    """Write the exchange format, the truth*.csv and truth_world.json into `out`; equal arguments give equal rows.

    `profile` is a name or rates of its own. Raises ValueError on an unknown profile or format, fewer than 50 accounts,
    or a density that is not positive.
    """
    rates = PROFILES.get(profile) if isinstance(profile, str) else profile
    if rates is None or format not in FORMATS or accounts < 50 or density <= 0:
        raise ValueError(f"profile: {', '.join(PROFILES)}; format: {', '.join(FORMATS)}; at least 50 accounts")
    out.mkdir(parents=True, exist_ok=True)
    world = create(accounts, rates, seed, density)
    rows = {
        title: write(out, title, columns, "csv" if title.startswith("truth") else format)
        for title, columns in _files(world)
    }
    named = profile if isinstance(profile, str) else asdict(profile)
    about = {"profile": named, "seed": seed, "accounts": accounts, "density": density, "rows": rows}
    (out / "truth_world.json").write_text(json.dumps(about, indent=2) + "\n", "utf-8")


def _files(world: World) -> Iterator[tuple[str, Columns]]:
    """Name and columns of each file, one after the other, so that only one is in memory."""
    trade = purchases.trade(stream(world.seed, "trade"), world)
    rows = sightings.watch(stream(world.seed, "sightings"), world)
    names = _names(world, rows, trade)
    yield "accounts", tables.accounts(stream(world.seed, "forms"), world, names)
    yield "sightings", tables.seen(names, rows)
    del rows
    yield from _behaviour(world, names, trade)
    contacts = interactions.exchange(stream(world.seed, "interactions"), world)
    yield "interactions", tables.exchanged(names, contacts)
    del contacts
    hidden, invitations = referrals.spread(stream(world.seed, "referrals"), world)
    yield "referrals", tables.referred(names, invitations)
    yield "bindings", tables.declared(names, bindings.declare(stream(world.seed, "bindings"), world))
    yield "truth_spread", truth.spread(names, hidden)
    yield "truth_audience", truth.audience(names, hidden)
    yield "truth", truth.households(world, names, trade)
    yield "truth_kinds", truth.why(stream(world.seed, "kinds"), world, names)


def _behaviour(world: World, names: Names, trade: Trade) -> Iterator[tuple[str, Columns]]:
    ids = tables.purchase_ids(len(trade.purchases.account))
    yield "purchases", tables.bought(names, trade.purchases, ids)
    yield "touches", tables.touched(names, trade)
    yield "truth_chains", chains.chains(names, trade, ids)
    yield "truth_roles", truth.roles(world, names, trade)
    yield "truth_influence", truth.influence(world, names, trade)


def _names(world: World, rows: Sightings, trade: Trade) -> Names:
    used = np.concatenate([np.unique(rows.identifier), trade.purchases.address, trade.purchases.payment])
    known = np.unique(used[used >= 0])
    sizes = len(world.accounts.person), world.people.people, world.moves.households
    return name(stream(world.seed, "names"), *sizes, known)
