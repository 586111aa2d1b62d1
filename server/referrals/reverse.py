"""Reverse-reachable sets: whom an account could have been brought by, in worlds drawn at random.

The reach of a set of accounts is the expected number of accounts that it brings, directly or by others; an account
of the set counts when another one of the set brings it. It is the chance that the set meets the accounts from which
a random account is reached (Borgs et al., Maximizing Social Influence in Nearly Optimal Time, SODA 2014). Only
accounts that somebody brings are drawn, each as often as somebody does: worlds in which nobody does are known to
count nothing, and never made.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit

from server.referrals.fit import incoming
from server.referrals.graph import Floats, Ints, Network, Places


@dataclass(frozen=True)
class Sets:
    """Sets of accounts, one after the other: set `i` is `member[start[i]:start[i + 1]]`.

    The first `near[i]` of them bring its account by themselves, the others by way of others. `mass` is the expected
    number of accounts that anybody brings, the reach of accounts that meet every set.
    """

    size: int
    mass: float
    start: Ints
    near: Ints
    member: Places

    def __len__(self) -> int:
        return len(self.start) - 1


def joined(parts: Sequence[Sets]) -> Sets:
    """All these sets of the same accounts as one."""
    begins = np.cumsum([0, *(len(part.member) for part in parts)])
    start = [part.start[1:] + begin for part, begin in zip(parts, begins, strict=False)]
    mass, near = sum(part.mass for part in parts), np.concatenate([part.near for part in parts])
    member = np.concatenate([part.member for part in parts])
    return Sets(parts[0].size, mass, np.concatenate([np.zeros(1, np.int64), *start]), near, member)


def draw(net: Network, chance: Floats, count: int, seed: int) -> Sets:
    """Draw `count` reverse-reachable sets of a network whose edges bring the referee with these chances."""
    start, referrer, p = incoming(net, np.clip(chance, 0.0, 1.0))
    brought = _brought(start, p)
    mass = float(brought.sum())
    if mass <= 0.0:
        return Sets(net.size, 0.0, np.zeros(1, np.int64), np.empty(0, np.int64), np.empty(0, np.int32))
    rng = np.random.default_rng(seed)
    root = np.minimum(np.searchsorted(np.cumsum(brought) / mass, rng.random(count), side="right"), net.size - 1)
    return Sets(net.size, mass, *_sets(start, referrer, p, brought, root, int(rng.integers(2**31))))


def reach(net: Network, chance: Floats, sets: Sets) -> tuple[Floats, Floats]:
    """Each account's reach and its standard error: exact for those it brings itself, from the sets for the others."""
    itself = np.bincount(net.referrer, np.clip(chance, 0.0, 1.0), minlength=net.size)
    place = np.arange(len(sets.member)) - np.repeat(sets.start[:-1], np.diff(sets.start))
    far = sets.member[place >= np.repeat(sets.near, np.diff(sets.start))]
    hits = np.bincount(far, minlength=net.size)
    scale = sets.mass / max(len(sets), 1)
    return itself + hits * scale, np.sqrt(hits) * scale


@njit(cache=True)
def _brought(start: Ints, p: Floats) -> Floats:
    """The chance that each account is brought by one of its referrers, were all of them active."""
    chance = np.zeros(start.size - 1)
    for account in range(chance.size):
        none = 1.0
        for edge in range(start[account], start[account + 1]):
            none *= 1 - p[edge]
        chance[account] = 1 - none
    return chance


@njit(cache=True)
def _sets(start: Ints, referrer: Ints, p: Floats, brought: Floats, root: Ints, seed: int) -> tuple[Ints, Ints, Places]:
    np.random.seed(seed)
    starts = np.zeros(root.size + 1, np.int64)
    near = np.zeros(root.size, np.int64)
    member = np.empty(4 * root.size + 16, np.int32)
    seen = np.full(brought.size, -1)
    filled = 0
    for number in range(root.size):
        here = root[number]
        seen[here] = number
        read = filled
        least = np.random.random() * brought[here]  # the first edge that brings the root, given that one does
        none, met = 1.0, False
        while True:
            for edge in range(start[here], start[here + 1]):
                if met:
                    live = np.random.random() < p[edge]
                else:
                    none *= 1 - p[edge]
                    live = met = 1 - none >= least
                if live and seen[referrer[edge]] != number:
                    seen[referrer[edge]] = number
                    if filled == member.size:
                        member = np.append(member, np.empty(member.size, np.int32))
                    member[filled] = referrer[edge]
                    filled += 1
            if here == root[number]:
                near[number] = filled - starts[number]
            met = True
            if read == filled:
                break
            here = member[read]
            read += 1
        starts[number + 1] = filled
    return starts, near, member[:filled]
