"""A run around what has changed ends where one over everything does: random histories on a real graph."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from server import behaviour
from server.db.database import Database
from server.detect.keep import Shelf
from server.detect.run import detect
from server.settings import Settings
from tests.conftest import quiet, run
from tests.datasets import Row, city, ingest, write

FILES = ("sightings", "purchases", "touches", "bindings")
BELIEFS = """
    MATCH (a:Account)-[p:PLAYS|LED_TO]->(x)
    RETURN a.id AS account, type(p) AS type, x.id AS of, properties(p) AS properties
    ORDER BY account, type, of, p.category, p.step
"""
ERASE = """
    MATCH (a:Account {id: $account})-[t:TOUCHED]->()
    WITH a, t LIMIT $count
    DELETE t
    SET a:Stirred
"""
LEAVE = """
    MATCH (a:Account {id: $account})-[m:MEMBER_OF]->(h:Household)
    WHERE m.until IS NULL
    SET m.until = datetime('2026-04-01T00:00:00+08:00'), m.status = 'left', a:Stirred
    WITH h
    MATCH (h)<-[:MEMBER_OF]-(other:Account)
    SET other:Stirred
"""


def parts(data: dict[str, list[Row]], dice: random.Random, count: int) -> Iterator[dict[str, list[Row]]]:
    """The rows in loads, most of them in the first: later ones add some at any time, and some again."""
    for name in FILES:
        dice.shuffle(data[name])
    for part in range(count):
        chosen: dict[str, list[Row]] = {"accounts": data["accounts"]}
        for name in FILES:
            rows, begin = data[name], len(data[name]) * 9 // 10
            cuts = [0, *(begin + (len(rows) - begin) * step // (count - 1) for step in range(count))]
            chosen[name] = rows[cuts[part] : cuts[part + 1]] + dice.sample(rows, len(rows) // 50)
        yield {name: rows for name, rows in chosen.items() if rows}


async def happen(db: Database, dice: random.Random, names: list[str]) -> None:
    """Something that is no load: touches are erased, or somebody moves out."""
    await run(db, dice.choice([ERASE, LEAVE]), account=dice.choice(names), count=dice.randint(1, 20))


async def history(db: Database, settings: Settings, tmp: Path, seed: int, size: int = 80) -> None:
    """Load, erase, move, detect in turn, with a run after each; one over everything must not change a thing."""
    dice, data = random.Random(seed), city(tmp / "city", seed, size, FILES)
    names = [str(row["account_id"]) for row in data["accounts"]]
    for number, part in enumerate(parts(data, dice, dice.randint(3, 4))):
        await ingest(db, write(tmp / f"part{number}" / "data", part), settings)
        if number == 0 or dice.random() < 0.5:
            await detect(db, say=quiet, shelf=Shelf(tmp))
        for _ in range(dice.randint(0, 3)):
            await happen(db, dice, names)
        around = await behaviour.refresh(db, quiet)
        assert (around.changed is None) == (number == 0)
        await as_a_whole(db)


async def as_a_whole(db: Database) -> None:
    """Judge everything under the same model; nothing may differ."""
    before = await run(db, BELIEFS)
    await run(db, "MATCH (a:Account) SET a:Stirred")
    await behaviour.refresh(db, quiet)
    assert await run(db, BELIEFS) == before


async def test_it_ends_where_a_whole_run_would(db: Database, settings: Settings, tmp_path: Path) -> None:
    await history(db, settings, tmp_path, 0, size=50)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 200))
async def test_a_hundred_histories(db: Database, settings: Settings, tmp_path: Path, seed: int) -> None:
    await history(db, settings, tmp_path, seed)
