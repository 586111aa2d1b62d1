"""Customer value: nothing counted twice, the models recover what made the data, and small data does no harm."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.referrals import measures
from server.referrals.graph import NEVER, Floats, Ints, referrals
from server.value.history import DAY, History, history, purchases, spent
from server.value.lifetime import Returns, Spending, lifetime, returns, spending
from server.value.network import shared

SIZE = 9
accounts = st.integers(0, SIZE - 1)
rows = st.lists(st.tuples(accounts, accounts), max_size=25)
worth = st.lists(st.floats(0, 1e6), min_size=SIZE, max_size=SIZE)


def forest(rows: list[tuple[int, int]]) -> Ints:
    a, b = (np.array([row[i] for row in rows], dtype=np.int64) for i in range(2))
    none = np.zeros(len(rows), dtype=np.int64)
    return measures.parents(referrals(SIZE, [a, b, np.arange(len(rows)), none + NEVER, none]))


def slowly(parent: Ints, value: list[float]) -> list[float]:
    total = [0.0] * len(value)
    for account, amount in enumerate(value):
        line = []
        up = int(parent[account])
        while up >= 0:
            line.append(up)
            up = int(parent[up])
        weights = [0.5**place for place in range(len(line))]
        for up, weight in zip(line, weights, strict=True):
            total[up] += amount * weight / sum(weights)
    return total


@settings(deadline=None)
@given(rows, worth)
def test_network_values_add_up_to_the_value_of_the_referred(rows: list[tuple[int, int]], value: list[float]) -> None:
    parent = forest(rows)
    found = shared(parent, np.array(value))
    assert found.sum() == pytest.approx(sum(v for v, up in zip(value, parent, strict=True) if up >= 0))
    np.testing.assert_allclose(found, slowly(parent, value), rtol=1e-9, atol=1e-6)


def test_purchases_of_a_day_are_one() -> None:
    bought = purchases(3, [(1, 0, 5.0), (1, 100, 7.0), (1, 3 * DAY, 4.0), (2, 10 * DAY, 9.0)])
    found = history(bought, 10 * DAY)
    assert [column.tolist() for column in vars(found).values()] == [[1, 2], [1, 0], [3, 0], [10, 0], [8, 9]]
    assert spent(bought).tolist() == [0, 16, 9]


def simulated(seed: int, size: int, days: float, then: float) -> tuple[History, Floats]:
    """Customers of BG/NBD with known parameters: their history, and what they bought afterwards."""
    rng = np.random.default_rng(seed)
    rate, leaving = rng.gamma(0.8, 1 / 12.0, size), rng.beta(0.9, 3.0, size)
    repeats, last, later = np.zeros(size, np.int64), np.zeros(size), np.zeros(size)
    for one in range(size):
        at, alive = rng.exponential(1 / rate[one]), True
        while alive and at < days + then:
            repeats[one], last[one] = (repeats[one] + 1, at) if at < days else (repeats[one], last[one])
            later[one] += at >= days
            at, alive = at + rng.exponential(1 / rate[one]), rng.random() > leaving[one]
    return History(np.arange(size), repeats, last, np.full(size, days), np.ones(size)), later


def test_purchases_to_come_are_those_that_came() -> None:
    past, later = simulated(5, 6_000, 90.0, 90.0)
    expected = returns(past).expected(past, 90.0)
    assert expected.sum() == pytest.approx(later.sum(), rel=0.08)
    often = past.repeats >= 4
    assert expected[often].mean() == pytest.approx(later[often].mean(), rel=0.12)


def test_expected_purchases_are_those_of_the_paper() -> None:
    paper = Returns(0.243, 4.414, 0.793, 2.426, 1.0)  # CDNOW; weeks
    one = History(np.array([0]), np.array([2]), np.array([30.43]), np.array([38.86]), np.array([1.0]))
    assert paper.expected(one, 39.0)[0] == pytest.approx(1.226, abs=0.001)


def test_few_purchases_draw_amounts_to_the_mean() -> None:
    rng = np.random.default_rng(2)
    count = rng.integers(0, 9, 3_000)
    own = 6.0 / rng.gamma(4.0, 1 / 15.0, 3_000)
    mean = np.array([rng.gamma(6.0, m / 6.0, n + 1).mean() for n, m in zip(count, own, strict=True)])
    given = History(np.arange(3_000), count, np.ones(3_000), np.ones(3_000), mean)
    assert np.corrcoef(spending(given).expected(given), own)[0, 1] > np.corrcoef(mean, own)[0, 1]


def test_who_bought_nothing_is_worth_nothing_yet() -> None:
    assert lifetime(history(purchases(3, []), 10 * DAY)).tolist() == []


def test_one_purchase_in_all_is_no_error() -> None:
    one = lifetime(history(purchases(1, [(0, 0, 3.0)]), 5 * DAY))
    assert np.isfinite(one).all()


def test_gifts_cost_nothing() -> None:
    given = history(purchases(2, [(0, 0, 0.0), (1, DAY, 0.0)]), 5 * DAY)
    assert isinstance(spending(given), Spending)
    assert lifetime(given).tolist() == [0, 0]
