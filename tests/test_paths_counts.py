"""The touches before a purchase are weighed together: against all ways to choose which of them were made for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from math import exp, factorial, log, prod

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.paths.counts import count
from server.paths.evidence import Evidence, gather
from server.paths.fit import fit
from server.paths.judge import judge
from server.paths.model import DECIDES, Model, first
from tests.journeys import family, trade

rates = st.lists(st.floats(0.001, 1000), min_size=1, max_size=5)
shares = st.floats(0.05, 0.95)
means = st.floats(0, 3)


def touched(many: int) -> Evidence:
    """Two purchases a month apart; before the second the other member has touched so often, before the first never."""
    touches = [(1, 49 + number / 100, "share", 0, 0) for number in range(many)]
    lived = [(0, 0, None, None), (1, 0, None, None)]
    return gather(trade(["adult"] * 2, lived, [(0, 20, 0, 0), (0, 50, 0, 0)], touches))


def model(taking: float, more: float) -> Model:
    made = first(["toys"], 0, 1)
    parts = made.parts / made.parts.sum(axis=(1, 2), keepdims=True) * taking * (1 + more)
    return replace(made, parts=parts, more=np.array([more, more]))


def chances(weights: Sequence[float], taking: float, more: float) -> dict[tuple[int, ...], float]:
    """By which of the touches were made for the purchase, how likely they are against none; one or several are made."""
    places = range(len(weights))
    return {
        chosen: (taking * exp(-more) * more ** (size - 1) / factorial(size - 1) if size else 1 - taking)
        * factorial(size)
        * prod(weights[place] for place in chosen)
        for size in range(len(weights) + 1)
        for chosen in combinations(places, size)
    }


@given(rates, shares, means)
def test_it_agrees_with_all_ways_to_choose(plans: list[float], taking: float, more: float) -> None:
    evidence = touched(len(plans))
    found = count(evidence, model(taking, more), np.array([plans, plans]))
    ways = chances([rate / (taking * (1 + more)) for rate in plans], taking, more)
    total = sum(ways.values())
    odds = []
    for touch in range(len(plans)):
        made = sum(chance for chosen, chance in ways.items() if touch in chosen)
        odds.append(made / (total - made))
    assert found.odds[DECIDES] == pytest.approx(odds, rel=1e-6)
    assert found.taken[DECIDES] == pytest.approx([1 - ways[()] / total])
    gain = log(total) - sum(map(log, np.array(odds) + 1)) + log(1 - taking)
    assert found.gain[DECIDES][~evidence.parts.own] == pytest.approx(gain, abs=1e-6)


def test_of_two_touches_hardly_both_were_made_where_people_touch_once() -> None:
    once, often = (count(touched(2), model(0.5, more), np.full((2, 2), 10.0)).odds[DECIDES] for more in (0.0, 2.0))
    assert once[0] < 1.2 < often[0]


@pytest.mark.parametrize("times", [1, 3])
def test_how_often_people_touch_is_learnt(times: int) -> None:
    town = family(shares=times)
    evidence = gather(town)
    learnt = fit(town, evidence, ["toys"])
    assert learnt.more[DECIDES] == pytest.approx(times - 1, abs=0.35)
    found = judge(town, evidence, learnt).probability
    shared = town.touches.action[evidence.rows.touch] == 4
    assert found[shared].mean() > 0.95
    assert found[~shared & ~evidence.rows.own].mean() < 0.05
