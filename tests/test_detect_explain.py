"""Explanations of pairs: they add up, speak in words, and say why not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings

from server.detect import model as models
from server.detect.decide import Pairs, partition
from server.detect.evidence import gather
from server.detect.explain import Explanation, explain
from server.detect.fit import careful
from server.detect.model import Model
from server.detect.pack import Group, columns
from server.detect.traits import humans
from tests.worlds import couple, evenings, group, groups

SHIPPED = models.load()


def explained(
    one: str, other: str, *world: Group, together: Pairs = (), apart: Pairs = (), model: Model = SHIPPED
) -> Explanation:
    found = gather(columns(world))
    people = humans({}, found.groups.accounts)
    return explain(found, partition(found, people, model, together, apart), model, one, other)


@settings(deadline=None, max_examples=25)
@given(groups())
def test_the_items_of_a_pair_add_up_to_its_score(world: list[Group]) -> None:
    for other in columns(world).accounts[1:]:
        found = explained(columns(world).accounts[0], other, *world)
        assert found.score == pytest.approx(found.prior + sum(item.weight for item in found.items), abs=1e-6)
        aspects = [aspect.weight for aspect in found.aspects]
        assert not aspects or found.score == pytest.approx(found.prior + sum(aspects), abs=1e-6)


def test_a_couple_is_explained_by_what_it_shares() -> None:
    found = explained("b", "a", *couple())
    assert found.together
    assert found.shared == ("device:device-ab", "network:network-ab", "payment:payment-ab")
    assert found.items[0].sentence.endswith("one household")
    said = {aspect.about: aspect.sentence for aspect in found.aspects}
    assert said["network"] == (
        "network (wifi): one in common used by 2 accounts in all; each is there on 20 days or more, both at once in "
        "20 hours, on 20 nights both at home"
    )
    assert said["payment"] == "payment: one in common used by 2 accounts in all; each pays with it on 4 days or more"
    assert (said["address"], list(said)[-1]) == ("no address in common", "overlap")


def test_where_the_bar_is_not_at_even_odds_it_is_said() -> None:
    lived = group("network", "ab", evenings(3), detail="wifi")
    score = explained("a", "b", lived).score
    low = explained("a", "b", lived, model=replace(careful(SHIPPED, score + 0.5), lean=1.0))
    high = explained("a", "b", lived, model=replace(SHIPPED, lean=-3.0))
    assert (low.together, low.score < 0, low.why) == (True, True, "What they share is enough: -1.0 is.")
    assert (high.together, high.score > 0) == (False, True)
    assert high.why.startswith("What they share is not enough: +3.0 would be;")


def test_what_is_missing_is_said() -> None:
    found = explained("a", "b", group("network", "abcd", evenings(30)))
    assert not found.together
    assert "no device and no address and no payment" in found.why


def test_a_decline_is_named() -> None:
    assert "said so" in explained("a", "b", *couple(), apart=[("a", "b")]).why


def test_a_declaration_is_named() -> None:
    bound = group("binding", "ab", detail="family_group", since=0)
    assert "declared" in explained("a", "b", bound).why


def test_two_who_share_nothing_are_strangers() -> None:
    found = explained("a", "c", *couple(), *couple("cd"))
    assert (found.score, found.items, found.probability) == (SHIPPED.strangers, (), 0.0)


def test_an_unknown_account_is_an_error() -> None:
    with pytest.raises(KeyError):
        explained("a", "nobody", *couple())
