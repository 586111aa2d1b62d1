"""Detection on a real graph: right on the tiny families and on Kenya, stable, and quiet when nothing changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from seed import kenya, tiny
from server import export
from server.accounts import evidence
from server.db.database import Database
from server.detect.run import Summary, detect
from server.errors import DataError
from server.evaluate import Evaluation, evaluate
from server.ingest import load
from server.ingest.progress import Silent
from server.settings import Settings
from tests.conftest import run, sample

Build = Callable[[Path], None]


@pytest.fixture
async def families(db: Database, settings: Settings, tmp_path: Path) -> Database:
    """The tiny families, loaded and detected."""
    await fill(db, settings, tmp_path, tiny.build)
    return db


async def fill(db: Database, settings: Settings, folder: Path, build: Build) -> Summary | None:
    build(folder / "data")
    return await again(db, settings, folder / "data")


async def again(db: Database, settings: Settings, folder: Path) -> Summary | None:
    report = folder.parent / "report"
    await load(db, folder, settings=settings, timezone=None, report_to=report, progress=Silent())
    return await detect(db, say=lambda _: None)


async def homes(db: Database) -> set[tuple[str, ...]]:
    table = (await export.households(db)).to_pylist()
    names = {row["household_id"] for row in table}
    return {tuple(row["account_id"] for row in table if row["household_id"] == name) for name in names}


async def dump(db: Database) -> list[dict[str, object]]:
    return await run(
        db, "MATCH (a:Account)-[m:MEMBER_OF]->(h) RETURN a.id, properties(m), properties(h) ORDER BY a.id, h.id"
    )


async def test_the_tiny_families_are_found_and_nobody_else(families: Database) -> None:
    expected = {("ada", "ada-films", "ben", "cleo"), ("gus", "hana"), ("ivan", "jana", "kim", "lotte")}
    assert await homes(families) == expected


@pytest.mark.parametrize(("build", "least"), [(tiny.build, 1.0), (kenya.build, 0.95)])
async def test_the_truth_is_met(build: Build, least: float, db: Database, settings: Settings, tmp_path: Path) -> None:
    await fill(db, settings, tmp_path, build)
    result: Evaluation = await evaluate(db, tmp_path / "data" / "truth.csv")
    assert result.pairwise.f1 >= least
    assert result.largest_household <= 2 * result.largest_true_household


async def test_other_data_in_the_graph_changes_nothing(families: Database, settings: Settings, tmp_path: Path) -> None:
    await fill(families, settings, tmp_path / "kenya", kenya.build)
    assert (await evaluate(families, tmp_path / "kenya/data/truth.csv")).pairwise.f1 >= 0.95
    assert (await evaluate(families, tmp_path / "data/truth.csv")).pairwise.f1 == 1.0


async def test_two_accounts_of_one_woman_are_one_person(families: Database) -> None:
    rows = (await export.households(families)).to_pylist()
    persons = {row["account_id"]: row["person_id"] for row in rows}
    assert persons["ada"] == persons["ada-films"] != persons["ben"]
    assert await run(families, "MATCH (:Account {id: 'ada'})-[:MEMBER_OF]->(h) RETURN h.size AS size") == [{"size": 3}]


async def test_a_declared_family_is_bound(families: Database) -> None:
    rows = (await export.households(families)).to_pylist()
    assert {row["account_id"] for row in rows if row["status"] == "bound"} == {"ivan", "jana"}


async def test_every_membership_explains_itself(families: Database) -> None:
    for row in await run(families, "MATCH ()-[m:MEMBER_OF]->() RETURN m.score AS score, m.evidence AS evidence"):
        items = evidence(row)
        assert row["score"] == pytest.approx(sum(item["weight"] for item in items), abs=1e-3)
        assert "prior" in {item["kind"] for item in items}


async def test_a_second_run_writes_nothing(families: Database) -> None:
    before = await dump(families)
    summary = await detect(families, say=lambda _: None)
    assert summary is not None
    assert summary.run is None
    assert await dump(families) == before
    assert await run(families, "MATCH (r:DetectionRun) RETURN count(r) AS runs") == [{"runs": 1}]


async def test_who_shares_more_later_joins_and_the_id_stays(
    families: Database, settings: Settings, tmp_path: Path
) -> None:
    before = await run(families, "MATCH (:Account {id: 'gus'})-[:MEMBER_OF]->(h) RETURN h.id AS id")
    times = [f"2026-05-{day:02}T21:05:00+02:00" for day in (5, 7, 12)]
    rows = "".join(f"nora,device,tv-birke,{at},tv\nnora,payment,card-birke,{at},\n" for at in times)
    rows += "".join(f"nora,network,wifi-birke,2026-05-{day:02}T20:05:00+02:00,wifi\n" for day in range(4, 16))
    head = "account_id,kind,identifier,at,detail\n"
    more = sample(tmp_path / "more", accounts="account_id\nnora\n", sightings=head + rows)
    await again(families, settings, more)
    assert ("gus", "hana", "nora") in await homes(families)
    assert await run(families, "MATCH (:Account {id: 'nora'})-[:MEMBER_OF]->(h) RETURN h.id AS id") == before


async def test_a_binding_that_ended_binds_no_more(families: Database, settings: Settings, tmp_path: Path) -> None:
    spans = "2025-01-05T12:00:00+01:00,2026-05-16T12:00:00+02:00"
    end = f"account_a,account_b,kind,at,ended_at\nivan,jana,family_group,{spans}\n"
    accounts = "account_id\nivan\njana\n"
    await again(families, settings, sample(tmp_path / "more", accounts=accounts, bindings=end))
    rows = (await export.households(families)).to_pylist()
    assert {row["account_id"] for row in rows if row["status"] == "bound"} == set()


async def test_as_of_looks_back(db: Database, settings: Settings, tmp_path: Path) -> None:
    tiny.build(tmp_path / "data")
    report = tmp_path / "report"
    await load(db, tmp_path / "data", settings=settings, timezone=None, report_to=report, progress=Silent())
    early = await detect(db, datetime.fromisoformat("2026-05-03T00:00:00+02:00"), say=lambda _: None)
    assert early is not None
    assert await homes(db) == {("ivan", "jana")}


async def test_a_run_sees_no_earlier_time_than_the_one_before(db: Database, settings: Settings, tmp_path: Path) -> None:
    tiny.build(tmp_path / "data")
    report = tmp_path / "report"
    await load(db, tmp_path / "data", settings=settings, timezone=None, report_to=report, progress=Silent())
    first, second = (datetime.fromisoformat(f"2026-{day}T00:00:00+02:00") for day in ("05-03", "05-25"))
    for moment in (first, second):
        await detect(db, moment, say=lambda _: None)
    with pytest.raises(DataError, match="before the latest run"):
        await detect(db, first)
    with pytest.raises(DataError, match="in the future"):
        await detect(db, datetime.now(UTC) + timedelta(days=9))
    plain = await detect(db, say=lambda _: None)
    assert plain is not None
    assert datetime.fromisoformat(plain.as_of) == second
    assert await run(db, "MATCH ()-[m:MEMBER_OF]->() WHERE m.until < m.since RETURN count(m) AS n") == [{"n": 0}]


async def test_an_empty_graph_has_nothing_to_detect(db: Database) -> None:
    assert await detect(db) is None


async def test_the_export_has_the_columns_of_the_contract(families: Database, tmp_path: Path) -> None:
    export.write(await export.households(families), tmp_path / "households.csv", "csv")
    lines = (tmp_path / "households.csv").read_text().splitlines()
    assert lines[0] == "household_id,account_id,person_id,confidence,status"
    assert len(lines) == 11
