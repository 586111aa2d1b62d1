"""Relay paging over households, members and runs: every row once, at the same price on every page."""

from __future__ import annotations

from typing import Any

import pytest

from server.api import pages
from server.db.database import Database
from tests.api_graphs import ask, code, household, households
from tests.conftest import run

LIST = """query($after: String, $order: HouseholdOrder!, $filter: HouseholdFilter, $first: Int = 7) {
    households(first: $first, after: $after, orderBy: $order, filter: $filter) {
        edges { cursor node { householdId size confidence } }
        pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
}"""


async def page(db: Database, order: str = "ID", after: str | None = None, **variables: Any) -> dict[str, Any]:
    """One page of households."""
    data = await ask(db, LIST, {"order": order, "after": after, **variables})
    return dict(data["households"])


async def everything(db: Database, order: str, **variables: Any) -> list[dict[str, Any]]:
    """The households of all pages."""
    found, after, more = [], None, True
    while more:
        one = await page(db, order, after, **variables)
        found += [edge["node"] for edge in one["edges"]]
        after, more = one["pageInfo"]["endCursor"], one["pageInfo"]["hasNextPage"]
    return found


@pytest.mark.parametrize("order", ["ID", "SIZE_DESC", "CONFIDENCE_DESC"])
async def test_every_household_comes_exactly_once_and_in_order(db: Database, order: str) -> None:
    await households(db, 60)
    found = await everything(db, order)
    assert len({one["householdId"] for one in found}) == len(found) == 60
    key = {"ID": "householdId", "SIZE_DESC": "size", "CONFIDENCE_DESC": "confidence"}[order]
    assert [one[key] for one in found] == sorted((one[key] for one in found), reverse=order != "ID")


@pytest.mark.parametrize("order", ["ID", "SIZE_DESC", "CONFIDENCE_DESC"])
async def test_what_is_added_while_paging_disturbs_no_one(db: Database, order: str) -> None:
    await households(db, 20)
    first = await page(db, order)
    await household(db, "h000000a", "x", size=9, confidence=0.99)
    await household(db, "h00000zz", "y", size=1, confidence=0.01)
    seen = [edge["node"]["householdId"] for edge in first["edges"]]
    rest = await page(db, order, first["pageInfo"]["endCursor"], first=100)
    seen += [edge["node"]["householdId"] for edge in rest["edges"]]
    assert len(seen) == len(set(seen))
    assert {f"h{i:06}" for i in range(20)} <= set(seen)


@pytest.mark.parametrize("order", ["ID", "SIZE_DESC", "CONFIDENCE_DESC"])
async def test_filters_hold_on_every_page(db: Database, order: str) -> None:
    await households(db, 60)
    only = {"minSize": 3, "maxSize": 4, "minConfidence": 0.2, "structure": "couple"}
    found = await everything(db, order, filter=only, first=2)
    assert {one["size"] for one in found} == {4}
    assert len(found) == sum(1 for i in range(60) if i % 4 == 2 and i % 10 >= 2)


async def test_closed_households_come_only_when_asked(db: Database) -> None:
    await households(db, 3)
    await run(db, "MATCH (h:Household {id: 'h000001'}) SET h.closedAt = datetime()")
    assert len(await everything(db, "ID")) == 2
    assert len(await everything(db, "ID", filter={"includeClosed": True})) == 3


async def test_page_info_tells_where_the_page_stands(db: Database) -> None:
    await households(db, 14)
    first = await page(db)
    last = await page(db, after=first["pageInfo"]["endCursor"])
    assert [first["pageInfo"][name] for name in ("hasNextPage", "hasPreviousPage")] == [True, False]
    assert [last["pageInfo"][name] for name in ("hasNextPage", "hasPreviousPage")] == [False, True]
    assert last["pageInfo"]["startCursor"] == last["edges"][0]["cursor"]


async def test_an_empty_list_has_no_cursors(db: Database) -> None:
    info = (await page(db))["pageInfo"]
    assert info == {"hasNextPage": False, "hasPreviousPage": False, "startCursor": None, "endCursor": None}


@pytest.mark.parametrize("first", [0, -1, 101])
async def test_a_page_has_a_size_within_bounds(db: Database, first: int) -> None:
    assert await code(db, f"{{ households(first: {first}) {{ edges {{ cursor }} }} }}") == "LIMIT"


@pytest.mark.parametrize("at", ["a", "2026-01-01", "2026-01-01T00:00:00+23:00"])
async def test_a_cursor_of_runs_that_holds_no_time_is_refused(db: Database, at: str) -> None:
    query = "query($after: String) { detectionRuns(after: $after) { edges { node { runId } } } }"
    assert await code(db, query, {"after": pages.cursor(at, "run-1")}) == "BAD_INPUT"


@pytest.mark.parametrize("after", ["", "nonsense", "W10=", "WzFd", "bnVsbA=="])
async def test_a_cursor_that_is_none_is_refused(db: Database, after: str) -> None:
    for text in ("households", "detectionRuns"):
        assert await code(db, f'{{ {text}(after: "{after}") {{ edges {{ cursor }} }} }}') == "BAD_INPUT"


async def test_a_cursor_of_another_order_is_refused(db: Database) -> None:
    await households(db, 9)
    after = (await page(db, "SIZE_DESC"))["pageInfo"]["endCursor"]
    variables = {"order": "CONFIDENCE_DESC", "after": after}
    assert await code(db, LIST, variables) == "BAD_INPUT"


async def test_members_come_in_pages(db: Database) -> None:
    await household(db, "h", "a", "b", "c")
    text = """query($after: String) { household(id: "h") { members(first: 2, after: $after) {
        totalCount pageInfo { hasNextPage endCursor } edges { node { accountId } } } } }"""
    first = (await ask(db, text))["household"]["members"]
    rest = (await ask(db, text, {"after": first["pageInfo"]["endCursor"]}))["household"]["members"]
    found = [edge["node"]["accountId"] for part in (first, rest) for edge in part["edges"]]
    assert (found, first["totalCount"], rest["pageInfo"]["hasNextPage"]) == (["a", "b", "c"], 3, False)


async def test_runs_come_newest_first_in_pages(db: Database) -> None:
    at = "datetime('2026-05-01T00:00:00.000000001Z') + duration({hours: i / 2})"
    await run(db, f"UNWIND range(0, 4) AS i CREATE (:DetectionRun {{id: 'r' + i, startedAt: {at}, counts: '{{}}'}})")
    text = """query($after: String) {
        detectionRuns(first: 2, after: $after) { pageInfo { endCursor } edges { node { runId } } } }"""
    found, after = [], None
    for _ in range(3):
        one = (await ask(db, text, {"after": after}))["detectionRuns"]
        found += [edge["node"]["runId"] for edge in one["edges"]]
        after = one["pageInfo"]["endCursor"]
    assert found == ["r4", "r3", "r2", "r1", "r0"]
