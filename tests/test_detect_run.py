"""Runs beside each other, beside readers, and killed: no reader sees a gap, and a re-run ends in the same graph."""

from __future__ import annotations

import asyncio
import os
import random
from contextlib import suppress
from pathlib import Path

import pytest

from server import serve
from server.db.database import Database, Row
from server.db.local import Server
from server.detect.groups import KINDS
from server.detect.keep import Shelf
from server.detect.run import check, detect
from server.detect.write import WRITERS
from server.errors import DatabaseError
from server.settings import Settings
from tests.conftest import run
from tests.datasets import MAY, accounts, city, ingest, sighting, write
from tests.test_detect_incremental import FILES, parts

LONELY = """
    MATCH (a:Account)-[:MEMBER_OF]->()
    WITH DISTINCT a
    WHERE NOT EXISTS { MATCH (a)-[m:MEMBER_OF]->() WHERE m.until IS NULL }
    RETURN count(a) AS count
"""
ENDLESS = """
    MATCH (h:Household)
    WHERE h.closedAt IS NULL AND NOT EXISTS { MATCH (h)<-[m:MEMBER_OF]-() WHERE m.until IS NULL }
    RETURN h.id AS household
"""
MEMBERSHIPS = """
    MATCH (a:Account)-[m:MEMBER_OF]->(h:Household)
    RETURN a.id AS account, h.id AS household, m.status AS status, m.score AS score, m.until IS NULL AS lasts
    ORDER BY account, household, status
"""


@pytest.fixture
async def halves(db: Database, settings: Settings, tmp_path: Path) -> list[Path]:
    """A city of which the first half is loaded and detected, and the second is on disk."""
    folders = [
        write(tmp_path / f"half{number}" / "data", rows)
        for number, rows in enumerate(parts(city(tmp_path / "city", 5, 60, FILES), random.Random(5), 2))
    ]
    await ingest(db, folders[0], settings)
    await detect(db, say=lambda _: None, shelf=Shelf(tmp_path))
    return folders


async def lonely(db: Database) -> int:
    """How many accounts had a household and have none now."""
    return int(str((await run(db, LONELY))[0]["count"]))


def environment(server: Server, home: Path) -> dict[str, str]:
    login = {"HEARTH_NEO4J_URI": server.uri, "HEARTH_NEO4J_USER": server.user, "HEARTH_NEO4J_PASSWORD": server.password}
    return {**os.environ, **login, "HEARTH_HOME": str(home)}


async def test_of_two_runs_at_once_one_waits(
    db: Database, settings: Settings, tmp_path: Path, halves: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.db.database.PATIENCE", 0.0)
    await ingest(db, halves[1], settings)
    told: list[str] = []
    both = await asyncio.gather(*(detect(db, say=told.append, shelf=Shelf(tmp_path)) for _ in range(2)))
    assert "Another run is under way; waiting for it to end" in told
    assert sorted(summary.run is not None for summary in both if summary) == [False, True]


async def test_what_is_loaded_while_a_run_waits_is_looked_at(
    db: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is newer than all that there was when the run began."""
    names, waits = accounts(*"ab"), asyncio.Event()
    nights = [sighting(name, "network", "home", MAY.format(day, "21:00:00")) for day in range(1, 29) for name in "ab"]
    monkeypatch.setattr("server.db.database.PATIENCE", 0.0)
    for number, rows in enumerate((nights[:4], nights[4:])):
        write(tmp_path / f"part{number}" / "data", {"accounts": names, "sightings": rows})
    await ingest(db, tmp_path / "part0" / "data", settings)
    await detect(db, say=lambda _: None, shelf=Shelf(tmp_path))
    async with db.holding("detect.pending.hold", say=lambda _: None):
        running = asyncio.ensure_future(detect(db, say=lambda _: waits.set(), shelf=Shelf(tmp_path)))
        await waits.wait()
        await ingest(db, tmp_path / "part1" / "data", settings)
    summary = await running
    assert summary is not None
    assert summary.as_of.startswith("2026-05-28")
    assert [bool(changes) for changes in await check(db, lambda _: None)] == [False, False]


async def test_nothing_is_written_any_more_when_a_run_has_failed(
    db: Database, settings: Settings, tmp_path: Path, halves: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Not even where it failed beside what was still to be written."""
    monkeypatch.setattr("server.detect.write.FAMILIES", 1)
    monkeypatch.setattr(Shelf, "put", lambda *_: (tmp_path / "nowhere").read_text())
    await ingest(db, halves[1], settings)
    with pytest.raises(FileNotFoundError):
        await detect(db, say=lambda _: None, shelf=Shelf(tmp_path))
    before = await run(db, MEMBERSHIPS)
    await asyncio.sleep(1)
    assert await run(db, MEMBERSHIPS) == before
    monkeypatch.undo()
    await detect(db, say=lambda _: None, shelf=Shelf(tmp_path))
    assert [bool(changes) for changes in await check(db, lambda _: None)] == [False, False]


async def test_no_reader_sees_a_gap(db: Database, settings: Settings, tmp_path: Path, halves: list[Path]) -> None:
    await ingest(db, halves[1], settings)
    before = await lonely(db)
    running = asyncio.ensure_future(detect(db, say=lambda _: None, shelf=Shelf(tmp_path)))
    seen = []
    while not running.done():
        seen.append(await lonely(db))
    assert len(seen) > 1
    assert max(seen) <= max(before, await lonely(db))


@pytest.mark.parametrize("after", [2.2, pytest.param(3.0, marks=pytest.mark.slow)])
async def test_a_killed_run_is_run_again(
    db: Database, server: Server, settings: Settings, tmp_path: Path, halves: list[Path], after: float
) -> None:
    await ingest(db, halves[1], settings)
    process = await asyncio.create_subprocess_exec(*serve.DETECT, env=environment(server, tmp_path))
    await asyncio.sleep(after)
    with suppress(ProcessLookupError):
        process.kill()
    await process.wait()
    await detect(db, say=lambda _: None, shelf=Shelf(tmp_path))
    assert [bool(changes) for changes in await check(db, lambda _: None)] == [False, False]
    once = await run(db, MEMBERSHIPS)
    assert len({(row["account"], row["household"]) for row in once if row["lasts"]}) == sum(
        bool(row["lasts"]) for row in once
    )


class Breaking(Database):
    """A database that a run loses after so many of its transactions that write households and persons."""

    left = 0
    lost = ""

    async def write(self, *queries: str, **parameters: object) -> list[Row]:
        """Write, as long as transactions are left."""
        if queries[0] == "writers.take":
            self.left -= 1
            if self.left < 0:
                self.lost = queries[-1]
                raise DatabaseError("lost")
        return await super().write(*queries, **parameters)


async def test_a_run_that_broke_off_anywhere_is_run_again(db: Database, settings: Settings, tmp_path: Path) -> None:
    broken, shelf, lost = Breaking(db.driver, db.name), Shelf(tmp_path), set()
    loads = parts(city(tmp_path / "city", 5, 90, FILES), random.Random(5), 7)
    await ingest(db, write(tmp_path / "first" / "data", next(loads)), settings)
    await detect(db, say=lambda _: None, shelf=shelf)
    for number, rows in enumerate(loads):
        await ingest(db, write(tmp_path / f"load{number}" / "data", rows), settings)
        broken.left = number
        with pytest.raises(DatabaseError):
            await detect(broken, say=lambda _: None, shelf=shelf)
        lost.add(broken.lost)
        assert not await run(db, ENDLESS)
        summary = await detect(db, say=lambda _: None, shelf=Shelf(tmp_path))
        assert summary
        assert summary.changed is None
        assert [bool(changes) for changes in await check(db, lambda _: None)] == [False, False]
    assert lost > {f"detect.household.{name}" for name in ("reopen", "open", "close")}


async def test_a_run_waits_for_what_a_killed_one_had_sent(db: Database, settings: Settings, tmp_path: Path) -> None:
    things = [(name, kind, MAY.format(day, "21:00:00")) for name in "ab" for kind in KINDS[:2] for day in range(2, 16)]
    nights = [sighting(name, kind, kind, at) for name, kind, at in things]
    await ingest(db, write(tmp_path / "data", {"accounts": accounts(*"ab"), "sightings": nights}), settings)
    await db.settle(WRITERS)
    async with db.driver.session() as session, await session.begin_transaction() as sent:
        await sent.run("MATCH (w:Writer {id: $id}) SET w.held = true REMOVE w.held", id=WRITERS[1])
        running = asyncio.ensure_future(detect(db, say=lambda _: None))
        assert not (await asyncio.wait([running], timeout=1))[0]
        await sent.commit()
    summary = await running
    assert summary
    assert summary.run


async def test_a_service_picks_up_changes_by_itself(
    db: Database,
    server: Server,
    settings: Settings,
    tmp_path: Path,
    halves: list[Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in environment(server, tmp_path).items():
        monkeypatch.setenv(name, value)
    await ingest(db, halves[1], settings)
    service = asyncio.ensure_future(serve.keep_detecting(0.1))
    while await run(db, "MATCH (a:Changed|Claimed) RETURN a.id LIMIT 1"):  # noqa: ASYNC110  (another process ends it)
        await asyncio.sleep(0.2)
    service.cancel()
    await asyncio.wait([service])
    assert [bool(changes) for changes in await check(db, lambda _: None)] == [False, False]
