"""Choosing seeds: real chains, judging on later data, and never far below a plain count."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.referrals import lines
from server.referrals.graph import NEVER, Ints, Referrals, referrals
from server.referrals.reverse import Sets
from server.referrals.seeds import Trial, choose, covered, fitted, judge, lasting
from server.referrals.ways import WAYS, know

SIZE = 7
accounts = st.integers(0, SIZE - 1)
rows = st.lists(st.tuples(accounts, accounts, st.integers(0, 2)), max_size=20)


def made(rows: list[tuple[int, int, int]]) -> Referrals:
    """Each row a referral later than the one before; its third number is the campaign."""
    a, b, campaign = (np.array([row[i] for row in rows], dtype=np.int64) for i in range(3))
    return referrals(SIZE, [a, b, np.arange(len(rows)), np.full(len(rows), NEVER), campaign])


def as_dict(given: Referrals, sets: Sets) -> dict[int, set[int]]:
    parts = [set(sets.member[i:j].tolist()) for i, j in zip(sets.start, sets.start[1:], strict=False)]
    return dict(zip(np.unique(given.referee).tolist(), parts, strict=True))


def slowly(given: Referrals) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
    """Per account that came: all above it in any campaign, and those that began the chains of its first referrals."""
    above: dict[int, set[int]] = {}
    began: dict[int, set[int]] = {}
    for campaign in set(given.campaign.tolist()):
        up: dict[int, set[int]] = {}
        first: dict[int, int] = {}
        part = given.rows(given.campaign == campaign)
        for a, b in zip(part.referrer.tolist(), part.referee.tolist(), strict=True):
            first.setdefault(b, first.get(a, a))
            up.setdefault(b, set()).update({a} | up.get(a, set()))
        for b, more in up.items():
            above.setdefault(b, set()).update(more - {b})
            began.setdefault(b, set()).update({first[b]} - {b})
    return above, began


@settings(deadline=None)
@given(rows)
def test_lines_are_the_chains_of_each_campaign(rows: list[tuple[int, int, int]]) -> None:
    given = made(rows)
    above, began = slowly(given)
    assert as_dict(given, lines.above(given)) == above
    assert as_dict(given, lines.began(given)) == began


@settings(deadline=None)
@given(rows, st.sets(accounts))
def test_covered_are_the_sets_that_have_a_seed(rows: list[tuple[int, int, int]], seeds: set[int]) -> None:
    given = made(rows)
    sets = lines.above(given)
    met = [bool(part & seeds) for part in as_dict(given, sets).values()]
    assert covered(sets, np.array(sorted(seeds), dtype=np.int64)).tolist() == np.flatnonzero(met).tolist()


def cascades(seed: int, order_only: bool) -> tuple[Referrals, Referrals]:
    """Chains begun by whoever is active, over a hidden network; told as they went, or only in which order they came."""
    rng = np.random.default_rng(seed)
    size, many = 800, 900
    active = rng.pareto(1.1, size) + 0.02
    audience = [rng.integers(0, size, int(min(count, 80))) for count in rng.pareto(1.2, size) * 4 + 1]
    power, rows = rng.beta(0.4, 4, size), []
    for campaign in range(many):
        came = [int(rng.choice(size, p=active / active.sum()))]
        for place, account in enumerate(came):
            invited = [int(b) for b in audience[account] if rng.random() < power[account] and b not in came]
            came += list(dict.fromkeys(invited))
            rows += [(account if not order_only else came[max(place - 1, 0)], b) for b in dict.fromkeys(invited)]
        rows += [(-1, campaign)]
    return _split(rows, size)


def _split(rows: list[tuple[int, int]], size: int) -> tuple[Referrals, Referrals]:
    pairs = np.array(rows, dtype=np.int64)
    real = pairs[:, 0] >= 0
    a, b, campaign = pairs[real, 0], pairs[real, 1], np.cumsum(pairs[:, 0] < 0, dtype=np.int64)[real]
    given = referrals(size, [a, b, np.arange(len(a)), np.full(len(a), NEVER), campaign])
    cut = int(0.7 * len(a))
    return given.rows(np.arange(cut)), given.rows(np.arange(cut, len(a)))


@pytest.mark.parametrize("order_only", [True, False])
def test_no_plain_count_brings_much_more_later(order_only: bool) -> None:
    ways = ("best", "direct", "started", "converted", "subtree")
    after, begun = dict.fromkeys(ways, 0), dict.fromkeys(ways, 0)
    for seed in range(6):
        past, later = cascades(seed, order_only)
        known, below, began = know(past), lines.above(later), lines.began(later)
        for way in ways:
            seeds = choose(known, 20).certified.seeds if way == "best" else WAYS[way](known, 20)
            after[way] += len(covered(below, seeds))
            begun[way] += len(covered(began, seeds))
    assert after["best"] >= (0.95 if order_only else 0.9) * max(after.values())
    assert begun["best"] >= 0.9 * max(begun.values())


@settings(deadline=None)
@given(rows)
def test_taking_part_counts_who_came_later_each_time(rows: list[tuple[int, int, int]]) -> None:
    given = made([row for row in rows if row[0] != row[1]])
    expected = np.zeros(SIZE)
    for campaign in set(given.campaign.tolist()):
        part = given.rows(given.campaign == campaign)
        came = list(zip(part.at.tolist(), part.referee.tolist(), strict=True))
        for account in range(SIZE):
            there = [at for at, who in came if who == account]
            referred = part.at[part.referrer == account].tolist()
            if referred and referred[0] < min(there, default=referred[0] + 1):
                there.append(referred[0] - 1)
            expected[account] += sum(np.log1p(sum(later > at for later, _ in came)) for at in there)
    np.testing.assert_allclose(lines.taking_part(given), expected)


def test_who_takes_part_often_goes_before_who_began_one_large_chain() -> None:
    large = [(0, place, 0) for place in range(4, 7)]
    often = [row for campaign in range(1, 7) for row in ((1, 2, campaign), (2, 3, campaign))]
    assert WAYS["active"](know(made(large + often)), 1).tolist() == [1]
    assert WAYS["cover"](know(made(large + often)), 1).tolist() == [0]


def test_the_latest_goes_by_what_happened_last() -> None:
    """The first began as many chains as the second, but the second began them later."""
    given = made([(0, 2 + i % 3, i) for i in range(6)] + [(1, 2 + i % 3, 6 + i) for i in range(6)])
    assert WAYS["latest"](know(given), 1).tolist() == [1]


def test_chances_are_fitted_only_where_some_convert_and_some_do_not() -> None:
    given = made([(i % 3, 3 + i % 4, 0) for i in range(20)])
    assert not fitted(given)
    assert not fitted(replace(given, converted=given.at, told=True))
    assert fitted(replace(given, converted=np.where(given.at % 2, NEVER, given.at), told=True))


def test_chains_that_go_on_are_told_from_those_that_begin_anew() -> None:
    assert lasting(made([(i, i + 1, 0) for i in range(6)]))
    assert not lasting(made([(0, 1 + i % 5, i) for i in range(6)]))
    again = [(i % 6, 1 + i % 6, i % 2) for i in range(24)]
    assert not lasting(made(again))


def test_who_came_in_a_chain_under_way_says_nothing_for_those_chosen_then() -> None:
    """The first began one chain that goes on; the second begins another all the time."""
    going, begins = [(0, 2, 0)] * 12, [(1, 3 + i % 4, 1 + i) for i in range(12)]
    given = made([row for pair in zip(going, begins, strict=True) for row in pair])
    assert not lasting(given)
    trials = judge(know(given), 2)
    assert trials["started"].began.sum() == trials["started"].began[1:].sum() > 0


def trial(*chains: int) -> Trial:
    many: Ints = np.array(chains, dtype=np.int64)
    return Trial(many, many)


def test_one_lucky_chain_proves_nothing() -> None:
    assert not trial(100, 0, 0, 0).above(trial(0, 3, 3, 3), 2)
    assert trial(*[3] * 30).above(trial(*[1] * 30), 2)


def test_who_wins_one_count_and_loses_the_other_is_not_above() -> None:
    more, less = trial(*[3] * 30), trial(*[1] * 30)
    assert not Trial(more.below, less.began).above(Trial(less.below, more.began), 2)


def test_as_many_are_named_as_were_asked_for() -> None:
    chain = made([(i, i + 1, 0) for i in range(5)])
    assert len(choose(know(chain), 3, "began").certified.seeds) == 3
    assert len(choose(know(chain), 9, "spread").certified.seeds) == 5


def test_without_referrals_there_is_nothing_to_choose() -> None:
    known = know(made([]))
    assert choose(known, 5).certified.seeds.tolist() == []
    assert {trial.brought for trial in judge(known, 5).values()} == {0}
