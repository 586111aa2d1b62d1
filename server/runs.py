"""Runs of detection as the service reads them."""

from __future__ import annotations

from dataclasses import dataclass

import orjson

from server.db.database import Database, Row


@dataclass(frozen=True)
class Mark:
    """A place in the list of runs, right after one: when that began, as ISO 8601 text, and its id."""

    at: str
    id: str


async def page(db: Database, after: Mark | None, limit: int) -> list[Row]:
    """Return up to `limit` runs, newest first, that follow `after`."""
    row = await db.read_one(
        "runs.page", before=after.at if after else None, id=after.id if after else None, limit=limit
    )
    return list(row["runs"]) if row else []


async def one(db: Database, run: str) -> Row | None:
    """Return one run by its id, or None."""
    row = await db.read_one("runs.one", id=run)
    return row["run"] if row else None


def counts(run: Row) -> list[Row]:
    """What a run read and wrote, as names and numbers."""
    found = orjson.loads(run.get("counts") or "{}")
    return [{"name": name, "value": value} for name, value in found.items()]
