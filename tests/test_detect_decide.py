"""The pure middle: households and persons from evidence, each with a confidence and reasons that add up."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from server.accounts import evidence
from server.detect import model
from server.detect.decide import decide
from server.detect.evidence import gather
from server.detect.households import Household, Member, structure
from server.detect.pack import Group, columns
from server.detect.traits import Traits
from tests.worlds import couple, evenings, group, groups

SHIPPED = model.load()
GROWN = Traits("adult", "female", "shop")


def households(*world: Group, **traits: Traits) -> list[Household]:
    return decide(gather(columns(world)), traits, SHIPPED)[0]


def persons(*world: Group, **traits: Traits) -> list[tuple[str, ...]]:
    return [person.accounts for person in decide(gather(columns(world)), traits, SHIPPED)[1]]


def names(member: Member) -> list[str]:
    return [line.split(" ", 2)[2] for line in member.evidence.splitlines()]


def weight(member: Member) -> float:
    return sum(float(item["weight"]) for item in evidence(member._asdict()))


def test_a_couple_is_a_household_and_says_why() -> None:
    (found,) = households(*couple())
    assert found.accounts == ("a", "b")
    assert {"prior", "network:network-ab", "payment:payment-ab", "device:device-ab"} <= set(names(found.members[0]))


def test_flat_mates_on_one_network_are_not() -> None:
    wifi = group("network", "abcd", evenings(90), detail="wifi")
    assert [found.accounts for found in households(wifi, *couple())] == [("a", "b")]


def test_a_declared_family_is_bound_however_little_it_shares() -> None:
    (found,) = households(group("binding", "ab", detail="family_group", since=0))
    assert [member.status for member in found.members] == ["bound", "bound"]
    assert found.confidence >= 0.9


@settings(deadline=None)
@given(groups())
def test_the_reasons_of_a_membership_add_up_to_its_score(world: list[Group]) -> None:
    for found in households(*world):
        for member in found.members:
            assert member.score == pytest.approx(weight(member), abs=1e-3)


@settings(deadline=None)
@given(groups())
def test_confidence_is_a_probability_and_nobody_lives_twice(world: list[Group]) -> None:
    found = households(*world)
    members = [member for household in found for member in household.members]
    assert all(0 <= member.confidence <= 1 for member in members)
    assert len({member.account for member in members}) == len(members)


def test_a_long_list_of_reasons_ends_in_others_and_still_adds_up() -> None:
    many = [group("payment", "ab", identifier=f"card-{number:02}") for number in range(30)]
    (found,) = households(*couple(), *many)
    assert names(found.members[0])[-1] == "other"
    assert found.members[0].score == pytest.approx(weight(found.members[0]), abs=1e-3)


def test_two_accounts_on_one_main_phone_of_one_sort_are_one_person() -> None:
    phone = group("device", "ab", evenings(9), detail="phone")
    other = Traits("adult", "female", "video")
    assert persons(phone, a=GROWN, b=other) == [("a", "b")]
    assert households(phone, a=GROWN, b=other)[0].size == 1


def test_a_couple_with_one_phone_is_two_persons() -> None:
    phone = group("device", "ab", evenings(9), detail="phone")
    assert persons(phone, a=GROWN, b=Traits("adult", "male", "shop")) == []


def test_a_shared_tablet_never_makes_one_person() -> None:
    tablet = group("device", "ab", evenings(9), detail="tablet", identifier="tablet")
    assert persons(tablet, *couple(), a=GROWN, b=GROWN) == []


def test_a_person_says_so_until_the_binding_ends() -> None:
    said = group("binding", "ab", detail="same_person", since=0)
    ended = group("binding", "ab", detail="same_person", since=0, until=50)
    assert persons(said, a=GROWN, b=Traits("adult", "male")) == [("a", "b")]
    assert persons(ended, group("network", "cd", [99])) == []


def test_a_decline_keeps_apart_whatever_is_shared_or_declared() -> None:
    bound = group("binding", "ab", detail="family_group", since=0)
    world = gather(columns([*couple(), bound]))
    assert decide(world, {}, SHIPPED, apart=[("b", "a")])[0] == []


def test_a_confirmation_holds_together_whatever_is_not_shared() -> None:
    world = gather(columns([*couple(), *couple("cd")]))
    (found,) = decide(world, {}, SHIPPED, together=[("a", "c")])[0]
    assert found.accounts == ("a", "b", "c", "d")


def test_who_confirmed_is_confirmed_and_as_sure_as_a_declaration() -> None:
    world = gather(columns([group("network", "ab", evenings(3)), *couple("bc")]))
    assert [found.accounts for found in decide(world, {}, SHIPPED)[0]] == [("b", "c")]
    (found,) = decide(world, {}, SHIPPED, together=[("a", "b")])[0]
    assert [member.status for member in found.members] == ["confirmed", "inferred", "inferred"]
    assert found.members[0].confidence >= 0.9


def test_words_about_accounts_that_share_nothing_at_all_are_passed_over() -> None:
    assert len(decide(gather(columns(couple())), {}, SHIPPED, together=[("a", "x")], apart=[("y", "z")])[0]) == 1


@pytest.mark.parametrize(
    ("bands", "name"),
    [
        (["adult"], "single"),
        (["adult", "adult"], "couple"),
        (["adult", "adult", "child"], "couple_with_children"),
        (["adult", "teen"], "single_parent"),
        (["adult", "elder", "child"], "three_generations"),
        (["adult", "elder"], "adults"),
        (["adult", "adult", "adult", "child"], "adults_with_children"),
        (["child", "child"], "children_only"),
        (["adult", ""], "unknown"),
    ],
)
def test_structure(bands: list[str], name: str) -> None:
    assert structure(bands) == name
