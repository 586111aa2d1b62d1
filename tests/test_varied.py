"""Worlds to fit on: equal numbers give equal worlds, and what is recorded of one is a part of it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.varied import rates, recorded, varied
from benchmarks.worlds import World, read, world
from server.detect.groups import INTERACTION, ranges
from server.detect.read import CAP


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A small city."""
    return read(world(tmp_path_factory.mktemp("worlds"), "city", 954, 300), CAP)


def test_equal_numbers_give_equal_worlds(tmp_path: Path) -> None:
    one, again, other = (varied(tmp_path / name, number, 100) for name, number in (("a", 3), ("b", 3), ("b", 4)))
    assert one.groups.hours.tolist() == again.groups.hours.tolist()
    assert one.traits == again.traits
    assert one.groups.hours.tolist() != other.groups.hours.tolist()


def test_rates_are_shares() -> None:
    for number in range(50):
        drawn = rates(np.random.default_rng(number))
        assert sum(drawn.homes) == pytest.approx(1)
        assert all(0 <= share <= 1 for share in (drawn.managed, drawn.carrier, drawn.move, drawn.guest, drawn.hardly))


@pytest.mark.parametrize("seed", range(5))
def test_what_is_recorded_is_a_part(whole: World, seed: int) -> None:
    groups = recorded(np.random.default_rng(seed), whole).groups
    assert groups.hours.size <= whole.groups.hours.size
    assert set(groups.hours.tolist()) <= set(whole.groups.hours.tolist())
    assert (np.diff(groups.start) > 0).all()


@pytest.mark.parametrize("seed", range(5))
def test_both_sides_of_an_interaction_have_the_same_hours(whole: World, seed: int) -> None:
    groups = recorded(np.random.default_rng(seed), whole).groups
    first = groups.start[:-1][groups.kind == INTERACTION]
    count = np.diff(groups.first)
    assert (count[first] == count[first + 1]).all()
    one, other = (groups.hours[ranges(groups.first[side], count[side])] for side in (first, first + 1))
    assert one.tolist() == other.tolist()
