"""From scored pairs to households: correlation clustering that does not chain.

The aim is the partition whose households have the largest sum of log-odds over all pairs within; a pair without
evidence counts as `strangers`. Households grow by greedy additive edge contraction (Keuper et al., Efficient
Decomposition of Image and Mesh Graphs by Lifted Multicuts, ICCV 2015): the two parts whose union gains most are
joined until no union gains. Then single accounts move, households split and join while that gains, so the result is
stable: nobody would do better elsewhere. Ties go to the smaller account, so the result does not depend on order.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from server.detect.groups import Bools, Ints, Places, offsets
from server.detect.meetings import Floats

HELD = 1e6  # log-odds of a pair that must be together: more than any evidence
APART = -1e9  # and of one that must not: more than all that must
LARGEST = 2_000  # accounts: a larger component would need too large a matrix
LEAST = 1e-9  # gain: rounding is no reason to move
Matrix = Floats


def cluster(count: int, a: Places, b: Places, score: Floats, strangers: float) -> Ints:
    """Label each of `count` accounts with the smallest account of its household.

    a, b and score are the pairs with evidence, in log-odds; infinity holds a pair together whatever the rest says,
    minus infinity keeps it apart whatever is held. No union gains without a pair that speaks for it, so parts grow
    only within the components of such pairs. A component of more than LARGEST accounts is cut at its weakest pairs.
    """
    weight = np.clip(score, APART, HELD)
    root, least = _components(count, a, b, weight)
    inside = (root[a] == root[b]) & ((weight > least[root[a]]) | (weight <= 0))
    member = np.argsort(root, kind="stable")
    start = offsets(np.bincount(root, minlength=count))
    rows = np.flatnonzero(inside)
    rows = rows[np.argsort(root[a[rows]], kind="stable")]
    pairs = offsets(np.bincount(root[a[rows]], minlength=count))
    return _solve(member, start, pairs, a[rows], b[rows], weight[rows], strangers)


def _components(count: int, a: Places, b: Places, weight: Floats) -> tuple[Ints, Floats]:
    """Components of the pairs that speak for a household, and per component how much a pair must say to count."""
    least = np.zeros(count)
    used = weight > 0
    root = components(count, a[used], b[used])
    while (np.bincount(root, minlength=1) > LARGEST).any():
        large = np.bincount(root, minlength=count)[root] > LARGEST
        least = np.where(large, 2 * least + 0.5, least)
        used &= weight > least[a]
        root = components(count, a[used], b[used])
    return root, least


@njit(cache=True, nogil=True)
def components(count: int, a: Places, b: Places) -> Ints:
    """Label each of `count` accounts with the smallest account of its connected component."""
    root = np.arange(count)
    for pair in range(a.size):
        left, right = int(a[pair]), int(b[pair])
        while root[left] != left:
            root[left] = root[root[left]]
            left = root[left]
        while root[right] != right:
            root[right] = root[root[right]]
            right = root[right]
        root[max(left, right)] = min(left, right)
    for place in range(count):  # labels only ever point to smaller ones
        root[place] = root[root[place]]
    return root


@njit(cache=True, nogil=True)
def _solve(
    member: Ints, start: Ints, pairs: Ints, a: Places, b: Places, weight: Floats, strangers: float
) -> Ints:  # fmt: skip
    """Partition one component after the other."""
    label = np.arange(member.size)
    place = np.empty(member.size, np.int64)
    for root in range(member.size):
        size = start[root + 1] - start[root]
        if size < 2:
            continue
        own = member[start[root] : start[root + 1]]
        for index in range(size):
            place[own[index]] = index
        matrix = np.full((size, size), strangers)
        for row in range(pairs[root], pairs[root + 1]):
            i, j = place[a[row]], place[b[row]]
            matrix[i, j] = matrix[j, i] = weight[row]
        for index in range(size):
            matrix[index, index] = 0.0
        part = _contract(matrix.copy())
        _refine(matrix, part)
        smallest = np.full(size, size)
        for index in range(size - 1, -1, -1):
            smallest[part[index]] = index
        for index in range(size):
            label[own[index]] = own[smallest[part[index]]]
    return label


@njit(cache=True, nogil=True)
def _contract(gain: Matrix) -> Ints:
    """Join the two parts whose union gains most until none gains; `gain` is used up."""
    size = gain.shape[0]
    part, alive = np.arange(size), np.ones(size, np.bool_)
    best = np.zeros(size, np.int64)
    for i in range(size):
        best[i] = _partner(gain, alive, i)
    while True:
        left = -1
        for i in range(size):
            if alive[i] and best[i] >= 0 and (left < 0 or gain[i, best[i]] > gain[left, best[left]]):
                left = i
        if left < 0 or gain[left, best[left]] <= LEAST:
            return part
        right = best[left]
        alive[right] = False
        part[part == right] = left
        gain[left] += gain[right]
        gain[:, left] = gain[left]
        for i in range(size):
            if alive[i] and (i == left or best[i] == left or best[i] == right):
                best[i] = _partner(gain, alive, i)
            elif alive[i] and i < left and gain[i, left] > gain[i, best[i]]:
                best[i] = left


@njit(cache=True, nogil=True)
def _partner(gain: Matrix, alive: Bools, i: int) -> int:
    """The later part whose union with part i gains most; -1 when there is none."""
    best = -1
    for j in range(i + 1, gain.shape[0]):
        if alive[j] and (best < 0 or gain[i, j] > gain[i, best]):
            best = j
    return best


@njit(cache=True, nogil=True)
def _refine(matrix: Matrix, part: Ints) -> None:
    """Move, split and join while anything gains; every step raises the sum, so it ends."""
    changed = True
    while changed:
        changed = _move(matrix, part) or _split(matrix, part) or _join(matrix, part)


@njit(cache=True, nogil=True)
def _pulls(matrix: Matrix, part: Ints, i: int) -> Floats:
    pull = np.zeros(part.size)
    for j in range(part.size):
        pull[part[j]] += matrix[i, j]
    return pull


@njit(cache=True, nogil=True)
def _unused(part: Ints) -> int:
    """A number that no part has; the last place is free as soon as two share one."""
    taken = np.zeros(part.size + 1, np.bool_)
    for own in part:
        taken[own] = True
    return int(np.argmin(taken))


@njit(cache=True, nogil=True)
def _move(matrix: Matrix, part: Ints) -> bool:
    """Send each account where it gains most: to another household, or off alone."""
    changed = False
    for i in range(part.size):
        pull = _pulls(matrix, part, i)
        to = int(np.argmax(pull))
        if pull[to] <= 0 and pull[part[i]] < -LEAST:
            part[i] = _unused(part)
            changed = True
        elif pull[to] > pull[part[i]] + LEAST:
            part[i] = to
            changed = True
    return changed


@njit(cache=True, nogil=True)
def _split(matrix: Matrix, part: Ints) -> bool:
    """Part a household in two where those who leave together gain."""
    changed = False
    for seed in range(part.size):
        own = np.flatnonzero(part == part[seed])
        if own.size < 4:
            continue
        leaves = np.zeros(own.size, np.bool_)
        pull, home = np.zeros(own.size), np.zeros(own.size)
        for i in range(own.size):
            leaves[i] = own[i] == seed
            for j in range(own.size):
                home[i] += matrix[own[i], own[j]]
            pull[i] = matrix[own[i], seed]
        lost = home[leaves].sum()
        for _ in range(own.size - 2):
            best = -1
            for i in range(own.size):
                if not leaves[i] and (best < 0 or home[i] - 2 * pull[i] < home[best] - 2 * pull[best]):
                    best = i
            lost += home[best] - 2 * pull[best]
            leaves[best] = True
            for i in range(own.size):
                pull[i] += matrix[own[i], own[best]]
            if lost < -LEAST:
                part[own[leaves]] = _unused(part)
                changed = True
                break
    return changed


@njit(cache=True, nogil=True)
def _join(matrix: Matrix, part: Ints) -> bool:
    """Join the first two households that gain by it."""
    for i in range(part.size):
        total = np.zeros(part.size)
        for j in np.flatnonzero(part == part[i]):
            total += _pulls(matrix, part, int(j))
        total[part[i]] = 0.0
        to = int(np.argmax(total))
        if total[to] > LEAST:
            part[part == part[i]] = to
            return True
    return False
