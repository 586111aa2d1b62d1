"""Spread: fitted chances, reach against all possible worlds, greedy choice and its certificate."""

from __future__ import annotations

from itertools import product

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.referrals.cover import best, greedy, met
from server.referrals.fit import Beta, beta, fit
from server.referrals.graph import NEVER, Floats, Ints, Network, network, referrals
from server.referrals.reverse import draw, reach

SIZE = 5
edges = st.dictionaries(
    st.tuples(st.integers(0, SIZE - 1), st.integers(0, SIZE - 1)).filter(lambda pair: pair[0] != pair[1]),
    st.sampled_from([0.1, 0.3, 0.5, 0.9, 1.0]),
    min_size=1,
    max_size=7,
)
Chances = dict[tuple[int, int], float]


def made(chances: Chances) -> tuple[Network, Floats]:
    pairs = np.array(sorted(chances), dtype=np.int64).reshape(-1, 2)
    none = np.zeros(len(pairs), dtype=np.int64)
    net = network(referrals(SIZE, [pairs[:, 0], pairs[:, 1], none, none + NEVER, none]))
    return net, np.array([chances[pair] for pair in sorted(chances)])


def exactly(chances: Chances, seeds: set[int]) -> float:
    """The expected number of accounts that another one of the seeds reaches, over all worlds."""
    total = 0.0
    for live in product((True, False), repeat=len(chances)):
        weight = float(np.prod([p if on else 1 - p for p, on in zip(chances.values(), live, strict=True)]))
        world = nx.DiGraph([edge for edge, on in zip(chances, live, strict=True) if on])
        world.add_nodes_from(range(SIZE))
        total += weight * len(set().union(*(nx.descendants(world, seed) for seed in seeds)))
    return total


@settings(max_examples=15, deadline=None)
@given(edges)
def test_reach_is_the_mean_over_all_worlds(chances: Chances) -> None:
    net, chance = made(chances)
    found, error = reach(net, chance, draw(net, chance, 20_000, 3))
    for account in range(SIZE):
        assert found[account] == pytest.approx(exactly(chances, {account}), abs=5 * error[account] + 0.01)


@settings(max_examples=15, deadline=None)
@given(edges)
def test_seeds_reach_what_is_said_and_the_certificate_holds(chances: Chances) -> None:
    net, chance = made(chances)
    found = best(net, chance, 2)
    true = exactly(chances, {int(seed) for seed in found.seeds})
    most = max(exactly(chances, {a, b}) for a in range(SIZE) for b in range(a))
    assert found.reach[-1] == pytest.approx(true, rel=0.15, abs=0.05)
    assert found.least[-1] <= true + 1e-9
    assert found.most[-1] >= most - 1e-9


def test_a_set_is_worth_more_than_two_alike() -> None:
    chances = {(0, 2): 1.0, (0, 3): 1.0, (1, 2): 1.0, (1, 3): 1.0, (4, 1): 0.9}
    net, chance = made({**chances, (3, 4): 0.2})
    found = best(net, chance, 2)
    assert found.seeds.tolist()[0] == 4
    assert found.ratio[-1] > 0.5


def test_greedy_meets_what_it_says() -> None:
    net, chance = made({(0, 1): 0.5, (1, 2): 0.5, (3, 2): 0.9, (2, 4): 0.3})
    sets = draw(net, chance, 1000, 5)
    cover = greedy(sets, 3)
    assert met(sets, cover.chosen).tolist() == np.cumsum(cover.gained).tolist()


def test_who_is_not_allowed_is_not_chosen() -> None:
    net, chance = made({(0, 1): 0.5, (1, 2): 0.5})
    assert 0 not in best(net, chance, 3, np.arange(SIZE) > 0).seeds


def test_a_network_where_nothing_happens_reaches_nobody() -> None:
    net, chance = made({(0, 1): 0.0})
    assert best(net, chance, 3).seeds.tolist() == []


def test_the_prior_is_found_again() -> None:
    rng = np.random.default_rng(4)
    trials = rng.integers(1, 40, 4000)
    found = beta(rng.binomial(trials, rng.beta(0.5, 2.6, 4000)), trials)
    assert found.a == pytest.approx(0.5, rel=0.15)
    assert found.b == pytest.approx(2.6, rel=0.15)


def test_few_trials_are_drawn_to_what_all_do() -> None:
    one, none = Beta(1.0, 4.0).shrunk(np.array([1]), np.array([1])), Beta(1.0, 4.0).shrunk(np.array([0]), np.array([0]))
    assert 0.2 == none[0] < one[0] < 0.5


def columns(*rows: tuple[int, int, int, int, int]) -> list[Ints]:
    return [np.array(column, dtype=np.int64) for column in zip(*rows, strict=True)]


def test_data_without_conversions_takes_each_referral_for_one() -> None:
    given = referrals(3, columns((0, 1, 1, NEVER, 0), (1, 2, 2, NEVER, 0)))
    assert fit(given, network(given)).power.min() > 0.5


def test_who_is_invited_again_is_likelier_to_be_the_next_time() -> None:
    rows = [(0, 1, c, c, c) for c in range(4)] + [(0, 2, 0, 0, 0)] + [(3, 4, 0, NEVER, 0)]
    given = referrals(5, columns(*rows))
    chance = fit(given, network(given)).edge
    assert chance[0] > chance[1]
