"""Measures, values and key referrers kept in the graph, dated, for the service and for Neo4j Browser."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

import numpy as np

from server.db.database import Database
from server.referrals import read
from server.referrals.gaming import FLAGS
from server.referrals.graph import NEVER, together
from server.referrals.read import Found, Say
from server.referrals.seeds import choose
from server.referrals.table import Cleared, Table, clear, known, measure
from server.referrals.ways import RANKS
from server.value import read as valuing
from server.value.read import Values

BATCH = 10_000
KEPT = 100  # key referrers of each way and campaign
CAMPAIGNS = 20  # the largest have key referrers of their own
Row = dict[str, Any]


async def keep(db: Database, say: Say) -> int:
    """Measure all accounts, and write what has changed; return how many accounts that are."""
    at = datetime.now(UTC).isoformat()
    found = await read.read(db, say)
    cleared = clear(found.given, found.ties)
    values = await valuing.read(db, say, found, cleared)
    say("Measuring …")
    rows = {row["id"]: row for row in _rows(found, measure(cleared), values)}
    changed = await _differences(db, rows)
    say(f"Writing {len(changed):,} accounts …")
    for some in _batches(changed):
        await db.write("influence.keep", rows=some, at=at)
    say("Choosing key referrers …")
    for some in _batches(list(_named(found, cleared))):
        await db.write("influence.name", rows=some, at=at)
    for some in _batches(list(_days(found, cleared))):
        await db.write("influence.count", rows=some, at=at)
    await db.write("influence.unname", at=at)
    await db.write("influence.uncount", at=at)
    return len(changed)


async def _differences(db: Database, rows: Mapping[str, Row]) -> list[Row]:
    """The rows that are not in the graph as they are; those there that are no more are dropped."""
    kept = dict([pair async for row in db.read("influence.digests") for pair in row["pairs"]])
    gone = sorted(kept.keys() - rows.keys())
    for start in range(0, len(gone), BATCH):
        await db.write("influence.drop", accounts=gone[start : start + BATCH])
    return [row for account, row in rows.items() if kept.get(account) != row["digest"]]


def _rows(found: Found, made: Table, values: Values) -> Iterator[Row]:
    """A row per account of which anything is to be said."""
    columns = {
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
    }
    said = made.core + made.within + made.games.flag + (values.purchase > 0) + (values.network > 0)
    for account in np.flatnonzero(said).tolist():
        row: Row = {name: column[account].item() for name, column in columns.items()}
        flag = FLAGS[made.games.flag[account]]
        row |= {"id": found.accounts[account], "currency": values.currency}
        row |= {"flag": flag, "reason": made.games.reason(account)} if flag else {}
        yield {**row, "digest": hashlib.blake2b(repr(sorted(row.items())).encode(), digest_size=12).hexdigest()}


def _named(found: Found, cleared: Cleared) -> Iterator[Row]:
    """Key referrers of all campaigns, whose name is empty, in each way; and the best of the largest campaigns."""
    everything = known(cleared)
    for way in ("best", *RANKS):
        yield from _chosen(found, choose(everything, KEPT, way), way, None)
    sizes = np.bincount(cleared.honest.campaign, minlength=1)
    for number in np.argsort(-sizes, kind="stable")[:CAMPAIGNS]:
        if sizes[number]:
            rows = cleared.honest.rows(cleared.honest.campaign == number)
            one = Cleared(rows, cleared.games, cleared.within)
            yield from _chosen(found, choose(known(one), KEPT), "best", found.campaigns[number])


def _chosen(found: Found, choice: Any, way: str, campaign: str | None) -> Iterator[Row]:
    made = choice.certified
    for place, seed in enumerate(made.seeds):
        yield {
            "id": f"{way} {place + 1} {'of ' + campaign if campaign is not None else ''}".rstrip(),
            "account": found.accounts[seed],
            "by": way,
            "campaign": campaign if campaign is not None else "*",
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


def _batches(rows: Sequence[Row]) -> Iterator[list[Row]]:
    left = iter(rows)
    while some := list(islice(left, BATCH)):
        yield some
