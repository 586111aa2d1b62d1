"""What an account has done for the network: counts, the tree of first referrers, PageRank and k-core, all exact."""

from __future__ import annotations

import numpy as np
from numba import njit

from server.referrals.graph import Floats, Ints, Network, Places, Referrals

DAMPING = 0.85
PRECISION = 1e-10  # change of PageRank over all accounts, after which it stands
ROUNDS = 200
STEPS = 50_000_000  # along referrals, after which betweenness is too dear: a second or two


def direct(net: Network) -> Ints:
    """How many accounts each has referred."""
    return np.diff(net.start)


def converted(net: Network) -> Ints:
    """How many of those converted."""
    return np.bincount(net.referrer[net.converted], minlength=net.size).astype(np.int64)


def parents(given: Referrals) -> Ints:
    """Each account's first referrer, or -1: a forest, in which an account that brought its referrer keeps its place.

    Rows must be in order of time. In a circle of first referrals the last one closes it, and so is left out.
    """
    first = np.full(given.size, -1)
    row = np.full(given.size, -1)
    referee, place = np.unique(given.referee, return_index=True)
    first[referee], row[referee] = given.referrer[place], place
    return _opened(first, row)


def generations(parent: Ints) -> tuple[Ints, Ints]:
    """How many accounts are below each in the forest, and how many generations deep."""
    found: tuple[Ints, Ints] = _below(parent)
    return found


def pagerank(net: Network) -> Floats:
    """PageRank against the direction of referrals, so that it ranks who invites; adds up to 1.

    As networkx.pagerank of the reversed graph: damping 0.85; accounts that nobody referred share theirs with all.
    """
    degree = np.bincount(net.referee, minlength=net.size)
    rank: Floats = _pagerank(net.start, net.referee, degree, DAMPING, PRECISION, ROUNDS)
    return rank


def coreness(net: Network) -> Ints:
    """The k-core number of each account in the undirected network (Batagelj and Zaversnik 2003)."""
    core: Ints = _coreness(*undirected(net)).astype(np.int64)
    return core


def undirected(net: Network) -> tuple[Places, Places]:
    """Where each account's neighbours begin, and the neighbours, each once whoever referred whom."""
    found: tuple[Places, Places] = _undirected(net.start, net.referrer, net.referee)
    return found


def betweenness(net: Network, most: int = STEPS) -> Floats | None:
    """How many shortest paths of referrals between two others run through each account, exact.

    Brandes, A Faster Algorithm for Betweenness Centrality (Journal of Mathematical Sociology 2001). From each account
    it goes along all referrals below; None where these are more than `most` in all.
    """
    found: Floats = _betweenness(net.start, net.referee, most)
    return found if found.size == net.size else None


@njit(cache=True)
def _opened(parent: Ints, row: Ints) -> Ints:
    """Open each circle at its latest row."""
    mark = np.full(parent.size, -1)
    for begin in range(parent.size):
        here = begin
        while here >= 0 and mark[here] < 0:
            mark[here] = begin
            here = parent[here]
        if here < 0 or mark[here] != begin:
            continue
        last, on = here, parent[here]
        while on != here:
            if row[on] > row[last]:
                last = on
            on = parent[on]
        parent[last] = -1
    return parent


@njit(cache=True)
def _below(parent: Ints) -> tuple[Ints, Ints]:
    size = parent.size
    count, depth, waiting = np.zeros(size, np.int64), np.zeros(size, np.int64), np.zeros(size, np.int64)
    for account in range(size):
        if parent[account] >= 0:
            waiting[parent[account]] += 1
    for leaf in range(size):
        here = leaf if waiting[leaf] == 0 else -1
        while here >= 0 and parent[here] >= 0:
            up = parent[here]
            waiting[here] = -1
            count[up] += count[here] + 1
            depth[up] = max(depth[up], depth[here] + 1)
            waiting[up] -= 1
            here = up if waiting[up] == 0 and up < leaf else -1
    return count, depth


@njit(cache=True)
def _pagerank(start: Ints, referee: Ints, degree: Ints, damping: float, precision: float, rounds: int) -> Floats:
    size = start.size - 1
    rank = np.full(size, 1.0 / max(size, 1))
    for _ in range(rounds):
        loose = 0.0
        share = np.zeros(size)
        for account in range(size):
            if degree[account] == 0:
                loose += rank[account]
            else:
                share[account] = rank[account] / degree[account]
        change = 0.0
        base = (1 - damping + damping * loose) / max(size, 1)
        for account in range(size):
            given = 0.0
            for edge in range(start[account], start[account + 1]):
                given += share[referee[edge]]
            new = base + damping * given
            change += abs(new - rank[account])
            rank[account] = new
        if change < precision:
            break
    return rank


@njit(cache=True)
def _undirected(start: Ints, referrer: Ints, referee: Ints) -> tuple[Places, Places]:
    """Referees of an account lie in order, so whether it was referred back is a search."""
    size = start.size - 1
    once, begin = np.ones(referee.size, np.bool_), np.zeros(size + 1, np.int32)
    for edge in range(referee.size):
        a, b = referrer[edge], referee[edge]
        if a > b:
            low, high = start[b], start[b + 1]
            while low < high:
                middle = (low + high) // 2
                if referee[middle] < a:
                    low = middle + 1
                else:
                    high = middle
            once[edge] = low == start[b + 1] or referee[low] != a
        if once[edge]:
            begin[a + 1] += 1
            begin[b + 1] += 1
    for account in range(size):
        begin[account + 1] += begin[account]
    neighbour, free = np.empty(begin[size], np.int32), begin[:-1].copy()
    for edge in range(referee.size):
        if once[edge]:
            a, b = referrer[edge], referee[edge]
            neighbour[free[a]], neighbour[free[b]] = b, a
            free[a] += 1
            free[b] += 1
    return begin, neighbour


@njit(cache=True)
def _coreness(start: Places, neighbour: Places) -> Places:
    """Accounts lie in `order` by what is left of their degree, those of degree d from `first[d]` on."""
    size = start.size - 1
    degree = start[1:] - start[:-1]
    first = np.zeros((degree.max() if size else 0) + 2, np.int32)
    for account in range(size):
        first[degree[account] + 1] += 1
    for number in range(first.size - 1):
        first[number + 1] += first[number]
    place, order, free = np.empty(size, np.int32), np.empty(size, np.int32), first.copy()
    for account in range(size):
        place[account] = free[degree[account]]
        order[place[account]] = account
        free[degree[account]] += 1
    for step in range(size):
        account = order[step]
        for edge in range(start[account], start[account + 1]):
            other = neighbour[edge]
            if degree[other] > degree[account]:
                swapped = first[degree[other]]
                front, back = order[swapped], place[other]
                order[swapped], order[back] = other, front
                place[other], place[front] = swapped, back
                first[degree[other]] = swapped + 1
                degree[other] -= 1
    return degree


@njit(cache=True)
def _betweenness(start: Ints, referee: Ints, most: int) -> Floats:
    size = start.size - 1
    total, far, paths, owed = np.zeros(size), np.full(size, -1), np.zeros(size), np.zeros(size)
    queue = np.empty(size, np.int64)
    for source in range(size):
        far[source], paths[source], queue[0] = 0, 1.0, source
        read, end = 0, 1
        while read < end:
            here = queue[read]
            read += 1
            most -= start[here + 1] - start[here]
            for edge in range(start[here], start[here + 1]):
                other = referee[edge]
                if far[other] < 0:
                    far[other] = far[here] + 1
                    queue[end] = other
                    end += 1
                if far[other] == far[here] + 1:
                    paths[other] += paths[here]
        for place in range(end - 1, 0, -1):
            here = queue[place]
            for edge in range(start[here], start[here + 1]):
                other = referee[edge]
                if far[other] == far[here] + 1:
                    owed[here] += paths[here] / paths[other] * (1 + owed[other])
            total[here] += owed[here]
        if most < 0:
            return np.zeros(0)
        for place in range(end):
            here = queue[place]
            far[here], paths[here], owed[here] = -1, 0.0, 0.0
    return total
