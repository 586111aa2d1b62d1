"""A first load at once: Neo4j's importer makes the graph that batches make, or none."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from unittest import mock

import pytest

from server.db import local
from server.db.bulk import filler
from server.db.database import Database, connect
from server.db.migrate import migrate
from server.errors import LocalDatabaseError
from server.ingest import bulk
from server.ingest.report import Report
from server.settings import Settings
from tests.checksum import checksum
from tests.conftest import run
from tests.datasets import Row, accounts, everything, ingest, order, sighting, touch, write
from tests.test_ingest_repeat import world

CONSTRAINTS = "SHOW CONSTRAINTS YIELD name RETURN name ORDER BY name"
ODD = 'say "a, b"\nand ; \\ c'


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """Settings with a home, and so a Neo4j, of their own."""
    home = tmp_path_factory.mktemp("filled")
    yield Settings.from_environment({"HEARTH_HASH_KEY": "only for tests", "HEARTH_HOME": str(home)})
    local.stop(home)


@asynccontextmanager
async def opened(own: Settings) -> AsyncIterator[Database]:
    """A new connection: one from before a filling waits for transactions that the new store never had."""
    server = local.start(own.home, owned=False, say=print)
    async with connect(server.uri, server.user, server.password) as database:
        yield database


@pytest.fixture
async def empty(own: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Empties the database of its own; every load into it counts as large."""
    monkeypatch.setattr(bulk, "WORTH", 0)
    async with opened(own) as database:
        await migrate(database)
        await run(database, "MATCH (n) WHERE NOT n:Migration DETACH DELETE n")


async def at_once(folder: Path, own: Settings) -> Report:
    async with opened(own) as database:
        return await ingest(database, folder, own, fill=filler(own, print))


async def begun(folder: Path, own: Settings) -> None:
    """Begin to load at once, with an importer that fails."""
    with pytest.raises(LocalDatabaseError), mock.patch("server.db.bulk.ENTRY", "no.such.Class"):
        await at_once(folder, own)


async def accounts_of(own: Settings) -> int:
    async with opened(own) as database:
        return len(await run(database, "MATCH (a:Account) RETURN a.id AS id"))


def odd() -> dict[str, list[Row]]:
    """Names with all that CSV has to quote."""
    data = everything()
    data["accounts"] += [*accounts(ODD), {"account_id": "dan", "city": ODD, "platform": "NULL"}]
    data["sightings"] += [sighting(ODD, "device", f"D {day}", f"2026-05-{day:02}T10:00:00Z") for day in range(1, 9)]
    data["purchases"] += [order("p9", ODD, ODD, currency=ODD, amount=0.1), order("p9", ODD, "z", amount=0.2)]
    data["touches"] += [touch(ODD, product_id=ODD, category=ODD, channel=ODD)]
    return data


@pytest.mark.usefixtures("empty")
async def test_it_makes_the_graph_that_batches_make(
    db: Database, own: Settings, settings: Settings, tmp_path: Path
) -> None:
    small, strange = world(7), odd()
    folder = write(tmp_path / "data", {name: [*small[name], *strange[name]] for name in small})
    batches, report = await ingest(db, folder, settings), await at_once(folder, own)
    assert (report.written, report.skipped, report.resumed) == (batches.written, 0, False)
    assert report.files == batches.files
    async with opened(own) as other:
        assert await checksum(other) == await checksum(db)
        assert await run(other, CONSTRAINTS) == await run(db, CONSTRAINTS)


@pytest.mark.usefixtures("empty")
async def test_a_graph_with_data_takes_batches(own: Settings, tmp_path: Path) -> None:
    async with opened(own) as database:
        await run(database, "CREATE (:Account {id: 'old'})")
    await at_once(write(tmp_path / "data", everything()), own)
    assert await accounts_of(own) == 4


@pytest.mark.usefixtures("empty")
async def test_a_graph_that_others_use_takes_batches(own: Settings, tmp_path: Path) -> None:
    folder = write(tmp_path / "data", everything())
    async with opened(own):
        with mock.patch("server.ingest.bulk.AGENT", "another"), mock.patch("server.db.bulk.fill") as fill:
            await at_once(folder, own)
    assert (fill.called, await accounts_of(own)) == (False, 3)


@pytest.mark.slow
@pytest.mark.usefixtures("empty")
async def test_what_was_half_filled_is_thrown_away_and_what_was_filled_stays(own: Settings, tmp_path: Path) -> None:
    folder = write(tmp_path / "data", everything())
    await begun(folder, own)
    assert await accounts_of(own) == 0
    with pytest.raises(RuntimeError), mock.patch("server.ingest.load._conclude", side_effect=RuntimeError):
        await at_once(folder, own)
    report = await at_once(folder, own)
    assert (report.resumed, report.skipped, await accounts_of(own)) == (True, sum(report.written.values()), 3)


async def test_what_runs_note_of_themselves_is_no_load(db: Database) -> None:
    """Or a load that broke off would take an empty graph for its own."""
    await db.settle(["one"])
    await run(db, "CREATE (:Detection {id: 'detection'}), (:Behaviour {id: 'behaviour'}), (:Measurement {id: 'm'})")
    assert await db.read_one("ingest.bulk.anything") is None
    await run(db, "CREATE (:Account {id: 'ann'})")
    assert await db.read_one("ingest.bulk.anything") is not None


@pytest.mark.slow
@pytest.mark.usefixtures("empty")
async def test_batches_that_broke_off_are_not_taken_for_a_filling(own: Settings, tmp_path: Path) -> None:
    folder = write(tmp_path / "data", everything())
    await begun(folder, own)
    with pytest.raises(RuntimeError), mock.patch("server.ingest.write._sightings", side_effect=RuntimeError):
        async with opened(own) as database:  # as while another process owns the database
            await ingest(database, folder, own)
    await at_once(folder, own)
    async with opened(own) as database:
        assert await run(database, "RETURN EXISTS { ()-[:USES]->() } AS seen") == [{"seen": True}]


@pytest.mark.usefixtures("empty")
async def test_a_model_that_was_brought_along_stays(own: Settings, tmp_path: Path) -> None:
    async with opened(own) as database:
        await database.write("detect.model.choose", weights="{}")
    await at_once(write(tmp_path / "data", everything()), own)
    async with opened(own) as database:
        assert await run(database, "MATCH (d:Detection) RETURN d.trained AS model") == [{"model": "{}"}]
