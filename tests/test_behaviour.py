"""Roles and paths in a graph: found, brought up to date around what changed, exported, and shown in Neo4j Browser."""

from __future__ import annotations

import asyncio
import csv
import random
import re
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from seed import city
from server import behaviour, export
from server.commands.browser_pack import BROWSER, FOLDERS, pack
from server.db.database import Database, Row
from server.detect.keep import Shelf
from server.detect.run import detect
from server.errors import DatabaseError, DataError
from server.referrals.store import keep
from server.settings import Settings
from tests.api_graphs import ask
from tests.conftest import quiet, run
from tests.datasets import ingest

BELIEFS = """
    MATCH (a:Account)-[p:PLAYS|LED_TO]->(x)
    RETURN a.id AS account, type(p) AS type, x.id AS of, p.category AS category, p.step AS step, p.scores AS scores,
      p.probability AS probability, p.decides AS decides
    ORDER BY account, type, of, category, step
"""


async def refresh(db: Database, full: bool = False) -> behaviour.Summary:
    return await behaviour.refresh(db, quiet, full=full)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small simulated city."""
    out = tmp_path_factory.mktemp("city")
    city.build(out, accounts=300, profile="city", seed=5, format="csv")
    return out


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(
    database: Database, settings: Settings, folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Database]:
    """That city in the graph, with households, roles and paths: for all tests here, which leave it as they found it."""
    await run(database, "MATCH (n) WHERE NOT n:Migration DETACH DELETE n")
    await ingest(database, folder, settings)
    await detect(database, say=quiet, shelf=Shelf(tmp_path_factory.mktemp("home")))
    await refresh(database)
    yield database


async def test_paths_are_the_true_ones(town: Database, folder: Path) -> None:
    with (folder / "truth_chains.csv").open(newline="") as file:
        true = {_step(row) for row in csv.DictReader(file) if row["causal"] == "yes"}
    table = await export.paths(town)
    found = {_step(row) for row in table.to_pylist()}
    assert len(found & true) / len(found) > 0.9
    assert len(found & true) / len(true) > 0.9


def _step(row: dict[str, Any]) -> tuple[str, ...]:
    return row["purchase_id"], row["account_id"], row["action"], row["at"]


async def test_roles_are_of_present_members_and_add_up(town: Database) -> None:
    rows = (await export.roles(town)).to_pylist()
    members = {(row["household_id"], row["account_id"]) for row in (await export.households(town)).to_pylist()}
    assert {(row["household_id"], row["account_id"]) for row in rows} <= members
    assert all(row["low"] <= row["score"] <= row["high"] and row["purchases"] >= 2 for row in rows)
    assert len(rows) > 500


async def test_no_child_decides(town: Database) -> None:
    children = {row["id"] for row in await run(town, "MATCH (a:Account {ageBand: 'child'}) RETURN a.id AS id")}
    rows = (await export.roles(town)).to_pylist()
    assert {row["score"] for row in rows if row["role"] == "decision_maker" and row["account_id"] in children} <= {0.0}


async def test_nothing_changed_is_nothing_written(town: Database) -> None:
    assert (await refresh(town)).changed == 0


async def test_a_run_waits_for_what_a_killed_one_had_sent(town: Database) -> None:
    async with town.driver.session() as session, await session.begin_transaction() as sent:
        await sent.run("MATCH (w:Writer {id: $id}) SET w.held = true REMOVE w.held", id=behaviour.PATHS)
        running = asyncio.ensure_future(refresh(town))
        assert not (await asyncio.wait([running], timeout=1))[0]
        await sent.commit()
    assert (await running).changed == 0


async def test_what_a_killed_run_claimed_is_looked_at_again(town: Database) -> None:
    """A run that ends in an error leaves what it claimed, for the next."""
    await run(town, "MATCH (a:Account) WITH a LIMIT 1 SET a:Stirred")
    with pytest.raises(DataError):
        await behaviour.refresh(town, quiet, windows={"no such thing": 2.0})
    assert (await refresh(town)).changed == 1
    assert (await refresh(town)).changed == 0


async def test_a_run_over_everything_that_broke_off_is_made_up_for(
    town: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it wrote is of another model, and nothing else tells the next run to look there."""
    before, write, left = await run(town, BELIEFS), town.write, iter([True])

    async def breaks(*queries: str, **parameters: Any) -> list[Row]:
        if queries[-1] == "behaviour.paths" and not next(left, False):
            raise DatabaseError("gone", "")
        return await write(*queries, **parameters)

    category = (await run(town, "MATCH (:Account)-[s:LED_TO]->() RETURN s.category AS name LIMIT 1"))[0]["name"]
    monkeypatch.setattr(behaviour, "BATCH", 50)
    monkeypatch.setattr(behaviour, "AT_ONCE", 1)  # the first batch is written when the second fails
    monkeypatch.setattr(town, "write", breaks)
    with pytest.raises(DatabaseError):
        await behaviour.refresh(town, quiet, windows={str(category): 1.0})
    monkeypatch.undo()
    assert await run(town, BELIEFS) != before
    assert (await refresh(town)).changed is None
    assert await run(town, BELIEFS) == before
    assert (await refresh(town)).changed == 0


async def test_looking_at_everything_again_changes_nothing(town: Database) -> None:
    before = await run(town, BELIEFS)
    await run(town, "MATCH (a:Account) SET a:Stirred")
    await refresh(town)
    assert await run(town, BELIEFS) == before


async def test_a_category_may_have_a_shorter_window(town: Database) -> None:
    """It lasts until it is told otherwise, and changes nothing elsewhere."""

    async def longest() -> dict[str, float]:
        text = "MATCH (:Account)-[s:LED_TO]->(:Purchase) RETURN s.category AS category, max(s.hours) AS most"
        return {str(row["category"]): float(str(row["most"])) for row in await run(town, text)}

    before = await longest()
    one = max(before, key=before.__getitem__)
    for windows in ({one: 2.0}, None):
        await behaviour.refresh(town, quiet, full=True, windows=windows)
        short = await longest()
        assert short[one] <= 48 < before[one]
        assert short | {one: 0.0} == before | {one: 0.0}
    with pytest.raises(DataError, match="no category"):
        await behaviour.refresh(town, quiet, windows={"no such thing": 2.0})
    await behaviour.refresh(town, quiet, windows={one: 14.0})
    assert await longest() == before


REFERRALS = FOLDERS["Hearth: referrals"]


@pytest.mark.parametrize("name", sorted({path.stem for path in BROWSER.glob("*.cypher")} - {*REFERRALS}))
async def test_favourites_have_a_title_and_run(town: Database, name: str) -> None:
    text = (BROWSER / f"{name}.cypher").read_text("utf-8")
    assert re.match(r"// \w", text)
    assert await run(town, text.rstrip().removesuffix(";"), **await _parameters(town))


async def test_favourites_of_referrals_agree_with_what_is_kept(town: Database) -> None:
    await keep(town, print)
    (best,) = await run(
        town, "MATCH (a)-[r:REFERRED]->() WHERE r.convertedAt IS NOT NULL RETURN a.id AS account LIMIT 1"
    )
    texts = {name: (BROWSER / f"{name}.cypher").read_text("utf-8").rstrip().removesuffix(";") for name in REFERRALS}
    rows = {name: await run(town, text, **best) for name, text in texts.items()}
    assert rows["referrers"]
    assert rows["cascade"]
    flagged = {row["account_id"] for row in (await export.referrals(town, print)).to_pylist() if row["flag"]}
    assert {row["account"] for row in rows["games"]} == flagged


async def _parameters(db: Database) -> dict[str, object]:
    """A household with roles and a cross-account path, as the favourites ask for it."""
    (row,) = await run(
        db,
        """MATCH (a:Account)-[s:LED_TO {own: false}]->(p:Purchase)<-[:MADE]-(b:Account)-[y:PLAYS]->(h:Household)
        WHERE y.decides IS NOT NULL AND s.household = h.id AND EXISTS { (b)-[m:MEMBER_OF]->(h) WHERE m.until IS NULL }
        RETURN b.id AS account, p.id AS purchase, y.category AS category
        ORDER BY account, purchase, category LIMIT 1""",
    )
    return dict(row)


async def test_favourites_agree_with_the_api(town: Database) -> None:
    given = await _parameters(town)
    rows = await run(town, (BROWSER / "say.cypher").read_text().rstrip().removesuffix(";"), **given)
    query = "query($id: ID!) { account(id: $id) { household { householdId } } }"
    home = (await ask(town, query, {"id": given["account"]}))["account"]["household"]["householdId"]
    query = "query($id: ID!) { household(id: $id) { roles { category role score account { accountId } } } }"
    roles = (await ask(town, query, {"id": home}))["household"]["roles"]
    found = {(r["category"], r["role"].lower(), r["account"]["accountId"], r["score"]) for r in roles}
    assert {(r["category"], r["role"], r["account"], r["score"]) for r in rows} == found


async def test_the_path_favourite_agrees_with_the_api(town: Database) -> None:
    given = await _parameters(town)
    rows = await run(town, (BROWSER / "path.cypher").read_text().rstrip().removesuffix(";"), **given)
    query = "query($id: ID!) { purchase(id: $id) { path { account { accountId } action } } }"
    path = (await ask(town, query, {"id": given["purchase"]}))["purchase"]["path"]
    assert {row["a"]["id"] for row in rows} == {step["account"]["accountId"] for step in path}  # type: ignore[index]


async def test_the_lift_favourite_agrees_with_the_api(town: Database) -> None:
    rows = await run(town, (BROWSER / "lift.cypher").read_text().rstrip().removesuffix(";"))
    query = "{ conversionStats(groupBy: CATEGORY) { group purchases crossAccount lift { lift } } }"
    stats = {s["group"]: s for s in (await ask(town, query))["conversionStats"]}
    assert {r["category"]: (r["purchases"], r["crossAccount"]) for r in rows} == {
        name: (s["purchases"], s["crossAccount"]) for name, s in stats.items()
    }
    assert all(r["lift"] == pytest.approx(stats[str(r["category"])]["lift"]["lift"]) for r in rows if r["lift"])


def test_the_pack_holds_every_favourite(tmp_path: Path) -> None:
    pack(tmp_path / "pack.zip")
    with zipfile.ZipFile(tmp_path / "pack.zip") as file:
        names = set(file.namelist())
    favourites = {f"{folder}/{name}.cypher" for folder, some in FOLDERS.items() for name in some}
    assert names == {*favourites, "style.grass", "guide.html"}
    assert {name for some in FOLDERS.values() for name in some} == {path.stem for path in BROWSER.glob("*.cypher")}


async def test_a_run_around_what_changed_ends_where_one_over_everything_does(
    town: Database, settings: Settings, folder: Path, tmp_path: Path
) -> None:
    _more(folder, tmp_path / "more")
    await ingest(town, tmp_path / "more", settings)
    summary = await refresh(town)
    assert 0 < (summary.changed or 0) < 20
    around = await run(town, BELIEFS)
    await run(town, "MATCH (a:Account) SET a:Stirred")
    await refresh(town)
    assert await run(town, BELIEFS) == around


def _more(folder: Path, to: Path) -> None:
    """Ten more touches and orders of accounts that have some, as a load of its own."""
    to.mkdir()
    rng = random.Random(3)
    for name, key in (("touches", None), ("purchases", "purchase_id")):
        with (folder / f"{name}.csv").open(newline="") as file:
            rows = rng.sample(list(csv.DictReader(file)), 5)
        for number, row in enumerate(rows):
            row["at"] = f"2026-05-{10 + number}T12:00:00+08:00"
            row.update({key: f"new{number}"} if key else {})
        with (to / f"{name}.csv").open("w", newline="") as file:
            writer = csv.DictWriter(file, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    (to / "accounts.csv").write_text("account_id\n", "utf-8")
