"""`hearth train`: what people said moves the model of a graph, and every run and answer takes that one."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.commands.train import choose, learn
from server.db.database import Database
from server.detect import model, read, settle
from server.detect.keep import Shelf
from server.detect.run import check, detect
from server.errors import DataError
from server.settings import Settings
from tests.conftest import run
from tests.datasets import binding, ingest, sighting, write

FAMILIES = 210  # LEAST words and some


@pytest.fixture
async def declared(db: Database, settings: Settings, tmp_path: Path) -> None:
    """Many couples with a tablet each, and a declaration."""
    names = [(f"a{number}", f"b{number}") for number in range(FAMILIES)]
    days = [f"2026-05-{day:02}T20:00:00+08:00" for day in range(1, 8)]
    rows = [
        sighting(account, "device", f"T {pair[0]}", day, detail="tablet")
        for pair in names
        for account in pair
        for day in days
    ]
    data = {
        "accounts": [{"account_id": account} for pair in names for account in pair],
        "sightings": rows,
        "bindings": [binding(*pair) for pair in names],
    }
    await ingest(db, write(tmp_path / "data", data), settings)


@pytest.mark.usefixtures("declared")
async def test_runs_take_the_model_of_the_graph(db: Database, tmp_path: Path) -> None:
    first = await detect(db, say=print, shelf=Shelf(tmp_path))
    assert first is not None
    assert first.model == model.load().name
    trained = await learn(db)
    assert trained is not None
    assert trained == await read.weights(db)
    assert trained.name.startswith("trained-")
    assert f"{FAMILIES} pairs that are said to live together" in trained.about
    again = await detect(db, say=print, shelf=Shelf(tmp_path))
    assert again is not None
    assert (again.model, again.changed) == (trained.name, None)
    assert not any(await check(db, say=print))


@pytest.mark.usefixtures("declared")
async def test_training_begins_with_what_a_first_run_settles_on(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settle, "LEAST", FAMILIES - 10)
    first = await detect(db, say=print, shelf=Shelf(tmp_path))
    assert first is not None
    trained = await learn(db)
    assert trained is not None
    assert trained.about.startswith(first.model)
    assert trained.lean == settle.LEANS[0]


@pytest.mark.usefixtures("declared")
async def test_training_twice_gives_one_model(db: Database) -> None:
    assert await learn(db) == await learn(db)


async def test_the_shipped_model_stays_without_words_and_comes_back(db: Database) -> None:
    assert await learn(db) is None
    assert await read.weights(db) == model.load()
    await choose(db, model.load(), "taken from a file")
    await choose(db, None, "shipped")
    assert await run(db, "MATCH (d:Detection) RETURN d.trained AS trained") == [{"trained": None}]


async def test_a_model_of_another_version_is_refused(db: Database) -> None:
    await db.write("detect.model.choose", weights='{"shapes": [], "tables": []}')
    with pytest.raises(DataError, match="another version") as refused:
        await read.weights(db)
    assert "hearth train --shipped" in refused.value.hint
    await choose(db, None, "shipped")
    assert await read.weights(db) == model.load()
