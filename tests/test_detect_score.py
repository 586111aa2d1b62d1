"""Scores: log-odds that add up, and move in the direction that sense demands."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from server.detect import model
from server.detect.evidence import gather
from server.detect.features import FEATURES, NAMES
from server.detect.pack import Group, columns
from server.detect.score import PARTS, Scores, by_part, coarser, pair_of, probability, score, weights
from server.detect.traits import humans
from tests.worlds import couple, evenings, group, groups

SHIPPED = model.load()


def scored(*world: Group) -> Scores:
    found = gather(columns(world))
    return score(found, humans({}, found.groups.accounts), SHIPPED)


@settings(deadline=None)
@given(groups())
def test_the_weights_of_a_pair_add_up_to_its_score(world: list[Group]) -> None:
    scores = scored(*world)
    total = SHIPPED.prior + sum((weight for _, weight in weights(SHIPPED, scores.bins)), np.zeros(scores.a.size))
    assert scores.score == pytest.approx(total)
    assert scores.score == pytest.approx(SHIPPED.prior + by_part(SHIPPED, scores.bins).sum(axis=0))


def test_shapes_that_may_only_rise_do() -> None:
    for feature, shape in zip(FEATURES, SHIPPED.shapes, strict=True):
        assert (np.diff(shape.weights[1:]) * feature.rises >= 0).all(), feature.name


def test_every_feature_is_about_something_and_says_what_it_means() -> None:
    assert {feature.about for feature in FEATURES} <= set(PARTS)
    assert len(set(NAMES)) == len(NAMES)
    assert all(feature.meaning for feature in FEATURES)


def test_a_couple_lives_together_and_a_crowd_does_not() -> None:
    few = scored(*couple()).score[0]
    many = scored(*(one._replace(accounts=50) for one in couple())).score[0]
    assert few > 0
    assert many < few


def test_place_alone_is_not_a_household() -> None:
    assert scored(group("network", "abcd", evenings(60), detail="wifi")).score.max() < 0


def test_a_phone_that_changed_hands_does_not_make_a_household() -> None:
    phone = Group("device", "phone", "phone", 2, ["a", "b"], [evenings(9), evenings(9, start=5000)])
    homes = [group("network", name, evenings(250), detail="wifi") for name in "ab"]
    scores = scored(phone, *homes)
    assert scores.score[0] < 0


def test_one_after_the_other_says_less_than_side_by_side() -> None:
    later = Group("device", "tablet", "tablet", 2, ["a", "b"], [evenings(9), evenings(9, start=5000)])
    assert scored(later).score[0] < scored(group("device", "ab", evenings(9), detail="tablet")).score[0]


def test_a_binding_holds_until_it_ends() -> None:
    held = scored(group("binding", "ab", detail="family_group", since=0, until=900), group("network", "cd", [100]))
    ended = scored(group("binding", "ab", detail="family_group", since=0, until=90), group("network", "cd", [100]))
    assert held.bound.tolist() == [True, False]
    assert ended.bound.tolist() == [False, False]


def test_a_family_card_does_not_hold() -> None:
    assert scored(group("binding", "ab", detail="family_card", since=0)).bound.tolist() == [False]


def test_a_declaration_that_holds_is_no_feature() -> None:
    bound = scored(*couple(), group("binding", "ab", detail="family_group", since=0))
    assert bound.score.tolist() == scored(*couple()).score.tolist()


def test_coarse_bins_follow_from_fine_ones() -> None:
    assert coarser([1.0, 2.0, 3.0], [2.0]).tolist() == [0, 1, 1, 2, 2]


@settings(deadline=None)
@given(groups())
def test_a_pair_is_found_again(world: list[Group]) -> None:
    scores = scored(*world)
    pairs = zip(scores.a.tolist(), scores.b.tolist(), strict=True)
    assert [pair_of(scores, b, a) for a, b in pairs] == list(range(scores.a.size))
    assert pair_of(scores, 0, 99) is None


def test_probability_is_the_logistic_function() -> None:
    assert probability(np.array([0.0, 2.0])) == pytest.approx([0.5, 0.8808], abs=1e-4)
