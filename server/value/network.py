"""The value of those an account brought in, shared out among all who had a part in it and counted once."""

from __future__ import annotations

import numpy as np
from numba import njit

from server.referrals.graph import Floats, Ints

FADING = 0.5  # of the share of the generation before: who referred the referrer


def shared(parent: Ints, value: Floats) -> Floats:
    """Network value per account in a forest of first referrers (-1 is none).

    Each referred account's value goes to those above it: half as much to each generation further up, in shares that
    add up to one. So the sum over all accounts is the value of the referred ones.
    """
    found: Floats = _shared(parent, value, FADING)
    return found


@njit(cache=True)
def _shared(parent: Ints, value: Floats, fading: float) -> Floats:
    size = parent.size
    waiting, above = np.zeros(size, np.int64), np.full(size, -1)
    for account in range(size):
        if parent[account] >= 0:
            waiting[parent[account]] += 1
    stack = np.empty(size, np.int64)
    for account in range(size):  # how many are above each
        count, here = 0, account
        while above[here] < 0 and parent[here] >= 0:
            stack[count] = here
            count += 1
            here = parent[here]
        above[here] = max(above[here], 0)
        for place in range(count - 1, -1, -1):
            above[stack[place]] = above[parent[stack[place]]] + 1
    total = np.zeros(size)
    for leaf in range(size):
        here = leaf if waiting[leaf] == 0 else -1
        while here >= 0 and parent[here] >= 0:
            up = parent[here]
            waiting[here] = -1
            shares = (1 - fading ** above[here]) / (1 - fading)
            total[up] += value[here] / shares + fading * total[here]
            waiting[up] -= 1
            here = up if waiting[up] == 0 and up < leaf else -1
    return total
