"""What each request costs in the database: one statement per root field, whose hits do not grow with the graph."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from server.db.database import Database, Row
from server.queries import load
from tests.api_graphs import AS_OF, ask, household, households, person, seen
from tests.conftest import run

MEMBERS = "members { edges { confidence evidence { text } node { accountId } } }"
FULL = "members { edges { node { accountId devices { id } addresses { id } memberships { household { id } } } } }"
PAGE = "first: 20) { edges { node { id size } } } }"

# A request, and how many database hits its statement may take: what was measured, rounded up.
BUDGETS = [
    ('{ account(id: "ada") { accountId city } }', 10),
    ('{ account(id: "ada") { networks { accounts } } }', 35),
    ('{ account(id: "ada") { household { size } } }', 45),
    (f'{{ account(id: "ada") {{ household {{ size {MEMBERS} }} }} }}', 110),
    ('{ account(id: "ada") { household { members { edges { node { devices { id } addresses { id } } } } } } }', 230),
    ('{ account(id: "ada") { person { accounts { id } } } }', 40),
    ('{ household(id: "home") { size } }', 12),
    (f'{{ household(id: "home") {{ {MEMBERS} }} }}', 85),
    (f'{{ household(id: "home") {{ {FULL} }} }}', 320),
    (f"{{ households({PAGE}", 250),
    (f"{{ households(orderBy: SIZE_DESC, {PAGE}", 250),
    (f"{{ households(orderBy: CONFIDENCE_DESC, {PAGE}", 250),
    (f"{{ households(first: 20) {{ edges {{ node {{ {MEMBERS} }} }} }} }}", 1_200),
    (f'{{ household(id: "home") {{ {MEMBERS.replace("confidence", "confidence pending")} }} }}', 110),
    (f'{{ household(id: "home", asOf: "{AS_OF}") {{ {MEMBERS} }} }}', 85),
    ('{ account(id: "ada") { memberships { status pending } } }', 60),
    ('{ account(id: "ada") { history { status pending household { size } } } }', 60),
    ('{ account(id: "ada") { referrals { direct } value { total } } }', 40),
    ('{ household(id: "home") { value { total } } }', 90),
    ("{ keyReferrers(first: 20) { account { accountId } } }", 400),
    ("{ referralStats { referrals } }", 200),
    ("{ detectionRuns(first: 5) { edges { node { id } } } }", 50),
]


class Profiled(Database):
    """A database that remembers the hits of each read."""

    hits: list[int]

    async def read(self, query: str, **parameters: Any) -> AsyncIterator[Row]:
        """Read as ever, under PROFILE."""
        text = f"PROFILE {load()[query].text}"
        records, summary, _ = await self.driver.execute_query(text, parameters, database_=self.name)
        self.hits = [*getattr(self, "hits", []), _hits(summary.profile or {})]
        for record in records:
            yield dict(record)


def _hits(plan: dict[str, Any]) -> int:
    return int(plan.get("dbHits", 0)) + sum(map(_hits, plan.get("children", [])))


async def city(db: Database, count: int) -> None:
    """One family on a network that everybody uses, in a city of so many households and runs."""
    await households(db, count)
    await household(db, "home", "ada", "ben", "cleo")
    await person(db, "p", "ada", "old")
    await run(db, "MATCH (a:Account {id: 'ada'}), (b:Account {id: 'ben'}) MERGE (a)-[:SAID {household: 'home'}]->(b)")
    await seen(db, "device", "k1:tv", "ada", "ben", "cleo")
    await seen(db, "address", "k1:home", "ada", "ben")
    crowd = [str(row["id"]) for row in await run(db, "MATCH (a:Account) RETURN a.id AS id")]
    await seen(db, "network", "k1:cafe", *crowd)
    runs = "CREATE (:DetectionRun {id: 'r' + i, startedAt: datetime($at) + duration({hours: i})})"
    await run(db, f"UNWIND range(1, $n) AS i {runs}", n=count, at=AS_OF)
    await measured(db, count)
    await replan(db)


async def measured(db: Database, count: int) -> None:
    """What `hearth referrals` keeps: measures of all accounts, places, and a month of days."""
    parts = "reach: 1.0, direct: 1, purchase: 1.0, lifetime: 1.0, network: 1.0, currency: 'CNY', at: datetime($at)"
    await run(db, f"MATCH (a:Account) CREATE (a)-[:MEASURED]->(:Influence {{id: a.id, {parts}}})", at=AS_OF)
    place = "{id: 'best ' + i, by: 'best', campaign: '', place: i, reach: 1.0 * i, at: datetime($at)}"
    one_each = f"WITH collect(a) AS all UNWIND range(1, $n) AS i WITH i, all[i] AS a CREATE (:KeyReferrer {place})"
    await run(db, f"MATCH (a:Account) {one_each}-[:NAMES]->(a)", n=count, at=AS_OF)
    days = "{id: 'd' + i, campaign: 'c', day: date('2026-05-01') + duration({days: i}), referrals: 1}"
    await run(db, f"UNWIND range(1, 30) AS i CREATE (:ReferralDay {days})")


async def replan(db: Database) -> None:
    """Have plans made for the graph as it is now: those made for an empty one may sort where an index has the order."""
    await run(db, "CALL db.prepareForReplanning()")


@pytest.mark.parametrize("count", [40, 400])
async def test_each_root_field_is_one_statement_within_its_budget(db: Database, count: int) -> None:
    await city(db, count)
    over = {}
    for text, budget in BUDGETS:
        profiled = Profiled(db.driver, db.name)
        await ask(profiled, text)
        if len(profiled.hits) > 1 or profiled.hits[0] > budget:
            over[text] = profiled.hits
    assert over == {}


@pytest.mark.parametrize("order", ["ID", "SIZE_DESC", "CONFIDENCE_DESC"])
async def test_the_last_page_costs_what_the_first_does(db: Database, order: str) -> None:
    await households(db, 400)
    await replan(db)
    text = "query($after: String) { households(first: 10, after: $after, orderBy: %s) { pageInfo { endCursor } } }"
    profiled, after = Profiled(db.driver, db.name), None
    for _ in range(40):
        after = (await ask(profiled, text % order, {"after": after}))["households"]["pageInfo"]["endCursor"]
    assert max(profiled.hits) - min(profiled.hits) <= 15


async def test_what_is_not_selected_costs_nothing(db: Database) -> None:
    await city(db, 10)
    bare, full = Profiled(db.driver, db.name), Profiled(db.driver, db.name)
    await ask(bare, '{ household(id: "home") { size } }')
    await ask(full, f'{{ household(id: "home") {{ {FULL} }} }}')
    assert bare.hits[0] * 10 < full.hits[0]
