"""Settling: a first run over enough data brings the weights to it, once, and the graph keeps them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as examples

from server.commands.train import choose
from server.db.database import Database
from server.detect import model, read, settle
from server.detect.decide import Decision, partition, reweighed
from server.detect.evidence import Evidence, gather
from server.detect.features import FEATURES
from server.detect.keep import Shelf
from server.detect.pack import Group, columns
from server.detect.run import check, detect
from server.detect.score import pair_of
from server.detect.traits import Humans, humans
from server.settings import Settings
from tests.datasets import accounts as rows_of
from tests.datasets import ingest, sighting, write
from tests.worlds import couple, evenings, group, groups

SHIPPED = model.load()
HOUSEHOLDS = settle.LEAST + 10


def many(one: list[Group], count: int = HOUSEHOLDS) -> list[Group]:
    """So many of one household, each with things of its own."""
    return [
        own._replace(identifier=f"{own.identifier}-{place}", members=[f"{who}{place}" for who in own.members])
        for place in range(count)
        for own in one
    ]


def nobody(gathered: Evidence) -> Humans:
    return humans({}, gathered.groups.accounts)


def decided(world: list[Group]) -> tuple[Evidence, Decision]:
    gathered = gather(columns(world))
    return gathered, partition(gathered, nobody(gathered), SHIPPED)


def test_little_data_leaves_the_model_as_it_is() -> None:
    world = decided(many(couple(), 9))
    assert settle.settle(*world, SHIPPED) == (world[1], SHIPPED)


def test_households_by_word_alone_teach_nothing() -> None:
    names = [f"{who}{place}" for place in range(HOUSEHOLDS) for who in "ab"]
    gathered = gather(columns([group("device", "a")._replace(members=[name], identifier=name) for name in names]))
    said = list(zip(names[::2], names[1::2], strict=True))
    made = partition(gathered, nobody(gathered), SHIPPED, said)
    assert (np.bincount(made.label) == 2).sum() == HOUSEHOLDS
    assert settle.settle(gathered, made, SHIPPED, said) == (made, SHIPPED)


def test_a_settled_model_has_its_name_the_same_bins_and_shapes_that_rise() -> None:
    world = decided(many(couple()))
    made, own = settle.settle(*world, SHIPPED)
    assert own.name.startswith("settled-")
    assert SHIPPED.name in own.about
    assert [shape.edges for shape in own.shapes] == [shape.edges for shape in SHIPPED.shapes]
    for feature, shape in zip(FEATURES, own.shapes, strict=True):
        assert (np.diff(shape.weights[1:]) * feature.rises >= 0).all(), feature.name
    fresh = partition(world[0], nobody(world[0]), own)
    assert fresh.label.tolist() == made.label.tolist()
    assert fresh.scores.score.tolist() == made.scores.score.tolist()


def test_what_a_third_member_holds_together_speaks_more_than_before() -> None:
    world = many([*couple("ab"), *couple("bc"), group("payment", "ac", evenings(1))])
    gathered, made = decided(world)
    own, _ = settle.settle(gathered, made, SHIPPED)
    accounts = gathered.groups.accounts
    pair = pair_of(made.scores, accounts.index("a0"), accounts.index("c0"))
    assert own.first[pair] > made.first[pair] + 1


def test_who_may_have_moved_out_is_not_taken_at_its_word(monkeypatch: pytest.MonkeyPatch) -> None:
    home, cards = couple("cd")[0], group("payment", "cd", evenings(8))
    stays = home._replace(hours=[evenings(26), evenings(24)])
    moved = group("network", "d", evenings(6, home.hours[0][-1] + 24))
    world = decided([*many(couple()), *many([stays, moved, cards])])
    accounts = world[0].groups.accounts
    pair = pair_of(world[1].scores, accounts.index("c0"), accounts.index("d0"))

    def told() -> float:
        return float(settle.settle(*world, SHIPPED)[0].linked[2][pair])

    doubted = told()
    monkeypatch.setattr(settle, "GONE", -np.inf)
    assert doubted < world[1].linked[2][pair] < told()


def test_it_leans_towards_joining_where_households_are_in_doubt() -> None:
    clear, doubtful = couple(), [group("network", "ab", evenings(3), detail="wifi")]
    leans = [settle.settle(*decided(many(one)), SHIPPED)[1].lean for one in (clear, doubtful)]
    assert leans == list(settle.LEANS)


@examples(deadline=None)
@given(groups())
def test_other_weights_for_the_same_bins_decide_as_from_the_start(world: list[Group]) -> None:
    gathered = gather(columns(world))
    other = replace(SHIPPED, prior=SHIPPED.prior + 1)
    again = reweighed(gathered, partition(gathered, nobody(gathered), SHIPPED), other)
    fresh = partition(gathered, nobody(gathered), other)
    assert again.label.tolist() == fresh.label.tolist()
    assert again.scores.score.tolist() == fresh.scores.score.tolist()
    assert (again.scores.bins == fresh.scores.bins).all()
    assert (again.scores.company == fresh.scores.company).all()


@pytest.fixture
async def town(db: Database, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty couples with a tablet each, which are enough here."""
    monkeypatch.setattr(settle, "LEAST", 20)
    days = [f"2026-05-{day:02}T20:00:00+08:00" for day in range(1, 15)]
    rows = [
        sighting(f"{who}{place}", kind, f"{kind} {place}", day, detail="tablet" if kind == "device" else "")
        for place in range(30)
        for who in "ab"
        for kind in ("device", "network")
        for day in days
    ]
    names = [f"{who}{place}" for place in range(30) for who in "ab"]
    await ingest(db, write(tmp_path / "data", {"accounts": rows_of(*names), "sightings": rows}), settings)


@pytest.mark.usefixtures("town")
async def test_a_first_run_settles_once_and_what_follows_takes_that(db: Database, tmp_path: Path) -> None:
    first = await detect(db, say=print, shelf=Shelf(tmp_path))
    assert first is not None
    assert (first.model[:8], first.households) == ("settled-", 30)
    assert (await read.weights(db)).name == first.model
    assert not any(await check(db, say=print))
    for full in (False, True):
        again = await detect(db, say=print, shelf=Shelf(tmp_path), full=full)
        assert again is not None
        assert (again.model, again.run, again.changed) == (first.model, None, None if full else 0)


@pytest.mark.usefixtures("town")
async def test_to_go_back_is_to_settle_anew(db: Database, tmp_path: Path) -> None:
    first = await detect(db, say=print, shelf=Shelf(tmp_path))
    await choose(db, None, "shipped")
    assert await read.weights(db) == SHIPPED
    again = await detect(db, say=print, shelf=Shelf(tmp_path))
    assert first is not None
    assert again is not None
    assert (again.model, again.run) == (first.model, None)


@pytest.mark.usefixtures("town")
async def test_a_model_that_somebody_chose_is_not_settled(db: Database) -> None:
    await choose(db, SHIPPED, "taken from a file")
    summary = await detect(db, say=print)
    assert summary is not None
    assert summary.model == SHIPPED.name
