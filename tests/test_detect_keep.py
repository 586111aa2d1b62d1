"""What a run keeps comes back as it was, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.detect import model
from server.detect.decide import partition
from server.detect.evidence import gather
from server.detect.groups import Groups
from server.detect.keep import recall, save
from server.detect.memory import Memory, remember
from server.detect.pack import Group, columns
from server.detect.part import find
from server.detect.traits import Humans, Traits, humans, saying
from tests.worlds import couple, group, groups

SHIPPED = model.load()


@pytest.fixture(scope="module", autouse=True)
def few_parts() -> Iterator[None]:
    """Parts become one often."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("server.detect.memory.PARTS", 2)
        yield


def memory(world: list[Group]) -> Memory:
    found = columns(world)
    traits = {"a": Traits("adult", "female"), "c": Traits("child")}
    return remember(found, traits, partition(gather(found), humans(traits, found.accounts), SHIPPED), 99)


def plain(found: Groups) -> list[object]:
    columns = {one.name: np.asarray(getattr(found, one.name)).tolist() for one in fields(Groups)}
    details = columns.pop("details")
    columns["detail"] = [details[place] for place in columns["detail"]]
    return list(columns.values())


def around(known: Memory, *accounts: str) -> list[object]:
    return plain(known.groups(known.roster.flags(accounts))[0])


def plainly(people: Humans) -> list[list[int]]:
    return [column.tolist() for column in vars(people).values()]


def said(known: Memory, *accounts: str) -> list[list[int]]:
    places = [np.flatnonzero(known.roster.flags([account])) for account in accounts]
    return plainly(known.roster.traits(np.concatenate(places)))


@settings(deadline=None)
@given(groups())
def test_it_comes_back_as_it_was(world: list[Group]) -> None:
    with TemporaryDirectory() as folder:
        kept = memory(world)
        save(Path(folder), "one", kept)
        found = recall(Path(folder), "one")
        assert found is not None
        assert around(found, *"abcdefgh") == around(kept, *"abcdefgh")
        assert said(found, *"ac") == said(kept, *"ac")
        assert (list(found.roster.names), found.until, len(found.links.a)) == (
            list(kept.roster.names),
            99,
            len(kept.links.a),
        )


def test_groups_are_in_order_where_two_share_more_than_there_are_pairs() -> None:
    kinds = ["device", "network", "address", "payment"]
    found = columns([group(kind, "ab", identifier=f"{kind}-{number}") for number in range(40) for kind in kinds])
    assert found.kind.tolist() == sorted(found.kind.tolist())
    assert found.identifier.to_pylist() == [name for kind in kinds for name in sorted(f"{kind}-{n}" for n in range(40))]


@settings(deadline=None)
@given(st.sets(st.text(max_size=3)), st.lists(st.text(max_size=3)))
def test_names_in_order_are_found(names: set[str], wanted: list[str]) -> None:
    ascending = sorted(names, key=str.encode)
    place = {name: number for number, name in enumerate(ascending)}
    found = find(pa.array(ascending, pa.string()), pa.array(wanted, pa.string()), 0, len(ascending))
    assert found.tolist() == [place.get(name, -1) for name in wanted]


@settings(deadline=None)
@given(st.lists(groups(), min_size=2, max_size=5))
def test_what_was_learnt_last_is_known(worlds: list[list[Group]]) -> None:
    known = memory(worlds[0])
    for world in worlds[1:]:
        known.learn(list("abcdefgh"), columns(world))
        known.compact()
        assert around(known, *"abcdefgh") == plain(columns(world))


def test_what_accounts_say_is_known(tmp_path: Path) -> None:
    known = memory(couple())
    known.roster.hear({"b": Traits("teen"), "new": Traits("elder")})
    everything = [Traits("adult", "female"), Traits("teen"), Traits("elder")]
    assert said(known, "a", "b", "new") == plainly(saying(everything, np.arange(3)))
    save(tmp_path, "one", known)
    again = recall(tmp_path, "one")
    assert again is not None
    assert said(again, "a", "b", "new") == said(known, "a", "b", "new")


def test_only_what_has_changed_is_weighed_again() -> None:
    known = memory([group("network", "abcd"), group("device", "ab"), group("device", "cd")])
    learnt = known.learn(["a"], columns([group("network", "abcd"), group("device", "abe")]))
    assert known.roster.called(learnt.turned) == ["a", "b", "e"]  # whose circle has changed
    assert known.roster.called(learnt.touched) == ["a", "b", "e"]


def test_what_came_later_is_a_part_of_its_own(tmp_path: Path) -> None:
    save(tmp_path, "one", memory([*couple(), *couple("ef")]))
    known = recall(tmp_path, "one")
    assert known is not None
    near = known.learn(["c"], columns([group("device", "cd")])).touched
    assert known.roster.called(near) == ["c", "d"]
    assert known.roster.called(known.linked(near)) == ["c", "d"]
    save(tmp_path, "two", known)
    again = recall(tmp_path, "two")
    assert again is not None
    assert again.groups(again.roster.flags(["c"]))[0].accounts == ["c", "d"]
    assert sorted(again.roster.called(again.linked(again.roster.flags(["c", "a"])))) == ["a", "b", "c"]


def test_nobody_is_linked_with_nobody() -> None:
    known = memory(couple())
    known.learn(["c"], columns([group("device", "cd")]))
    assert known.roster.called(known.linked(known.roster.flags(["c"]))) == ["c"]
    assert known.roster.called(known.linked(known.roster.flags([]))) == []


def test_the_latest_two_are_kept_and_no_more(tmp_path: Path) -> None:
    known = memory(couple())
    for token in ("one", "two", "three"):
        save(tmp_path, token, known)
        known = recall(tmp_path, token) or known
    assert recall(tmp_path, "one") is None
    assert recall(tmp_path, "two") is not None


@pytest.mark.parametrize("damage", ["state.json", "a.npy", "more-begin.npy"])
def test_what_is_damaged_is_not_taken(tmp_path: Path, damage: str) -> None:
    save(tmp_path, "one", memory(couple()))
    (tmp_path / "one" / damage).write_bytes(b"")
    assert recall(tmp_path, "one") is None


def test_nothing_is_kept_where_nothing_was(tmp_path: Path) -> None:
    assert recall(tmp_path, None) is None
    assert recall(tmp_path / "nowhere", "one") is None
