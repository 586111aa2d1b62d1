"""What people say: at once visible as pending, obeyed by the next run, and repeated without effect."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from seed import tiny
from server.db.database import Database
from server.detect.keep import Shelf
from server.detect.run import check, detect
from server.ingest import load
from server.ingest.progress import Silent
from server.settings import Settings
from tests.api_graphs import ask, code, household, post, seen
from tests.conftest import run

SAY = """mutation($account: ID!, $household: ID!) {
    %s(input: {account: $account, household: $household, clientMutationId: "m1"}) {
        clientMutationId pending account { accountId } household { householdId }
    }
}"""
BIND = """mutation($a: ID!, $b: ID!, $at: DateTime) {
    bind(input: {accountA: $a, accountB: $b, kind: FAMILY_GROUP, at: $at, clientMutationId: "m2"}) {
        clientMutationId pending account { accountId } binding { kind at endedAt accounts { accountId lastSeenAt } }
    }
}"""
OF = """query($id: ID!) { account(id: $id) { memberships { status pending household { householdId } }
    history { status pending since until household { householdId closedAt } } } }"""
HOWS = {"confirmMembership": "CONFIRM", "declineMembership": "DECLINE", "leaveHousehold": "LEAVE"}
JULY = "2026-07-01T10:00:00+08:00"


async def say(db: Database, name: str, account: str, home: str) -> dict[str, Any]:
    """Say something of a household, and return the payload."""
    return dict((await ask(db, SAY % name, {"account": account, "household": home}))[name])


async def refused(db: Database, name: str, account: str, home: str) -> str:
    """The code with which a word is refused."""
    return await code(db, SAY % name, {"account": account, "household": home})


async def said(db: Database) -> set[tuple[str, str, str, str]]:
    """All words in the graph."""
    rows = await run(db, "MATCH (a)-[s:SAID]->(b) RETURN a.id AS a, b.id AS b, s.word AS word, s.how AS how")
    return {(str(row["a"]), str(row["b"]), str(row["word"]), str(row["how"])) for row in rows}


async def changed(db: Database) -> set[str]:
    """The accounts at which the next run will look."""
    return {str(row["id"]) for row in await run(db, "MATCH (a:Changed) RETURN a.id AS id")}


async def dump(db: Database) -> list[dict[str, object]]:
    """All that words could change."""
    nodes = await run(db, "MATCH (n) RETURN labels(n) AS l, properties(n) AS p ORDER BY n.id")
    return nodes + await run(db, "MATCH (a)-[r]->(b) RETURN a.id, b.id, type(r), properties(r) AS p ORDER BY id(r)")


async def watch(db: Database) -> None:
    """Have a first run behind."""
    await run(db, "CREATE (:Detection {id: 'detection'})")


@pytest.mark.parametrize(("name", "pending"), HOWS.items())
async def test_a_word_is_at_once_pending_wherever_the_membership_shows(db: Database, name: str, pending: str) -> None:
    await household(db, "h", "a", "b", "c")
    payload = await say(db, name, "a", "h")
    ids = {"account": {"accountId": "a"}, "household": {"householdId": "h"}}
    assert payload == {"clientMutationId": "m1", "pending": pending, **ids}
    members = "members { edges { pending } }"
    text = f'{{ household(id: "h") {{ {members} }} households {{ edges {{ node {{ {members} }} }} }} }}'
    found = await ask(db, text)
    for home in (found["household"], found["households"]["edges"][0]["node"]):
        assert [edge["pending"] for edge in home["members"]["edges"]] == [pending, None, None]
    account = (await ask(db, OF, {"id": "a"}))["account"]
    assert [account[name][0]["pending"] for name in ("memberships", "history")] == [pending, pending]


async def test_it_is_said_to_every_other_member_and_marks_all(db: Database) -> None:
    await household(db, "h", "a", "b", "c")
    await watch(db)
    await say(db, "declineMembership", "a", "h")
    assert await said(db) == {("a", "b", "apart", "decline"), ("a", "c", "apart", "decline")}
    assert await changed(db) == {"a", "b", "c"}


async def test_before_the_first_run_nothing_is_marked(db: Database) -> None:
    await household(db, "h", "a", "b")
    await say(db, "confirmMembership", "a", "h")
    assert await changed(db) == set()


@pytest.mark.parametrize("name", HOWS)
async def test_to_repeat_a_word_changes_nothing(db: Database, name: str) -> None:
    await household(db, "h", "a", "b")
    await watch(db)
    first = await say(db, name, "a", "h")
    await run(db, "MATCH (a:Changed) REMOVE a:Changed")
    before = await dump(db)
    assert await say(db, name, "a", "h") == first
    assert await dump(db) == before


async def test_a_later_word_replaces_the_earlier_one(db: Database) -> None:
    await household(db, "h", "a", "b")
    for name in HOWS:
        await say(db, name, "a", "h")
    assert await said(db) == {("a", "b", "apart", "leave")}


async def test_only_members_speak_and_those_who_share_something(db: Database) -> None:
    await household(db, "h", "a", "b")
    await run(db, "CREATE (:Account {id: 'x'})")
    assert {await refused(db, name, "x", "h") for name in HOWS} == {"NOT_A_MEMBER"}
    await seen(db, "device", "k1:tv", "a", "x")
    assert (await say(db, "confirmMembership", "x", "h"))["pending"] == "CONFIRM"
    assert (await say(db, "declineMembership", "x", "h"))["pending"] is None
    assert await refused(db, "leaveHousehold", "x", "h") == "NOT_A_MEMBER"
    assert await said(db) == {("x", "a", "apart", "decline"), ("x", "b", "apart", "decline")}


async def test_what_is_not_there_is_said_without_naming_it(db: Database) -> None:
    await household(db, "h", "secret", "b")
    await household(db, "old", "secret", "b")
    await run(db, "MATCH (h:Household {id: 'old'}) SET h.closedAt = datetime()")
    assert await refused(db, "leaveHousehold", "nobody", "h") == "UNKNOWN_ACCOUNT"
    assert await refused(db, "leaveHousehold", "b", "nowhere") == "UNKNOWN_HOUSEHOLD"
    body = {"query": SAY % "leaveHousehold", "variables": {"account": "secret", "household": "old"}}
    error = (await post(db, body)).json()["errors"][0]
    assert error["extensions"]["code"] == "HOUSEHOLD_CLOSED"
    assert "secret" not in error["message"]


async def test_a_binding_is_as_a_load_would_write_it(db: Database) -> None:
    await run(db, "CREATE (:Account {id: 'b', lastSeenAt: datetime('2026-08-01T00:00Z')}), (:Account {id: 'a'})")
    await watch(db)
    payload = (await ask(db, BIND, {"a": "b", "b": "a", "at": JULY}))["bind"]
    assert (payload["account"], payload["clientMutationId"], payload["pending"]) == ({"accountId": "b"}, "m2", True)
    assert (payload["binding"]["kind"], payload["binding"]["at"], payload["binding"]["endedAt"]) == (
        "FAMILY_GROUP",
        JULY,
        None,
    )
    assert [one["lastSeenAt"] for one in payload["binding"]["accounts"]] == [JULY, "2026-08-01T00:00:00+00:00"]
    rows = await run(db, "MATCH (a)-[r:BOUND]->(b) RETURN a.id AS a, b.id AS b, r.kind AS kind")
    assert rows == [{"a": "a", "b": "b", "kind": "family_group"}]
    assert await changed(db) == {"a", "b"}


@pytest.mark.parametrize("at", [JULY, None])
async def test_to_repeat_a_binding_changes_nothing(db: Database, at: str | None) -> None:
    await run(db, "CREATE (:Account {id: 'a'}), (:Account {id: 'b'}), (:Detection {id: 'detection'})")
    first = await ask(db, BIND, {"a": "a", "b": "b", "at": at})
    before = await dump(db)
    assert await ask(db, BIND, {"a": "b", "b": "a", "at": at}) == {
        "bind": {**first["bind"], "account": {"accountId": "b"}}
    }
    assert await dump(db) == before


async def test_a_binding_of_a_known_moment_is_no_other(db: Database) -> None:
    binding = "BOUND {kind: 'family_group', at: datetime($at)}"
    await run(db, f"CREATE (:Account {{id: 'a'}})-[:{binding}]->(:Account {{id: 'b'}})", at=JULY)
    assert (await ask(db, BIND, {"a": "a", "b": "b", "at": "2026-07-01T02:00:00Z"}))["bind"]["binding"]["at"] == JULY
    assert await run(db, "MATCH ()-[r:BOUND]->() RETURN count(r) AS count") == [{"count": 1}]


async def test_a_binding_that_is_sent_again_at_once_is_one(db: Database) -> None:
    await run(db, "CREATE (:Account {id: 'a'}), (:Account {id: 'b'})")
    await asyncio.gather(*(ask(db, BIND, {"a": "a", "b": "b", "at": None}) for _ in range(6)))
    assert await run(db, "MATCH ()-[r:BOUND]->() RETURN count(r) AS count") == [{"count": 1}]


@pytest.mark.parametrize(
    ("b", "at", "expected"),
    [
        ("a", None, "SAME_ACCOUNT"),
        ("x", None, "UNKNOWN_ACCOUNT"),
        ("b", "2999-01-01T00:00:00Z", "BAD_INPUT"),
        ("b", "0001-01-01T00:00:00Z", "BAD_INPUT"),
        ("b", "2026-01-01T00:00:00", "BAD_REQUEST"),
    ],
)
async def test_a_binding_that_cannot_be_is_refused(db: Database, b: str, at: str | None, expected: str) -> None:
    await household(db, "h", "a", "b")
    assert await code(db, BIND, {"a": "a", "b": b, "at": at}) == expected


# What runs make of it, on the tiny families: ada, ada-films, ben and cleo live together, and so do gus and hana.


@pytest.fixture
async def families(db: Database, settings: Settings, tmp_path: Path) -> Database:
    """The tiny families, loaded and detected."""
    tiny.build(tmp_path / "data")
    report = tmp_path / "report"
    await load(db, tmp_path / "data", settings=settings, timezone=None, report_to=report, progress=Silent())
    await again(db, tmp_path)
    return db


async def again(db: Database, home: Path) -> str | None:
    """Run, hold the run to a full one, and return its id."""
    summary = await detect(db, say=lambda _: None, shelf=Shelf(home))
    assert summary is not None
    assert [bool(changes) for changes in await check(db, lambda _: None)] == [False, False]
    return summary.run


async def home(db: Database, account: str) -> str:
    """The household of an account."""
    rows = await run(
        db, "MATCH (:Account {id: $id})-[m:MEMBER_OF]->(h) WHERE m.until IS NULL RETURN h.id AS h", id=account
    )
    return str(rows[0]["h"])


async def memberships(db: Database, account: str) -> list[tuple[str, str | None, bool]]:
    """Status, pending word and whether it ended, of all memberships of an account."""
    found = (await ask(db, OF, {"id": account}))["account"]["history"]
    return [(one["status"], one["pending"], one["until"] is not None) for one in found]


async def test_a_confirmation_shows_after_the_next_run_and_then_nothing_changes(
    families: Database, tmp_path: Path
) -> None:
    where = await home(families, "ben")
    await say(families, "confirmMembership", "ben", where)
    assert await memberships(families, "ben") == [("INFERRED", "CONFIRM", False)]
    assert await again(families, tmp_path)
    assert await memberships(families, "ben") == [("CONFIRMED", None, False)]
    assert (await say(families, "confirmMembership", "ben", where))["pending"] is None
    assert await again(families, tmp_path) is None


@pytest.mark.parametrize(("name", "status"), [("declineMembership", "DECLINED"), ("leaveHousehold", "LEFT")])
async def test_who_declines_or_leaves_is_out_and_the_others_stay(
    families: Database, tmp_path: Path, name: str, status: str
) -> None:
    where = await home(families, "ben")
    await say(families, name, "ben", where)
    assert await again(families, tmp_path)
    assert await memberships(families, "ben") == [(status, None, True)]
    assert await home(families, "ada") == where
    assert (await say(families, name, "ben", where))["pending"] is None
    assert await again(families, tmp_path) is None


async def test_a_decline_is_taken_back_by_who_said_it_and_nobody_else(families: Database, tmp_path: Path) -> None:
    where = await home(families, "ben")
    await say(families, "declineMembership", "ben", where)
    await say(families, "confirmMembership", "ada", where)
    await again(families, tmp_path)
    assert (await memberships(families, "ben"))[0][0] == "DECLINED"
    assert (await say(families, "confirmMembership", "ben", where))["pending"] == "CONFIRM"
    await again(families, tmp_path)
    assert await memberships(families, "ben") == [("CONFIRMED", None, False), ("DECLINED", None, True)]


async def test_a_household_of_two_ends_when_one_declines_and_repeats_are_heard(
    families: Database, tmp_path: Path
) -> None:
    where = await home(families, "gus")
    await say(families, "declineMembership", "gus", where)
    await again(families, tmp_path)
    assert [await memberships(families, one) for one in ("gus", "hana")] == [
        [("DECLINED", None, True)],
        [("LEFT", None, True)],
    ]
    assert (await say(families, "declineMembership", "gus", where))["pending"] is None
    assert await refused(families, "declineMembership", "hana", where) == "HOUSEHOLD_CLOSED"


@pytest.mark.parametrize("name", ["declineMembership", "leaveHousehold"])
async def test_a_no_that_ended_a_household_is_taken_back_too(families: Database, tmp_path: Path, name: str) -> None:
    where = await home(families, "gus")
    await say(families, name, "gus", where)
    await again(families, tmp_path)
    assert await refused(families, "confirmMembership", "hana", where) == "HOUSEHOLD_CLOSED"
    for _ in range(2):
        assert (await say(families, "confirmMembership", "gus", where))["pending"] == "CONFIRM"
    await again(families, tmp_path)
    assert await home(families, "gus") == await home(families, "hana") == where
    assert (await memberships(families, "gus"))[0] == ("CONFIRMED", None, False)
    assert (await say(families, "confirmMembership", "gus", where))["pending"] is None
    assert await again(families, tmp_path) is None


async def test_a_yes_that_another_no_outweighs_is_pending_until_the_next_run_only(
    families: Database, tmp_path: Path
) -> None:
    where = await home(families, "gus")
    for one in ("gus", "hana"):
        await say(families, "declineMembership", one, where)
    await again(families, tmp_path)
    assert (await say(families, "confirmMembership", "gus", where))["pending"] == "CONFIRM"
    await again(families, tmp_path)
    assert (await say(families, "confirmMembership", "gus", where))["pending"] is None
    assert await memberships(families, "gus") == [("DECLINED", None, True)]


async def test_bound_accounts_live_together_after_the_next_run(families: Database, tmp_path: Path) -> None:
    await ask(families, BIND, {"a": "gus", "b": "ben", "at": None})
    await again(families, tmp_path)
    assert await home(families, "gus") == await home(families, "ben")
    assert await again(families, tmp_path) is None


MEMBERS = (
    "query($id: ID!, $at: DateTime) { household(id: $id, asOf: $at) { members { edges { node { accountId } } } } }"
)


async def members(db: Database, household: str, at: str | None) -> list[str]:
    """The members of a household at a time."""
    edges = (await ask(db, MEMBERS, {"id": household, "at": at}))["household"]["members"]["edges"]
    return [edge["node"]["accountId"] for edge in edges]


async def test_the_members_of_another_time_are_listed(families: Database, tmp_path: Path) -> None:
    at = str((await run(families, "MATCH (a:Account) RETURN toString(max(a.lastSeenAt)) AS at"))[0]["at"])
    where = await home(families, "ben")
    await say(families, "leaveHousehold", "ben", where)
    await run(families, "MATCH (a:Account {id: 'ada'}) SET a.lastSeenAt = datetime($at) + duration('P1D')", at=at)
    await again(families, tmp_path)
    assert await members(families, where, at) == ["ada", "ada-films", "ben", "cleo"]
    assert await members(families, where, None) == ["ada", "ada-films", "cleo"]
    assert await members(families, where, "2001-01-01T00:00:00Z") == []
