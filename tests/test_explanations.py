"""Explanations of pairs and questions for people, on a real graph: by GraphQL and on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from seed import tiny
from server.api.ids import to_global
from server.commands.explain import waterfall
from server.db.database import Database
from server.detect import model, read
from server.detect.decide import partition
from server.detect.evidence import gather
from server.detect.explain import Aspect, Explanation, Item
from server.detect.pack import columns
from server.detect.run import detect, far_east, latest
from server.detect.score import pair_of
from server.detect.traits import humans
from server.ingest import load
from server.ingest.progress import Silent
from server.neighbourhood import around, nearest
from server.settings import Settings
from server.suggestions import entropy, question
from tests.api_graphs import ask, code, household
from tests.conftest import run
from tests.test_words import SAY
from tests.worlds import group

EXPLAIN = """query($a: ID!, $b: ID!) { explain(accountA: $a, accountB: $b) {
    together probability prior score why shared
    items { sentence weight features } aspects { about sentence weight } } }"""
SUGGEST = """query($id: ID!, $first: Int) { householdSuggestions(account: $id, first: $first) {
    kind question probability settles account { accountId } household { householdId size } } }"""


@pytest.fixture
async def families(db: Database, settings: Settings, tmp_path: Path) -> Database:
    """The tiny families, loaded and detected."""
    tiny.build(tmp_path / "data")
    report = tmp_path / "report"
    await load(db, tmp_path / "data", settings=settings, timezone=None, report_to=report, progress=Silent())
    await detect(db, say=lambda _: None)
    return db


async def explained(db: Database, a: str, b: str) -> dict[str, Any]:
    """The explanation of a pair."""
    return dict((await ask(db, EXPLAIN, {"a": a, "b": b}))["explain"])


async def suggested(db: Database, account: str, first: int | None = None) -> list[dict[str, Any]]:
    """The questions for an account."""
    return list((await ask(db, SUGGEST, {"id": account, "first": first}))["householdSuggestions"])


async def test_a_couple_is_explained_and_the_numbers_add_up(families: Database) -> None:
    found = await explained(families, "ada", to_global("Account", "ben"))
    assert found["together"]
    assert round(found["prior"] + sum(item["weight"] for item in found["items"]), 3) == found["score"]
    assert round(found["prior"] + sum(aspect["weight"] for aspect in found["aspects"]), 3) == found["score"]
    assert {name.partition(":")[0] for name in found["shared"]} >= {"device", "network"}
    assert found == await explained(families, "ben", "ada")


async def test_why_not_is_explained_too(families: Database) -> None:
    found = await explained(families, "ada", "gus")
    assert (found["together"], found["why"].endswith("no device and no payment in common.")) == (False, True)
    assert round(found["prior"] + sum(item["weight"] for item in found["items"]), 3) == found["score"]


async def test_two_of_whom_nothing_is_known_share_nothing(db: Database) -> None:
    await run(db, "CREATE (:Account {id: 'a'}), (:Account {id: 'b'})")
    assert (await explained(db, "a", "b"))["why"].startswith("They share nothing")


async def test_a_word_counts_before_the_next_run(families: Database) -> None:
    home = (await run(families, "MATCH (:Account {id: 'ben'})-[:MEMBER_OF]->(h) RETURN h.id AS id"))[0]["id"]
    await ask(families, SAY % "declineMembership", {"account": "ben", "household": home})
    found = await explained(families, "ada", "ben")
    assert (found["together"], "said so" in found["why"]) == (False, True)


@pytest.mark.parametrize(("b", "expected"), [("ada", "SAME_ACCOUNT"), ("nobody", "UNKNOWN_ACCOUNT")])
async def test_a_pair_that_cannot_be_explained_is_refused(families: Database, b: str, expected: str) -> None:
    assert await code(families, EXPLAIN, {"a": "ada", "b": b}) == expected


async def test_an_uncertain_membership_is_asked_about(families: Database) -> None:
    await run(families, "MATCH (:Account {id: 'ben'})-[m:MEMBER_OF]->() SET m.confidence = 0.5")
    (found,) = await suggested(families, "ben")
    assert (found["kind"], found["probability"], found["settles"]) == ("MEMBER", 0.5, 3.0)
    assert found["account"] == {"accountId": "ben"}
    assert found["household"]["size"] == 3
    assert found["question"].startswith("Do you live with the 2 other people with whom you share a device")


async def test_what_was_said_is_not_asked_again(families: Database) -> None:
    await run(families, "MATCH (:Account {id: 'ben'})-[m:MEMBER_OF]->() SET m.confidence = 0.5")
    home = (await suggested(families, "ben"))[0]["household"]["householdId"]
    await ask(families, SAY % "confirmMembership", {"account": "ben", "household": home})
    assert await suggested(families, "ben") == []


async def test_who_is_close_to_a_household_is_asked_and_can_answer(families: Database) -> None:
    (found,) = await suggested(families, "finn")
    home = found["household"]["householdId"]
    assert (found["kind"], found["household"]["size"]) == ("NOT_MEMBER", 3)
    assert 0.05 < found["probability"] < 0.95
    await ask(families, SAY % "confirmMembership", {"account": "finn", "household": home})
    assert await suggested(families, "finn") == []
    await detect(families, say=lambda _: None)
    rows = await run(families, "MATCH (:Account {id: 'finn'})-[m:MEMBER_OF]->(h) RETURN h.id AS id, m.status AS status")
    assert rows == [{"id": home, "status": "confirmed"}]


async def test_a_neighbourhood_weighs_pairs_as_a_run_over_everything(families: Database) -> None:
    hour = far_east(await latest(families) or "")
    gathered = gather(await read.groups(families), hour)
    accounts = gathered.groups.accounts
    people = humans(await read.traits(families, accounts), accounts)
    whole = partition(gathered, people, model.load()).scores
    for a, b, weight in list(zip(whole.a.tolist(), whole.b.tolist(), whole.score.tolist(), strict=True))[::9]:
        near = await around(families, accounts[a], accounts[b])
        names = near.gathered.groups.accounts
        pair = pair_of(near.made.scores, names.index(accounts[a]), names.index(accounts[b]))
        assert pair is not None
        assert near.made.scores.score[pair] == weight


async def test_members_with_whom_nothing_is_shared_make_a_yes_less_probable(families: Database) -> None:
    home = (await suggested(families, "finn"))[0]["household"]["householdId"]
    newcomer = "MATCH (h:Household {id: $home}) CREATE (:Account {id: 'new'})-[:MEMBER_OF {status: 'inferred'}]->(h)"
    await run(families, newcomer, home=home)
    pairs = [await explained(families, "finn", one) for one in ("ada", "ada-films", "ben", "cleo", "new")]
    assert pairs[-1]["probability"] == 0
    (found,) = await suggested(families, "finn")
    assert found["probability"] == pytest.approx(sum(pair["probability"] for pair in pairs) / 5, abs=1e-3)


async def test_a_certain_membership_needs_no_question(db: Database) -> None:
    await household(db, "h", "a", "b")
    await run(db, "MATCH ()-[m:MEMBER_OF]->() SET m.confidence = 0.99")
    assert await suggested(db, "a") == []


async def test_the_best_question_comes_first_and_only_so_many(db: Database) -> None:
    await household(db, "h1", "a", "b")
    await household(db, "h2", "a", "c", "d")
    await run(db, "MATCH ()-[m:MEMBER_OF]->() SET m.confidence = 0.6")
    assert [one["household"]["householdId"] for one in await suggested(db, "a")] == ["h2", "h1"]
    assert len(await suggested(db, "a", 1)) == 1
    assert await code(db, SUGGEST, {"id": "a", "first": 11}) == "LIMIT"
    assert await code(db, SUGGEST, {"id": "x"}) == "UNKNOWN_ACCOUNT"


def test_questions_are_plain_words() -> None:
    shared = {"device", "network", "payment", "interaction"}
    whom = "the 3 other people with whom you share a device, a network and a card or wallet"
    assert question(3, shared, also=False) == f"Do you live with {whom} and with whom you are in touch?"
    assert question(1, set(), also=True) == "Do you also live with the other person of this household?"


def test_a_toss_of_a_coin_is_one_bit() -> None:
    assert entropy(0.5) == 1
    assert entropy(0.9) == pytest.approx(entropy(0.1))


def test_the_nearest_are_those_in_common_groups() -> None:
    world = columns([group("device", "abc"), group("network", "adefg"), group("network", "bg")])
    assert nearest(world, ["a", "b"], 4) == {"a", "b", "c", "g"}


def item(weight: float) -> Item:
    """Something of this weight."""
    return Item(("x",), (1.0,), weight, f"a thing: 1: {weight:+.2f}, for one household")


@pytest.mark.parametrize(("details", "last"), [(False, "a card in common"), (True, "1 smaller things")])
def test_a_waterfall_adds_up_and_ends_at_the_score(details: bool, last: str) -> None:
    aspects = (Aspect("device", 3.5, "a device in common"), Aspect("payment", -0.35, "a card in common"))
    items = (item(3.5), item(-0.5), item(0.15))
    found = Explanation(True, -2.0, 1.15, items, aspects, ("device:k1:x",), "It is so.")
    lines = list(waterfall(found, details=details))
    numbers = [float(line.split()[0]) for line in lines[3:-2]]
    assert (lines[0], lines[1], lines[-1]) == ("Together.", "It is so.", "Both have: device:k1:x")
    assert lines[-4].endswith(last)
    assert sum(numbers[:-1]) == pytest.approx(numbers[-1]) == 1.15
