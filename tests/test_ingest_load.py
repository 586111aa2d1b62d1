"""Loads into the real graph: what every file becomes there, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from server.db.database import Database
from server.errors import DataError, SettingsError
from server.ingest.format import FORMS
from server.ingest.hashing import hashed, key_of
from server.ingest.stage import staging
from server.settings import Settings
from tests.checksum import checksum
from tests.conftest import run
from tests.datasets import (
    MAY,
    accounts,
    binding,
    everything,
    ingest,
    interaction,
    order,
    rejects,
    sighting,
    touch,
    write,
)  # fmt: skip

EDGES = "MATCH ({id: $start})-[r]->(x) WHERE type(r) = $type RETURN properties(r) AS edge ORDER BY x.id"


async def edge(db: Database, start: str, kind: str) -> Any:
    """The properties of the only edge of a type from a node."""
    (row,) = await run(db, EDGES, start=start, type=kind)
    return row["edge"]


async def ids(db: Database, pattern: str) -> set[tuple[Any, ...]]:
    """The ids at both ends of a pattern between a and b."""
    return {(row["a"], row["b"]) for row in await run(db, f"MATCH {pattern} RETURN a.id AS a, b.id AS b")}


def moment(time: str) -> int:
    """Seconds since 1970 in UTC."""
    return int(datetime.fromisoformat(time).timestamp())


def hour(day: int, clock: int) -> int:
    """Hours since 1970 of a local hour in May 2026."""
    return (20574 + day - 1) * 24 + clock


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write(tmp_path / "data", everything())


@pytest.mark.parametrize("form", FORMS)
async def test_every_form_makes_the_same_graph(db: Database, folder: Path, settings: Settings, form: str) -> None:
    await ingest(db, folder, settings)
    expected = await checksum(db)
    await run(db, "MATCH (n) WHERE NOT n:Migration DETACH DELETE n")
    report = await ingest(db, write(folder.parent / "other", everything(), form), settings)
    assert (await checksum(db), report.rejected, report.warnings) == (expected, 0, [])


async def test_accounts_keep_what_their_file_says(db: Database, folder: Path, settings: Settings) -> None:
    await ingest(db, folder, settings)
    (row,) = await run(db, "MATCH (a:Account {id: 'bob'}) RETURN a {.*, lastSeenAt: toString(a.lastSeenAt)} AS a")
    seen = "2026-05-20T10:00:00+08:00".replace("20T", "06T")
    assert row["a"] == {"id": "bob", "ageBand": "adult", "gender": "male", "city": "Oslo", "lastSeenAt": seen}


async def test_sightings_become_one_edge_with_its_hours(db: Database, folder: Path, settings: Settings) -> None:
    await ingest(db, folder, settings)
    uses = await edge(db, "ann", "USES")
    assert (uses["hours"], uses["claims"], uses["counts"], uses["count"]) == ([hour(1, 19)], [2], [2], 2)
    assert (str(uses["firstSeen"])[:19], str(uses["lastSeen"])[:19]) == ("2026-05-01T11:30:00", "2026-05-01T11:50:00")
    assert (await edge(db, "bob", "USES"))["hours"] == [hour(1, 20), hour(2, 20)]


async def test_identifiers_are_hashed_and_know_their_accounts(db: Database, folder: Path, settings: Settings) -> None:
    await ingest(db, folder, settings)
    network = hashed(key_of(settings), "network", "home net")
    query = (
        "MATCH (i:Identifier) WHERE i.id = $id RETURN labels(i) AS labels, i.accounts AS accounts, i.detail AS detail"
    )
    assert await run(db, query, id=network) == [{"labels": ["Network", "Identifier"], "accounts": 3, "detail": "wifi"}]


async def test_an_order_is_a_sighting_of_whom_it_concerns(db: Database, folder: Path, settings: Settings) -> None:
    await ingest(db, folder, settings)
    key = key_of(settings)
    elm, main, visa = (
        hashed(key, *what) for what in (("address", "elm 3"), ("address", "main st. 1"), ("payment", "visa 1"))
    )
    assert await ids(db, "(a:Account)-[:SHIPS_TO]->(b)") == {("ann", main), ("bob", elm), ("cy", elm)}
    assert await ids(db, "(a:Account)-[:PAYS_WITH]->(b)") == {("ann", visa), ("bob", visa)}
    assert (await edge(db, "bob", "SHIPS_TO"))["hours"] == [hour(2, 10)]


async def test_orders_have_lines_and_an_amount(db: Database, folder: Path, settings: Settings) -> None:
    await ingest(db, folder, settings)
    query = "MATCH (p:Purchase) RETURN p.id AS id, p.amount AS amount, toString(p.at) AS at ORDER BY id"
    at = "2026-05-02T10:00:00+08:00"
    assert [tuple(row.values()) for row in await run(db, query)] == [
        ("p1", 1.1 + 0.3 + 2.5, at),
        ("p2", 1, at),
        ("p3", None, at),
    ]
    assert await ids(db, "(a:Purchase)-[:FOR]->(b)") == {("p2", "bob")}
    assert await ids(db, "(a:Purchase)-[:OF]->()-[:IN]->(b)") == {("p1", "food"), ("p2", "food"), ("p3", "food")}


async def test_touches_are_one_edge_a_day(db: Database, folder: Path, settings: Settings) -> None:
    await ingest(db, folder, settings)
    query = (
        "MATCH (:Account {id: 'ann'})-[t:TOUCHED]->(:Category) "
        "RETURN toString(t.day) AS day, t.times AS times, t.channel AS channel ORDER BY day"
    )
    rows = [tuple(row.values()) for row in await run(db, query)]
    first, second, third = [moment(MAY.format(*when)) for when in ((3, "08:10:00"), (3, "10:20:00"), (4, "08:10:00"))]
    assert rows == [("2026-05-03", [first, second], "web"), ("2026-05-04", [third], None)]
    assert await ids(db, "(a:Account)-[:TOUCHED]->(b:Product)") == {("ann", "milk"), ("bob", "skis")}


async def test_mutual_interactions_are_stored_once(db: Database, folder: Path, settings: Settings) -> None:
    await ingest(db, folder, settings)
    assert await ids(db, "(a)-[:INTERACTED {kind: 'gift'}]->(b)") == {("bob", "ann")}
    message = await edge(db, "ann", "INTERACTED")
    assert (message["hours"], message["counts"], message["count"]) == ([hour(4, 10), hour(5, 10)], [3, 1], 4)


async def test_the_earliest_referral_of_a_campaign_stays(db: Database, folder: Path, settings: Settings) -> None:
    await ingest(db, folder, settings)
    query = (
        "MATCH ()-[r:REFERRED]->() RETURN r.campaign AS campaign, r.channel AS channel, "
        "toString(r.at) AS at, toString(r.convertedAt) AS converted ORDER BY campaign"
    )
    assert [tuple(row.values()) for row in await run(db, query)] == [
        ("", "code", "2026-05-04T10:00:00+08:00", "2026-05-08T10:00:00+08:00"),
        ("spring", None, "2026-05-05T10:00:00+08:00", None),
    ]


async def test_bindings_run_from_the_smaller_id_and_may_end(db: Database, folder: Path, settings: Settings) -> None:
    await ingest(db, folder, settings)
    assert await ids(db, "(a)-[:BOUND]->(b)") == {("ann", "bob"), ("ann", "cy")}
    query = "MATCH ()-[r:BOUND {kind: 'family_group'}]->() RETURN toString(r.endedAt) AS ended"
    assert await run(db, query) == [{"ended": "2026-05-20T10:00:00+08:00"}]


@pytest.mark.parametrize("loads", [1, 2])
async def test_a_binding_that_ends_is_the_one_of_its_moment(
    db: Database, tmp_path: Path, settings: Settings, loads: int
) -> None:
    """Whatever offset its moment is written with, in one load or two."""
    rows = [binding(), binding("bob", "ann", at="2026-05-06T02:00:00Z", ended_at=MAY.format(20, "10:00:00"))]
    for number in range(loads):
        data = {"accounts": accounts("ann", "bob"), "bindings": rows[number::loads]}
        await ingest(db, write(tmp_path / str(number) / "data", data), settings)
    query = "MATCH ()-[r:BOUND]->() RETURN toString(r.at) AS at, toString(r.endedAt) AS ended"
    assert await run(db, query) == [{"at": "2026-05-06T02:00:00Z", "ended": "2026-05-20T10:00:00+08:00"}]


async def test_the_timezone_gives_hours_to_times_in_utc(db: Database, tmp_path: Path, settings: Settings) -> None:
    data = {"accounts": accounts("ann"), "sightings": [sighting(at="2026-05-01T11:30:00Z")]}
    await ingest(db, write(tmp_path / "data", data), settings, "Asia/Shanghai")
    assert (await edge(db, "ann", "USES"))["hours"] == [hour(1, 19)]


async def test_a_later_value_wins_and_an_empty_one_erases_nothing(
    db: Database, tmp_path: Path, settings: Settings
) -> None:
    rows = [{"account_id": "ann", "city": city, "platform": "shop"} for city in ("Oslo", "Bergen", "")]
    report = await ingest(db, write(tmp_path / "a", {"accounts": rows}), settings)
    assert report.files["accounts.csv"].changed == 1
    report = await ingest(db, write(tmp_path / "b", {"accounts": [{"account_id": "ann", "city": "Rome"}]}), settings)
    assert report.files["accounts.csv"].changed == 1
    assert await run(db, "MATCH (a:Account) RETURN a.city AS c, a.platform AS p") == [{"c": "Rome", "p": "shop"}]


async def test_accounts_of_an_earlier_load_are_known(db: Database, tmp_path: Path, settings: Settings) -> None:
    await ingest(db, write(tmp_path / "a", {"accounts": accounts("ann")}), settings)
    data = {"accounts": accounts("bob"), "interactions": [interaction(), interaction(target="dan")]}
    report = await ingest(db, write(tmp_path / "b", data), settings)
    assert (report.files["interactions.csv"].good, rejects(tmp_path / "b")) == (
        1,
        ["interactions.csv:3: to_account: unknown account"],
    )


async def test_a_rejected_row_leaves_no_trace(db: Database, tmp_path: Path, settings: Settings) -> None:
    data = {"accounts": accounts("ann", "bob"), "purchases": [order(), order(account="bob", payment="visa")]}
    await ingest(db, write(tmp_path / "data", data), settings)
    assert await run(db, "MATCH (a:Account {id: 'bob'}) RETURN a.lastSeenAt AS seen, COUNT { (a)--() } AS edges") == [
        {"seen": None, "edges": 0}
    ]


async def test_a_product_may_be_in_two_categories(db: Database, tmp_path: Path, settings: Settings) -> None:
    data = {"accounts": accounts("ann"), "purchases": [order(), order("p2", category="drinks")]}
    report = await ingest(db, write(tmp_path / "data", data), settings)
    assert report.warnings == ["1 products are in more than one category"]
    assert await ids(db, "(a:Product)-[:IN]->(b)") == {("milk", "food"), ("milk", "drinks")}


async def test_an_unknown_detail_counts_as_none(db: Database, tmp_path: Path, settings: Settings) -> None:
    data = {"accounts": accounts("ann"), "sightings": [sighting(detail="toaster"), sighting(detail="")]}
    report = await ingest(db, write(tmp_path / "data", data), settings)
    assert report.warnings == ["sightings.csv: 1 rows claim an unknown detail, which counts as none"]
    assert (await edge(db, "ann", "USES"))["claims"] == [0]


async def test_a_public_place_has_no_detail(db: Database, tmp_path: Path, settings: Settings) -> None:
    names = [f"a{number}" for number in range(1001)]
    rows = [sighting(name, "network", "café", detail="wifi") for name in names]
    await ingest(db, write(tmp_path / "data", {"accounts": accounts(*names), "sightings": rows}), settings)
    assert await run(db, "MATCH (i:Network) RETURN i.accounts AS n, i.detail AS d") == [{"n": 1001, "d": None}]


async def test_raw_identifiers_are_nowhere(db: Database, folder: Path, settings: Settings) -> None:
    settings = replace(settings, home=folder.parent / "home")
    bad = sighting(identifier="Secret-1", at="never")
    await ingest(
        db, write(folder, {"sightings": [*everything()["sightings"], bad, sighting(detail="Secret-2")]}), settings
    )
    graph = str(
        await run(db, "MATCH (n) RETURN properties(n) AS p UNION ALL MATCH ()-[r]->() RETURN properties(r) AS p")
    )
    files = " ".join(path.read_text("utf-8") for path in (folder.parent / "report").iterdir())
    for raw in ("D-1", "d-1", "Home", "home net", "Elm", "visa", "secret words", "Secret-1", "Secret-2", "never"):
        assert raw not in graph + files
    assert not (folder.parent / "home" / "staging").exists()


async def test_another_key_of_the_same_id_is_refused(db: Database, folder: Path, settings: Settings) -> None:
    await ingest(db, folder, settings)
    before = await checksum(db)
    with pytest.raises(DataError, match="another hash key"):
        await ingest(db, folder, replace(settings, hash_key="another"))
    assert await checksum(db) == before


async def test_a_rotated_key_is_told_of(db: Database, folder: Path, settings: Settings) -> None:
    await ingest(db, folder, settings)
    report = await ingest(db, folder, replace(settings, hash_key="another", hash_key_id="k2"))
    assert report.warnings == ["identifiers hashed with key k1 are in the graph; they match none of key k2"]


async def test_an_unknown_timezone_stops_before_anything_is_written(
    db: Database, folder: Path, settings: Settings
) -> None:
    with pytest.raises(SettingsError, match="--timezone"):
        await ingest(db, folder, settings, "Mars/Base")
    assert await run(db, "MATCH (n) WHERE NOT n:Migration RETURN n") == []


async def test_a_login_touches_only_a_category(db: Database, tmp_path: Path, settings: Settings) -> None:
    data = {"accounts": accounts("ann"), "touches": [touch(action="login")], "bindings": [binding()]}
    await ingest(db, write(tmp_path / "data", data), settings)
    assert await ids(db, "(a)-[:TOUCHED {action: 'login'}]->(b)") == {("ann", "food")}


async def test_a_second_load_at_once_is_refused(db: Database, folder: Path, settings: Settings) -> None:
    with staging(settings.home, key_of(settings), None), pytest.raises(DataError, match="another load is running"):
        await ingest(db, folder, settings)
    await ingest(db, folder, settings)


async def test_an_end_that_stands_for_never_is_read_in_any_zone(
    db: Database, tmp_path: Path, settings: Settings
) -> None:
    data = {"accounts": accounts("ann", "bob"), "bindings": [binding(ended_at="9999-12-31T23:59:59Z")]}
    await ingest(db, write(tmp_path / "data", data), settings, "Asia/Shanghai")
    assert await run(db, "MATCH ()-[b:BOUND]->() RETURN toString(b.endedAt) AS at") == [{"at": "9999-12-31T23:59:59Z"}]
