"""Roles and paths of what loads bring: offsets, categories, declined homes, and data that outgrows its model."""

from __future__ import annotations

from pathlib import Path

from server import behaviour, export
from server.db.database import Database
from server.detect.keep import Shelf
from server.detect.run import detect
from server.settings import Settings
from server.words import say
from tests.conftest import quiet, run
from tests.datasets import accounts, ingest, order, sighting, touch, write


def living(*names: str) -> list[dict[str, object]]:
    """Evenings before one television, on one network."""
    things = (("network", "home", "wifi"), ("device", "tv", "tv"))
    return [
        sighting(name, kind, thing, f"2026-03-{day:02}T{hour}:30:00+08:00", detail=detail)
        for name in names
        for kind, thing, detail in things
        for day in range(1, 31)
        for hour in (20, 21, 22)
    ]


async def test_whoever_declined_never_lived_there(db: Database, settings: Settings, tmp_path: Path) -> None:
    days = (3, 8, 13, 18)
    data = {
        "accounts": accounts("ann", "ben"),
        "sightings": living("ann", "ben"),
        "purchases": [order(f"p{d}", at=f"2026-03-{d:02}T12:00:00+08:00") for d in days],
        "touches": [touch("ben", "share", f"2026-03-{d:02}T10:00:00+08:00", product_id="milk") for d in days],
    }
    await ingest(db, write(tmp_path / "data", data), settings)
    await detect(db, say=quiet, shelf=Shelf(tmp_path))
    await behaviour.refresh(db, quiet)
    assert (await export.roles(db)).num_rows
    assert (await export.paths(db)).num_rows == 4
    (row,) = await run(db, "MATCH (:Account {id: 'ben'})-[:MEMBER_OF]->(h) RETURN h.id AS id")
    for name in ("ben", "ann"):
        await say(db, name, str(row["id"]), "decline")
    await detect(db, say=quiet, shelf=Shelf(tmp_path))
    await behaviour.refresh(db, quiet)
    assert (await export.paths(db)).num_rows == (await export.roles(db)).num_rows == 0


async def test_a_purchase_is_in_the_category_of_its_row(db: Database, settings: Settings, tmp_path: Path) -> None:
    data = {
        "accounts": accounts("ann"),
        "purchases": [order("p1"), order("p2", category="drinks", at="2026-05-09T10:00:00+08:00")],
        "touches": [touch(at=f"2026-05-{d:02}T09:00:00+08:00", action="cart", product_id="milk") for d in (2, 9)],
    }
    await ingest(db, write(tmp_path / "data", data), settings)
    await behaviour.refresh(db, quiet)
    found = {(row["purchase_id"], row["category"]) for row in (await export.paths(db)).to_pylist()}
    assert found == {("p1", "food"), ("p2", "drinks")}


async def test_a_touch_keeps_the_offset_of_its_hour(db: Database, settings: Settings, tmp_path: Path) -> None:
    at = ["2026-03-29T01:30:00+01:00", "2026-03-29T20:05:00+02:00"]
    data = {
        "accounts": accounts("ann"),
        "purchases": [order("p1", at="2026-03-29T20:30:00+02:00")],
        "touches": [touch(action="cart", at=moment, product_id="milk") for moment in at],
    }
    await ingest(db, write(tmp_path / "data", data), settings)
    await behaviour.refresh(db, quiet)
    assert [row["at"] for row in (await export.paths(db)).to_pylist()] == at


async def test_a_model_that_the_data_outgrew_is_fitted_anew(db: Database, settings: Settings, tmp_path: Path) -> None:
    def orders(first: int, last: int) -> list[dict[str, object]]:
        return [order(f"p{n}", at=f"2026-05-{n:02}T10:00:00+08:00") for n in range(first, last)]

    changed = []
    for number, (first, last) in enumerate([(1, 5), (5, 8), (8, 20), (20, 21)]):
        data = {"accounts": accounts("ann"), "purchases": orders(first, last)}
        await ingest(db, write(tmp_path / f"part{number}" / "data", data), settings)
        changed.append((await behaviour.refresh(db, quiet)).changed)
    assert changed == [None, 1, None, 1]
