"""Households and accounts as the service reads them, without the API around them."""

from __future__ import annotations

from typing import Any

import pytest

from server import accounts, households
from server.accounts import Wanted
from server.commands.browser_pack import BROWSER
from server.db.database import Database
from server.households import Filter, Mark, Order, Page
from tests.api_graphs import household, person, seen
from tests.conftest import run

MEMBERS = frozenset({"members"})


def member(account: str, person: str | None = None, *seen: str) -> dict[str, Any]:
    """A member as the database gives it."""
    times = {"firstSeen": "2026-05-01T08:00:00Z", "lastSeen": "2026-05-01T08:00:00.5Z"}
    sightings = [{"id": one, "kind": "USES", "count": 2, **times} for one in seen]
    return {"account": {"id": account, "person": person and {"id": person}, "seen": sightings}}


def test_members_of_one_person_are_grouped() -> None:
    found = households.persons([member("a", "p"), member("b"), member("c", "p")])
    assert [[account["id"] for account in one["accounts"]] for one in found] == [["a", "c"], ["b"]]
    assert [one["id"] for one in found] == ["p", None]


def test_what_more_members_share_comes_first() -> None:
    found = households.identifiers([member("a", None, "own", "tv"), member("b", None, "tv")], "USES")
    assert [(one["id"], one["count"], len(one["members"])) for one in found] == [("tv", 4, 2), ("own", 2, 1)]
    assert households.identifiers([member("a", None, "tv")], "SHIPS_TO") == []


def test_evidence_is_a_line_an_item() -> None:
    first, second, third = accounts.evidence(
        {"evidence": "2.5 1 device:k1:x\n-1 3 binding:family_group\n-0.25 2 no device"}
    )
    assert (first["identifier"], first["detail"]) == ("k1:x", None)
    assert first["text"] == "Uses the same device as 1 other member."
    assert (second["identifier"], second["detail"]) == (None, "family_group")
    assert second["text"] == f"Declared to belong together with 3 other members. {accounts.AGAINST}"
    assert [item["weight"] for item in (first, second, third)] == [2.5, -1.0, -0.25]
    assert third["kind"] == "no device"


def test_a_membership_without_evidence_has_none() -> None:
    assert accounts.evidence({}) == []


@pytest.mark.parametrize("kind", [*accounts.TEXTS, "unheard_of"])
def test_every_kind_has_a_sentence(kind: str) -> None:
    text = accounts.words(kind, 1.0, 2)
    assert text.endswith(".")
    assert "{" not in text


async def test_only_present_members_are_listed(db: Database) -> None:
    await household(db, "h", "a", "b", "c", "d")
    await run(db, "MATCH (:Account {id: 'b'})-[m]->() SET m.until = datetime(), m.status = 'left'")
    await run(db, "MATCH (:Account {id: 'c'})-[m]->() SET m.status = 'declined'")
    found = await households.one(db, "h", MEMBERS)
    assert found
    assert [one["account"]["id"] for one in found["members"]] == ["a", "d"]


async def test_what_is_not_wanted_is_not_read(db: Database) -> None:
    await household(db, "h", "a", "b")
    await seen(db, "device", "k1:d", "a", "b")
    bare, full = [await households.one(db, "h", frozenset(names)) or {} for names in ([], ["devices"])]
    assert bare["members"] == []
    assert [one["kind"] for one in full["members"][0]["account"]["seen"]] == ["USES"]


async def test_an_unknown_id_is_none(db: Database) -> None:
    assert await households.one(db, "h", MEMBERS) is None
    assert await accounts.read(db, "a", Wanted()) is None


async def test_an_account_of_two_homes_has_both_the_more_probable_first(db: Database) -> None:
    await household(db, "h1", "child", "mother")
    await household(db, "h2", "child", "father")
    await run(db, "MATCH (:Account {id: 'child'})-[m]->(:Household {id: 'h2'}) SET m.confidence = 0.95")
    found = await accounts.read(db, "child", Wanted(frozenset({"memberships"}), MEMBERS))
    assert found
    assert [one["household"]["id"] for one in found["memberships"]] == ["h2", "h1"]


async def test_a_person_comes_with_all_their_accounts(db: Database) -> None:
    await person(db, "p", "a", "b")
    found = await accounts.read(db, "a", Wanted(frozenset({"person"})))
    assert found
    assert {account["id"] for account in found["person"]["accounts"]} == {"a", "b"}


async def test_an_account_on_a_busy_network_is_read_without_it(db: Database) -> None:
    await seen(db, "network", "k1:cafe", *(f"a{i}" for i in range(500)))
    found = await accounts.read(db, "a7", Wanted(frozenset({"networks"})))
    assert found
    assert [(one["id"], one["accounts"]) for one in found["seen"]] == [("k1:cafe", 500)]


@pytest.mark.parametrize(
    ("order", "after", "bounds"),
    [
        (Order.ID, None, {"after": ""}),
        (Order.ID, Mark(None, "h7"), {"after": "h7"}),
        (Order.SIZE_DESC, None, {"size": 5, "before": ""}),
        (Order.SIZE_DESC, Mark(3, "h7"), {"size": 3, "before": "h7"}),
        (Order.SIZE_DESC, Mark(9, "h7"), {"size": 5, "before": ""}),
        (Order.CONFIDENCE_DESC, Mark(0.5, "h7"), {"confidence": 0.5, "before": "h7"}),
    ],
)
def test_a_place_bounds_the_seek(order: Order, after: Mark | None, bounds: dict[str, Any]) -> None:
    assert households._bounds(Page(order, Filter(max_size=4), after, 10)) == bounds


async def test_the_favourite_draws_who_lives_there_now(db: Database) -> None:
    await household(db, "h", "ada", "ben", "finn")
    await person(db, "p", "ada", "finn")
    await seen(db, "device", "tv", "ada", "ben", "finn")
    await run(db, "MATCH (:Account {id: 'ben'})-[m:MEMBER_OF]->() SET m.status = 'declined', m.until = m.since")
    await run(db, "MATCH (:Account {id: 'finn'})-[i:IS]->() SET i.until = i.since")
    favourite = (BROWSER / "household.cypher").read_text("utf-8").rstrip().removesuffix(";")
    drawn = await run(
        db,
        f"""CALL () {{ {favourite} }}
        UNWIND [a] + coalesce(nodes(shared), []) + coalesce(nodes(person), []) AS node
        RETURN DISTINCT a.id + ' draws ' + node.id AS drawn""",
        account="ada",
    )
    ada, finn = ({f"{a} draws {x}" for x in ("ada", "finn", "tv", "h")} for a in ("ada", "finn"))
    assert {row["drawn"] for row in drawn} == {"ada draws p"} | ada | finn
