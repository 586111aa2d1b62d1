"""Who shares what, in columns: groups of accounts with the hours in which each was seen there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, overload

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
Name = tuple[int, str]  # kind and identifier of a group that has one
_NO_NAMES = pa.array([], pa.string())


class Names(Sequence[str]):
    """Names in an Arrow array, each made when it is asked for: a million of them take no time to open."""

    def __init__(self, names: pa.StringArray) -> None:
        self.array = names

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...
    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        found: str | Sequence[str] = (
            self.array[place].as_py() if isinstance(place, int) else self.array[place].to_pylist()
        )
        return found

    def __len__(self) -> int:
        return len(self.array)

    def __iter__(self) -> Iterator[str]:
        return iter(self.array.to_pylist())

    def take(self, places: Places) -> list[str]:
        """The names at these places."""
        found: list[str] = self.array.take(pa.array(places)).to_pylist()
        return found


@dataclass(frozen=True)
class Groups:
    """Groups in columns, sorted by kind, identifier, detail and members; members of a group in order of account.

    What one account has alone, interactions and bindings have no identifier.

    kind, identifier, detail, size, since, until  one entry a group; kind is a place in KINDS, detail in `details`
    start                                         members of group g: member[start[g] : start[g + 1]]
    member                                        places in `accounts`, which is sorted
    first                                         hours of member m: hours[first[m] : first[m + 1]], ascending
    """

    accounts: Sequence[str]
    kind: Ints
    identifier: pa.StringArray
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

    @cached_property
    def of_account(self) -> tuple[Ints, Small]:
        """Where the groups of each account begin, and those groups, one after the other."""
        begin = offsets(np.bincount(self.member, minlength=len(self.accounts)))
        return begin, _by_member(self.start, self.member, begin)

    def members(self, groups: Ints) -> Small:
        """The members of these groups, one group after the other."""
        begin, end = self.start[groups], self.start[groups + 1]
        return self.member[ranges(begin, end - begin)]

    def names(self, groups: Places) -> list[str]:
        """The names of groups in explanations: their kind, and what identifies them."""
        names = self.identifier.take(pa.array(groups)).to_pylist()
        kinds, details = self.kind[groups].tolist(), self.detail[groups].tolist()
        return [
            f"{KINDS[kind]}:{name or self.details[detail]}"
            for name, kind, detail in zip(names, kinds, details, strict=True)
        ]


def unite(parts: Sequence[Groups]) -> Groups:
    """Join what `pack` made into one, in the order that Groups promises, whatever the order of the parts."""
    accounts, moved = _merged([part.accounts for part in parts])
    return joined(
        [
            replace(part, accounts=accounts, member=places[part.member])
            for part, places in zip(parts, moved, strict=True)
        ]
    )


def joined(parts: Sequence[Groups]) -> Groups:
    """The same of parts that all have the accounts of the first, whether they have groups of them or not."""
    return _sorted(stacked(parts))


def stacked(parts: Sequence[Groups]) -> Groups:
    """Groups of the same accounts one after the other, in no order."""
    details, claimed = _merged([part.details for part in parts])
    return Groups(
        accounts=parts[0].accounts if parts else [],
        identifier=pa.concat_arrays([_NO_NAMES, *(part.identifier for part in parts)]),
        detail=_joined(places[part.detail] for part, places in zip(parts, claimed, strict=True)),
        details=details,
        member=_joined(part.member for part in parts),
        start=offsets(_joined(np.diff(part.start) for part in parts)),
        first=offsets(_joined(np.diff(part.first) for part in parts)),
        hours=_joined(part.hours for part in parts),
        **{
            name: _joined((getattr(part, name) for part in parts), np.int64)
            for name in ("kind", "size", "since", "until")
        },
    )


def before(groups: Groups, now: int | None) -> Groups:
    """Leave out what lies after the local hour `now`: later hours, members without any before, later bindings."""
    if now is None:
        return groups
    whole = trimmed(groups, groups.hours <= now)
    chosen = (groups.since <= now) & (np.diff(whole.start) > 0)
    return whole if chosen.all() else take(whole, np.flatnonzero(chosen))


def trimmed(groups: Groups, kept: Bools) -> Groups:
    """Only these hours, and members that have any; bindings have none and stay, other groups may become empty."""
    timeless = np.repeat(groups.kind == BINDING, np.diff(groups.start))
    counts = np.diff(np.r_[0, np.cumsum(kept)][groups.first])
    there = timeless | (counts > 0)
    if kept.all() and there.all():
        return groups
    gone = np.diff(np.r_[0, np.cumsum(~there)][groups.start])
    return replace(
        groups,
        size=groups.size - gone,
        start=offsets(np.diff(groups.start) - gone),
        member=groups.member[there],
        first=offsets(counts[there]),
        hours=groups.hours[kept],
    )


def named(names: Sequence[str], places: Places) -> list[str]:
    """The names at these places."""
    return names.take(places) if isinstance(names, Names) else [names[place] for place in places.tolist()]


def offsets(counts: Ints) -> Ints:
    """Where each of the parts of these sizes begins, and where the last one ends."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(counts, dtype=np.int64)])


def distinct(places: Places, count: int) -> Ints:
    """These places, of `count`, each once and ascending: quicker than to sort them."""
    found = np.zeros(count, dtype=bool)
    found[places] = True
    return np.flatnonzero(found)


def spread(start: Ints) -> Ints:
    """The number of the part that each entry belongs to."""
    return np.repeat(np.arange(start.size - 1), np.diff(start))


def _merged(parts: Sequence[Sequence[str]]) -> tuple[list[str], list[Small]]:
    """The distinct names of some lists, sorted, and per list where each of its names stands there."""
    arrays = [part.array if isinstance(part, Names) else pa.array(part, pa.string()) for part in parts]
    encoded = pa.concat_arrays([_NO_NAMES, *arrays]).dictionary_encode()
    order = pc.sort_indices(encoded.dictionary).to_numpy()
    rank = np.empty(order.size, np.int32)
    rank[order] = np.arange(order.size)
    places = rank[encoded.indices.to_numpy()]
    return encoded.dictionary.take(order).to_pylist(), np.split(places, np.cumsum([len(part) for part in parts]))[:-1]


def _joined(parts: Iterable[NDArray[Any]], form: type = np.int32) -> NDArray[Any]:
    return np.concatenate([np.zeros(0, form), *parts])


def _sorted(groups: Groups) -> Groups:
    place = (spread(groups.start) << 32) + groups.member
    # Members that were sorted once are still in order.
    members = np.arange(place.size) if (np.diff(place) >= 0).all() else np.argsort(place)
    ends = [groups.member[members[at]] if at.size else at for at in (groups.start[:-1], groups.start[1:] - 1)]
    order = np.lexsort((groups.until, groups.since, _keys(groups, *ends)))
    counts = np.diff(groups.start)[order]
    moved = _ordered(groups, members[ranges(groups.start[order], counts)])
    return _taken(moved, order, counts)


def _keys(groups: Groups, first: Places, last: Places) -> Ints:
    """One number a group, by which to sort by kind, identifier, detail and members; of these `first` and `last` tell.

    Of one kind there are none with one name. One number is sorted sooner than five, and much sooner where it ascends
    already for the most part; 64 bits are enough for ten million accounts and as many names in a thousand details.
    """
    accounts, ranks = len(groups.accounts), _ranks(groups.identifier)
    nameless = (groups.detail * np.int64(accounts) + first) * accounts + last
    most = max(len(groups.details) * accounts**2, len(groups))  # more than any of these, and than any rank
    return 2 * most * groups.kind + np.where(ranks < 0, nameless, most + ranks)


def _ranks(names: pa.StringArray) -> Ints:
    """The place of each name in their order; -1 for what has none."""
    named = np.flatnonzero(pc.not_equal(names, "").to_numpy(zero_copy_only=False))
    order = pc.sort_indices(names.take(pa.array(named))).to_numpy()
    ranks = np.full(len(names), -1)
    ranks[named[order]] = np.arange(named.size)
    return ranks


def take(groups: Groups, chosen: Ints) -> Groups:
    """These groups, in this order."""
    begin, end = groups.start[chosen], groups.start[chosen + 1]
    return _taken(_ordered(groups, ranges(begin, end - begin)), chosen, end - begin)


def _taken(moved: Groups, chosen: Ints, counts: Ints) -> Groups:
    """The groups in another order, whose members are in that order already."""
    return replace(
        moved,
        identifier=moved.identifier.take(pa.array(chosen)),
        start=offsets(counts),
        **{name: getattr(moved, name)[chosen] for name in ("kind", "detail", "size", "since", "until")},
    )


def _ordered(groups: Groups, members: Ints) -> Groups:
    """The members in another order, with their hours."""
    begin, end = groups.first[members], groups.first[members + 1]
    counts = end - begin
    hours = _gathered(begin, counts, groups.hours)
    return replace(groups, member=groups.member[members], first=offsets(counts), hours=hours)


def ranges(starts: Ints, counts: Ints) -> Ints:
    """All places from each start on, as many as its count."""
    return np.repeat(starts - offsets(counts)[:-1], counts) + np.arange(counts.sum())


@njit(cache=True, nogil=True)
def _gathered(starts: Ints, counts: Ints, hours: Small) -> Small:
    found = np.empty(counts.sum(), np.int32)
    place = 0
    for part in range(starts.size):
        for hour in hours[starts[part] : starts[part] + counts[part]]:
            found[place] = hour
            place += 1
    return found


@njit(cache=True, nogil=True)
def _by_member(start: Ints, member: Small, begin: Ints) -> Small:
    """The group of each member entry, brought together by account."""
    found, at = np.empty(member.size, np.int32), begin.copy()
    for group in range(start.size - 1):
        for entry in range(start[group], start[group + 1]):
            found[at[member[entry]]] = group
            at[member[entry]] += 1
    return found
