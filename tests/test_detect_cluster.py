"""Clustering: no chains, words win, and on small graphs as good as trying every partition."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from server.detect.cluster import LARGEST, cluster

Pairs = Mapping[tuple[int, int], float]

weights = st.integers(-60, 60).map(lambda tenths: tenths / 10)
pairs = st.dictionaries(st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda p: p[0] < p[1]), weights)


def run(count: int, scores: Pairs, strangers: float = -0.5) -> list[int]:
    a, b = (np.array([pair[side] for pair in scores], dtype=np.int32) for side in (0, 1))
    return [int(label) for label in cluster(count, a, b, np.array(list(scores.values()), dtype=float), strangers)]


def total(label: Sequence[int], scores: Pairs, strangers: float = -0.5) -> float:
    inside = [(i, j) for i in range(len(label)) for j in range(i + 1, len(label)) if label[i] == label[j]]
    return sum(scores.get(pair, strangers) for pair in inside)


def partitions(count: int, label: tuple[int, ...] = ()) -> Iterator[tuple[int, ...]]:
    if len(label) == count:
        yield label
        return
    for root in {*label, len(label)}:
        yield from partitions(count, (*label, root))


def test_a_pair_that_gains_is_joined_and_one_that_loses_is_not() -> None:
    assert run(4, {(0, 1): 2.0, (2, 3): -1.0}) == [0, 0, 2, 3]


def test_two_homes_are_not_chained_by_one_link() -> None:
    homes = {(0, 1): 4.0, (0, 2): 4.0, (1, 2): 4.0, (3, 4): 4.0, (3, 5): 4.0, (4, 5): 4.0, (2, 3): 2.0}
    assert run(6, homes) == [0, 0, 0, 3, 3, 3]


def test_members_who_never_meet_are_held_by_the_rest() -> None:
    assert run(4, {(0, 1): 3.0, (1, 2): 3.0, (2, 3): 3.0, (0, 2): 3.0, (1, 3): 3.0}) == [0, 0, 0, 0]


def test_infinity_holds_whatever_the_rest_says() -> None:
    assert run(3, {(0, 1): np.inf, (0, 2): -50.0, (1, 2): 3.0}) == [0, 0, 2]


def test_nobody_is_in_nothing() -> None:
    assert run(0, {}) == []


@given(pairs)
def test_no_partition_of_joined_parts_is_worse_than_living_alone(scores: Pairs) -> None:
    assert total(run(6, scores), scores) >= 0


@given(pairs)
def test_joining_two_more_households_never_gains(scores: Pairs) -> None:
    label = run(6, scores)
    for one in set(label):
        for other in set(label) - {one}:
            joined = [one if root == other else root for root in label]
            linked = any(
                label[i] in (one, other) and label[j] in (one, other) and label[i] != label[j] for i, j in scores
            )
            assert not linked or total(joined, scores) <= total(label, scores) + 1e-9


@given(pairs)
def test_it_comes_near_the_best_of_all_partitions(scores: Pairs) -> None:
    best = max(total(label, scores) for label in partitions(6))
    assert total(run(6, scores), scores) >= 0.8 * best - 1e-9


@given(pairs)
def test_nobody_would_do_better_elsewhere_or_alone(scores: Pairs) -> None:
    label = run(6, scores)
    for account in range(6):
        for root in {*label, 6}:
            moved = [root if place == account else own for place, own in enumerate(label)]
            assert total(moved, scores) <= total(label, scores) + 1e-6


@given(pairs, st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda p: p[0] < p[1]))
def test_who_must_not_live_together_does_not(scores: Pairs, apart: tuple[int, int]) -> None:
    label = run(6, {**scores, apart: -np.inf})
    assert label[apart[0]] != label[apart[1]]


@given(pairs, st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(lambda p: p[0] < p[1]))
def test_who_must_live_together_does(scores: Pairs, held: tuple[int, int]) -> None:
    label = run(6, {**scores, held: np.inf})
    assert label[held[0]] == label[held[1]]


def test_a_component_that_is_too_large_is_cut_at_its_weakest_pairs() -> None:
    chain = {(place, place + 1): 3.0 if place % 2 == 0 else 0.2 for place in range(2 * LARGEST)}
    assert run(2 * LARGEST + 1, chain)[:6] == [0, 0, 2, 2, 4, 4]


@given(pairs, st.permutations(range(15)))
def test_the_order_of_pairs_does_not_matter(scores: Pairs, order: list[int]) -> None:
    items = list(scores.items())
    shuffled = dict(items[place] for place in order if place < len(items))
    assert run(6, shuffled) == run(6, scores)
