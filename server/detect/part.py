"""Groups that were read at one time, and where those of an account or of a name stand among them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit
from numpy.typing import NDArray

from server.detect.groups import Bools, Groups, Ints, Places, Small, distinct, ranges

Bytes = NDArray[np.uint8]
_NONE = np.zeros(1, np.int32)


@dataclass(frozen=True)
class Part:
    """Groups that were read at one time; those that were read again later are not `alive` any more.

    `places` are those of its accounts in a Memory. `name` is what the folder calls a part that is kept there.
    """

    groups: Groups
    places: Places
    alive: Bools
    name: str = ""

    def __len__(self) -> int:
        """How many members there are in all groups."""
        return self.groups.member.size

    def of(self, chosen: Bools) -> Ints:
        """The living groups that have an account at one of the chosen places."""
        at = np.flatnonzero(chosen[self.places])
        begin, groups = self.groups.of_account
        theirs = distinct(groups[ranges(begin[at], begin[at + 1] - begin[at])], len(self.groups))
        return theirs[self.alive[theirs]]

    def members(self, groups: Ints) -> Places:
        """The places of those in these groups."""
        return self.places[self.groups.members(groups)]

    def named(self, kind: int, names: pa.StringArray) -> Ints:
        """The living groups of a kind with these identifiers."""
        at = find(self.groups.identifier, names, *np.searchsorted(self.groups.kind, [kind, kind + 1]).tolist())
        at = at[at >= 0]
        return at[self.alive[at]]

    def without(self, dead: Ints) -> Part:
        """The same, with these groups alive no more."""
        alive = self.alive.copy()
        alive[dead] = False
        return replace(self, alive=alive)


def whole(groups: Groups, places: Places) -> Part:
    """Groups of which all are alive."""
    return Part(groups, places, np.ones(len(groups), dtype=bool))


def find(names: pa.StringArray, wanted: pa.StringArray, begin: int, end: int) -> Ints:
    """Where each of some names stands among those from `begin` to `end`, which ascend; -1 for one that is not there."""
    order = pc.sort_indices(wanted).to_numpy()  # of two that are near one another the second is found in the cache
    found = np.empty(order.size, np.int64)
    found[order] = _bisect(*_content(names), *_content(wanted.take(order)), begin, end)
    return found


def _content(names: pa.StringArray) -> tuple[Small, Bytes]:
    """Where each name begins, and the bytes of all."""
    _, begin, content = names.buffers()
    places = np.frombuffer(begin, np.int32)[names.offset : names.offset + len(names) + 1] if len(names) else _NONE
    return places, np.frombuffer(content, np.uint8) if content else np.zeros(0, np.uint8)


@njit(cache=True, nogil=True)
def _bisect(begin: Small, content: Bytes, asked: Small, letters: Bytes, least: int, most: int) -> Ints:
    found = np.full(asked.size - 1, -1)
    for name in range(asked.size - 1):
        low, high = least, most
        while low < high:
            middle = (low + high) // 2
            order = _order(content, begin[middle], begin[middle + 1], letters, asked[name], asked[name + 1])
            if order == 0:
                found[name] = middle
                break
            if order < 0:
                low = middle + 1
            else:
                high = middle
    return found


@njit(cache=True, nogil=True)
def _order(one: Bytes, begin: int, end: int, other: Bytes, start: int, stop: int) -> int:
    """Below 0 where the one comes first, above 0 where the other does, 0 for the same."""
    for at in range(min(end - begin, stop - start)):
        if one[begin + at] != other[start + at]:
            return 1 if one[begin + at] > other[start + at] else -1
    return (end - begin) - (stop - start)
