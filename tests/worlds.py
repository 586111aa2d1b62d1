"""Small worlds for the pure stages of detection: groups in a line, and random ones for Hypothesis."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from server.detect.pack import Group

MONDAY_EVENING = 4 * 24 + 20  # 1970-01-05 was a Monday


def evenings(count: int, start: int = MONDAY_EVENING) -> list[int]:
    """The same evening hour on `count` days in a row."""
    return [start + 24 * day for day in range(count)]


def group(kind: str, members: str, hours: Sequence[int] = (MONDAY_EVENING,), **more: object) -> Group:
    """A group whose members, given as one letter each, all have the same hours."""
    own = [list(hours)] if kind == "interaction" else [list(hours) for _ in members]
    fields: dict[str, object] = {"identifier": f"{kind}-{members}", "detail": "", "accounts": len(members)}
    return Group(kind, members=list(members), hours=[] if kind == "binding" else own, **{**fields, **more})  # type: ignore[arg-type]


def couple(members: str = "ab") -> list[Group]:
    """Two who share a network at night, a card and a television for weeks."""
    return [
        group("network", members, evenings(20), detail="wifi"),
        group("payment", members, evenings(4)),
        group("device", members, evenings(12), detail="tv"),
    ]


names = st.sampled_from("abcdefgh")
hours = st.lists(st.integers(0, 24 * 30), min_size=1, max_size=8, unique=True).map(sorted)


@st.composite
def groups(draw: st.DrawFn) -> list[Group]:
    """Up to ten random groups over eight accounts."""
    found = []
    for number in range(draw(st.integers(0, 10))):
        kind = draw(st.sampled_from(["device", "network", "address", "payment", "interaction", "binding"]))
        size = 2 if kind in ("interaction", "binding") else draw(st.integers(1, 5))
        members = draw(st.lists(names, min_size=size, max_size=size, unique=True))
        own = [draw(hours) for _ in members]
        found.append(
            Group(
                kind=kind,
                identifier="" if kind in ("interaction", "binding") else f"{kind}-{number}",
                detail={"interaction": "co_view", "binding": "family_card"}.get(kind, ""),
                accounts=size,
                members=members,
                hours={"interaction": own[:1], "binding": []}.get(kind, own),
                since=0 if kind == "binding" else None,
            )
        )
    return found
