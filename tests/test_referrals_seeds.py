"""Choosing seeds: real chains, judging on later data, and never far below a plain count."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.referrals import lines
from server.referrals.graph import NEVER, Ints, Referrals, referrals
from server.referrals.reverse import Sets
from server.referrals.seeds import WAYS, Trial, choose, covered, judge, know, lasting

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
    """Per account that came: all above it in any campaign, and those that began there."""
    above: dict[int, set[int]] = {}
    began: dict[int, set[int]] = {}
    for campaign in set(given.campaign.tolist()):
        line: dict[int, list[int]] = {}
        part = given.rows(given.campaign == campaign)
        for a, b in zip(part.referrer.tolist(), part.referee.tolist(), strict=True):
            if b not in line:
                line[b] = [a, *line.get(a, [])]
        for b, up in line.items():
            above.setdefault(b, set()).update(set(up) - {b})
            began.setdefault(b, set()).update({up[-1]} - {b})
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
    ours, counts = 0, dict.fromkeys(("direct", "started", "converted", "subtree"), 0)
    for seed in range(6):
        past, later = cascades(seed, order_only)
        known, sets = know(past), lines.began(later)
        ours += len(covered(sets, choose(known, 20).certified.seeds))
        counts = {way: many + len(covered(sets, WAYS[way](known, 20))) for way, many in counts.items()}
    assert ours >= 0.95 * max(counts.values())


def test_who_begins_again_and_again_is_noticed() -> None:
    again = made([(i % 2, 2 + i % 5, i) for i in range(20)])
    once = referrals(
        60, [*(np.arange(20) + 20 * i for i in range(2)), np.arange(20), np.full(20, NEVER), np.arange(20)]
    )
    assert lasting(again)
    assert not lasting(once)


def trial(*chains: int) -> Trial:
    many: Ints = np.array(chains, dtype=np.int64)
    return Trial(int(many.sum()), many)


def test_one_lucky_chain_proves_nothing() -> None:
    assert not trial(100, 0, 0, 0).above(trial(0, 3, 3, 3), 2)
    assert trial(*[3] * 30).above(trial(*[1] * 30), 2)


def test_as_many_are_named_as_were_asked_for() -> None:
    chain = made([(i, i + 1, 0) for i in range(5)])
    assert len(choose(know(chain), 3, "began").certified.seeds) == 3
    assert len(choose(know(chain), 9, "spread").certified.seeds) == 5


def test_without_referrals_there_is_nothing_to_choose() -> None:
    known = know(made([]))
    assert choose(known, 5).certified.seeds.tolist() == []
    assert {trial.brought for trial in judge(known, 5).values()} == {0}
