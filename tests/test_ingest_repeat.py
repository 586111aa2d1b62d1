"""Loads commute, repeat and resume: the same rows, however they come, make the same graph."""

from __future__ import annotations

import random
from collections.abc import Mapping
from itertools import count
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as trials
from hypothesis import strategies as st

from server.db.database import Database
from server.errors import DatabaseError
from server.ingest import edges
from server.ingest import write as writing
from server.settings import Settings
from tests.checksum import checksum
from tests.conftest import run
from tests.datasets import (
    MAY,
    Row,
    accounts,
    binding,
    everything,
    ingest,
    interaction,
    order,
    referral,
    sighting,
    touch,
    write,
)  # fmt: skip

Data = Mapping[str, list[Row]]
NAMES = [f"a{number}" for number in range(12)]
CHANNELS = ["app", "web", ""]
NUMBERS = count()


def world(seed: int) -> dict[str, list[Row]]:
    """A few hundred random rows that often speak of the same keys, at equal instants with unequal offsets too."""
    dice = random.Random(seed)

    def at() -> str:
        day, clock = dice.randint(1, 3), dice.randint(9, 11)
        return dice.choice([f"2026-05-0{day}T{clock:02}:30:00+08:00", f"2026-05-0{day}T{clock:02}:00:00+07:30"])

    def two() -> tuple[str, str]:
        a, b = dice.sample(NAMES, 2)
        return a, b

    def order_of(number: int) -> Row:
        """A line of an order, which says the same of the order as its other lines."""
        own = random.Random(number)
        said = {"at": MAY.format(own.randint(1, 9), "10:00:00"), "address": f"Elm {number % 5}"}
        return order(f"p{number}", own.choice(NAMES), f"x{dice.randint(1, 3)}", **said)

    def sighting_of(name: str) -> Row:
        kind, identifier = dice.choice(["device", "network"]), f"I-{dice.randint(1, 6)}"
        detail = dice.choice(["", "phone", "tv", "wifi"])
        return sighting(name, kind, identifier, at(), detail=detail, count=dice.randint(1, 3))

    def touch_of(name: str) -> Row:
        return touch(name, at=at(), channel=dice.choice(CHANNELS), product_id=dice.choice(["x1", ""]))

    def referral_of(a: str, b: str) -> Row:
        converted = dice.choice([at(), ""])
        return referral(at(), channel=dice.choice(CHANNELS), converted_at=converted) | {"referrer": a, "referee": b}

    def interaction_of(a: str, b: str) -> Row:
        return interaction(a, b, dice.choice(["message", "gift"]), at(), count=dice.randint(1, 3))

    def binding_of(a: str, b: str) -> Row:
        return binding(a, b, ended_at=dice.choice([at().replace("-05-", "-06-"), ""])) | {"at": at()}

    return {
        "accounts": accounts(*NAMES),
        "sightings": [sighting_of(dice.choice(NAMES)) for _ in range(300)],
        "purchases": [order_of(number) for number in range(20) for _ in range(3)],
        "touches": [touch_of(dice.choice(NAMES)) for _ in range(200)],
        "interactions": [interaction_of(*two()) for _ in range(200)],
        "referrals": [referral_of(*two()) for _ in range(100)],
        "bindings": [binding_of(*two()) for _ in range(100)],
    }


def shuffled(data: Data) -> Data:
    return {name: random.Random(1).sample(rows, len(rows)) for name, rows in data.items()}


def half(data: Data, which: int) -> Data:
    """Every other row; both halves bring all accounts, without which rows would be refused."""
    return {name: rows if name == "accounts" else rows[which::2] for name, rows in data.items()}


@pytest.fixture(params=["everything", 1])
async def data(request: pytest.FixtureRequest) -> Data:
    return everything() if request.param == "everything" else world(request.param)


@pytest.fixture
async def expected(db: Database, data: Data, tmp_path: Path, settings: Settings) -> str:
    """The checksum of one plain load; the graph is empty again."""
    report = await ingest(db, write(tmp_path / "plain", data), settings)
    assert report.rejected == 0
    return await checksum(db)


async def emptied(db: Database) -> None:
    await run(db, "MATCH (n) WHERE NOT n:Migration DETACH DELETE n")


async def test_the_same_rows_twice(db: Database, data: Data, expected: str, tmp_path: Path, settings: Settings) -> None:
    await ingest(db, tmp_path / "plain", settings)
    assert await checksum(db) == expected


async def test_the_rows_in_another_order(
    db: Database, data: Data, expected: str, tmp_path: Path, settings: Settings
) -> None:
    await emptied(db)
    await ingest(db, write(tmp_path / "other", shuffled(data)), settings)
    assert await checksum(db) == expected


@pytest.mark.parametrize("first", [0, pytest.param(1, marks=pytest.mark.slow)])
async def test_the_rows_in_two_halves(
    db: Database, data: Data, expected: str, tmp_path: Path, settings: Settings, first: int
) -> None:
    await emptied(db)
    for which in (first, 1 - first):
        await ingest(db, write(tmp_path / str(which), half(data, which)), settings)
    assert await checksum(db) == expected


async def test_the_rows_in_other_blocks_and_batches(
    db: Database, data: Data, expected: str, tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    await emptied(db)
    monkeypatch.setattr(writing, "BATCH", 7)
    monkeypatch.setattr(edges, "RANGE", 50)
    await ingest(db, tmp_path / "plain", settings, size=500)
    assert await checksum(db) == expected


@pytest.mark.parametrize("stop", [1, 9, *(pytest.param(later, marks=pytest.mark.slow) for later in (3, 12))])
async def test_a_load_that_broke_off_is_run_again(db: Database, tmp_path: Path, settings: Settings, stop: int) -> None:
    folder = write(tmp_path / "plain", world(3))
    with pytest.raises(DatabaseError), mock.patch.object(Database, "write", _failing(db, stop)):
        await ingest(db, folder, settings)
    await ingest(db, folder, settings)
    resumed = await checksum(db)
    await emptied(db)
    await ingest(db, folder, settings)
    assert await checksum(db) == resumed


def _failing(db: Database, after: int) -> Any:
    """Database.write, but it fails from a given call on."""
    real, calls = Database.write, count()

    async def write(self: Database, query: str, **parameters: Any) -> Any:
        if next(calls) >= after:
            raise DatabaseError("gone")
        return await real(self, query, **parameters)

    return write


HABIT = st.dictionaries(st.integers(0, 6), st.tuples(st.integers(0, 3), st.integers(1, 5)), min_size=1)


@trials(deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(loads=st.lists(HABIT, min_size=1, max_size=4))
async def test_hours_merge_to_the_larger_claim_and_count(db: Database, loads: list[dict[int, tuple[int, int]]]) -> None:
    node, merged = f"k:{next(NUMBERS)}", dict[int, tuple[int, int]]()
    await run(db, "MERGE (:Account {id: 'ann'})")
    for habit in loads:
        for hour, (claim, seen) in habit.items():
            known = merged.get(hour, (0, 0))
            merged[hour] = max(known[0], claim), max(known[1], seen)
        await db.write("ingest.device.merge", rows=[{"id": node, "edges": [_edge(habit)]}], details=list("abcd"))
    (row,) = await run(
        db, "MATCH (:Device {id: $id})<-[r]-() RETURN r.hours AS h, r.claims AS c, r.counts AS n, r.count AS s", id=node
    )
    claims, counts = zip(*(merged[hour] for hour in sorted(merged)), strict=True)
    assert row == {"h": sorted(merged), "c": list(claims), "n": list(counts), "s": sum(counts)}


def _edge(habit: dict[int, tuple[int, int]]) -> Row:
    hours = sorted(habit)
    claims, counts = zip(*(habit[hour] for hour in hours), strict=True)
    return {
        "account": "ann",
        "hours": hours,
        "claims": claims,
        "counts": counts,
        "count": sum(counts),
        "first": 0,
        "last": 0,
    }
