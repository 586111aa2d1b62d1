"""Many rows in several transactions side by side: all of them, or an error when all have ended."""

from __future__ import annotations

import pytest

from server.db.database import Database
from server.errors import DatabaseError
from tests.conftest import run

AT = "2026-05-01T00:00:00Z"
WRITERS = ("one", "two", "three")


async def write(db: Database, ids: list[str | None]) -> None:
    rows = [{"id": name, "digest": 1} for name in ids]
    await db.settle(WRITERS)
    await db.write_rows("influence.keep", rows=rows, size=10, writers=WRITERS, at=AT)


async def count(db: Database) -> int:
    return len(await run(db, "MATCH (i:Influence) RETURN i.id AS id"))


async def test_every_row_is_written_once(db: Database) -> None:
    await write(db, [str(number) for number in range(95)])
    assert await count(db) == 95


async def test_an_error_comes_when_all_have_ended(db: Database) -> None:
    with pytest.raises(DatabaseError, match=r"influence\.keep"):
        await write(db, [*map(str, range(40)), None, *map(str, range(40, 99))])
    await db.settle(WRITERS)  # as the next run does: what one had sent when it ended may be committed still
    written = await count(db)
    assert written % 10 == 0
    assert written < 99
    assert await count(db) == written
