"""Evidence: what two accounts share, against a plain loop over the same groups."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from server.detect.evidence import Evidence, gather
from server.detect.features import pair_features
from server.detect.groups import KINDS, NETWORK, unite
from server.detect.meetings import at_home, at_work
from server.detect.pack import Group, columns
from server.detect.traits import humans
from tests.worlds import MONDAY_EVENING, couple, evenings, group, groups

Row = tuple[str, str, str, int, int, int]


def evidence_of(*world: Group, until: int | None = None) -> Evidence:
    return gather(columns(world), until)


def rows(evidence: Evidence) -> set[Row]:
    found = evidence.groups
    return {
        (
            found.accounts[evidence.a[row]],
            found.accounts[evidence.b[row]],
            found.identifier[evidence.group[row]].as_py(),
            int(evidence.together[row]),
            int(evidence.days[row]),
            int(evidence.nights[row]),
        )
        for row in range(len(evidence.a))
    }


def test_members_meet_in_the_hours_they_share() -> None:
    tv = Group("device", "tv", "tv", 2, ["a", "b"], [evenings(3), [*evenings(2), 9999]])
    assert rows(evidence_of(tv)) == {("a", "b", "tv", 2, 2, 2)}


def test_a_day_is_shared_without_sharing_an_hour() -> None:
    wifi = Group("network", "wifi", "wifi", 2, ["a", "b"], [[MONDAY_EVENING], [MONDAY_EVENING + 2]])
    assert rows(evidence_of(wifi)) == {("a", "b", "wifi", 0, 1, 1)}


def test_an_hour_after_midnight_belongs_to_the_night_before() -> None:
    wifi = group("network", "ab", [MONDAY_EVENING, MONDAY_EVENING + 6])
    assert rows(evidence_of(wifi)) == {("a", "b", "network-ab", 2, 2, 1)}


def test_what_lies_after_now_is_left_out() -> None:
    late = evidence_of(group("network", "ab", evenings(5)), until=evenings(5)[1])
    assert rows(late) == {("a", "b", "network-ab", 2, 2, 2)}


def test_a_binding_made_after_now_is_left_out() -> None:
    assert rows(evidence_of(group("binding", "ab", since=200), until=100)) == set()


def test_a_member_seen_only_after_now_shares_nothing() -> None:
    phone = Group("device", "phone", "phone", 2, ["a", "b"], [[10], [500]])
    assert rows(evidence_of(phone, until=100)) == set()


def test_a_device_that_changed_hands_has_no_overlap_and_few_turns() -> None:
    phone = Group("device", "phone", "phone", 2, ["a", "b"], [evenings(9), evenings(9, start=5000)])
    found = evidence_of(phone)
    assert found.overlap.tolist() == [0.0]
    assert found.turns[0] < 0.1


def test_an_interaction_gives_both_its_hours() -> None:
    assert rows(evidence_of(group("interaction", "ab", evenings(2)))) == {("a", "b", "", 2, 2, 2)}


def test_a_binding_needs_no_hours_and_shifts_nobody_elses() -> None:
    found = rows(evidence_of(group("binding", "ab", since=1), group("network", "cd", evenings(2))))
    assert found == {("a", "b", "", 0, 0, 0), ("c", "d", "network-cd", 2, 2, 2)}


def test_nothing_gives_nothing() -> None:
    assert rows(evidence_of()) == set()


def test_an_account_alone_makes_no_pair_but_counts_for_where_it_lives() -> None:
    guest = evidence_of(*couple(), group("network", "b", evenings(60, start=9000), detail="wifi"))
    at_network = guest.groups.kind[guest.group] == NETWORK
    assert guest.lower[at_network].max() < 0.3


def test_home_and_work_hours() -> None:
    monday, saturday = 4 * 24, 9 * 24
    hours = [monday + 10, monday + 18, monday + 20, saturday + 10, saturday + 13]
    assert [at_home(hour) for hour in hours] == [False, False, True, True, False]
    assert [at_work(hour) for hour in hours] == [True, False, False, False, False]


@settings(deadline=None)
@given(groups())
def test_the_arrays_agree_with_a_plain_loop(world: list[Group]) -> None:
    found = evidence_of(*world)
    kinds = [KINDS[kind] for kind in found.groups.kind[found.group]]
    pairs = zip(found.a.tolist(), found.b.tolist(), found.together.tolist(), found.days.tolist(), strict=True)
    names = found.groups.accounts
    seen = [(kind, names[a], names[b], *more) for kind, (a, b, *more) in zip(kinds, pairs, strict=True)]
    assert sorted(seen) == sorted(_plain(world))


def _plain(world: list[Group]) -> list[tuple[str, str, str, int, int]]:
    found = []
    for one in world:
        own = one.hours if len(one.hours) == len(one.members) else [*one.hours, *one.hours] or [[], []]
        for i, left in enumerate(one.members):
            for j in range(i + 1, len(one.members)):
                days = {hour // 24 for hour in own[i]} & {hour // 24 for hour in own[j]}
                pair = sorted((left, one.members[j]))
                found.append((one.kind, pair[0], pair[1], len(set(own[i]) & set(own[j])), len(days)))
    return found


def known(world: list[Group]) -> list[list[float]]:
    found = gather(columns(world))
    return np.nan_to_num(pair_features(found, humans({}, found.groups.accounts)), nan=-9).tolist()  # type: ignore[no-any-return]


@settings(deadline=None)
@given(groups(), st.randoms())
def test_the_order_of_groups_and_members_does_not_matter(world: list[Group], random: object) -> None:
    other = list(world)
    random.shuffle(other)  # type: ignore[attr-defined]
    assert rows(gather(columns(world))) == rows(gather(columns(other)))
    assert known(world) == known(other)


@settings(deadline=None)
@given(groups())
def test_batches_do_not_matter(world: list[Group]) -> None:
    parts = [columns([one]) for one in world]
    assert known(world) == np.nan_to_num(_features(unite(parts)), nan=-9).tolist()


def _features(found: object) -> np.ndarray:
    gathered = gather(found)  # type: ignore[arg-type]
    return pair_features(gathered, humans({}, gathered.groups.accounts))


@settings(deadline=None)
@given(groups())
def test_what_others_do_elsewhere_changes_nothing(world: list[Group]) -> None:
    far = [group("network", "yz", evenings(30, start=9000)), group("device", "yz")]
    assert known([*world, *far])[: len(known(world))] == known(world)


@settings(deadline=None)
@given(groups(), st.sampled_from("cdefgh"))
def test_what_a_third_account_does_out_of_sight_changes_no_pair_of_others(world: list[Group], third: str) -> None:
    alone = group("network", third, evenings(90, start=9000), identifier="elsewhere")
    assert of_others(world, third) == of_others([*world, alone], third)


def of_others(world: list[Group], third: str) -> list[list[float]]:
    """The features of all pairs without one account."""
    found = gather(columns(world))
    first, names = found.starts[:-1], found.groups.accounts
    kept = [third not in (names[a], names[b]) for a, b in zip(found.a[first], found.b[first], strict=True)]
    return [row for row, wanted in zip(known(world), kept, strict=True) if wanted]


@settings(deadline=None)
@given(groups())
def test_later_silence_changes_nothing(world: list[Group]) -> None:
    assert known(world) == np.nan_to_num(_later(world), nan=-9).tolist()


def _later(world: list[Group]) -> np.ndarray:
    gathered = gather(columns(world), 10**6)
    return pair_features(gathered, humans({}, gathered.groups.accounts))
