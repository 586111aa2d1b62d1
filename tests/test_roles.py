"""Who decides, who buys and who uses, with how much certainty."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.journeys import BANDS, Trade
from server.paths.evidence import gather
from server.paths.fit import fit
from server.paths.judge import judge
from server.roles.cells import Cells, cells
from server.roles.decide import ROLES, Roles, decide, enough, wilson
from server.roles.habits import habits
from tests.journeys import family, trade

DECIDES, BUYS = ROLES.index("decision_maker"), ROLES.index("buyer")


def decided(given: Trade) -> tuple[Cells, Roles]:
    """The roles of a trade with one category."""
    evidence = gather(given)
    model = fit(given, evidence, ["toys"])
    found = cells(given, evidence, judge(given, evidence, model), model)
    return found, decide(found, habits(found, 1))


@pytest.fixture(scope="module")
def couples() -> tuple[Cells, Roles]:
    return decided(family())


def test_whose_share_comes_shortly_before_decides(couples: tuple[Cells, Roles]) -> None:
    found, roles = couples
    other = (found.actor % 2 == 1) & (found.household[found.cell] < 15)
    assert roles.score[other, DECIDES].min() > 0.9


def test_where_nobody_else_has_a_part_the_buyer_decides(couples: tuple[Cells, Roles]) -> None:
    found, roles = couples
    buyer = (found.actor % 2 == 0) & (found.household[found.cell] >= 15)
    assert roles.score[buyer, DECIDES].min() > 0.8
    assert roles.score[found.actor % 2 == 0, BUYS].min() > 0.95


def test_one_role_has_one_holder(couples: tuple[Cells, Roles]) -> None:
    found, roles = couples
    for role in ("initiator", "decision_maker", "buyer", "user"):
        assert found.total(roles.score[:, ROLES.index(role)]) == pytest.approx(1)


def test_intervals_hold_the_score_and_stay_within_bounds(couples: tuple[Cells, Roles]) -> None:
    _, roles = couples
    assert (roles.low <= roles.score).all()
    assert (roles.score <= roles.high).all()
    assert roles.low.min() >= 0
    assert roles.high.max() <= 1


def test_a_child_never_decides() -> None:
    given = family()
    bands = given.accounts.band.copy()
    bands[1::2] = BANDS.index("child")
    found, roles = decided(replace(given, accounts=replace(given.accounts, band=bands)))
    child = found.band == BANDS.index("child")
    assert roles.score[child, DECIDES].max() == roles.high[child, DECIDES].max() == 0


def test_one_purchase_is_not_enough() -> None:
    home = [(0, 0, None, None), (1, 0, None, None)]
    found, _ = decided(trade(["adult"] * 2, home, [(0, 20, 0, 0)], [(1, 19.9, "share", 0, 0)]))
    assert enough(found).size == 0


def test_who_moved_out_has_no_row_and_who_moved_in_has() -> None:
    spells = [(0, 0, None, None), (1, 0, None, 50), (2, 0, 60, None)]
    found, _ = decided(trade(["adult"] * 3, spells, [(0, 20, 0, 0), (0, 40, 0, 0)]))
    assert sorted(found.actor[enough(found)].tolist()) == [0, 2]


def test_a_gift_now_and_then_makes_nobody_the_user() -> None:
    given = family()
    recipient = np.full(len(given.purchases.at), -1)
    for home in range(30):
        orders = np.flatnonzero(given.purchases.account == 2 * home)
        recipient[orders[: 4 if home < 15 else home % 2]] = 2 * home + 1
    found, roles = decided(replace(given, purchases=replace(given.purchases, recipient=recipient)))
    user, early = roles.score[:, ROLES.index("user")], found.household[found.cell] < 15
    assert user[(found.actor % 2 == 1) & early].min() > 0.9
    assert user[(found.actor % 2 == 0) & ~early].min() > 0.6


@given(score=st.floats(0, 1), count=st.integers(1, 1000))
def test_more_purchases_narrow_the_interval(score: float, count: int) -> None:
    few, many = (wilson(np.array([score]), np.array([float(n)])) for n in (count, 4 * count))
    assert few[1] - few[0] >= many[1] - many[0] - 1e-9


@pytest.mark.parametrize("count", [20, 800])
def test_whom_ever_so_many_orders_name_uses(count: int) -> None:
    home = [(account, 0, None, None) for account in range(3)]
    given = trade(["adult", "child", "child"], home, [(0, n / 4, 0, 0) for n in range(count)])
    recipient = 1 + np.arange(count) % 2
    found, roles = decided(replace(given, purchases=replace(given.purchases, recipient=recipient)))
    assert found.total(roles.score[:, ROLES.index("user")]) == pytest.approx(1)
    assert roles.score[1:, ROLES.index("user")] == pytest.approx(0.5, abs=0.01)
