"""From the stage to the graph, in batches that are each a transaction and leave a graph that makes sense."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

import duckdb

from server.db.database import Database
from server.ingest import outgoing
from server.ingest.ahead import ahead
from server.ingest.edges import HOURS, packed
from server.ingest.hashing import Key
from server.ingest.progress import Progress
from server.model import DETAILS

Row = dict[str, Any]

BATCH = 5_000  # rows or edges of one transaction
RANGE = 1_000_000  # staged sightings that are brought together at a time
PARTS = 256  # values of a hash's first byte


@dataclass
class Written:
    """Rows by statement, edges by kind of identifier, and two counts that only writing tells: accounts that
    the graph knew otherwise, and the distinct hours of the sightings file.
    """  # noqa: D205

    rows: dict[str, int] = field(default_factory=dict)
    changed: int = 0
    hours: int = 0


@dataclass(frozen=True)
class Writer:
    """A stage, the graph it goes to, and what was written so far."""

    db: Database
    store: duckdb.DuckDBPyConnection
    key: Key
    progress: Progress
    written: Written = field(default_factory=Written)


async def write(db: Database, store: duckdb.DuckDBPyConnection, key: Key, progress: Progress) -> Written:
    """Write all that is staged.

    Each batch is one transaction, and merges what it brings with what is there, so a load that was killed can
    be run again.
    """
    writer = Writer(db, store, key, progress)
    await db.write("ingest.keys.merge", id=key.id, check=key.check)
    store.execute(outgoing.MACROS)
    await _rows(writer, "accounts.merge", outgoing.ACCOUNTS)
    for kind in DETAILS:
        await _sightings(writer, kind)
    store.execute(outgoing.TOUCHED)
    for statement, query in outgoing.AFTER_SIGHTINGS.items():
        await _rows(writer, statement, query)
    return writer.written


async def _rows(writer: Writer, statement: str, query: str) -> None:
    """Write the rows of a query by one statement, BATCH at a time."""
    given = {"key": writer.key.id} if "$key" in query else {}
    writer.store.execute(f"CREATE OR REPLACE TEMP TABLE outgoing AS {query}", given)
    ((total,),) = writer.store.execute("SELECT count(*) FROM outgoing").fetchall()
    if not total:
        return
    writer.written.rows[statement] = total
    writer.progress.stage(f"writing {statement.removesuffix('.merge')}", total)
    async with aclosing(ahead(batches(writer.store))) as parts:
        async for rows in parts:
            for row in await writer.db.write(f"ingest.{statement}", rows=rows):
                writer.written.changed += row["changed"]
            writer.progress.advance(len(rows), len(rows))


async def _sightings(writer: Writer, kind: str) -> None:
    """Write the edges to one kind of identifier, some parts of it at a time."""
    query = "SELECT part, count(*) FROM sighting WHERE kind = $1 GROUP BY part"
    sizes = dict(writer.store.execute(query, [kind]).fetchall())
    if not sizes:
        return
    writer.written.rows[kind] = 0
    writer.progress.stage(f"writing {kind}", sum(sizes.values()))
    for low, high in ranges([sizes.get(part, 0) for part in range(PARTS)]):
        writer.store.execute(HOURS, {"kind": kind, "low": low, "high": high})
        ((own,),) = writer.store.execute("SELECT count(*) FROM hours WHERE own").fetchall()
        writer.written.hours += own
        async with aclosing(ahead(packed(writer.store, writer.key, BATCH))) as batches:
            async for rows in batches:
                await writer.db.write(f"ingest.{kind}.merge", rows=rows, details=DETAILS[kind])
                edges = sum(len(row["edges"]) for row in rows)
                writer.written.rows[kind] += edges
                writer.progress.advance(0, edges)
        writer.progress.advance(sum(sizes.get(part, 0) for part in range(low, high + 1)), 0)


def ranges(sizes: list[int]) -> Iterator[tuple[int, int]]:
    """Neighbouring parts together, while they hold no more than RANGE rows: first and last of each range."""
    low = total = 0
    for part, size in enumerate(sizes):
        if total and total + size > RANGE:
            yield low, part - 1
            low, total = part, 0
        total += size
    yield low, len(sizes) - 1


def batches(store: duckdb.DuckDBPyConnection) -> Iterator[list[Row]]:
    """What is in `outgoing`, BATCH rows at a time."""
    store.execute("SELECT * FROM outgoing")
    columns = [column[0] for column in store.description or ()]
    while rows := store.fetchmany(BATCH):
        yield [dict(zip(columns, row, strict=True)) for row in rows]
