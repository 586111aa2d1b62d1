"""Training: little data changes nothing, words move weights a little, and shapes keep rising."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from server.detect import model
from server.detect.decide import Pairs
from server.detect.evidence import gather
from server.detect.features import FEATURES
from server.detect.fit import edges_of, isotonic
from server.detect.model import Model
from server.detect.pack import Group, columns
from server.detect.score import score
from server.detect.train import LEAST, Trained, train
from server.detect.traits import humans
from tests.worlds import evenings

SHIPPED = model.load()
MANY = LEAST + 20


def homes(count: int) -> list[Group]:
    """Pairs that share nothing but a speaker, as many as `count`."""
    return [
        Group("device", f"speaker-{place}", "speaker", 2, [f"a{place}", f"b{place}"], [evenings(9), evenings(9)])
        for place in range(count)
    ]


def declines(count: int) -> list[tuple[str, str]]:
    return [(f"a{place}", f"b{place}") for place in range(count)]


def trained(world: list[Group], together: Pairs = (), apart: Pairs = ()) -> Trained:
    return train(columns(world), {}, SHIPPED, together, apart)


def first_score(world: list[Group], weights: Model) -> float:
    found = gather(columns(world))
    return float(score(found, humans({}, found.groups.accounts), weights).score[0])


def test_few_words_keep_the_shipped_model() -> None:
    result = trained(homes(5), apart=declines(5))
    assert result.model == SHIPPED
    assert "5 pairs have a word" in result.said


def test_declines_teach_that_such_pairs_live_apart() -> None:
    world = homes(MANY)
    taught = trained(world, apart=declines(MANY)).model
    assert first_score(world, taught) < first_score(world, SHIPPED) - 0.2


def test_confirmations_teach_that_they_live_together() -> None:
    world = homes(MANY)
    taught = trained(world, together=declines(MANY)).model
    assert first_score(world, taught) >= first_score(world, SHIPPED)


def test_a_trained_model_has_a_name_and_shapes_that_rise() -> None:
    taught = trained(homes(MANY), apart=declines(MANY)).model
    assert taught.name.startswith("trained-")
    for feature, shape in zip(FEATURES, taught.shapes, strict=True):
        assert (np.diff(shape.weights[1:]) * feature.rises >= 0).all()


def test_words_about_pairs_that_share_nothing_are_passed_over() -> None:
    result = trained(homes(5), together=[("a0", "b1"), ("x", "y")])
    assert (result.together, result.apart) == (0, 0)


@given(st.lists(st.floats(-5, 5), min_size=1, max_size=12))
def test_isotonic_regression_rises_and_keeps_the_mean(values: list[float]) -> None:
    level = isotonic(np.array(values), np.ones(len(values)))
    assert (np.diff(level) >= -1e-12).all()
    assert abs(level.mean() - np.mean(values)) < 1e-9


def test_codes_are_never_joined_in_one_bin() -> None:
    ages = np.arange(25, dtype=np.float32)
    assert len(edges_of(ages, "ages", 4)) == 24
    assert len(edges_of(ages, "seen_lower", 4)) < 24
