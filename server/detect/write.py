"""What detection writes to the graph: new memberships before old ones end, so that no reader sees a gap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from server.db.database import Database, Row
from server.detect.changes import Changes
from server.detect.households import Household, Member

BATCH = 2_000  # rows a transaction
FAMILIES = 500  # households a transaction, each with its members; larger ones more often wait for one another
WRITERS = ("detection-1", "detection-2", "detection-3")  # transactions at once


async def write(db: Database, homes: Changes, people: Changes, as_of: str, run: str) -> None:
    """Write what changed; every statement may be repeated, so a run that was killed can be run again."""
    opened: dict[str, list[Member]] = {home: [] for home, _ in homes.households}
    for home, member in homes.joins:
        if home in opened:
            opened[home].append(member)
    families = (_family(home, household, opened[home]) for home, household in homes.households)
    joins = (_row(entry) for entry in homes.joins if entry[0] not in opened)
    await db.write("writers.mark", writers=WRITERS)
    await _each(db, "detect.household.reopen", rows=opened)
    await _each(db, "detect.household.open", rows=families, size=FAMILIES, as_of=as_of, run=run)
    await _each(db, "detect.household.join", rows=joins, as_of=as_of, run=run)
    await _each(db, "detect.household.update", rows=map(_row, homes.updates), run=run)
    left = defaultdict(list)
    for account, home in homes.leaves:
        left[home].append(account)
    # A household ends with its last memberships: without members and still open, no run around them would find it.
    ends = [{**asdict(closing), "accounts": left.pop(closing.id, [])} for closing in homes.closings]
    goers = [{"id": home, "accounts": accounts} for home, accounts in left.items()]
    await _each(db, "detect.household.leave", rows=goers, as_of=as_of, run=run)
    await _each(db, "detect.household.leave", "detect.household.close", rows=ends, size=FAMILIES, as_of=as_of, run=run)
    await _each(db, "detect.person.join", rows=map(_row, people.joins), as_of=as_of)
    await _each(db, "detect.person.update", rows=map(_row, people.updates))
    await _each(db, "detect.person.leave", rows=map(_left, people.leaves), as_of=as_of)


async def _each(db: Database, *queries: str, rows: Iterable[Row | str], size: int = BATCH, **parameters: Any) -> None:
    """Write rows `size` at a time, a batch a writer at once; those that meet at one household are tried again."""
    await db.write_rows(*queries, rows=rows, size=size, writers=WRITERS, **parameters)


def _family(home: str, household: Household, members: Iterable[Member]) -> Row:
    shape = {"size": household.size, "structure": household.structure, "confidence": household.confidence}
    return {"id": home, **shape, "members": [member._asdict() for member in members]}


def _row(entry: tuple[str, Member]) -> Row:
    home, member = entry
    return {"id": home, **member._asdict()}


def _left(entry: tuple[str, str]) -> Row:
    account, home = entry
    return {"account": account, "id": home}
