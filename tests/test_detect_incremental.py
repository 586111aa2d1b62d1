"""A run over what changed ends where a run over everything would: random histories on a real graph."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest

from server.db.database import Database
from server.detect import memory, read, settle
from server.detect.keep import Shelf
from server.detect.run import Summary, check, detect
from server.detect.traits import BANDS
from server.settings import Settings
from server.words import WORDS, say
from tests.conftest import run
from tests.datasets import MAY, Row, accounts, binding, city, ingest, sighting, write

FILES = ("sightings", "purchases", "interactions", "bindings")


def parts(data: dict[str, list[Row]], dice: random.Random, count: int) -> Iterator[dict[str, list[Row]]]:
    """The rows in loads: some by time, some at random, and of some the same twice."""
    times = [dice.randint(0, count - 1) for _ in range(3)]
    for part in range(count):
        chosen: dict[str, list[Row]] = {"accounts": data["accounts"]}
        for name in FILES:
            rows = data[name]
            by_time = sorted(rows, key=lambda row: str(row["at"]))
            cut = [len(rows) * step // count for step in (part, part + 1)]
            chosen[name] = by_time[cut[0] : cut[1]] + dice.sample(rows, len(rows) // 50 if part in times else 0)
        yield {name: rows for name, rows in chosen.items() if rows}


async def happen(db: Database, dice: random.Random, names: list[str]) -> None:
    """Something that is no load: a word, another age band, or that a person is forgotten in part."""
    a, b = dice.sample(names, 2)
    if dice.random() < 0.2:
        await run(db, "MATCH (a:Account {id: $a}) SET a.ageBand = $band, a:Changed", a=a, band=dice.choice(BANDS))
        return
    homes = await run(db, "MATCH (:Account {id: $a})-[m:MEMBER_OF]->(h) WHERE m.until IS NULL RETURN h.id AS id", a=a)
    if homes:
        await say(db, a, str(homes[0]["id"]), dice.choice(sorted(WORDS)))
        return
    said = {"a": a, "b": b, "word": dice.choice(["together", "apart"]), "at": dice.randint(1, 9)}
    await run(db, SAY if dice.random() < 0.6 else FORGET, **said)


SAY = """
    MATCH (a:Account {id: $a}), (b:Account {id: $b})
    MERGE (a)-[s:SAID]->(b)
    SET s.word = $word, s.at = datetime({year: 2026, month: $at}), a:Changed, b:Changed
"""
FORGET = """
    MATCH (a:Account {id: $a})-[r:USES|CONNECTS_FROM]->(i)
    WITH a, r, i LIMIT $at
    DELETE r
    SET a:Changed
    WITH DISTINCT i
    MATCH (i)<-[]-(other:Account)
    WITH i, count(other) AS accounts, collect(other) AS others
    SET i.accounts = accounts
    FOREACH (one IN others | SET one:Changed)
"""


async def history(db: Database, settings: Settings, tmp: Path, seed: int) -> list[Summary]:
    """Load, say and forget in turn, with a run after each; every run must leave nothing for a full one to change."""
    dice, data, told = random.Random(seed), city(tmp / "city", seed, 60, FILES), []
    names = [str(row["account_id"]) for row in data["accounts"]]
    shelf = Shelf(tmp)
    for number, part in enumerate(parts(data, dice, dice.randint(2, 4))):
        await ingest(db, write(tmp / f"part{number}" / "data", part), settings)
        for _ in range(dice.randint(0, 2)):
            await happen(db, dice, names)
        shelf = dice.choice([shelf, Shelf(tmp)])  # the same process goes on, or another
        summary = await detect(db, say=lambda _: None, shelf=shelf)
        assert summary is not None
        told.append(summary)
        assert [bool(changes) for changes in await check(db, lambda _: None)] == [False, False]
    return told


@pytest.mark.parametrize("seed", range(1))
async def test_it_ends_where_a_full_run_would(
    db: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(settle, "LEAST", 3)
    monkeypatch.setattr(read, "MANY", 3)  # what is read of some accounts is read in parts
    monkeypatch.setattr(memory, "PARTS", 2)  # and what was read before becomes one part often
    told = await history(db, settings, tmp_path, seed)
    assert told[-1].model.startswith("settled-")
    assert [summary.changed is None for summary in told] == [True] + [False] * (len(told) - 1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(100, 300))
async def test_two_hundred_histories(
    db: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(settle, "LEAST", 3 if seed % 2 else settle.LEAST)
    monkeypatch.setattr(read, "MANY", 3)
    monkeypatch.setattr(memory, "PARTS", 2)
    await history(db, settings, tmp_path, seed)


async def test_what_becomes_a_crowd_counts_no_more(
    db: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read, "CAP", 3)
    homes = [sighting(name, "network", "home", MAY.format(day, "21:00:00")) for name in "ab" for day in (2, 9, 16, 23)]
    cafe = [sighting(name, "network", "cafe", MAY.format(day, "20:00:00")) for name in "abc" for day in (5, 6, 7, 8)]
    more = [sighting("d", "network", "cafe", MAY.format(24, "20:00:00"))]
    for number, rows in enumerate((homes + cafe, more)):
        data = {"accounts": accounts(*"abcd"), "sightings": rows}
        await ingest(db, write(tmp_path / f"part{number}" / "data", data), settings)
        await detect(db, say=lambda _: None, shelf=Shelf(tmp_path))
        assert [bool(changes) for changes in await check(db, lambda _: None)] == [False, False]


@pytest.mark.parametrize("kind", ["family_group", "same_person"])
async def test_founders_who_left_and_come_together_again_join_nobody(
    db: Database, settings: Settings, tmp_path: Path, kind: str
) -> None:
    """The id that is made from them is still that of the three who stayed, at whom the run does not look."""
    pairs = [first + second for first, second in combinations("abcde", 2)]
    ends = [_bound(pair, kind, 3, ended_at=MAY.format(5, "10:00:00")) for pair in pairs if set(pair) & set("ab")]
    for number, rows in enumerate(
        (
            [_bound("ab", kind, 3)],
            [_bound(pair, kind, 3) for pair in pairs],
            [*ends, _bound("fg", kind, 6)],  # whose time the run looks from
            [_bound("ab", kind, 8)],
        )
    ):
        data = {"accounts": accounts(*"abcdefg"), "bindings": rows}
        await ingest(db, write(tmp_path / f"part{number}" / "data", data), settings)
        await detect(db, say=lambda _: None, shelf=Shelf(tmp_path))
        assert [bool(changes) for changes in await check(db, lambda _: None)] == [False, False]
    assert {str(row["home"]) for row in await run(db, HOMES)} == {"ab", "cde", "fg"}


HOMES = """
    MATCH (a:Account)-[m:MEMBER_OF|IS]->(h)
    WHERE m.until IS NULL
    WITH h, a ORDER BY a.id
    WITH h, collect(a.id) AS who
    RETURN reduce(text = '', one IN who | text + one) AS home
"""


def _bound(pair: str, kind: str, day: int, **more: str) -> Row:
    return binding(pair[0], pair[1], kind) | {"at": MAY.format(day, "10:00:00"), **more}
