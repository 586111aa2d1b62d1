"""What detection writes to the graph: new memberships before old ones end, so that no reader sees a gap."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from server.db.database import Database, Row
from server.detect.changes import Changes
from server.detect.households import Household, Member

BATCH = 5_000  # rows a transaction
WRITERS = 2  # transactions at once


async def write(db: Database, homes: Changes, people: Changes, as_of: str, run: str) -> None:
    """Write what changed; every statement may be repeated, so a run that was killed can be run again."""
    opened = ({"id": home, **_shape(household)} for home, household in homes.households)
    await _each(db, "detect.household.open", opened, as_of=as_of)
    await _each(db, "detect.household.join", map(_row, homes.joins), as_of=as_of, run=run)
    await _each(db, "detect.household.update", map(_row, homes.updates), run=run)
    await _each(db, "detect.household.leave", map(_left, homes.leaves), as_of=as_of, run=run)
    await _each(db, "detect.household.close", map(asdict, homes.closings), as_of=as_of)
    await _each(db, "detect.person.join", map(_row, people.joins), as_of=as_of)
    await _each(db, "detect.person.update", map(_row, people.updates))
    await _each(db, "detect.person.leave", map(_left, people.leaves), as_of=as_of)


async def _each(db: Database, query: str, rows: Iterable[Row], **parameters: Any) -> None:
    """Write rows BATCH at a time, WRITERS batches at once; those that meet at one household are tried again."""
    batch = list(rows)
    free = asyncio.Semaphore(WRITERS)

    async def one(start: int) -> None:
        async with free:
            await db.write(query, rows=batch[start : start + BATCH], **parameters)

    tasks = [asyncio.ensure_future(one(start)) for start in range(0, len(batch), BATCH)]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _shape(household: Household) -> Row:
    return {"size": household.size, "structure": household.structure, "confidence": household.confidence}


def _row(entry: tuple[str, Member]) -> Row:
    home, member = entry
    return {"id": home, **vars(member)}


def _left(entry: tuple[str, str]) -> Row:
    account, home = entry
    return {"account": account, "id": home}
