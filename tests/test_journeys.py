"""Who could have had a part in a purchase, and which touches could have led to it."""

from __future__ import annotations

from server.journeys import NONE, OTHER, SAME, Trade, candidates, seats
from tests.journeys import trade

HOME = [(0, 0, None, None), (1, 0, None, None)]


def found(given: Trade) -> list[tuple[int, int]]:
    """Purchase and touch of every candidate."""
    rows = candidates(given, seats(given))
    return list(zip(rows.purchase.tolist(), rows.touch.tolist(), strict=True))


def test_touches_of_the_fortnight_before_by_members_count() -> None:
    touches = [(1, day, "view", 0, -1) for day in (5.9, 6.1, 19.9, 20.1)]
    assert found(trade(["adult"] * 3, HOME, [(0, 20, 0, 0)], touches)) == [(0, 1), (0, 2)]


def test_strangers_and_other_categories_do_not() -> None:
    touches = [(2, 19, "view", 0, -1), (1, 19, "view", 1, -1)]
    assert found(trade(["adult"] * 3, HOME, [(0, 20, 0, 0)], touches)) == []


def test_the_household_is_the_one_of_that_time() -> None:
    spells = [(0, 0, None, None), (1, 0, None, 15), (2, 0, 18, None)]
    touches = [(1, 12, "view", 0, -1), (2, 17, "view", 0, -1), (2, 19, "view", 0, -1)]
    assert found(trade(["adult"] * 3, spells, [(0, 20, 0, 0)], touches)) == [(0, 2)]
    assert found(trade(["adult"] * 3, spells, [(0, 14, 0, 0)], touches)) == [(0, 0)]


def test_a_buyer_without_a_household_has_his_own_touches() -> None:
    given = trade(["adult"], (), [(0, 20, 0, 0)], [(0, 19, "view", 0, -1)])
    assert found(given) == [(0, 0)]
    assert candidates(given, seats(given)).household.tolist() == [-1]


def test_a_second_account_of_the_buyer_is_the_buyer() -> None:
    given = trade(["adult"] * 2, HOME, [(0, 20, 0, 0)], [(1, 19, "view", 0, -1)], actors=[0, 0])
    assert candidates(given, seats(given)).own.tolist() == [True]


def test_two_homes_with_the_buyer_count_once() -> None:
    given = trade(
        ["adult"] * 2, [*HOME, (0, 1, None, None), (1, 1, None, None)], [(0, 20, 0, 0)], [(1, 19, "view", 0, 0)]
    )
    assert found(given) == [(0, 0)]


def test_a_touch_is_of_the_same_product_of_none_or_of_another() -> None:
    touches = [(1, 18, "view", 0, 3), (1, 18.5, "view", 0, -1), (1, 19, "view", 0, 4)]
    given = trade(["adult"] * 2, HOME, [(0, 20, 0, 3)], touches)
    assert candidates(given, seats(given)).match.tolist() == [SAME, NONE, OTHER]


def test_nothing_is_nothing() -> None:
    assert found(trade(["adult"])) == []
