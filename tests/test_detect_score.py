"""Scores: log-odds that add up, held within bounds, silent where many share."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given

from server.detect import model
from server.detect.evidence import Group, gather
from server.detect.score import Scores, probability, score
from tests.worlds import evenings, group, groups

SHIPPED = model.load()


def scored(*world: Group) -> Scores:
    return score(gather(world), SHIPPED)


@given(groups())
def test_the_weights_of_a_pair_add_up_to_its_score(world: list[Group]) -> None:
    scores = scored(*world)
    total = SHIPPED.prior + np.bincount(scores.pair, weights=scores.weight, minlength=scores.a.size)
    assert scores.score == pytest.approx(total)


@given(groups())
def test_only_an_ended_binding_speaks_against(world: list[Group]) -> None:
    assert (scored(*world).weight >= 0).all()


def test_a_crowd_silences_an_identifier() -> None:
    few, many = (scored(group("device", "ab", evenings(3), accounts=count)).score[0] for count in (2, 40))
    assert few > 0 > many
    assert many == SHIPPED.prior


def test_a_second_thing_of_a_kind_adds_less() -> None:
    one = scored(group("payment", "ab"))
    two = scored(group("payment", "ab"), group("payment", "ab", identifier="another"))
    assert 0 < two.score[0] - one.score[0] < one.score[0] - SHIPPED.prior


def test_place_alone_is_not_a_household() -> None:
    scores = scored(
        group("network", "ab", evenings(60), detail="wifi"), group("address", "ab", evenings(9), detail="home")
    )
    assert scores.score[0] < 0


def test_office_hours_weigh_less_than_evenings() -> None:
    office = scored(group("network", "ab", evenings(4, start=4 * 24 + 10), detail="wifi"))
    evening = scored(group("network", "ab", evenings(4), detail="wifi"))
    assert office.score[0] < evening.score[0]


def test_old_evidence_fades() -> None:
    old = scored(group("payment", "ab"), group("payment", "cd", [24 * SHIPPED.half_life_days.__int__() * 2]))
    assert old.score[0] < old.score[1]


def test_a_device_that_changed_hands_says_nothing() -> None:
    phone = Group("device", "phone", "phone", 2, ["a", "b"], [evenings(9), evenings(9, start=5000)])
    assert scored(phone).weight.tolist() == [0.0]


def test_a_binding_holds_until_it_ends() -> None:
    held = scored(group("binding", "ab", detail="family_group", since=0, until=900), group("network", "cd", [100]))
    ended = scored(group("binding", "ab", detail="family_group", since=0, until=90), group("network", "cd", [100]))
    assert held.bound.tolist() == [True, False]
    assert ended.bound.tolist() == [False, False]
    assert ended.score[0] < SHIPPED.prior


def test_a_family_card_does_not_hold() -> None:
    assert scored(group("binding", "ab", detail="family_card", since=0)).bound.tolist() == [False]


def test_probability_is_the_logistic_function() -> None:
    assert probability(np.array([0.0, 2.0])) == pytest.approx([0.5, 0.8808], abs=1e-4)
