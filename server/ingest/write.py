"""From the stage to the graph, in batches that are each a transaction and leave a graph that makes sense."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field

import duckdb

from server.db.database import Database
from server.ingest import outgoing
from server.ingest.ahead import ahead
from server.ingest.edges import HOURS, Batch, Row, packed, ranges, sizes
from server.ingest.hashing import Key
from server.ingest.progress import Progress
from server.ingest.resume import Journal
from server.model import DETAILS

BATCH = 5_000  # rows or edges of one transaction
WRITERS = 2  # transactions at once


@dataclass
class Written:
    """Rows by step, edges by kind of identifier, and of those the ones that an earlier try had written.

    Two counts only writing tells: accounts that the graph knew otherwise, and the distinct hours of the
    sightings file.
    """

    rows: dict[str, int] = field(default_factory=dict)
    skipped: int = 0
    changed: int = 0
    hours: int = 0


@dataclass(frozen=True)
class Writer:
    """A stage, the graph it goes to, and what was written so far."""

    db: Database
    store: duckdb.DuckDBPyConnection
    key: Key
    progress: Progress
    journal: Journal
    written: Written = field(default_factory=Written)
    merging: asyncio.Lock = field(default_factory=asyncio.Lock)  # merges lock the nodes that they share


async def write(
    db: Database, store: duckdb.DuckDBPyConnection, key: Key, progress: Progress, journal: Journal
) -> Written:
    """Write all that is staged, but for the batches that the journal says an earlier try has written.

    Each batch is one transaction, and merges what it brings with what is there, so a load that was killed can
    be run again.
    """
    writer = Writer(db, store, key, progress, journal)
    await db.write("ingest.keys.merge", id=key.id, check=key.check)
    store.execute(outgoing.MACROS)
    await _rows(writer, "accounts", outgoing.ACCOUNTS)
    for kind in DETAILS:
        await _sightings(writer, kind)
    outgoing.make_lists(store)
    for step, query in outgoing.AFTER_SIGHTINGS.items():
        await _rows(writer, step, query)
    await db.write("ingest.keys.loaded")
    return writer.written


async def _rows(writer: Writer, step: str, query: str) -> None:
    """Write the rows of a query, BATCH at a time."""
    given = {"key": writer.key.id} if "$key" in query else {}
    writer.store.execute(f"CREATE OR REPLACE TEMP TABLE outgoing AS {query}", given)
    ((total,),) = writer.store.execute("SELECT count(*) FROM outgoing").fetchall()
    if not total:
        return
    writer.written.rows[step] = total
    writer.progress.stage(f"writing {step}", total)

    async def one(name: str, batch: Batch) -> None:
        key = outgoing.NEW_BY.get(step)
        if not (key and await _is_there(writer, step, name, batch.rows[0][key])):
            changed = await _new_and_known(writer, step, key, batch.rows)
            writer.written.changed += changed  # after the wait, during which others add theirs
            writer.journal.note(name)
        else:
            writer.written.skipped += len(batch.rows)
        writer.progress.advance(len(batch.rows), len(batch.rows))

    await _together(step, batches(writer.store), one)


async def _sightings(writer: Writer, kind: str) -> None:
    """Write the edges to one kind of identifier, some parts of it at a time."""
    rows = sizes(writer.store, kind)
    if not any(rows):
        return
    writer.written.rows[kind] = 0
    writer.progress.stage(f"writing {kind}", sum(rows))

    async def one(name: str, batch: Batch) -> None:
        edges = sum(len(row["edges"]) for row in batch.rows)
        if not await _is_there(writer, kind, name, batch.rows[0]["id"]):
            await _new_and_known(writer, kind, "id", batch.rows, details=DETAILS[kind])
            writer.journal.note(name)
        else:
            writer.written.skipped += edges
        writer.written.rows[kind] += edges
        writer.progress.advance(0, edges)

    for low, high in ranges(rows):
        writer.store.execute(HOURS, {"kind": kind, "low": low, "high": high})
        ((own,),) = writer.store.execute("SELECT count(*) FROM hours WHERE own").fetchall()
        writer.written.hours += own
        await _together(f"{kind} {low}", packed(writer.store, writer.key, BATCH), one)
        writer.progress.advance(sum(rows[low : high + 1]), 0)


async def _together(step: str, items: Iterator[Batch], write: Callable[[str, Batch], Awaitable[None]]) -> None:
    """Write batches, WRITERS of them at a time, each with a name that is the same when the load is run again."""
    pending: set[asyncio.Future[None]] = set()
    number = 0
    async with aclosing(ahead(items)) as upcoming:
        try:
            async for batch in upcoming:
                while len(pending) > (0 if batch.follows else WRITERS - 1):
                    done, pending = await asyncio.wait(pending, return_when=asyncio.FIRST_COMPLETED)
                    for task in done:
                        task.result()
                pending.add(asyncio.ensure_future(write(f"{step} {number}", batch)))
                number += 1
            await asyncio.gather(*pending)
        finally:
            await asyncio.gather(*pending, return_exceptions=True)


async def _is_there(writer: Writer, step: str, name: str, first: str) -> bool:
    """Whether an earlier try wrote this batch, and to this graph: its first row is there."""
    return name in writer.journal and bool(await _known(writer, step, [first]))


async def _known(writer: Writer, step: str, ids: list[str]) -> set[str]:
    """Which of these the graph has. A write only in name: those are tried again when another writer is in the way."""
    return {row["id"] for row in await writer.db.write(f"ingest.{step}.known", ids=ids)}


async def _new_and_known(writer: Writer, step: str, key: str | None, rows: list[Row], **more: object) -> int:
    """Create what the graph cannot know yet, merge the rest; return how many rows changed what it said."""
    known = rows
    if key:
        found = await _known(writer, step, list({row[key] for row in rows}))
        new, known = [row for row in rows if row[key] not in found], [row for row in rows if row[key] in found]
        if new:
            await writer.db.write(f"ingest.{step}.create", rows=new, **more)
    if not known:
        return 0
    async with writer.merging:
        return sum(row["changed"] for row in await writer.db.write(f"ingest.{step}.merge", rows=known, **more))


def batches(store: duckdb.DuckDBPyConnection) -> Iterator[Batch]:
    """What is in `outgoing`, BATCH rows at a time."""
    store.execute("SELECT * FROM outgoing")
    columns = [column[0] for column in store.description or ()]
    while rows := store.fetchmany(BATCH):
        yield Batch([dict(zip(columns, row, strict=True)) for row in rows])
