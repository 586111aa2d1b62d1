"""From rows as they are read, or groups one by one, to groups in columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from server.detect.groups import ALWAYS, INTERACTION, KINDS, NEVER, Groups, Ints, Names, offsets, unite

# What is read of the graph: of an identifier one row a member, of interactions and bindings one row a pair. What one
# account has alone makes no pair, so it goes without its name: there are many, and names take time to read and to sort.
SHARED = pa.schema(
    [
        ("identifier", pa.string()),
        ("detail", pa.string()),
        ("accounts", pa.int64()),
        ("member", pa.string()),
        ("hours", pa.list_(pa.int32())),
    ]
)
ALONE = pa.schema([("member", pa.string()), ("hours", pa.list_(pa.int32()))])
PAIRED = pa.schema(
    [
        ("detail", pa.string()),
        ("one", pa.string()),
        ("other", pa.string()),
        ("hours", pa.list_(pa.int32())),
        ("since", pa.int64()),
        ("until", pa.int64()),
    ]
)
NAMED = KINDS[:INTERACTION]


class Group(NamedTuple):
    """Accounts that share one thing: an identifier, a kind of interaction, a binding.

    `accounts` is how many share it in all; `hours` holds, per member, the distinct local hours, ascending (see
    server.model.HABITS); an interaction has one list for both, a binding none. `since` and `until` are local hours
    and only bindings have them.
    """

    kind: str
    identifier: str
    detail: str
    accounts: int
    members: Sequence[str]
    hours: Sequence[Sequence[int]]
    since: int | None = None
    until: int | None = None


def pack(kind: str, rows: pa.Table) -> Groups:
    """Put rows of one kind, SHARED, ALONE or PAIRED, into groups; `unite` sorts them."""
    make = _alone if rows.schema == ALONE else _named if kind in NAMED else _paired
    return make(KINDS.index(kind), rows.combine_chunks())


def _named(kind: int, rows: pa.Table) -> Groups:
    names = _column(rows, "identifier").dictionary_encode()
    of = names.indices.to_numpy()
    order = np.argsort(of, kind="stable")
    start = offsets(np.bincount(of, minlength=len(names.dictionary)))
    first = pa.array(order[start[:-1]])
    size = _column(rows, "accounts").take(first)
    alone = pc.equal(size, 1)
    return Groups(
        identifier=pc.if_else(alone, "", names.dictionary),
        **_details(pc.if_else(alone, "", _column(rows, "detail").take(first))),
        size=size.to_numpy(),
        start=start,
        **_times(kind, start.size - 1),
        **_members(_column(rows, "member"), order),
        **_hours(_column(rows, "hours"), order),
    )


def _alone(kind: int, rows: pa.Table) -> Groups:
    count, every = len(rows), np.arange(len(rows))
    return Groups(
        identifier=_blank(count),
        **_details(_blank(count)),
        size=np.ones(count, np.int64),
        start=np.arange(count + 1),
        **_times(kind, count),
        **_members(_column(rows, "member"), every),
        **_hours(_column(rows, "hours"), every),
    )


def _paired(kind: int, rows: pa.Table) -> Groups:
    count, both = len(rows), np.arange(2 * len(rows))
    return Groups(
        identifier=_blank(count),
        **_details(_column(rows, "detail")),
        size=np.full(count, 2),
        start=2 * np.arange(count + 1),
        **_times(kind, count)
        | {
            "since": rows["since"].fill_null(NEVER).to_numpy(),
            "until": rows["until"].fill_null(ALWAYS).to_numpy(),
        },
        **_members(pa.concat_arrays([_column(rows, "one"), _column(rows, "other")]), both % 2 * count + both // 2),
        **_hours(_column(rows, "hours"), both // 2),
    )


def _blank(count: int) -> pa.StringArray:
    return pa.array([""]).take(pa.array(np.zeros(count, np.int64)))


def _times(kind: int, count: int) -> dict[str, Any]:
    columns = {"kind": kind, "since": NEVER, "until": ALWAYS}
    return {name: np.full(count, value, dtype=np.int64) for name, value in columns.items()}


def _details(names: pa.StringArray) -> dict[str, Any]:
    encoded = names.dictionary_encode()
    return {"detail": encoded.indices.to_numpy(), "details": encoded.dictionary.to_pylist()}


def _members(names: pa.StringArray, order: Ints) -> dict[str, Any]:
    encoded = names.dictionary_encode()
    return {"accounts": Names(encoded.dictionary), "member": encoded.indices.to_numpy()[order]}


def _column(rows: pa.Table, name: str) -> pa.Array:
    """A column of combined chunks, of which there is none when there are no rows."""
    column = rows[name]
    return column.chunk(0) if column.num_chunks else pa.array([], column.type)


def _hours(lists: pa.ListArray, members: Ints) -> dict[str, Any]:
    own = lists.take(pa.array(members))
    return {"first": offsets(own.value_lengths().fill_null(0).to_numpy()), "hours": own.flatten().to_numpy()}


def columns(groups: Iterable[Group]) -> Groups:
    """Put groups of any kinds into sorted columns."""
    found = list(groups)
    return unite([pack(kind, _rows(kind, [group for group in found if group.kind == kind])) for kind in KINDS])


def _rows(kind: str, groups: Sequence[Group]) -> pa.Table:
    if kind in NAMED:
        named = [
            (group.identifier, group.detail, group.accounts, member, hours)
            for group in groups
            for member, hours in zip(group.members, group.hours, strict=True)
        ]
        return pa.table([list(column) for column in zip(*named, strict=True)] or [[]] * len(SHARED), SHARED)
    pairs = [
        (group.detail, *group.members, group.hours[0] if group.hours else (), group.since, group.until)
        for group in groups
    ]
    return pa.table([list(column) for column in zip(*pairs, strict=True)] or [[]] * len(PAIRED), PAIRED)
