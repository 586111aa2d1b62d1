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


@dataclass(frozen=True)
class Part:
    """Groups that were read at one time; those that were read again later are not `alive` any more.

    `name` is what the folder calls a part that is kept there.
    """

    groups: Groups
    alive: Bools
    name: str = ""

    def __len__(self) -> int:
        """How many members there are in all groups."""
        return self.groups.member.size

    @cached_property
    def of_account(self) -> tuple[Ints, Small]:
        """Where the groups of each account begin, and those groups, one after the other."""
        groups = self.groups
        begin = offsets(np.bincount(groups.member, minlength=len(groups.accounts)))
        return begin, _by_member(groups.start, groups.member, begin)

    def of(self, accounts: Iterable[str]) -> Ints:
        """The living groups that have one of these accounts."""
        at = placed(self.groups.accounts, accounts)
        at = at[at >= 0]
        begin, groups = self.of_account
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
    return Part(replace(groups, accounts=accounts), np.ones(len(groups), dtype=bool))


@njit(cache=True, nogil=True)
def _by_member(start: Ints, member: Small, begin: Ints) -> Small:
    """The group of each member entry, brought together by account."""
    found, at = np.empty(member.size, np.int32), begin.copy()
    for group in range(start.size - 1):
        for entry in range(start[group], start[group + 1]):
            found[at[member[entry]]] = group
            at[member[entry]] += 1
    return found
