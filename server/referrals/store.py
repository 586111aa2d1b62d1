"""Measures, values and key referrers kept in the graph, dated, for the service and for Neo4j Browser."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import numpy as np

from server.db.database import Database
from server.referrals import measures, read
from server.referrals.gaming import FLAGS, Gaming
from server.referrals.graph import NEVER, Bools, Floats, Ints, network, together
from server.referrals.read import Found, Say
from server.referrals.seeds import choose
from server.referrals.table import Cleared, Table, clear, known, measure, of_campaign
from server.referrals.ways import RANKS
from server.value import read as valuing
from server.value.read import Values

BATCH = 10_000
WRITERS = ("referrals-1", "referrals-2", "referrals-3")  # transactions at once
KEPT = 100  # key referrers of each way and campaign
CAMPAIGNS = 20  # the largest have key referrers of their own
FORM = 3  # raise it when key referrers are chosen, or days counted, in another way
Row = dict[str, Any]


async def keep(db: Database, say: Say) -> int:
    """Measure all accounts, and write what has changed; return how many accounts that are.

    Key referrers are chosen anew where referrals, households or persons are others than those of the run before.
    """
    await db.write("measurement.begin")
    async with db.holding("measurement.hold", say=say) as (held, stand):
        broken = await db.settle(WRITERS)
        at = datetime.now(UTC).isoformat()  # after that of a run that was waited for
        found = await read.read(db, say)
        cleared = clear(found.given, found.ties)
        await db.write("writers.mark", writers=WRITERS)
        changed = await _measure(db, say, found, cleared, at)
        digest = _digest(found)
        if digest == held["digest"] and not broken:
            await db.write("writers.take", "influence.renew", writer=WRITERS[0], at=at)
        else:
            say("Choosing key referrers …")
            await _each(db, "influence.name", rows=_named(found, cleared), at=at)
            await _each(db, "influence.count", rows=_days(found, cleared), at=at)
            await db.write("writers.take", "influence.unname", writer=WRITERS[0], at=at)
            await db.write("writers.take", "influence.uncount", writer=WRITERS[0], at=at)
        await stand("writers.unmark", writers=WRITERS)
        await stand("measurement.stand", digest=digest)
    return changed


async def _each(db: Database, query: str, rows: Iterable[Any], writers: Sequence[str] = WRITERS, **more: Any) -> None:
    """Write rows by BATCH, a batch a writer at once."""
    await db.write_rows(query, rows=rows, size=BATCH, writers=writers, **more)


async def _measure(db: Database, say: Say, found: Found, cleared: Cleared, at: str) -> int:
    values = await valuing.read(db, say, found, cleared)
    say("Measuring …")
    made, between = measure(cleared), measures.betweenness(network(cleared.honest))
    columns = _columns(made, values) | ({} if between is None else {"betweenness": between.round(6)})
    digests = _digests(columns, values.currency)
    changed = await _changed(db, found, np.flatnonzero(_said(columns)), digests)
    say(f"Writing {len(changed):,} accounts …")
    rows = _rows(found, made.games, columns | {"digest": digests}, changed, values.currency)
    await _each(db, "influence.keep", rows=rows, at=at)
    ids = [found.accounts[account] for account in changed.tolist()]
    await _each(db, "influence.attach", rows=ids, writers=WRITERS[:1])
    return len(changed)


def _digest(found: Found) -> str:
    """Of all that key referrers are chosen from and days are counted of, and of how that is done."""
    made = hashlib.blake2b(repr((FORM, found.campaigns)).encode(), digest_size=16)
    made.update("\n".join(found.accounts).encode())
    for part in (found.given, found.ties):
        for column in fields(part):
            made.update(np.asarray(getattr(part, column.name)).tobytes())
    return made.hexdigest()


async def _changed(db: Database, found: Found, said: Ints, digests: Ints) -> Ints:
    """Which accounts of those `said` are not in the graph as they are; those there that are no more are dropped."""
    kept = dict([pair async for row in db.read("influence.digests") for pair in row["pairs"]])
    before = [kept.pop(found.accounts[account], None) for account in said.tolist()]
    await _each(db, "influence.drop", rows=sorted(kept))
    differ = [old != new for old, new in zip(before, digests[said].tolist(), strict=True)]
    changed: Ints = said[np.array(differ, dtype=bool)]
    return changed


def _columns(made: Table, values: Values) -> dict[str, Ints | Floats]:
    """What is kept of each account, by name; a reason is made of `flag` and `number`."""
    return {
        "direct": made.direct,
        "converted": made.converted,
        "subtree": made.subtree,
        "depth": made.depth,
        "reach": made.reach.round(6),
        "reachError": made.error.round(6),
        "pagerank": made.pagerank.round(12),
        "core": made.core,
        "intraHousehold": made.within,
        "purchase": values.purchase.round(4),
        "lifetime": values.lifetime.round(4),
        "network": values.network.round(4),
        "flag": made.games.flag,
        "number": made.games.number,
    }


def _said(columns: Mapping[str, Ints | Floats]) -> Bools:
    """Of which accounts there is anything to be said."""
    names = ("core", "intraHousehold", "flag", "purchase", "network")
    said: Bools = np.logical_or.reduce([columns[name] > 0 for name in names])
    return said


def _digests(columns: Mapping[str, Ints | Floats], currency: str) -> Ints:
    """A number per account that differs where any column does: the finaliser of SplitMix64, column by column."""
    first = int.from_bytes(hashlib.blake2b(repr([*columns, currency]).encode(), digest_size=8).digest(), "big")
    mixed = np.full(len(columns["flag"]), first, dtype=np.uint64)
    for column in columns.values():
        mixed ^= (column.astype(np.float64) + 0.0).view(np.uint64)
        mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
    return mixed.view(np.int64)


def _rows(
    found: Found, games: Gaming, columns: Mapping[str, Ints | Floats], chosen: Ints, currency: str
) -> Iterator[Row]:
    names = [name for name in columns if name not in ("flag", "number")]
    for start in range(0, len(chosen), BATCH):
        some = chosen[start : start + BATCH]
        for account, *values in zip(some.tolist(), *(columns[name][some].tolist() for name in names), strict=True):
            row = dict(zip(names, values, strict=True)) | {"id": found.accounts[account], "currency": currency}
            flag = FLAGS[games.flag[account]]
            yield row | ({"flag": flag, "reason": games.reason(account)} if flag else {})


def _named(found: Found, cleared: Cleared) -> Iterator[Row]:
    """Key referrers of all campaigns together, in each way; and the best of the largest campaigns."""
    everything = known(cleared)
    for way in ("best", *RANKS):
        yield from _chosen(found, choose(everything, KEPT, way), way)
    sizes = np.bincount(cleared.honest.campaign, minlength=1)
    for number in np.argsort(-sizes, kind="stable")[:CAMPAIGNS]:
        if sizes[number] and found.campaigns[number]:
            one = known(of_campaign(cleared, number))
            yield from _chosen(found, choose(one, KEPT), "best", found.campaigns[number])


def _chosen(found: Found, choice: Any, way: str, campaign: str = "") -> Iterator[Row]:
    made = choice.certified
    for place, seed in enumerate(made.seeds):
        yield {
            "id": f"{way} {place + 1}" + (campaign and f" of {campaign}"),
            "account": found.accounts[seed],
            "by": way,
            "campaign": campaign,
            "place": place + 1,
            "chosenBy": choice.way,
            "marginalReach": float(made.marginal[place]),
            "reach": float(made.reach[place]),
            "certificate": float(made.ratio[place]),
        }


def _days(found: Found, cleared: Cleared) -> Iterator[Row]:
    """How many referrals there were by campaign and local day, and what became of them."""
    given = found.given
    inside = together(found.ties, given.referrer, given.referee)
    key, place = np.unique(np.stack([given.campaign, given.day]), axis=1, return_inverse=True)
    counted = {
        "referrals": np.ones(len(place)),
        "converted": given.converted != NEVER,
        "intraHousehold": inside,
        "flagged": cleared.games.rows,
    }
    sums = {name: np.bincount(place.ravel(), weights, key.shape[1]) for name, weights in counted.items()}
    for number, (campaign, day) in enumerate(key.T.tolist()):
        name, text = found.campaigns[campaign], datetime.fromtimestamp(day * 86_400, UTC).date().isoformat()
        yield {"id": f"{text} {name}", "campaign": name, "day": text, **{of: int(s[number]) for of, s in sums.items()}}
