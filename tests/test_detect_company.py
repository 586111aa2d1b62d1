"""A second look: who is close to one and to all the others lives there, who is close to one alone is a guest."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.detect.cluster import cluster, components
from server.detect.company import COMPANY, FEW, MOST, Linked, company
from server.detect.groups import Ints
from server.detect.model import load

NAMES = [feature.name for feature in COMPANY]


def linked(*pairs: tuple[int, int, float]) -> Linked:
    a, b, score = zip(*pairs, strict=True)
    return np.array(a, np.int32), np.array(b, np.int32), np.array(score, float)


def seen(pairs: Linked, label: Ints, name: str) -> dict[tuple[int, int], float]:
    chosen, values = company(pairs, label)
    column = values[:, NAMES.index(name)].tolist()
    return {(int(pairs[0][at]), int(pairs[1][at])): value for at, value in zip(chosen, column, strict=True)}


FAMILY = linked((0, 1, 3.0), (0, 2, 2.0), (1, 2, 1.0), (2, 3, 0.5))
HOMES = np.array([0, 0, 0, 3])


def test_a_guest_has_to_do_with_one_of_three() -> None:
    assert seen(FAMILY, HOMES, "company_share_lower")[2, 3] == pytest.approx(1 / 3)
    assert seen(FAMILY, HOMES, "company_share_lower")[0, 1] == 1


def test_the_closest_of_the_others_counts() -> None:
    assert seen(FAMILY, HOMES, "company_best_lower") == {(0, 1): 3, (0, 2): 2, (1, 2): 2, (2, 3): 0.5}
    assert seen(FAMILY, HOMES, "company_best_higher")[1, 2] == 3


def test_pairs_of_other_components_are_not_looked_at() -> None:
    pairs = linked((0, 1, 3.0), (1, 2, -1.0), (2, 3, 2.0))
    assert seen(pairs, np.array([0, 0, 2, 2]), "company_inside") == {(0, 1): 3, (2, 3): 2}


def test_words_are_not_looked_at_again_but_count_for_others() -> None:
    pairs = linked((0, 1, np.inf), (0, 2, 1.0), (1, 2, -np.inf))
    best = seen(pairs, np.array([0, 0, 2]), "company_best_higher")
    assert best == {(0, 2): 1.0}
    assert seen(linked((0, 1, np.inf), (0, 2, 1.0)), np.zeros(3, int), "company_best_higher") == {(0, 2): MOST}


def test_in_a_large_household_nobody_has_to_do_with_everybody() -> None:
    chain = linked(*((i, i + 1, 1.0) for i in range(FEW + 1)))
    shares = seen(chain, np.zeros(FEW + 2, int), "company_share_lower")
    assert np.isnan(list(shares.values())).all()


SCORES = st.one_of(st.floats(-9, 9), st.sampled_from([np.inf, -np.inf]))
WORLDS = st.dictionaries(
    st.tuples(st.integers(0, 8), st.integers(0, 8)).filter(lambda p: p[0] < p[1]), SCORES, min_size=1
)


@settings(deadline=None)
@given(WORLDS)
def test_it_is_what_a_loop_over_households_finds(world: dict[tuple[int, int], float]) -> None:
    pairs = linked(*((a, b, score) for (a, b), score in sorted(world.items())))
    label = cluster(9, *pairs, -0.5)
    chosen, values = company(pairs, label)
    expected = _loops(world, label, pairs)
    found = {(int(pairs[0][at]), int(pairs[1][at])): row for at, row in zip(chosen, values.tolist(), strict=True)}
    assert found.keys() == expected.keys()
    for pair, row in expected.items():
        assert found[pair] == pytest.approx(row, rel=1e-6, nan_ok=True)


def _loops(world: dict[tuple[int, int], float], label: Ints, pairs: Linked) -> dict[tuple[int, int], list[float]]:
    both = {pair: min(max(score, -MOST), MOST) for pair, score in world.items()}
    both |= {(b, a): score for (a, b), score in both.items()}
    root = components(9, pairs[0][pairs[2] > 0], pairs[1][pairs[2] > 0])
    expected = {}
    for (a, b), score in world.items():
        if np.isfinite(score) and root[a] == root[b]:
            sides = [_side(both, label, *pair) for pair in ((a, b), (b, a))]
            alone = [score, np.nan] if label[a] == label[b] else [np.nan, score]
            expected[a, b] = [*alone, *(end(side) for side in zip(*sides, strict=True) for end in (min, max))]
    return expected


def _side(both: dict[tuple[int, int], float], label: Ints, one: int, other: int) -> tuple[float, float]:
    there = [account for account in range(9) if label[account] == label[other] and account != one]
    known = [both[one, account] for account in there if (one, account) in both]
    return max(known), len(known) / len(there)


def test_what_is_not_looked_at_again_weighs_what_it_did() -> None:
    assert [shape.feature for shape in load().company] == NAMES
    assert {shape.weights[0] for shape in load().company} == {0.0}


def test_better_company_never_speaks_against() -> None:
    for shape in load().company[2:]:
        assert list(shape.weights[1:]) == sorted(shape.weights[1:])
