"""Signs of gaming: circles, bursts and second accounts are found, in data where they are not how everybody acts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from seed.city import PROFILES
from seed.city import referrals as simulated
from seed.city.draws import stream
from seed.city.world import create
from server.referrals.cover import best
from server.referrals.fit import fit
from server.referrals.gaming import FLAGS, Gaming, find
from server.referrals.graph import NEVER, Referrals, Ties, network, referrals

MINUTE = 60
SLOW = [(10 + i, 40 + i, i * 86_400, i * 86_400 + 7_200) for i in range(20)]  # what honest people do
SLOWER = [(a, b, at, at + 700_000) for a, b, at, _ in SLOW]
Row = tuple[int, int, int, int]


def made(rows: list[Row], size: int = 100) -> Referrals:
    columns = [np.array([row[i] for row in rows], dtype=np.int64) for i in range(4)]
    return referrals(size, [*columns, np.zeros(len(rows), dtype=np.int64)])


def flags(rows: list[Row], ties: Ties | None = None) -> dict[int, str]:
    found = find(made(rows), ties or Ties.none(100))
    return {int(account): FLAGS[found.flag[account]] for account in np.flatnonzero(found.flag)}


def ring(*accounts: int, apart: int = 10, takes: int = 300, begin: int = 0) -> list[Row]:
    following = [*accounts[1:], accounts[0]]
    times = [begin + i * apart * MINUTE for i in range(len(accounts))]
    return [(a, b, t, t + takes) for a, b, t in zip(accounts, following, times, strict=True)]


def test_a_quick_circle_is_a_ring() -> None:
    assert flags(SLOW + ring(1, 2, 3, 4)) == dict.fromkeys((1, 2, 3, 4), "ring")
    assert flags(SLOWER + ring(1, 2, 3, apart=600, takes=80_000)) == dict.fromkeys((1, 2, 3), "ring")
    assert flags(SLOWER + ring(1, 2, 3, apart=3000, takes=300_000)) == dict.fromkeys((1, 2, 3), "ring")


def test_friends_who_invite_others_as_well_are_no_ring() -> None:
    others = [(a, 50 + 5 * a + i, i * 86_400, NEVER) for a in (1, 2, 3) for i in range(3)]
    assert flags(SLOWER + ring(1, 2, 3) + others) == {}
    later = [(a, b, at + 9 * 86_400, NEVER) for a, b, at, _ in others]
    assert flags(SLOWER + ring(1, 2, 3) + later) == dict.fromkeys((1, 2, 3), "ring")


def test_two_who_refer_each_other_or_a_slow_circle_are_none() -> None:
    assert flags(SLOWER + ring(1, 2)) == {}
    assert flags(SLOWER + ring(1, 2, 3, apart=5 * 1440)) == {}
    assert flags(SLOWER + ring(1, 2, 3, takes=500_000)) == {}
    assert flags(SLOW + ring(1, 2, 3, takes=4_000)) == {}  # where all convert within the day


def test_circles_of_a_crowd_are_none_and_those_that_stand_alone_are() -> None:
    alone = [row for i in range(0, 60, 3) for row in ring(i, i + 1, i + 2, begin=i * 86_400)]
    slow = [(60 + i % 20, 80 + i % 20, i * 86_400, i * 86_400 + 7_200) for i in range(150)]
    assert len(flags(slow + alone)) == 60
    crowd = [row for i in range(0, 40, 2) for row in ring(i, i + 1, i + 2, begin=i * 86_400)]
    assert flags(slow + crowd) == {}


def test_many_within_the_hour_are_a_burst() -> None:
    assert flags(SLOW + [(1, 50 + i, i * MINUTE, NEVER) for i in range(12)]) == {1: "burst"}
    assert flags(SLOW + [(1, 50 + i, 10 * i * MINUTE, NEVER) for i in range(12)]) == {}


def test_where_everybody_comes_in_bursts_nobody_is_flagged() -> None:
    crowds = [(a, 50 + i, a * 86_400 + i, NEVER) for a in range(30) for i in range(15)]
    assert flags(SLOW + crowds) == {}


def test_data_that_lists_only_those_who_came_shows_no_bursts() -> None:
    came = [(1, 50 + i, i * MINUTE, i * MINUTE) for i in range(12)]
    assert flags(came) == {}
    assert flags([(a, b, at, NEVER) for a, b, at, _ in came]) == {}


def test_two_accounts_of_one_person_are_flagged_however_slow() -> None:
    ties = Ties.none(100)
    ties.person[[1, 2]] = 7
    assert flags([*SLOW, (1, 2, 0, 500_000)], ties) == {1: "self", 2: "self"}


def test_one_device_needs_haste_as_well() -> None:
    ties = replace(Ties.none(100), device=np.array([[1, 2]]))
    assert flags([*SLOW, (2, 1, 0, 600)], ties) == {1: "self", 2: "self"}
    assert flags([*SLOW, (2, 1, 0, 90_000)], ties) == {}
    assert flags([*SLOW, (2, 1, 90_000, 600)], ties) == {}  # had bought long before


def booth(apart: int) -> tuple[list[Row], Ties]:
    """One account refers twelve that are on one device, and one of these another."""
    rows = [(1, 50 + i, i * apart * MINUTE, NEVER) for i in range(12)] + [(50, 61, 12 * apart * MINUTE, NEVER)]
    return rows, replace(Ties.none(100), crowd=np.array([(1, 50 + i, 0) for i in range(12)]))


def test_many_on_one_device_within_two_days_are_a_burst_and_so_is_who_brought_them() -> None:
    rows, ties = booth(apart=120)
    assert flags(SLOW + rows, ties) == dict.fromkeys((1, *range(50, 62)), "burst")
    found = find(made(SLOW + rows), ties)
    assert found.reason(1).startswith("Referred 12 accounts that are on one device")
    assert found.reason(50).startswith("On one device with 12 accounts")
    assert found.rows.sum() == 13


def test_a_device_in_a_shop_is_no_burst() -> None:
    assert flags(SLOW + booth(apart=1440)[0], booth(apart=1440)[1]) == {}


def test_reasons_say_the_number() -> None:
    assert "4 accounts" in find(made(SLOW + ring(1, 2, 3, 4)), Ties.none(100)).reason(1)


def city(seed: int, size: int = 10_000, more: int = 0) -> tuple[Referrals, Gaming, np.ndarray]:
    """Referrals of a city with its games and more: so many rings, and half as many bursts."""
    world = create(size, PROFILES["city"], seed, 1.0)
    hidden, rows = simulated.spread(stream(seed, "referrals"), world)
    converted = np.where(rows.converted >= 0, rows.converted * 60, NEVER)
    games = np.array(injected(hidden.flag, more), dtype=np.int64).reshape(-1, 4).T
    columns = (rows.referrer, rows.referee, rows.minute * 60, converted)
    both = [np.concatenate(some) for some in zip(columns, games, strict=True)]
    given = referrals(size, [*both, np.zeros(both[0].size, dtype=np.int64)])
    ties = Ties.none(size)
    ties.home[:] = world.people.person_household[world.accounts.person]
    return given, find(given, ties), hidden.flag


def injected(flag: np.ndarray, rings: int) -> list[Row]:
    """Rows of so many more rings, and half as many bursts, by accounts without a flag, which get theirs."""
    draw = np.random.default_rng(5)
    free: list[int] = draw.permutation(np.flatnonzero(flag == 0)).tolist()
    made: list[Row] = []
    for begin in draw.integers(10, 170, rings).tolist():
        accounts = [free.pop() for _ in range(4)]
        flag[accounts] = 1
        made += ring(*accounts, begin=begin * 86_400, takes=int(draw.integers(60, 7_200)))
    for begin in draw.integers(10, 170, rings // 2).tolist():
        account = free.pop()
        flag[account] = 2
        times = ((begin * 86_400 + 60 * i, begin * 86_400 + 90 * i) for i in range(20))
        made += [(account, other, *both) for other, both in zip(free[:20], times, strict=True)]
    return made


@pytest.mark.parametrize(("seed", "size", "more"), [(1, 10_000, 0), (2, 10_000, 0), (3, 10_000, 0), (4, 3_000, 20)])
def test_the_games_of_the_city_are_found(seed: int, size: int, more: int) -> None:
    _, found, true = city(seed, size, more)
    for flag in (1, 2, 3):
        hits = ((found.flag == flag) & (true == flag)).sum()
        assert hits >= 0.9 * max((found.flag == flag).sum(), (true == flag).sum())


def test_games_move_nobody_else() -> None:
    given, found, _ = city(1)
    honest = given.rows(~found.rows)
    star = found.flag.argmin()
    game = made([(int(star), i, 10**9 + i, 10**9 + i + 60) for i in range(100, 140)], given.size)
    columns = ("referrer", "referee", "at", "converted", "campaign")
    more = referrals(given.size, [np.concatenate([getattr(honest, c), getattr(game, c)]) for c in columns])
    left = more.rows(~find(more, Ties.none(given.size)).rows)
    assert seeds(left) == seeds(honest)


def seeds(rows: Referrals) -> list[int]:
    net = network(rows)
    found: list[int] = best(net, fit(rows, net).edge, 20).seeds.tolist()
    return found
