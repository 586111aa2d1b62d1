"""Referrals and value from the graph: exports, key referrers, what is kept, and what the API shows of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from server import export
from server.db.database import Database, together
from server.errors import DataError
from server.referrals import read, store
from server.referrals.seeds import choose
from server.referrals.table import clear, known, of_campaign
from tests.api_graphs import ask, code, household
from tests.conftest import quiet, run

Row = dict[str, Any]
MADE = """UNWIND $rows AS row
MERGE (a:Account {id: row[0]}) MERGE (b:Account {id: row[1]})
CREATE (a)-[:REFERRED {at: datetime(row[2]), convertedAt: datetime(row[3]), campaign: row[4]}]->(b)"""
BOUGHT = """UNWIND $rows AS row
MERGE (a:Account {id: row[0]}) SET a.lastSeenAt = datetime('2026-05-20T00:00:00Z')
CREATE (p:Purchase {id: row[0] + row[1] + row[3], at: datetime(row[1]), amount: row[2], currency: row[3]})
CREATE (a)-[:MADE]->(p)"""


def day(number: int, hour: int = 12) -> str:
    return f"2026-05-{number:02}T{hour:02}:00:00+08:00"


async def small(db: Database) -> None:
    """Ada brings ben and cleo, cleo brings dan; ada also invites eve, who lives with her, and fay, who never came."""
    await household(db, "home", "ada", "eve")
    rows = [
        ("ada", "ben", 1, 2),
        ("ada", "cleo", 1, 3),
        ("cleo", "dan", 5, 6),
        ("ada", "eve", 2, 4),
        ("ada", "fay", 3, 0),
    ]
    made = [[a, b, day(at), day(done) if done else None, "spring"] for a, b, at, done in rows]
    await run(db, MADE, rows=made)
    await run(db, MADE, rows=[["ben", "dan", day(9), day(11), "summer"]])
    bought = [["ben", day(1 + 3 * i), 10.0, "CNY"] for i in range(6)] + [["dan", day(4), 50.0, "CNY"]]
    await run(db, BOUGHT, rows=[*bought, ["ada", day(2), 7.0, "CNY"], ["ada", day(3), 9_000.0, "USD"]])


async def rows(table: Any) -> dict[str, Row]:
    return {row["account_id"]: row for row in table.to_pylist()}


async def test_referrals_are_exported_with_households_apart(db: Database) -> None:
    await small(db)
    found = await rows(await export.referrals(db, quiet))
    assert list(found) == ["ada", "ben", "cleo", "dan", "eve", "fay"]
    assert {name: found["ada"][name] for name in ("direct", "converted", "subtree", "core", "intra_household")} == {
        "direct": 3,
        "converted": 2,
        "subtree": 4,
        "core": 2,
        "intra_household": 1,
    }
    assert 1.0 < found["ada"]["reach"] < 4.0
    assert found["fay"]["reach"] == 0
    assert sum(row["pagerank"] for row in found.values()) == pytest.approx(1)


async def test_network_value_is_that_of_the_referred(db: Database) -> None:
    await small(db)
    found = await rows(await export.value(db, quiet))
    referred = sum(found[account]["lifetime"] for account in ("ben", "cleo", "dan"))
    assert sum(row["network"] for row in found.values()) == pytest.approx(referred, abs=0.01)
    assert found["ben"]["purchase"] == 60
    assert found["ada"]["purchase"] == 7  # what was paid in another currency is another matter


async def test_a_currency_may_be_chosen_but_must_be_there(db: Database) -> None:
    await small(db)
    assert (await rows(await export.value(db, quiet, "USD")))["ada"]["purchase"] == 9_000
    with pytest.raises(DataError, match="no purchase was paid in that currency"):
        await export.value(db, quiet, "EUR")


async def test_an_empty_graph_exports_headers(db: Database) -> None:
    assert (await export.referrals(db, quiet)).num_rows == 0
    assert (await export.value(db, quiet)).num_rows == 0


async def test_key_referrers_are_those_known_by_then(db: Database) -> None:
    await small(db)
    found = await read.read(db, quiet, datetime.fromisoformat(day(4)))
    choice = choose(known(clear(found.given, found.ties)), 5)
    assert [found.accounts[seed] for seed in choice.certified.seeds] == ["ada"]


async def test_a_campaign_is_looked_at_alone(db: Database) -> None:
    await small(db)
    found = await read.read(db, quiet)
    one = of_campaign(clear(found.given, found.ties), found.campaigns.index("summer"))
    assert [found.accounts[account] for account in one.honest.referrer] == ["ben"]


async def test_persons_are_those_detected_and_those_declared(db: Database) -> None:
    await run(
        db, MADE, rows=[["a", "b", day(1), day(9), ""], ["c", "d", day(1), day(9), ""], ["e", "f", day(1), None, ""]]
    )
    bound = "CREATE (a)-[:BOUND {kind: 'same_person', at: datetime()}]->(b)"
    await run(db, f"MATCH (a:Account {{id: 'a'}}), (b:Account {{id: 'b'}}) {bound}")
    await run(db, "CREATE (p:Person {id: 'p'}) WITH p MATCH (x:Account) WHERE x.id IN ['c', 'd'] CREATE (x)-[:IS]->(p)")
    flags = {account: row["flag"] for account, row in (await rows(await export.referrals(db, quiet))).items()}
    assert flags == {**dict.fromkeys("abcd", "self"), "e": "", "f": ""}


ACCOUNT = "account(id: %r) { referrals { direct reach flag at } value { purchase lifetime network total currency } }"
CIRCLE = [("r", "s"), ("s", "t"), ("t", "r")]
KEY = "{ keyReferrers(first: 3) { place marginalReach certificate chosenBy account { accountId } } }"


async def test_what_is_kept_is_what_the_api_shows(db: Database) -> None:
    await small(db)
    assert await store.keep(db, quiet) == 5  # of eve there is nothing to say
    ada = (await ask(db, f"{{ {ACCOUNT} }}".replace("%r", '"ada"')))["account"]
    assert (ada["referrals"]["direct"], ada["value"]["currency"]) == (3, "CNY")
    assert ada["value"]["total"] == pytest.approx(
        sum(ada["value"][part] for part in ("purchase", "lifetime", "network"))
    )
    ben = (await ask(db, '{ account(id: "ben") { referrals { betweenness } } }'))["account"]
    assert ben["referrals"] == {"betweenness": 0.5}  # one of two ways from ada to dan
    home = (await ask(db, '{ household(id: "home") { value { total purchase } } }'))["household"]
    assert home["value"]["purchase"] == 7


async def test_key_referrers_are_listed_in_order(db: Database) -> None:
    await small(db)
    await store.keep(db, quiet)
    found = (await ask(db, KEY))["keyReferrers"]
    assert [one["place"] for one in found] == list(range(1, len(found) + 1))
    assert found[0]["account"]["accountId"] == "ada"
    some = await ask(db, "{ keyReferrers(by: DIRECT, budget: 0.01) { place } }")
    assert some["keyReferrers"] == []


async def test_key_referrers_of_a_campaign_are_kept_or_said_not_to_be(db: Database) -> None:
    await small(db)
    await store.keep(db, quiet)
    assert (await ask(db, '{ keyReferrers(campaign: "spring") { place } }'))["keyReferrers"]
    assert await code(db, '{ keyReferrers(campaign: "spring", by: DIRECT) { place } }') == "NOT_KEPT"
    assert await code(db, '{ keyReferrers(campaign: "autumn") { place } }') == "NOT_KEPT"


async def test_stats_add_up_days_of_campaigns(db: Database) -> None:
    await small(db)
    await store.keep(db, quiet)
    total = (await ask(db, "{ referralStats { referrals converted intraHousehold flagged } }"))["referralStats"]
    assert total == {"referrals": 6, "converted": 5, "intraHousehold": 1, "flagged": 0}
    some = f'{{ referralStats(campaign: "spring", from: "{day(2, 0)}", until: "{day(5, 0)}") {{ referrals }} }}'
    assert (await ask(db, some))["referralStats"]["referrals"] == 2


async def test_games_are_looked_for_in_all_campaigns_together(db: Database) -> None:
    slow = [[f"h{i}", f"g{i}", day(1 + i), day(4 + i), "spring"] for i in range(20)]
    ring = [[a, b, day(3, 10 + i), f"2026-05-03T{10 + i}:05:00+08:00", "bonus"] for i, (a, b) in enumerate(CIRCLE)]
    await run(db, MADE, rows=[*slow, *ring, ["h0", "x", day(5), day(9), "bonus"]])
    cleared = clear((found := await read.read(db, quiet)).given, found.ties)
    choice = choose(known(of_campaign(cleared, found.campaigns.index("bonus"))), 5)
    assert [found.accounts[seed] for seed in choice.certified.seeds] == ["h0"]


async def test_nobody_is_expected_from_a_campaign_that_brought_nobody(db: Database) -> None:
    came = [[f"a{i}", f"b{i}", day(1), day(3) if i % 2 else None, "spring"] for i in range(20)]
    await run(db, MADE, rows=[*came, *([f"c{i % 3}", f"d{i}", day(2), None, "fresh"] for i in range(60))])
    cleared = clear((found := await read.read(db, quiet)).given, found.ties)
    reach = choose(known(of_campaign(cleared, found.campaigns.index("fresh"))), 3).certified.reach
    assert reach[-1] < 3  # of sixty invitations


async def test_an_account_that_comes_while_others_are_read_waits(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await small(db)

    async def accounts(db: Database, before: Any = read.accounts) -> list[str]:
        names: list[str] = await before(db)
        await run(db, MADE, rows=[["ada", "new", day(7), None, "spring"]])
        await household(db, "new home", "new", "newer")
        return names

    monkeypatch.setattr(read, "accounts", accounts)
    assert "new" not in await rows(await export.referrals(db, quiet))


async def test_a_run_that_broke_off_is_made_up_for(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await small(db)
    await store.keep(db, quiet)
    named = "MATCH (k:KeyReferrer)-[:NAMES]->(a) RETURN k.id AS id, a.id AS account ORDER BY id"
    whole = await run(db, named)
    gone = "MATCH (:Account {id: 'ada'})-[r:REFERRED]->(b) WITH r, b.id AS b, properties(r) AS p DELETE r RETURN b, p"
    before = await run(db, gone)
    monkeypatch.setattr(store, "_days", lambda *_: (_ for _ in ()).throw(RuntimeError))
    with pytest.raises(RuntimeError):
        await store.keep(db, quiet)
    assert await run(db, named) != whole
    back = "UNWIND $rows AS row MATCH (a:Account {id: 'ada'}), (b:Account {id: row.b}) CREATE (a)-[r:REFERRED]->(b)"
    await run(db, f"{back} SET r = row.p", rows=before)
    monkeypatch.undo()
    await store.keep(db, quiet)
    assert await run(db, named) == whole


async def test_what_did_not_change_is_not_written_again(db: Database) -> None:
    await small(db)
    await store.keep(db, quiet)
    assert await store.keep(db, quiet) == 0


async def test_key_referrers_are_chosen_anew_when_referrals_change(db: Database) -> None:
    await small(db)
    await store.keep(db, quiet)
    await run(db, "MATCH (k:KeyReferrer) SET k.certificate = -1.0")
    await run(db, "MATCH (k:KeyReferrer|ReferralDay) SET k.at = datetime('2020-01-01T00:00Z')")
    dated = "MATCH (k:KeyReferrer|ReferralDay) RETURN min(k.at.year) > 2020 AS lately, min(k.certificate) AS least"
    await store.keep(db, quiet)
    assert await run(db, dated) == [{"lately": True, "least": -1.0}]  # as they were, as of now
    await run(db, "MATCH (a:Account {id: 'fay'})-[r:REFERRED]-() DELETE r")
    await store.keep(db, quiet)
    assert (await run(db, dated))[0]["least"] != -1.0


async def test_two_runs_at_once_go_one_after_the_other(db: Database) -> None:
    await small(db)
    said: list[str] = []
    assert sorted(await together(*(store.keep(db, said.append) for _ in range(2)))) == [0, 5]
    assert said.count("Choosing key referrers …") == 1


async def test_what_a_killed_run_did_not_attach_is_written_again(db: Database) -> None:
    await small(db)
    await store.keep(db, quiet)
    await run(db, "MATCH (:Account {id: 'ada'})-[m:MEASURED]->() DELETE m")
    assert await store.keep(db, quiet) == 1
    assert await store.keep(db, quiet) == 0


async def test_what_is_gone_is_forgotten(db: Database) -> None:
    await small(db)
    await store.keep(db, quiet)
    await run(db, "MATCH (a:Account {id: 'fay'})-[r:REFERRED]-() DELETE r")
    await store.keep(db, quiet)
    assert await run(db, "MATCH (i:Influence {id: 'fay'}) RETURN i.id AS id") == []


async def test_nothing_was_measured_yet(db: Database) -> None:
    await household(db, "home", "ada", "eve")
    found = await ask(db, '{ account(id: "ada") { value { total } referrals { direct } } keyReferrers { place } }')
    assert found == {"account": {"value": None, "referrals": None}, "keyReferrers": []}
