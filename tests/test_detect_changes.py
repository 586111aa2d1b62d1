"""Changes: ids that last through growth, split, merge and return, and nothing written for nothing."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from server.detect.changes import Changes, Closing, Standing, household_id, match, person_id, plan
from server.detect.households import Household, Member


def member(account: str, confidence: float = 0.9, status: str = "inferred") -> Member:
    return Member(account, confidence, status, 1.0, "1 1 prior")


def found(accounts: str) -> Household:
    return Household(tuple(map(member, accounts)), len(accounts), "adults", 0.9)


def standing(name: str, accounts: str, created: int = 1) -> Standing:
    return Standing(name, (created, name), {a: member(a) for a in accounts}, len(accounts), "adults", 0.9)


def ids(new: Sequence[str], old: Sequence[Standing]) -> list[str]:
    return match([list(accounts) for accounts in new], old)


def test_an_unchanged_world_changes_nothing() -> None:
    assert not plan([found("abc")], [standing("h1", "abc")])


def test_a_new_household_gets_an_id_from_its_founders() -> None:
    changes = plan([found("ab")], [])
    assert [home for home, _ in changes.households] == [household_id("ab")]
    assert [(home, joined.account) for home, joined in changes.joins] == [(household_id("ab"), a) for a in "ab"]


def test_growth_keeps_the_id() -> None:
    assert ids(["abcd"], [standing("h1", "ab")]) == ["h1"]


def test_a_split_leaves_the_id_with_the_larger_part() -> None:
    assert ids(["ab", "cde"], [standing("h1", "abcde")]) == [household_id("ab"), "h1"]


def test_a_merge_keeps_the_older_id_and_closes_the_other() -> None:
    old = [standing("h2", "cde", 2), standing("h1", "ab", 1)]
    changes = plan([found("abcde")], old)
    assert ids(["abcde"], old) == ["h1"]
    assert changes.closings == [Closing("h2", "h1", "merged")]


def test_one_of_two_who_moves_in_elsewhere_does_not_take_the_id_along() -> None:
    changes = plan([found("ax")], [standing("h1", "ab")])
    assert ids(["ax"], [standing("h1", "ab")]) == [household_id("ax")]
    assert changes.closings == [Closing("h1", household_id("ax"), "split")]


def test_a_household_that_ends_without_heirs_has_no_successor() -> None:
    assert plan([], [standing("h1", "ab")]).closings == [Closing("h1", None, "split")]


def test_who_moves_out_leaves_and_the_rest_stays() -> None:
    changes = plan([found("ab")], [standing("h1", "abc")])
    assert changes.leaves == [("c", "h1")]
    assert changes.joins == []


def test_the_same_family_gets_its_old_id_back() -> None:
    assert ids(["ab"], []) == ids(["ab"], [standing("h1", "xy")])


def test_founders_whose_id_is_taken_get_another() -> None:
    assert ids(["ab"], [standing(household_id("ab"), "cd")]) != [household_id("ab")]


def test_a_confirmed_member_stays_confirmed() -> None:
    before = Standing("h1", (1, "h1"), {"a": member("a", status="confirmed"), "b": member("b")}, 2, "adults", 0.9)
    assert plan([found("ab")], [before]) == Changes()


def test_a_changed_confidence_is_an_update() -> None:
    now = Household((member("a", 0.5), member("b")), 2, "adults", 0.9)
    assert plan([now], [standing("h1", "ab")]).updates == [("h1", member("a", 0.5))]


def test_a_person_keeps_the_id_of_its_smallest_account() -> None:
    assert person_id("ab") == person_id("a") != household_id("a")


label = st.lists(st.integers(0, 3), min_size=6, max_size=6)


@given(label, label)
def test_ids_are_unique_and_applying_the_plan_leaves_nothing_to_do(before: list[int], after: list[int]) -> None:
    first, second = _world(before), _world(after)
    old = [_stand(name, home) for name, home in zip(match([h.accounts for h in first], []), first, strict=True)]
    names = match([home.accounts for home in second], old)
    assert len(set(names)) == len(names)
    assert not plan(second, [_stand(name, home) for name, home in zip(names, second, strict=True)])


def _world(label: list[int]) -> list[Household]:
    homes = {root: "".join(a for a, r in zip("abcdef", label, strict=True) if r == root) for root in set(label)}
    return [found(accounts) for _, accounts in sorted(homes.items()) if len(accounts) > 1]


def _stand(name: str, home: Household) -> Standing:
    return standing(name, "".join(home.accounts))
