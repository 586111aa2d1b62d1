"""Judging touches: what leads to purchases is found, what only stands near them is not."""

from __future__ import annotations

import numpy as np
import pytest

from server import findings
from server.journeys import Trade
from server.paths.evidence import Evidence, gather
from server.paths.fit import fit
from server.paths.judge import Judged, judge
from server.paths.model import BEGINS, COMBINATIONS, DECIDES, SWAYS, Model, dumps, first, loads
from server.paths.steps import steps
from server.paths.zeal import zeal
from tests.journeys import family, plans_and_moves, trade


@pytest.fixture(scope="module")
def judged() -> tuple[Trade, Evidence, Model, Judged]:
    given = family()
    evidence = gather(given)
    model = fit(given, evidence, ["toys"])
    return given, evidence, model, judge(given, evidence, model)


def test_shared_products_led_to_the_purchases(judged: tuple[Trade, Evidence, Model, Judged]) -> None:
    given, evidence, _, found = judged
    shares = given.touches.action[evidence.rows.touch] == 4
    assert found.probability[shares].min() > 0.9


def test_looks_at_other_things_did_not(judged: tuple[Trade, Evidence, Model, Judged]) -> None:
    given, evidence, _, found = judged
    looks = given.touches.action[evidence.rows.touch] == 0
    assert looks.sum() > 20
    assert found.probability[looks].mean() < 0.05


def test_parts_are_played_where_they_are(judged: tuple[Trade, Evidence, Model, Judged]) -> None:
    _, evidence, _, found = judged
    parts = evidence.parts
    none = found.state.combinations[~parts.own, 0]
    with_part = parts.household[~parts.own] < 15
    assert none[with_part].max() < 0.1
    assert none[~with_part].min() > 0.8


def test_probabilities_of_a_touch_add_up_to_at_most_one(judged: tuple[Trade, Evidence, Model, Judged]) -> None:
    given, evidence, _, found = judged
    total = np.bincount(evidence.rows.touch, found.probability, minlength=len(given.touches.at))
    assert total.max() <= 1 + 1e-9
    assert found.probability.min() >= 0


def test_a_purchase_is_moved_by_one_touch_at_most(judged: tuple[Trade, Evidence, Model, Judged]) -> None:
    _, evidence, _, found = judged
    moved = np.bincount(evidence.pair, found.parts[evidence.theirs, SWAYS])
    assert moved.max() <= 1 + 1e-9


def test_who_tries_often_is_keen(judged: tuple[Trade, Evidence, Model, Judged]) -> None:
    given, evidence, model, found = judged
    known = zeal(given, evidence, model, found.state.caused, found.state.combinations)
    keen = known.posterior()[0]
    assert keen[known.left >= 4.5].mean() > keen[known.left < 1].mean()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_who_plans_days_ahead_is_not_taken_for_who_moves(seed: int) -> None:
    given = plans_and_moves(seed=seed)
    evidence = gather(given)
    playing = judge(given, evidence, fit(given, evidence, ["toys"])).state.combinations @ COMBINATIONS
    of = [~evidence.parts.own & (evidence.parts.actor % 3 == member) for member in range(3)]
    assert playing[of[1], SWAYS].mean() < 0.1
    assert playing[of[2], SWAYS].mean() > 0.9
    assert playing[of[1], BEGINS].mean() > 0.9


def test_a_model_of_another_version_is_none() -> None:
    assert findings.loads(['{"day": 0, "categories": []}', "{}"]) is None
    assert findings.loads(None) is None


def test_steps_are_in_order_and_counted_from_one(judged: tuple[Trade, Evidence, Model, Judged]) -> None:
    given, evidence, _, found = judged
    path = steps(given, evidence, found)
    first_of = path.step == 1
    assert first_of.sum() == len(set(path.purchase.tolist())) == 240
    assert (np.diff(given.touches.at[path.touch])[~first_of[1:]] >= 0).all()


def test_a_model_survives_its_text_and_other_categories(judged: tuple[Trade, Evidence, Model, Judged]) -> None:
    given, evidence, model, found = judged
    again = loads(dumps(model)).of(["unknown", "toys"]).of(["toys"])
    assert np.allclose(judge(given, evidence, again).probability, found.probability, atol=0.01)


def test_a_household_is_judged_alike_alone_and_among_others(judged: tuple[Trade, Evidence, Model, Judged]) -> None:
    given, _, model, found = judged
    from dataclasses import replace

    of = given.touches.account < 2
    bought = given.purchases.account < 2
    rows = np.flatnonzero(bought)
    alone = replace(
        given,
        touches=type(given.touches)(*(column[of] for column in vars(given.touches).values())),
        purchases=replace(
            given.purchases,
            **{k: v[rows] for k, v in vars(given.purchases).items() if k not in ("line", "product")},
            line=np.arange(len(rows)),
            product=given.purchases.product[rows],
        ),
    )
    some = judge(alone, gather(alone), model)
    assert np.allclose(np.sort(some.probability), np.sort(found.probability[: len(some.probability)]))


def test_few_data_stay_near_where_fitting_began() -> None:
    given = trade(["adult"] * 2, [(0, 0, None, None), (1, 0, None, None)], [(0, 20, 0, 0)], [(1, 19.9, "share", 0, 0)])
    evidence = gather(given)
    model = fit(given, evidence, ["toys"])
    assert model.parts[DECIDES].sum() == pytest.approx(first(["toys"], 0, 1).parts[DECIDES].sum(), abs=0.1)


def test_nothing_is_nothing() -> None:
    given = trade(["adult"])
    evidence = gather(given)
    assert len(judge(given, evidence, fit(given, evidence, ["toys"])).probability) == 0
