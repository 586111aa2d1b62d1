"""Second homes: a child may live with each parent, nobody else may, and mild signs are not enough."""

from __future__ import annotations

import numpy as np

from server.detect import households, model
from server.detect.company import Linked
from server.detect.score import Scores
from server.detect.second import second_homes
from server.detect.traits import BANDS, Humans

SHIPPED = model.load()
TWO_FLATS = np.array([0, 1, 0, 3])  # mother and child, father alone, a stranger


def scores(towards_father: float) -> Scores:
    """Accounts 0 (mother), 1 (father), 2 (child), 3: the child with each parent."""
    a, b = np.array([0, 1], dtype=np.int32), np.array([2, 2], dtype=np.int32)
    return Scores(a, b, np.array([5.0, towards_father]), np.zeros(2, bool), *2 * [np.zeros((2, 0), np.uint8)])


def pairs(towards_father: float) -> Linked:
    made = scores(towards_father)
    return made.a, made.b, made.score


def people(child: str = "child") -> Humans:
    band = np.array([BANDS.index(name) for name in ("adult", "adult", child, "adult")])
    return Humans(band, np.zeros(4, np.int64), np.zeros(4, np.int64))


def test_a_child_lives_with_both_parents() -> None:
    assert second_homes(pairs(4.0), TWO_FLATS, people(), SHIPPED) == [(2, 1)]


def test_a_grown_child_lives_in_one_home() -> None:
    assert second_homes(pairs(4.0), TWO_FLATS, people("adult"), SHIPPED) == []


def test_a_word_that_parts_keeps_a_child_out() -> None:
    assert second_homes(pairs(-np.inf), TWO_FLATS, people(), SHIPPED) == []


def test_mild_signs_are_not_a_second_home() -> None:
    assert second_homes(pairs(SHIPPED.second - 0.1), TWO_FLATS, people(), SHIPPED) == []


def test_both_homes_have_the_child_as_a_member() -> None:
    found = households.homes(scores(4.0), TWO_FLATS, [(2, 1)])
    assert (found.start.tolist(), found.account.tolist()) == ([0, 2, 4], [0, 2, 1, 2])
    assert found.pair.tolist() == [0, 1]
