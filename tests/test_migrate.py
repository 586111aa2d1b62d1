"""Migrations on the real server: in order, once, recorded, and never changed afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from server import behaviour, model
from server.db.database import Database
from server.db.migrate import find, migrate, statements
from server.detect.write import WRITERS as DETECTION
from server.errors import QueryFileError
from server.referrals.store import WRITERS as REFERRALS
from tests.conftest import run


@pytest.fixture
async def fresh(db: Database) -> Database:
    await run(db, "MATCH (m:Migration) DETACH DELETE m")
    return db


def folder(path: Path, **files: str) -> Path:
    for name, text in files.items():
        (path / f"{name}.cypher").write_text(text)
    return path


async def test_each_migration_is_applied_once_and_in_order(fresh: Database, tmp_path: Path) -> None:
    path = folder(
        tmp_path,
        V0002__rename="// Rename.\nMATCH (c:Category {id: 'old'})\nSET c.id = 'new';\n",
        V0001__add="CREATE (:Category {id: 'old'});",
    )
    assert await migrate(fresh, path) == ["V0001__add", "V0002__rename"]
    assert await migrate(fresh, path) == []
    assert await run(fresh, "MATCH (c:Category) RETURN c.id AS id") == [{"id": "new"}]


async def test_a_migration_that_was_edited_afterwards_is_refused(fresh: Database, tmp_path: Path) -> None:
    await migrate(fresh, folder(tmp_path, V0001__add="CREATE (:Category {id: 'a'});"))
    with pytest.raises(QueryFileError, match="V0001__add was applied in another form"):
        await migrate(fresh, folder(tmp_path, V0001__add="CREATE (:Category {id: 'b'});"))


async def test_touches_that_kept_hours_keep_moments_too(fresh: Database) -> None:
    await run(
        fresh,
        "CREATE (:Account {id: 'a'})-[:TOUCHED {hours: [494224, 494226], count: 2, "
        "at: datetime('2026-05-19T16:20:05+08:00')}]->(:Category {id: 'c'})",
    )
    await migrate(fresh)
    assert await run(fresh, "MATCH ()-[t:TOUCHED]->() RETURN t.times AS times") == [
        {"times": [1779178805, 494226 * 3600 - 8 * 3600]}
    ]


async def test_writers_keep_what_runs_that_were_killed_left(fresh: Database) -> None:
    await run(
        fresh,
        "CREATE (:Detection {id: 'detection'}), (:Detection {id: 'writer-2', writing: true}), "
        "(:Measurement {id: 'writer-1'}), (:Behaviour {id: 'writes-paths', replacing: true})",
    )
    await migrate(fresh)
    assert [await fresh.settle([name]) for name in (DETECTION[1], REFERRALS[0], behaviour.PATHS)] == [True, False, True]
    assert await run(fresh, "MATCH (n) WHERE n:Detection OR n:Measurement OR n:Behaviour RETURN n.id AS id") == [
        {"id": "detection"}
    ]


async def test_evidence_in_three_lists_becomes_a_text(fresh: Database) -> None:
    await run(
        fresh,
        "CREATE (:Account {id: 'a'})-[:MEMBER_OF {evidence: ['device:k1:x', 'no network'], weights: [2.5, -0.75], "
        "shared: [2, 1]}]->(:Household {id: 'h'})",
    )
    await migrate(fresh)
    assert await run(fresh, "MATCH ()-[m:MEMBER_OF]->() RETURN properties(m) AS properties") == [
        {"properties": {"evidence": "2.5 2 device:k1:x\n-0.75 1 no network"}}
    ]


async def test_what_a_killed_database_left_of_a_constraint_is_made_again(fresh: Database) -> None:
    await run(fresh, "DROP CONSTRAINT key_id")
    await run(fresh, "CREATE INDEX key_id FOR (n:Key) ON (n.id)")
    await migrate(fresh)
    assert await run(fresh, "SHOW CONSTRAINTS YIELD name WHERE name = 'key_id'") == [{"name": "key_id"}]


async def test_the_schema_holds_every_key_of_the_model(db: Database) -> None:
    rows = await run(
        db, "SHOW CONSTRAINTS YIELD labelsOrTypes, properties RETURN labelsOrTypes[0] AS label, properties"
    )
    assert {(row["label"], *row["properties"]) for row in rows} == {(node.label, node.key) for node in model.NODES}  # type: ignore[misc]


async def test_every_index_is_online(db: Database) -> None:
    assert await run(db, "SHOW INDEXES YIELD state WHERE state <> 'ONLINE' RETURN state") == []


def test_a_misnamed_migration_is_refused(tmp_path: Path) -> None:
    with pytest.raises(QueryFileError, match="a migration is named V0001__words"):
        find(folder(tmp_path, V1__short="RETURN 1;"))


def test_two_migrations_with_one_number_are_refused(tmp_path: Path) -> None:
    with pytest.raises(QueryFileError, match="two migrations have the same number"):
        find(folder(tmp_path, V0001__a="RETURN 1;", V0001__b="RETURN 1;"))


def test_statements_end_with_a_semicolon_at_the_end_of_a_line() -> None:
    assert statements("// about\nRETURN ';' AS a;\nRETURN 2;") == ["RETURN ';' AS a", "RETURN 2"]
