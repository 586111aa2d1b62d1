"""The lift over chance: 1 where nobody sways anybody, above it where somebody does."""

from __future__ import annotations

import numpy as np

from server.journeys import Trade
from server.paths.evidence import gather
from server.paths.lift import Lift, exposures, lift
from tests.journeys import Purchase, Touch, family, trade


def measured(given: Trade) -> Lift:
    """The lift over all households."""
    evidence = gather(given)
    found = exposures(given, evidence)
    home = evidence.parts.household[found.part]
    observed, expected = np.bincount(home, found.observed), np.bincount(home, found.expected)
    squares = float((observed**2).sum()), float((observed * expected).sum()), float((expected**2).sum())
    result = lift(float(observed.sum()), float(expected.sum()), squares)
    assert result is not None
    return result


def random_city(seed: int) -> Trade:
    """Two hundred couples who buy and look whenever, a third of it on three days of sales."""
    rng = np.random.default_rng(seed)

    def days(count: int) -> list[float]:
        sales = rng.choice([30, 80, 120], count) + rng.random(count)
        return [float(day) for day in np.where(rng.random(count) < 0.3, sales, rng.uniform(0, 180, count))]

    appetite = rng.lognormal(0.5, 1, 200)
    purchases: list[Purchase] = [(2 * h, d, 0, 0) for h in range(200) for d in days(rng.poisson(3 * appetite[h]))]
    touches: list[Touch] = [(2 * h + 1, d, "view", 0, -1) for h in range(200) for d in days(rng.poisson(5))]
    return trade(["adult"] * 400, [(a, a // 2, None, None) for a in range(400)], purchases, touches)


def test_chance_is_covered_as_often_as_promised() -> None:
    found = [measured(random_city(seed)) for seed in range(40)]
    assert sum(one.low <= 1 <= one.high for one in found) >= 35


def test_influence_is_above_chance_even_where_all_buy_on_the_same_days() -> None:
    assert measured(family()).low > 1


def test_too_few_say_nothing() -> None:
    assert lift(2.0, 1.0, (4.0, 2.0, 1.0)) is None
    assert lift(0.0, 9.0, (0.0, 0.0, 9.0)) is None
