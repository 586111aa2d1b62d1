"""From scored pairs to households: correlation clustering that does not chain.

The aim is the partition whose households have the largest sum of log-odds over all pairs within; a pair without
evidence counts as `strangers`. Households grow by greedy additive edge contraction (Keuper et al., Efficient
Decomposition of Image and Mesh Graphs by Lifted Multicuts, ICCV 2015): the two parts whose union gains most are
joined until no union gains. So a single strong pair does not chain two homes together: everybody else who would
have to live with strangers votes against it. Ties go to the smaller account, so the result does not depend on order.
"""

from __future__ import annotations

import heapq

import numpy as np
from numba import njit

from server.detect.meetings import Floats, Ints

Parts = dict[int, dict[int, tuple[float, int]]]


def cluster(count: int, a: Ints, b: Ints, score: Floats, strangers: float) -> Ints:
    """Label each of `count` accounts with the smallest account of its household.

    a, b and score are the pairs with evidence, in log-odds; infinity holds a pair together whatever the rest says.
    No union gains without a pair that speaks for it, so parts grow only within the components of such pairs.
    """
    root = components(count, a[score > 0], b[score > 0])
    near = np.flatnonzero(root[a] == root[b])
    pairs = list(zip(a[near].tolist(), b[near].tolist(), score[near].tolist(), strict=True))
    gains: Parts = {}
    for left, right, weight in pairs:
        gains.setdefault(left, {})[right] = gains.setdefault(right, {})[left] = (weight, 1)
    sizes = dict.fromkeys(gains, 1)
    label = np.arange(count)
    heap = [(-weight, left, right) for left, right, weight in pairs if weight > 0]
    heapq.heapify(heap)
    while heap:
        gain, left, right = heapq.heappop(heap)
        if right not in gains.get(left, ()) or -gain != _gain(gains, sizes, left, right, strangers):
            continue  # an entry from before one of the two grew
        if gain >= 0:
            break
        label[right] = left
        for other in _join(gains, sizes, left, right):
            pair = (left, other) if left < other else (other, left)
            heapq.heappush(heap, (-_gain(gains, sizes, left, other, strangers), *pair))
    return _roots(label)


@njit(cache=True)
def components(count: int, a: Ints, b: Ints) -> Ints:
    """Label each of `count` accounts with one account of its connected component."""
    root = np.arange(count)
    for pair in range(a.size):
        left, right = a[pair], b[pair]
        while root[left] != left:
            root[left] = root[root[left]]
            left = root[left]
        while root[right] != right:
            root[right] = root[root[right]]
            right = root[right]
        root[max(left, right)] = min(left, right)
    return _roots(root)


def _gain(gains: Parts, sizes: dict[int, int], left: int, right: int, strangers: float) -> float:
    """What the sum gains when two parts become one: their evidence, and strangers for the other pairs."""
    weight, pairs = gains[left][right]
    return weight + strangers * (sizes[left] * sizes[right] - pairs)


def _join(gains: Parts, sizes: dict[int, int], left: int, right: int) -> list[int]:
    """Move all that `right` has into `left`; returns the parts that `left` now has evidence with."""
    del gains[left][right]
    for other, (weight, pairs) in gains.pop(right).items():
        if other == left:
            continue
        del gains[other][right]
        old, before = gains[left].get(other, (0.0, 0))
        gains[left][other] = gains[other][left] = (old + weight, before + pairs)
    sizes[left] += sizes.pop(right)
    return sorted(gains[left])


@njit(cache=True)
def _roots(label: Ints) -> Ints:
    """Follow every label to its end; labels only ever point to smaller ones."""
    for place in range(label.size):
        label[place] = label[label[place]]
    return label
