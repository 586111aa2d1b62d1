"""Roles and paths over GraphQL: each field answers what is asked, with one statement within its budget."""

from __future__ import annotations

import pytest

from server.db.database import Database, Row
from server.paths.months import Month
from server.paths.read import count
from server.paths.tallies import Credit, Tally
from tests.api_graphs import ask, code, households
from tests.behaviour_graphs import bought, family
from tests.conftest import run
from tests.test_api_budgets import Profiled, replan

STEPS = "path { step account { accountId } action channel hoursBefore own probability }"
NUMBERS = {
    "purchases": [100.0, 50.0],
    "cross": [20.0, 5.0],
    "observed": [60.0, 10.0],
    "expected": [20.0, 10.0],
    "oo": [80.0, 12.0],
    "oe": [26.0, 10.0],
    "ee": [9.0, 9.0],
}

# A request, and how many database hits its statement may take: what was measured, rounded up.
BUDGETS = [
    ('{ household(id: "home") { roles { score account { accountId } } } }', 90),
    ('{ household(id: "home") { roleSummary { decides account { accountId } } } }', 90),
    (f'{{ household(id: "home") {{ conversionPaths {{ edges {{ node {{ purchaseId {STEPS} }} }} }} }} }}', 400),
    ('{ account(id: "ada") { roles { score household { size } } } }', 80),
    (f'{{ purchase(id: "o1") {{ at buyer {{ accountId }} {STEPS} }} }}', 80),
    ('{ decisionMakers(category: "toys", first: 20) { edges { node { score account { accountId } } } } }', 900),
    ("{ conversionStats { group rate lift { lift } } }", 60),
    ("{ attribution(model: SHAPLEY) { who credit } }", 30),
    ("{ householdMonths { month medianDays waits { group households } rate } }", 30),
]


async def counted(db: Database) -> None:
    """Two months of tallies, and the credit by one model."""
    months = [
        Tally("", month, "actors", ["adult > adult", "child > adult"], NUMBERS) for month in ("2026-01", "2026-02")
    ]
    months += [
        Tally("", month, "all", ["all"], {k: v[:1] for k, v in NUMBERS.items()}) for month in ("2026-01", "2026-02")
    ]
    credit = Credit(
        "", "shapley", 10, ["buyer", "buyer", "other child"], ["cart", "view", "share"], ["app"] * 3, [6, 2, 2]
    )
    waits = [
        Month("2026-01", 4, 2, 3.0, [0, 2, 0, 0, 0], 8, 2, 1, 1),
        Month("2026-02", 1, 0, None, [0] * 5, 0, 0, 0, 0),
    ]
    await count(db, months, [credit], waits)


async def test_roles_of_a_household_come_by_category_member_and_role(db: Database) -> None:
    await family(db)
    query = '{ household(id: "home") { roles(minConfidence: 0.5) { role account { accountId } score purchases } } }'
    found = [(r["role"], r["account"]["accountId"]) for r in (await ask(db, query))["household"]["roles"]]
    assert found == [("INITIATOR", "ada"), ("BUYER", "ada"), ("USER", "ada"), ("DECISION_MAKER", "ben")]


async def test_roles_say_why(db: Database) -> None:
    await family(db)
    query = '{ account(id: "ben") { roles(category: "toys", minConfidence: 0.5) { role reasons household { id } } } }'
    (role,) = (await ask(db, query))["account"]["roles"]
    assert role["reasons"] == ["Touched shortly before about 5.0 of the purchases that others made, 5 hours before."]


async def test_a_summary_shares_out_the_spending(db: Database) -> None:
    await family(db)
    found = await ask(db, '{ household(id: "home") { roleSummary { account { accountId } decides influences } } }')
    assert [(r["account"]["accountId"], r["decides"]) for r in found["household"]["roleSummary"]] == [
        ("ben", 0.8),
        ("ada", 0.2),
    ]


async def test_a_purchase_has_its_path(db: Database) -> None:
    await family(db)
    await bought(db, "home", "ada", "ben", 1)
    found = (await ask(db, f'{{ purchase(id: "o1") {{ crossAccount buyer {{ accountId }} {STEPS} }} }}'))["purchase"]
    assert (found["crossAccount"], found["buyer"]) == (True, {"accountId": "ada"})
    assert [(s["step"], s["account"]["accountId"], s["action"]) for s in found["path"]] == [
        (1, "ben", "share"),
        (2, "ada", "cart"),
    ]


async def test_a_purchase_is_a_node(db: Database) -> None:
    await family(db)
    await bought(db, "home", "ada", "ben", 1)
    own = (await ask(db, '{ purchase(id: "o1") { id } }'))["purchase"]["id"]
    node = await ask(db, "query($id: ID!) { node(id: $id) { ... on Purchase { purchaseId } } }", {"id": own})
    assert node["node"] == {"purchaseId": "o1"}
    assert (await ask(db, '{ purchase(id: "nothing") { id } }'))["purchase"] is None


async def test_conversion_paths_come_in_pages(db: Database) -> None:
    await family(db)
    for number in range(5):
        await bought(db, "home", "ada", "ben", number)
    query = """query($after: String) { household(id: "home") {
        conversionPaths(first: 2, after: $after) {
            pageInfo { hasNextPage endCursor } edges { node { purchaseId } } } } }"""
    seen, after = [], None
    for _ in range(3):
        page = (await ask(db, query, {"after": after}))["household"]["conversionPaths"]
        seen += [edge["node"]["purchaseId"] for edge in page["edges"]]
        after = page["pageInfo"]["endCursor"]
    assert seen == ["o0", "o1", "o2", "o3", "o4"]
    assert not page["pageInfo"]["hasNextPage"]


async def test_a_path_that_comes_between_two_pages_repeats_none(db: Database) -> None:
    await family(db)
    for number in range(1, 5):
        await bought(db, "home", "ada", "ben", number)
    query = """query($after: String) { household(id: "home") { conversionPaths(first: 2, after: $after) {
        pageInfo { endCursor } edges { node { purchaseId } } } } }"""
    first = (await ask(db, query))["household"]["conversionPaths"]
    await bought(db, "home", "ada", "ben", 0)
    rest = (await ask(db, query, {"after": first["pageInfo"]["endCursor"]}))["household"]["conversionPaths"]
    assert [edge["node"]["purchaseId"] for edge in first["edges"] + rest["edges"]] == ["o1", "o2", "o3", "o4"]


async def test_decision_makers_come_in_pages_and_by_kind(db: Database) -> None:
    for number in range(5):
        await family(db, f"home{number}", f"ada{number}", f"ben{number}")
    await run(db, "MATCH (a:Account) WHERE a.id STARTS WITH 'ben' SET a.gender = 'male'")
    query = """query($after: String, $gender: Gender) {
        decisionMakers(category: "toys", first: 3, after: $after, gender: $gender) {
        pageInfo { endCursor } edges { node { score account { accountId } household { householdId } } } } }"""
    first = (await ask(db, query, {"gender": "MALE"}))["decisionMakers"]
    rest = (await ask(db, query, {"after": first["pageInfo"]["endCursor"]}))["decisionMakers"]
    names = [edge["node"]["account"]["accountId"] for page in (first, rest) for edge in page["edges"]]
    assert names == [f"ben{number}" for number in range(5)]
    assert (await ask(db, query, {"gender": "FEMALE"}))["decisionMakers"]["edges"] == []


async def test_stats_sum_the_months_asked_for(db: Database) -> None:
    await counted(db)
    query = "{ conversionStats(%s groupBy: %s) { group purchases crossAccount rate lift { lift low high } } }"
    both = (await ask(db, query % ("", "ACTORS")))["conversionStats"]
    one = (await ask(db, query % ('from: "2026-02",', "MONTH")))["conversionStats"]
    assert [(s["group"], s["purchases"], s["rate"]) for s in both] == [
        ("adult > adult", 200, 0.2),
        ("child > adult", 100, 0.1),
    ]
    assert [s["lift"]["lift"] for s in both] == [3.0, 1.0]
    assert [(s["group"], s["crossAccount"]) for s in one] == [("2026-02", 20)]


async def test_credit_is_summed_by_what_is_asked(db: Database) -> None:
    await counted(db)
    found = (await ask(db, "{ attribution(model: SHAPLEY) { who action credit share } }"))["attribution"]
    assert [(c["who"], c["action"], c["credit"], c["share"]) for c in found] == [
        ("buyer", None, 8.0, 0.8),
        ("other child", None, 2.0, 0.2),
    ]


async def test_months_of_households_are_as_counted(db: Database) -> None:
    await counted(db)
    query = '{ householdMonths(until: "2026-02") { month medianDays followedExactly rate waits { group households } } }'
    (found,) = (await ask(db, query))["householdMonths"]
    assert (found["month"], found["medianDays"], found["followedExactly"], found["rate"]) == ("2026-01", 3.0, 1, 0.25)
    assert {wait["group"]: wait["households"] for wait in found["waits"]}["1 to 7 days"] == 2


async def test_a_wrong_month_is_refused(db: Database) -> None:
    assert await code(db, '{ conversionStats(from: "May") { group } }') == "BAD_INPUT"


@pytest.mark.parametrize("homes", [40, 400])
async def test_each_field_is_one_statement_within_its_budget(db: Database, homes: int) -> None:
    await households(db, homes)
    await family(db)
    for number in range(5):
        await bought(db, "home", "ada", "ben", number)
    for number in range(homes // 10):
        await family(db, f"home{number}", f"a{number}", f"b{number}")
    await counted(db)
    await replan(db)
    over = {}
    for text, budget in BUDGETS:
        profiled = Profiled(db.driver, db.name)
        await ask(profiled, text)
        if len(profiled.hits) > 1 or profiled.hits[0] > budget:
            over[text] = profiled.hits
    assert over == {}


async def test_a_rare_kind_of_decision_maker_takes_several_bounded_pages(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.roles.read.LOOK", 4)
    for number in range(10):
        await family(db, f"home{number}", f"ada{number}", f"ben{number}")
    await run(db, "MATCH (a:Account {id: 'ben8'}) SET a.gender = 'female'")
    query = """query($after: String) { decisionMakers(category: "toys", gender: FEMALE, first: 2, after: $after) {
        pageInfo { hasNextPage endCursor } edges { node { account { accountId } } } } }"""
    after: str | None = None
    pages: list[Row] = []
    while not pages or pages[-1]["pageInfo"]["hasNextPage"]:
        pages.append((await ask(db, query, {"after": after}))["decisionMakers"])
        after = pages[-1]["pageInfo"]["endCursor"]
    assert [len(page["edges"]) for page in pages] == [0, 0, 1]
