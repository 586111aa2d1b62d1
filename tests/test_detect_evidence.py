"""Evidence: what two accounts share, against a plain loop over the same groups."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from server.detect.evidence import Evidence, Group, gather, pairs_within
from server.detect.meetings import at_home, at_work
from tests.worlds import MONDAY_EVENING, evenings, group, groups


def rows(evidence: Evidence) -> set[tuple[str, str, str, int, int, int]]:
    return {
        (
            evidence.accounts[evidence.a[row]],
            evidence.accounts[evidence.b[row]],
            evidence.groups[evidence.group[row]].identifier,
            int(evidence.together[row]),
            int(evidence.days[row]),
            int(evidence.nights[row]),
        )
        for row in range(len(evidence.a))
    }


def test_members_meet_in_the_hours_they_share() -> None:
    tv = Group("device", "tv", "tv", 2, ["a", "b"], [evenings(3), [*evenings(2), 9999]])
    assert rows(gather([tv])) == {("a", "b", "tv", 2, 2, 2)}


def test_an_hour_after_midnight_belongs_to_the_night_before() -> None:
    wifi = group("network", "ab", [MONDAY_EVENING, MONDAY_EVENING + 6])
    assert rows(gather([wifi])) == {("a", "b", "network-ab", 2, 2, 1)}


def test_what_lies_after_now_is_left_out() -> None:
    assert rows(gather([group("network", "ab", evenings(5))], now=evenings(5)[1])) == {
        ("a", "b", "network-ab", 2, 2, 2)
    }


def test_a_binding_made_after_now_is_left_out() -> None:
    assert rows(gather([group("binding", "ab", since=200)], now=100)) == set()


def test_a_member_seen_only_after_now_shares_nothing() -> None:
    phone = Group("device", "phone", "phone", 2, ["a", "b"], [[10], [500]])
    assert rows(gather([phone], now=100)) == set()


def test_a_device_that_changed_hands_does_not_overlap() -> None:
    phone = Group("device", "phone", "phone", 2, ["a", "b"], [evenings(9), evenings(9, start=5000)])
    assert gather([phone]).overlap.tolist() == [False]


def test_a_device_that_was_hardly_used_has_not_changed_hands() -> None:
    tablet = Group("device", "tablet", "tablet", 2, ["a", "b"], [evenings(9), [5000]])
    assert gather([tablet]).overlap.tolist() == [True]


def test_an_interaction_gives_both_its_hours() -> None:
    assert rows(gather([group("interaction", "ab", evenings(2))])) == {("a", "b", "interaction-ab", 2, 2, 2)}


def test_a_binding_needs_no_hours_and_shifts_nobody_elses() -> None:
    found = rows(gather([group("binding", "ab", since=1), group("network", "cd", evenings(2))]))
    assert found == {("a", "b", "binding-ab", 0, 0, 0), ("c", "d", "network-cd", 2, 2, 2)}


def test_nothing_gives_nothing() -> None:
    assert rows(gather([])) == set()


def test_home_and_work_hours() -> None:
    monday, saturday = 4 * 24, 9 * 24
    hours = [monday + 10, monday + 18, monday + 20, saturday + 10, saturday + 13]
    assert [at_home(hour) for hour in hours] == [False, False, True, True, False]
    assert [at_work(hour) for hour in hours] == [True, False, False, False, False]


@given(st.lists(st.integers(0, 5)).map(sorted))
def test_pairs_within_are_all_pairs_of_equal_keys(keys: list[int]) -> None:
    left, right = pairs_within(np.array(keys, dtype=np.int64))
    expected = [(i, j) for i in range(len(keys)) for j in range(i + 1, len(keys)) if keys[i] == keys[j]]
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == expected


@given(groups())
def test_the_arrays_agree_with_a_plain_loop(world: list[Group]) -> None:
    evidence = gather(world)
    assert sorted(_plain(evidence)) == sorted(
        (*pair, int(together), int(days))
        for *pair, together, days in zip(
            evidence.a, evidence.b, evidence.group, evidence.together, evidence.days, strict=True
        )
    )


def _plain(evidence: Evidence) -> list[tuple[int, int, int, int, int]]:
    place = {account: index for index, account in enumerate(evidence.accounts)}
    found = []
    for index, one in enumerate(evidence.groups):
        own = one.hours if len(one.hours) == len(one.members) else [*one.hours, *one.hours] or [[], []]
        for i, left in enumerate(one.members):
            for j in range(i + 1, len(one.members)):
                shared = set(own[i]) & set(own[j])
                pair = sorted((place[left], place[one.members[j]]))
                found.append((pair[0], pair[1], index, len(shared), len({hour // 24 for hour in shared})))
    return found


@given(groups(), st.randoms())
def test_the_order_of_groups_and_members_does_not_matter(world: list[Group], random: object) -> None:
    other = list(world)
    random.shuffle(other)  # type: ignore[attr-defined]
    assert rows(gather(world)) == rows(gather(other))
