"""What is counted month by month: second members who join in, and recommendations that are followed."""

from __future__ import annotations

import numpy as np
import pytest

from server.journeys import Trade
from server.paths.months import Month, months
from tests.journeys import Purchase, Touch, trade

HOME = [(0, 0, None, None), (1, 0, None, None)]


def counted(purchases: list[Purchase], touches: list[Touch], actors: list[int] | None = None) -> list[Month]:
    """The months of a couple; views come by a channel that recommends."""
    given: Trade = trade(["adult"] * 2, HOME, purchases, touches, actors)
    return list(months(given, np.zeros(len(purchases), dtype=np.int64), given.touches.action == 0))


def test_the_second_member_joins_in_after_days() -> None:
    (month,) = counted([(1, 9.5, 0, 0)], [(0, 4.5, "cart", 0, 0), (0, 6.5, "cart", 0, 0)])
    assert (month.month, month.households, month.activated, month.median) == ("1970-01", 1, 1, 5.0)
    assert month.waits == [0, 1, 0, 0, 0]


def test_a_second_account_is_no_second_member() -> None:
    assert counted([(1, 9.5, 0, 0)], [(0, 4.5, "cart", 0, 0)], actors=[0, 0]) == []


def test_nobody_has_joined_in_yet() -> None:
    (month,) = counted([(0, 9.5, 0, 0)], [])
    assert (month.households, month.activated, month.median) == (1, 0, None)


@pytest.mark.parametrize(
    ("buyer", "day", "product", "expected"),
    [
        (1, 9.0, 3, (1, 1, 1, 1)),
        (0, 9.0, 3, (1, 1, 1, 0)),
        (1, 9.0, 4, (1, 1, 0, 1)),
        (1, 4.0, 3, (1, 0, 0, 0)),
        (1, 29.0, 3, (1, 0, 0, 0)),
    ],
)
def test_a_recommendation_is_followed(
    buyer: int, day: float, product: int, expected: tuple[int, int, int, int]
) -> None:
    (month,) = counted([(buyer, day, 0, product)], [(0, 5.0, "view", 0, 3)])
    assert (month.recommended, month.followed, month.exactly, month.others) == expected


def test_two_touches_of_a_day_are_one_recommendation() -> None:
    (month,) = counted([(1, 9.0, 0, 3)], [(0, 5.0, "view", 0, 3), (1, 5.5, "view", 0, 4)])
    assert (month.recommended, month.followed) == (1, 1)


def test_nothing_is_no_month() -> None:
    assert counted([], []) == []
