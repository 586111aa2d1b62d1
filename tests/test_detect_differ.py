"""What has changed between two readings, beside a comparison of everything with everything."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from server.detect.differ import difference
from server.detect.groups import KINDS, Groups, Places
from server.detect.members import CIRCLES, FEW
from server.detect.pack import Group, columns
from tests.worlds import groups

NAMES = "abcdefgh"
Members = frozenset[str]
Content = tuple[Members, tuple[object, ...]]


def numbered(world: Sequence[Group]) -> Groups:
    """Groups whose members are places in NAMES."""
    found = columns(world)
    places = np.array([NAMES.index(name) for name in found.accounts], dtype=np.int32)
    return replace(found, member=places[found.member])


def content(one: Group) -> Content:
    """All of a group, in whatever order its members come."""
    own = map(str, zip(one.members, one.hours, strict=True) if len(one.hours) == len(one.members) else one.hours)
    return frozenset(one.members), (*one[:4], *sorted(own), one.since, one.until)


def contents(world: Sequence[Group]) -> Counter[Content]:
    return Counter(content(one) for one in world if len(one.members) > 1)


def shared(world: Sequence[Group]) -> dict[tuple[str, str], Members]:
    """Who is in each group with a name; what one account has alone has none."""
    return {(one.kind, one.identifier): frozenset(one.members) for one in world if one.identifier and one.accounts > 1}


def twins(world: Sequence[Group]) -> bool:
    """Whether a pair is there twice."""
    return (
        max(Counter((one.kind, frozenset(one.members)) for one in world if not one.identifier).values(), default=0) > 1
    )


def names(places: Places) -> set[str]:
    return {NAMES[place] for place in places.tolist()}


@settings(deadline=None)
@given(groups(), groups(), st.lists(st.booleans(), min_size=10, max_size=10))
def test_all_that_differs_is_found(old: list[Group], other: list[Group], kept: list[bool]) -> None:
    stays = [one for one, stay in zip(old, kept, strict=False) if stay]
    taken = {(one.kind, one.identifier) for one in stays if one.identifier}
    fresh = stays + [one for one in other if (one.kind, one.identifier) not in taken]
    found = difference(numbered(old), numbered(fresh))

    before, after = contents(old), contents(fresh)
    touched = {name for members, _ in (before - after) + (after - before) for name in members}
    assert names(found.touched) >= touched
    assert names(found.touched) == touched or twins(old) or twins(fresh)

    was, now = shared(old), shared(fresh)
    turned: set[str] = set()
    for name in was.keys() | now.keys():
        one, two = was.get(name, frozenset()), now.get(name, frozenset())
        if KINDS.index(name[0]) in CIRCLES and one != two and any(0 < len(some) <= FEW for some in (one, two)):
            turned |= one | two
    assert names(found.turned) == turned

    called = columns(fresh)
    assert sorted(called.names(found.new)) == sorted(f"{kind}:{name}" for kind, name in now.keys() - was.keys())


@settings(deadline=None)
@given(groups())
def test_nothing_differs_from_itself(world: list[Group]) -> None:
    found = difference(numbered(world), numbered(world[::-1]))
    assert found.turned.size == found.new.size == 0
    assert found.touched.size == 0 or twins(world)
