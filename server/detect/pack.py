"""From rows as they are read, or groups one by one, to groups in columns."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from server.detect.groups import ALWAYS, INTERACTION, KINDS, NEVER, Groups, Ints, offsets, unite

# What is read of the graph: of an identifier one row a member, of interactions and bindings one row a pair.
SHARED = pa.schema(
    [
        ("identifier", pa.string()),
        ("detail", pa.string()),
        ("accounts", pa.int64()),
        ("member", pa.string()),
        ("hours", pa.list_(pa.int32())),
    ]
)
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
    """Put rows of one kind, SHARED or PAIRED, into groups; `unite` sorts them."""
    return (_named if kind in NAMED else _paired)(KINDS.index(kind), rows.combine_chunks())


def _named(kind: int, rows: pa.Table) -> Groups:
    names, accounts = (_column(rows, name).dictionary_encode() for name in ("identifier", "member"))
    of = names.indices.to_numpy()
    order = np.argsort(of, kind="stable")
    start = offsets(np.bincount(of, minlength=len(names.dictionary)))
    detail = _column(rows, "detail").take(pa.array(order[start[:-1]])).dictionary_encode()
    return Groups(
        accounts=accounts.dictionary.to_pylist(),
        kind=np.full(start.size - 1, kind, dtype=np.int64),
        identifier=names.dictionary,
        detail=detail.indices.to_numpy(),
        details=detail.dictionary.to_pylist(),
        size=rows["accounts"].to_numpy()[order[start[:-1]]],
        since=np.full(start.size - 1, NEVER),
        until=np.full(start.size - 1, ALWAYS),
        start=start,
        member=accounts.indices.to_numpy()[order],
        **_hours(_column(rows, "hours"), order),
    )


def _paired(kind: int, rows: pa.Table) -> Groups:
    count, both = len(rows), np.arange(2 * len(rows)) // 2
    accounts = pa.concat_arrays([_column(rows, name) for name in ("one", "other")]).dictionary_encode()
    detail = _column(rows, "detail").dictionary_encode()
    return Groups(
        accounts=accounts.dictionary.to_pylist(),
        kind=np.full(count, kind, dtype=np.int64),
        identifier=pa.array([""]).take(pa.array(np.zeros(count, np.int64))),
        detail=detail.indices.to_numpy(),
        details=detail.dictionary.to_pylist(),
        size=np.full(count, 2),
        since=rows["since"].fill_null(NEVER).to_numpy(),
        until=rows["until"].fill_null(ALWAYS).to_numpy(),
        start=2 * np.arange(count + 1),
        member=accounts.indices.to_numpy().reshape(2, count).T.ravel(),
        **_hours(_column(rows, "hours"), both),
    )


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
