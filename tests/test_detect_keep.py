"""What a run keeps comes back as it was, or not at all."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings

from server.detect import model
from server.detect.decide import partition
from server.detect.evidence import gather
from server.detect.groups import Groups
from server.detect.keep import recall, save
from server.detect.memory import Memory, remember
from server.detect.pack import Group, columns
from tests.worlds import couple, group, groups

SHIPPED = model.load()


def memory(world: list[Group]) -> Memory:
    found = columns(world)
    return remember(found, partition(gather(found), {}, SHIPPED), 99)


def plain(found: Groups) -> list[object]:
    return [np.asarray(getattr(found, one.name)).tolist() for one in fields(Groups)]


@settings(deadline=None)
@given(groups())
def test_it_comes_back_as_it_was(world: list[Group]) -> None:
    with TemporaryDirectory() as folder:
        kept = memory(world)
        save(Path(folder), "one", kept)
        found = recall(Path(folder), "one")
        assert found is not None
        assert plain(found.around(list("abcdefgh"))) == plain(kept.around(list("abcdefgh")))
        assert (list(found.names), found.until, len(found.links.a)) == (list(kept.names), 99, len(kept.links.a))


def test_what_came_later_is_a_part_of_its_own(tmp_path: Path) -> None:
    save(tmp_path, "one", memory([*couple(), *couple("ef")]))
    known = recall(tmp_path, "one")
    assert known is not None
    near = known.learn(["c"], columns([group("device", "cd")]))
    assert near == {"c", "d"}
    assert known.linked(near) == {"c", "d"}
    save(tmp_path, "two", known)
    again = recall(tmp_path, "two")
    assert again is not None
    assert again.around(["c"]).accounts == ["c", "d"]
    assert again.linked(["c", "a"]) == {"a", "b", "c"}


def test_nobody_is_linked_with_nobody() -> None:
    known = memory(couple())
    known.learn(["c"], columns([group("device", "cd")]))
    assert known.linked(["c"]) == {"c"}
    assert known.linked([]) == set()


def test_the_latest_two_are_kept_and_no_more(tmp_path: Path) -> None:
    known = memory(couple())
    for token in ("one", "two", "three"):
        save(tmp_path, token, known)
        known = recall(tmp_path, token) or known
    assert recall(tmp_path, "one") is None
    assert recall(tmp_path, "two") is not None


@pytest.mark.parametrize("damage", ["state.json", "a.npy", "names-bytes.npy"])
def test_what_is_damaged_is_not_taken(tmp_path: Path, damage: str) -> None:
    save(tmp_path, "one", memory(couple()))
    (tmp_path / "one" / damage).write_bytes(b"")
    assert recall(tmp_path, "one") is None


def test_nothing_is_kept_where_nothing_was(tmp_path: Path) -> None:
    assert recall(tmp_path, None) is None
    assert recall(tmp_path / "nowhere", "one") is None
