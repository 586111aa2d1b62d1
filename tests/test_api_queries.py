"""What the API answers about accounts, households, persons, identifiers and runs."""

from __future__ import annotations

from typing import Any

import pytest

from server.api.ids import from_global, to_global
from server.db.database import Database
from server.detect.changes import person_id
from tests.api_graphs import AS_OF, ask, code, household, person, post, seen
from tests.conftest import run


async def test_an_account_leads_to_its_household_and_the_evidence(db: Database) -> None:
    await household(db, "h", "a", "b", "c")
    text = """{ account(id: "a") { ageBand household { householdId createdAt size members(first: 1) { edges {
        status confidence score since until evidence { kind identifier detail weight sharedWith text } } } } } }"""
    found = (await ask(db, text))["account"]
    edge = found["household"]["members"]["edges"][0]
    assert (found["ageBand"], found["household"]["createdAt"], edge["status"]) == ("ADULT", AS_OF, "INFERRED")
    assert sum(item["weight"] for item in edge["evidence"]) == edge["score"]
    assert edge["evidence"][0]["identifier"] == "k1:n"


@pytest.mark.parametrize("field", ["account", "household"])
async def test_raw_and_global_ids_mean_the_same(db: Database, field: str) -> None:
    await household(db, "h", "a", "b")
    raw = field[0]
    both = await ask(db, f'{{ raw: {field}(id: "{raw}") {{ id }} }}')
    again = await ask(db, f'{{ raw: {field}(id: "{both["raw"]["id"]}") {{ id {field}Id }} }}')
    assert again["raw"] == {"id": both["raw"]["id"], f"{field}Id": raw}


@pytest.mark.parametrize("offset", ["", "+23:00", "-18:01", "+08:00:30"])
async def test_a_time_with_no_offset_that_neo4j_knows_is_refused(db: Database, offset: str) -> None:
    assert await code(db, f'{{ household(id: "h", asOf: "2026-05-01T10:00:00{offset}") {{ id }} }}') == "BAD_REQUEST"


async def test_the_person_of_one_account_shows_the_account_that_came_later(db: Database) -> None:
    await person(db, "p", "ada", "ada-films")
    text = "query($id: ID!) { node(id: $id) { ... on Person { personId accounts { accountId } } } }"
    found = (await ask(db, text, {"id": to_global("Person", "of:ada")}))["node"]
    assert (found["personId"], len(found["accounts"])) == ("p", 2)


async def test_an_id_of_another_type_is_refused(db: Database) -> None:
    assert await code(db, f'{{ account(id: "{to_global("Household", "h")}") {{ id }} }}') == "BAD_INPUT"


async def test_what_is_not_there_is_null(db: Database) -> None:
    text = '{ account(id: "a") { id } household(id: "h") { id } node(id: "x") { id } }'
    assert await ask(db, text) == {"account": None, "household": None, "node": None}


async def test_an_account_alone_lives_nowhere_known(db: Database) -> None:
    await run(db, "CREATE (:Account {id: 'a'})")
    text = '{ account(id: "a") { household { id } memberships { status } person { personId } } }'
    found = (await ask(db, text))["account"]
    assert found == {"household": None, "memberships": [], "person": {"personId": person_id(["a"])}}


async def test_a_household_lists_what_its_members_share(db: Database) -> None:
    await household(db, "h", "a", "b")
    await seen(db, "device", "k1:tv", "a", "b", "stranger", count=3, detail="tv")
    await seen(db, "address", "k1:home", "a")
    text = """{ household(id: "h") { devices { identifier detail accounts count firstSeen members { accountId } }
        addresses { identifier members { accountId } } networks { id } } }"""
    found = (await ask(db, text))["household"]
    tv = found["devices"][0]
    assert (tv["detail"], tv["accounts"], tv["count"], tv["firstSeen"]) == ("tv", 3, 6, AS_OF)
    assert tv["members"] == [{"accountId": "a"}, {"accountId": "b"}]
    assert (found["addresses"][0]["members"], found["networks"]) == ([{"accountId": "a"}], [])


async def test_persons_of_a_household_have_ids_that_nodes_answer_to(db: Database) -> None:
    await household(db, "h", "a", "b", "c")
    await person(db, "p", "a", "b")
    found = (await ask(db, '{ household(id: "h") { persons { id personId accounts { accountId } } } }'))["household"]
    for one in found["persons"]:
        text = f'{{ node(id: "{one["id"]}") {{ id ... on Person {{ personId accounts {{ accountId }} }} }} }}'
        assert (await ask(db, text))["node"] == one
    assert [one["personId"] for one in found["persons"]] == ["p", person_id(["c"])]


async def test_a_member_names_its_person_whether_that_has_a_node_or_not(db: Database) -> None:
    await household(db, "h", "a", "b")
    await person(db, "p", "a", "elsewhere")
    text = '{ household(id: "h") { members { edges { node { person { personId } } } } } }'
    edges = (await ask(db, text))["household"]["members"]["edges"]
    assert [edge["node"]["person"]["personId"] for edge in edges] == ["p", person_id(["b"])]


async def test_a_child_of_two_homes_leads_from_one_to_the_other(db: Database) -> None:
    await household(db, "h1", "child", "mother")
    await household(db, "h2", "child", "father")
    text = '{ household(id: "h1") { members { edges { node { memberships { household { householdId } } } } } } }'
    first = (await ask(db, text))["household"]["members"]["edges"][0]["node"]
    assert {one["household"]["householdId"] for one in first["memberships"]} == {"h1", "h2"}


@pytest.mark.parametrize(
    "text",
    [
        '{ account(id: "a") { household { members { edges { node { household { id } } } } } } }',
        '{ household(id: "h") { members { edges { node { household { members { totalCount } } } } } } }',
        '{ household(id: "h") { members { edges { node { household { devices { id } } } } } } }',
        '{ account(id: "a") { person { accounts { devices { id } } } } }',
        '{ household(id: "h") { members { edges { node { person { accounts { id } } } } } } }',
        '{ account(id: "a") { household { successors { at } } } }',
    ],
)
async def test_what_one_statement_does_not_reach_is_refused_and_never_empty(db: Database, text: str) -> None:
    await household(db, "h", "a", "b")
    await person(db, "p", "a", "b")
    assert await code(db, text) == "LIMIT_REACH"


async def test_a_closed_household_tells_what_it_went_on_as(db: Database) -> None:
    await household(db, "h1")
    await household(db, "h2", "a", "b")
    both = "MATCH (a:Household {id: 'h1'}), (b:Household {id: 'h2'})"
    await run(db, f"{both} CREATE (a)-[:SUCCEEDED_BY {{reason: 'merged'}}]->(b)")
    text = '{ household(id: "h1") { successors { reason household { householdId } } } }'
    found = (await ask(db, text))["household"]["successors"]
    assert found == [{"reason": "merged", "household": {"householdId": "h2"}}]


async def test_runs_report_their_counts(db: Database) -> None:
    properties = "{id: 'r1', startedAt: datetime(), asOf: datetime($at), counts: '{\"read\": 7}'}"
    await run(db, f"CREATE (:DetectionRun {properties})", at=AS_OF)
    text = "{ detectionRuns { edges { node { id runId asOf counts { name value } } } } }"
    found = (await ask(db, text))["detectionRuns"]["edges"][0]["node"]
    assert found["counts"] == [{"name": "read", "value": 7}]
    again = await ask(db, f'{{ node(id: "{found["id"]}") {{ ... on DetectionRun {{ asOf }} }} }}')
    assert again["node"] == {"asOf": AS_OF}


@pytest.mark.parametrize(("kind", "type_name"), [("device", "Device"), ("network", "Network"), ("address", "Address")])
async def test_an_identifier_is_a_node_of_its_kind(db: Database, kind: str, type_name: str) -> None:
    await seen(db, kind, "k1:x", "a", "b")
    text = "query($id: ID!) { node(id: $id) { __typename ... on Identifier { identifier accounts members { id } } } }"
    found = (await ask(db, text, {"id": to_global(type_name, "k1:x")}))["node"]
    assert found == {"__typename": type_name, "identifier": "k1:x", "accounts": 2, "members": None}


async def test_selection_counts_within_fragments_and_obeys_skip(db: Database) -> None:
    await household(db, "h", "a", "b")
    await seen(db, "device", "k1:tv", "a")
    text = """query($no: Boolean!) { account(id: "a") { ...F } }
        fragment F on Account { ... on Account { devices @skip(if: $no) { identifier } } }"""
    assert (await ask(db, text, {"no": False}))["account"]["devices"] == [{"identifier": "k1:tv"}]
    assert (await ask(db, text, {"no": True}))["account"] == {}


async def test_root_fields_answer_side_by_side(db: Database) -> None:
    await household(db, "h", "a", "b")
    text = '{ x: account(id: "a") { household { size } } y: household(id: "h") { size } z: account(id: "") { id } }'
    answer: dict[str, Any] = (await post(db, {"query": text})).json()
    assert answer["data"] == {"x": {"household": {"size": 2}}, "y": {"size": 2}, "z": None}


@pytest.mark.parametrize("given", ["", "h1", "SG91c2Vob2xk", "QWJj", "äöü", "QWNjb3VudA==", "Tm90aGluZzph"])
def test_what_is_no_global_id_is_taken_as_it_is(given: str) -> None:
    assert from_global(given) is None


def test_a_global_id_keeps_any_raw_one() -> None:
    assert from_global(to_global("Account", "a:b é")) == ("Account", "a:b é")
