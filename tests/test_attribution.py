"""Credits add up to the conversions, and agree with the slow way to reckon them."""

from __future__ import annotations

from itertools import combinations, pairwise
from math import factorial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.paths.attribution import MODELS, Path, Player, linear, markov, shapley, time_decay

players = st.sampled_from([("buyer", "view"), ("buyer", "cart"), ("other adult", "share"), ("other child", "view")])
paths = st.lists(st.lists(st.tuples(players, st.floats(0, 336)), min_size=1, max_size=5), min_size=1, max_size=12)


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
@settings(deadline=None)
@given(won=paths, lost=paths)
def test_credits_add_up_to_the_conversions(model: object, won: list[Path], lost: list[Path]) -> None:
    credit = model(won, lost)  # type: ignore[operator]
    assert sum(credit.values()) == pytest.approx(len(won))
    assert min(credit.values()) >= 0


@settings(deadline=None)
@given(won=paths)
def test_shapley_is_the_mean_over_all_orders(won: list[Path]) -> None:
    everybody = sorted({player for path in won for player, _ in path})
    found = shapley(won)
    for player in everybody:
        assert found.get(player, 0) == pytest.approx(brute_force(won, player, everybody))


def brute_force(won: list[Path], player: Player, everybody: list[Player]) -> float:
    """The weighted mean of what a player adds to every coalition of the others."""
    others = [one for one in everybody if one != player]
    total = 0.0
    for size in range(len(others) + 1):
        weight = factorial(size) * factorial(len(others) - size) / factorial(len(everybody))
        for some in combinations(others, size):
            total += weight * (worth(won, {*some, player}) - worth(won, set(some)))
    return total


def worth(won: list[Path], coalition: set[Player]) -> int:
    """The conversions whose players are all in the coalition."""
    return sum({player for player, _ in path} <= coalition for path in won)


@settings(deadline=None)
@given(won=paths, lost=paths)
def test_removal_effects_are_those_of_a_chain_without_the_player(won: list[Path], lost: list[Path]) -> None:
    found = markov(won, lost)
    whole = conversion(won, lost, None)
    effects = {player: whole - conversion(won, lost, player) for player in found}
    total = sum(effects.values())
    for player, credit in found.items():
        assert credit == pytest.approx(len(won) * effects[player] / total, abs=1e-6)


def conversion(won: list[Path], lost: list[Path], without: Player | None) -> float:
    """How probable a conversion is, by iterating the chain; who is removed loses whatever reaches him."""
    moves: dict[object, dict[object, float]] = {}
    for path, end in [*((path, "won") for path in won), *((path, "lost") for path in lost)]:
        states: list[object] = ["start", *(player for player, _ in path), end]
        for here, there in pairwise(states):
            moves.setdefault(here, {})[there] = moves.setdefault(here, {}).get(there, 0) + 1
    chance: dict[object, float] = dict.fromkeys(moves, 0.0) | {"won": 1.0, "lost": 0.0}
    for _ in range(600):
        for state, to in moves.items():
            total = sum(to.values())
            chance[state] = 0.0 if state == without else sum(chance[x] * n for x, n in to.items()) / total
    return chance["start"]


def test_time_decay_halves_in_a_week() -> None:
    path = [(("early",), 168.0), (("late",), 0.0)]
    assert time_decay([path]) == {("early",): pytest.approx(1 / 3), ("late",): pytest.approx(2 / 3)}


def test_linear_counts_every_touch() -> None:
    assert linear([[(("a",), 1.0), (("a",), 0.5), (("b",), 0.1)]]) == {
        ("a",): pytest.approx(2 / 3),
        ("b",): pytest.approx(1 / 3),
    }
