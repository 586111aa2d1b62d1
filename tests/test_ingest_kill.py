"""Loads that are killed: they are taken up where they were, and end in the same graph."""

from __future__ import annotations

import asyncio
from pathlib import Path
from unittest import mock

import pytest

from benchmarks.kill_loads import finish, kill, start
from server.db.database import Database
from server.db.local import Server
from server.errors import DatabaseError
from server.ingest import write as writing
from server.settings import Settings
from tests.checksum import checksum
from tests.conftest import run
from tests.datasets import everything, ingest, rejects, sighting, write
from tests.test_ingest_repeat import _failing, emptied, world


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    data = world(5)
    return write(tmp_path / "data", data | {"sightings": [*data["sightings"], sighting("a1", at="never")]})


@pytest.fixture
async def expected(db: Database, folder: Path, settings: Settings) -> str:
    """The checksum of an undisturbed load; the graph is empty again."""
    await ingest(db, folder, settings)
    found = await checksum(db)
    await emptied(db)
    return found


async def broken_off(db: Database, folder: Path, settings: Settings, after: int) -> None:
    with pytest.raises(DatabaseError), mock.patch.object(Database, "write", _failing(db, after)):
        await ingest(db, folder, settings)


@pytest.mark.parametrize("after", [0.8, 1.5, pytest.param(2.2, marks=pytest.mark.slow)])
async def test_a_killed_loader(
    db: Database, folder: Path, expected: str, settings: Settings, server: Server, after: float
) -> None:
    loader = start(folder, settings, server)
    await asyncio.sleep(after)
    kill(loader, settings.home, "loader")
    finish(start(folder, settings, server))
    assert await checksum(db) == expected


async def test_a_load_taken_up_again_reads_nothing_and_skips_what_is_there(
    db: Database, folder: Path, expected: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "BATCH", 50)
    await broken_off(db, folder, settings, 6)
    report = await ingest(db, folder, settings)
    assert (await checksum(db), report.resumed, report.skipped > 0) == (expected, True, True)
    assert (report.rejected, rejects(folder)) == (1, [f"sightings.csv:302: at: {NOT_A_TIME}"])


NOT_A_TIME = "not a time such as 2026-05-01T19:30:00+08:00"


async def test_a_graph_that_lost_what_was_written_gets_it_again(
    db: Database, folder: Path, expected: str, settings: Settings
) -> None:
    await broken_off(db, folder, settings, 6)
    await emptied(db)
    report = await ingest(db, folder, settings)
    assert (await checksum(db), report.resumed, report.skipped) == (expected, True, 0)


async def test_files_that_changed_are_read_again(db: Database, folder: Path, expected: str, settings: Settings) -> None:
    await broken_off(db, folder, settings, 3)
    write(folder, everything())
    report = await ingest(db, folder, settings)
    assert not report.resumed
    assert await run(db, "MATCH (a:Account {id: 'ann'}) RETURN a.id AS id") == [{"id": "ann"}]


async def test_a_stage_that_is_not_whole_is_gone(db: Database, folder: Path, settings: Settings) -> None:
    with pytest.raises(RuntimeError), mock.patch("server.ingest.load.keep", side_effect=RuntimeError):
        await ingest(db, folder, settings)
    assert not (settings.home / "staging").exists()
