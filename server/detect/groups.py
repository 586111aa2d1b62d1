"""Who shares what, in columns: groups of accounts with the hours in which each was seen there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Small = NDArray[np.int32]
Bools = NDArray[np.bool_]
Places = NDArray[np.signedinteger[Any]]  # Ints or Small

KINDS = ("device", "network", "address", "payment", "interaction", "binding")
DEVICE, NETWORK, ADDRESS, PAYMENT, INTERACTION, BINDING = range(len(KINDS))
NEVER = np.iinfo(np.int64).min
ALWAYS = np.iinfo(np.int64).max


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


@dataclass(frozen=True)
class Groups:
    """Groups in columns, sorted by kind, identifier, detail and members; members of a group in order of account.

    kind, identifier, detail, size, since, until  one entry a group; kind is a place in KINDS, detail in `details`
    start                                         members of group g: member[start[g] : start[g + 1]]
    member                                        places in `accounts`, which is sorted
    first                                         hours of member m: hours[first[m] : first[m + 1]], ascending
    """

    accounts: Sequence[str]
    kind: Ints
    identifier: Sequence[str]
    detail: Small
    details: Sequence[str]
    size: Ints
    since: Ints
    until: Ints
    start: Ints
    member: Small
    first: Ints
    hours: Small

    def __len__(self) -> int:
        """How many groups there are."""
        return self.kind.size

    def names(self, groups: Ints) -> list[str]:
        """The names of groups in explanations: their kind, and what identifies them."""
        kinds, details = self.kind[groups].tolist(), self.detail[groups].tolist()
        return [
            f"{KINDS[kind]}:{self.identifier[group] or self.details[detail]}"
            for group, kind, detail in zip(groups.tolist(), kinds, details, strict=True)
        ]


def pack(kind: str, rows: Sequence[Sequence[Any]]) -> Groups:
    """Put rows of one kind into columns: identifier, detail, accounts, members, hours, since, until, as read.

    The groups keep their order; `unite` sorts them.
    """
    names, claims, sizes, members, hours, since, until = zip(*rows, strict=True) if rows else ([],) * 7
    counts = _ints(map(len, members))
    lists = list(chain.from_iterable(map(_per_member, members, hours)))
    accounts = sorted(set(chain.from_iterable(members)))
    place = {account: index for index, account in enumerate(accounts)}
    claimed = sorted(set(claims))
    return Groups(
        accounts=accounts,
        kind=np.full(len(rows), KINDS.index(kind), dtype=np.int64),
        identifier=names,
        detail=np.fromiter(map(claimed.index, claims), dtype=np.int32),
        details=claimed,
        size=_ints(sizes),
        since=_ints(NEVER if hour is None else hour for hour in since),
        until=_ints(ALWAYS if hour is None else hour for hour in until),
        start=offsets(counts),
        member=np.fromiter(map(place.__getitem__, chain.from_iterable(members)), dtype=np.int32),
        first=offsets(_ints(map(len, lists))),
        hours=np.fromiter(chain.from_iterable(lists), dtype=np.int32),
    )


def columns(groups: Iterable[Group]) -> Groups:
    """Put groups of any kinds into sorted columns."""
    found = list(groups)
    return unite([pack(kind, [group[1:] for group in found if group.kind == kind]) for kind in KINDS])


def unite(parts: Sequence[Groups]) -> Groups:
    """Join what `pack` made into one, in the order that Groups promises, whatever the order of the parts."""
    accounts = sorted(set(chain.from_iterable(part.accounts for part in parts)))
    details = sorted(set(chain.from_iterable(part.details for part in parts)))
    places, claimed = (
        {name: place for place, name in enumerate(names)} for names in (accounts, details)
    )  # once: a graph comes in hundreds of parts
    moved = [_moved(part.accounts, places)[part.member] for part in parts]
    claims = [_moved(part.details, claimed)[part.detail] for part in parts]
    whole = Groups(
        accounts=accounts,
        identifier=list(chain.from_iterable(part.identifier for part in parts)),
        detail=np.concatenate([np.zeros(0, np.int32), *claims]),
        details=details,
        member=np.concatenate([np.zeros(0, np.int32), *moved]),
        start=offsets(np.concatenate([np.zeros(0, np.int64), *(np.diff(part.start) for part in parts)])),
        first=offsets(np.concatenate([np.zeros(0, np.int64), *(np.diff(part.first) for part in parts)])),
        hours=np.concatenate([np.zeros(0, np.int32), *(part.hours for part in parts)]),
        **{
            name: np.concatenate([np.zeros(0, np.int64), *(getattr(part, name) for part in parts)])
            for name in ("kind", "size", "since", "until")
        },
    )
    return _sorted(whole)


def before(groups: Groups, now: int | None) -> Groups:
    """Leave out what lies after the local hour `now`: later hours, members without any before, later bindings."""
    if now is None:
        return groups
    timeless = np.repeat(groups.kind == BINDING, np.diff(groups.start))
    early = groups.hours <= now
    counts = np.diff(np.r_[0, np.cumsum(early)][groups.first])
    kept = timeless | (counts > 0)
    gone = np.diff(np.r_[0, np.cumsum(~kept)][groups.start])
    whole = replace(
        groups,
        size=groups.size - gone,
        start=offsets(np.diff(groups.start) - gone),
        member=groups.member[kept],
        first=offsets(counts[kept]),
        hours=groups.hours[early],
    )
    return take(whole, np.flatnonzero((groups.since <= now) & (np.diff(whole.start) > 0)))


def subset(groups: Groups, chosen: Ints) -> Groups:
    """These groups, with the accounts that they have and no others."""
    taken = take(groups, chosen)
    used, member = np.unique(taken.member, return_inverse=True)
    accounts = [groups.accounts[place] for place in used.tolist()]
    return replace(taken, accounts=accounts, member=member.astype(np.int32))


def offsets(counts: Ints) -> Ints:
    """Where each of the parts of these sizes begins, and where the last one ends."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)])


def spread(start: Ints) -> Ints:
    """The number of the part that each entry belongs to."""
    return np.repeat(np.arange(start.size - 1), np.diff(start))


def _moved(names: Sequence[str], place: Mapping[str, int]) -> Small:
    """Where each of some names stands in a longer list."""
    return np.fromiter(map(place.__getitem__, names), dtype=np.int32)


def _sorted(groups: Groups) -> Groups:
    groups = _ordered(groups, np.lexsort((groups.member, spread(groups.start))))
    ends = [groups.member[at] if at.size else at for at in (groups.start[:-1], groups.start[1:] - 1)]
    keys = {"kind": groups.kind, "name": groups.identifier, "detail": groups.detail, "one": ends[0], "other": ends[1]}
    order = [(name, "ascending") for name in keys] + [("since", "ascending"), ("until", "ascending")]
    table = pa.table({**keys, "since": groups.since, "until": groups.until})
    return take(groups, np.asarray(pc.sort_indices(table, sort_keys=order)).astype(np.int64))


def take(groups: Groups, chosen: Ints) -> Groups:
    """These groups, in this order."""
    starts, counts = groups.start[chosen], np.diff(groups.start)[chosen]
    moved = _ordered(groups, ranges(starts, counts))
    return replace(
        moved,
        identifier=[groups.identifier[group] for group in chosen.tolist()],
        start=offsets(counts),
        **{name: getattr(groups, name)[chosen] for name in ("kind", "detail", "size", "since", "until")},
    )


def _ordered(groups: Groups, members: Ints) -> Groups:
    """The members in another order, with their hours."""
    counts = np.diff(groups.first)[members]
    hours = _gathered(groups.first[members], counts, groups.hours)
    return replace(groups, member=groups.member[members], first=offsets(counts), hours=hours)


def ranges(starts: Ints, counts: Ints) -> Ints:
    """All places from each start on, as many as its count."""
    return np.repeat(starts - offsets(counts)[:-1], counts) + np.arange(counts.sum())


@njit(cache=True)
def _gathered(starts: Ints, counts: Ints, hours: Small) -> Small:
    found = np.empty(counts.sum(), np.int32)
    place = 0
    for part in range(starts.size):
        for hour in hours[starts[part] : starts[part] + counts[part]]:
            found[place] = hour
            place += 1
    return found


def _per_member(members: Sequence[str], hours: Sequence[Sequence[int]]) -> Sequence[Sequence[int]]:
    """The hours of each member: an interaction has one list for both, a binding has none."""
    return hours if len(hours) == len(members) else [hours[0] if hours else ()] * len(members)


def _ints(values: Iterable[int]) -> Ints:
    return np.fromiter(values, dtype=np.int64)
