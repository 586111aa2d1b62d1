"""What has changed from groups as they were to groups as they are now."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pyarrow.compute as pc
from numba import njit

from server.detect.groups import Bools, Groups, Ints, Places, Small, stacked
from server.detect.members import CIRCLES, FEW


class Difference(NamedTuple):
    """Places of accounts, which may be there more than once, and groups.

    touched  who is in a group of either that is not the same in the other: with the same members at the same hours
    turned   whose circle has changed: who shares a thing of few
    new      the groups with a name that are there only now
    """

    touched: Places
    turned: Places
    new: Ints


def difference(old: Groups, fresh: Groups) -> Difference:
    """Compare groups whose members are places in one numbering, in one order; a name is there once in each."""
    both = stacked([old, fresh])
    name = _names(both)
    one, other = _matched(both, name, np.arange(name.size) >= len(old))
    equal, same = _compared(one, other, both.start, both.member, both.first, both.hours)
    for column in (both.detail, both.size, both.since, both.until):
        same &= column[one] == column[other]
    count = np.diff(both.start)
    unlike, close = count > 1, count <= FEW
    few = (close[one] | close[other]) & ~equal
    for at in (one, other):
        unlike[at[same]] = False
        close[at] = few
    circles = (name >= 0) & np.isin(both.kind, CIRCLES)
    new = name[len(old) :] >= 0
    new[other - len(old)] = False
    touched, turned = (both.members(np.flatnonzero(chosen)) for chosen in (unlike, close & circles))
    return Difference(touched, turned, np.flatnonzero(new))


def _names(groups: Groups) -> Ints:
    """A number for each kind and name; -1 for what has no name."""
    encoded = groups.identifier.dictionary_encode()
    numbers: Ints = groups.kind * len(encoded.dictionary) + encoded.indices.to_numpy()
    numbers[pc.equal(groups.identifier, "").to_numpy(zero_copy_only=False)] = -1
    return numbers


def _matched(groups: Groups, name: Ints, fresh: Bools) -> tuple[Ints, Ints]:
    """The old groups and the fresh ones that are one thing: of one kind and name, or else of one kind and pair.

    An interaction may be there twice, and of such twins only one is matched: then too much counts as changed, which
    costs time and nothing else.
    """
    ends = [groups.member[place].astype(np.int64) for place in (groups.start[:-1], groups.start[1:] - 1)]
    pair = np.where(name < 0, (ends[0] << 32) + ends[1], 0)
    what = np.where(name < 0, -1 - groups.kind - (groups.detail.astype(np.int64) << 32), name)
    order = np.lexsort((fresh, pair, what))
    before, after = order[:-1], order[1:]
    one = (what[before] == what[after]) & (pair[before] == pair[after]) & ~fresh[before] & fresh[after]
    return before[one], after[one]


@njit(cache=True, nogil=True)
def _compared(one: Ints, other: Ints, start: Ints, member: Small, first: Ints, hours: Small) -> tuple[Bools, Bools]:
    """Of two groups each, whether they have the same members, and whether these have the same hours as well."""
    equal, same = np.zeros(one.size, np.bool_), np.zeros(one.size, np.bool_)
    for at in range(one.size):
        a, b = start[one[at]], start[other[at]]
        count = start[one[at] + 1] - a
        if start[other[at] + 1] - b == count and (member[a : a + count] == member[b : b + count]).all():
            equal[at] = same[at] = True
            for entry in range(count):
                mine = hours[first[a + entry] : first[a + entry + 1]]
                theirs = hours[first[b + entry] : first[b + entry + 1]]
                if mine.size != theirs.size or (mine != theirs).any():
                    same[at] = False
    return equal, same
