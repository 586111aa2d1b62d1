"""Groups that were read at one time, and where those of an account or of a name stand among them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pyarrow as pa
from numba import njit

from server.detect.groups import (
    Bools,
    Groups,
    Ints,
    Name,
    Names,
    Small,
    distinct,
    find,
    named,
    offsets,
    ranges,
    subset,
    unite,
)


class Index:
    """Where the groups of each account of some groups begin, and those groups, one after the other; made when asked."""

    def __init__(self, groups: Groups) -> None:
        self.groups = groups

    @cached_property
    def begin(self) -> Ints:
        """Per account, and the number of all after the last."""
        return offsets(np.bincount(self.groups.member, minlength=len(self.groups.accounts)))

    @cached_property
    def group(self) -> Small:
        """Places in the groups."""
        return _by_member(self.groups.start, self.groups.member, self.begin)


@dataclass(frozen=True)
class Part:
    """Groups that were read at one time; those that were read again later are not `alive` any more.

    `index` is that of the groups, which those that live share with all; `name` is what the folder calls a part that is
    kept there.
    """

    groups: Groups
    alive: Bools
    index: Index
    name: str = ""

    def __len__(self) -> int:
        """How many members there are in all groups."""
        return self.groups.member.size

    def of(self, accounts: Iterable[str]) -> Ints:
        """The living groups that have one of these accounts."""
        at = placed(self.groups.accounts, accounts)
        at = at[at >= 0]
        begin, groups = self.index.begin, self.index.group
        theirs = distinct(groups[ranges(begin[at], begin[at + 1] - begin[at])], len(self.groups))
        return theirs[self.alive[theirs]]

    def members(self, groups: Ints) -> Sequence[str]:
        """The accounts in these groups."""
        begin, end = self.groups.start[groups], self.groups.start[groups + 1]
        members = self.groups.member[ranges(begin, end - begin)]
        return named(self.groups.accounts, distinct(members, len(self.groups.accounts)))

    def named(self, names: Collection[Name]) -> Ints:
        """The living groups of these kinds and identifiers."""
        groups, found = self.groups, [np.zeros(0, np.int64)]
        for kind in {kind for kind, _ in names}:
            wanted = pa.array([name for one, name in names if one == kind], pa.string())
            found.append(find(groups.identifier, wanted, *np.searchsorted(groups.kind, [kind, kind + 1]).tolist()))
        at = np.concatenate(found)
        at = at[at >= 0]
        return at[self.alive[at]]

    def without(self, dead: Ints) -> Part:
        """The same, with these groups alive no more."""
        alive = self.alive.copy()
        alive[dead] = False
        return replace(self, alive=alive)


def placed(names: Sequence[str], wanted: Iterable[str]) -> Ints:
    """Where each of some names stands among others, which ascend; -1 for one that is not there."""
    array = names.array if isinstance(names, Names) else pa.array(names, pa.string())
    return find(array, pa.array(wanted, pa.string()), 0, len(array))


def merged(parts: Sequence[Part]) -> Part:
    """What is alive in these."""
    return whole(unite([subset(part.groups, np.flatnonzero(part.alive)) for part in parts]))


def whole(groups: Groups) -> Part:
    """Groups of which all are alive."""
    accounts = Names(pa.array(groups.accounts, pa.string()))
    found = replace(groups, accounts=accounts)
    return Part(found, np.ones(len(groups), dtype=bool), Index(found))


@njit(cache=True, nogil=True)
def _by_member(start: Ints, member: Small, begin: Ints) -> Small:
    """The group of each member entry, brought together by account."""
    found, at = np.empty(member.size, np.int32), begin.copy()
    for group in range(start.size - 1):
        for entry in range(start[group], start[group + 1]):
            found[at[member[entry]]] = group
            at[member[entry]] += 1
    return found
