"""What was really brought: above each account, those that it goes back to, campaign by campaign.

An account is below another when a chain of referrals that brought somebody leads to it in one campaign, each later
than the one before. These sets have the form of reverse-reachable sets, so covering them is what greedy choice does.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from server.referrals.graph import Ints, Places, Referrals, succeeded
from server.referrals.reverse import Sets

FARTHEST = 50  # generations upwards; beyond, only who began the chain is kept


def above(given: Referrals) -> Sets:
    """Per account that was brought, all that it goes back to."""
    return _sets(given, only_first=False)


def began(given: Referrals) -> Sets:
    """Per account that was brought, those that began the chains to it."""
    return _sets(given, only_first=True)


def origins(given: Referrals) -> Ints:
    """Per row, a number of the chain that it belongs to: campaign and who began it; -1 where nothing came of it."""
    done = np.flatnonzero(succeeded(given))
    rows = given.rows(done)
    key, row, up = _first_rows(rows)
    campaigns = rows.campaign.max(initial=0) + 1
    begun = _top(up)
    place = np.searchsorted(key, rows.referee * campaigns + rows.campaign)
    found = np.full(len(given.at), -1)
    found[done] = (rows.referrer[row] * campaigns + rows.campaign[row])[begun][place] if len(row) else -1
    return found


def _first_rows(rows: Referrals) -> tuple[Ints, Ints, Ints]:
    """Referee and campaign as one sorted key, the first row of each, and the place of what brought its referrer."""
    campaigns = rows.campaign.max(initial=0) + 1
    key, row = np.unique(rows.referee * campaigns + rows.campaign, return_index=True)
    back = rows.referrer[row] * campaigns + rows.campaign[row]
    place = np.minimum(np.searchsorted(key, back), max(len(key) - 1, 0))
    return key, row, np.where((key[place] == back) & (row[place] < row), place, -1) if len(key) else place


def _sets(given: Referrals, *, only_first: bool) -> Sets:
    rows = given.rows(succeeded(given))
    key, row, up = _first_rows(rows)
    campaigns = rows.campaign.max(initial=0) + 1
    start, near, member = _climb(rows.size, key // campaigns, rows.referrer[row], up, only_first, FARTHEST)
    return Sets(rows.size, float(len(near)), start, near, member)


@njit(cache=True)
def _top(up: Ints) -> Ints:
    top = np.full(up.size, -1)
    for place in range(up.size):
        here = place
        while top[here] < 0 and up[here] >= 0:
            here = up[here]
        found = top[here] if top[here] >= 0 else here
        here = place
        while top[here] < 0:
            top[here] = found
            here = up[here] if up[here] >= 0 else here
    return top


@njit(cache=True)
def _climb(
    size: int, referee: Ints, referrer: Ints, up: Ints, only_first: bool, farthest: int
) -> tuple[Ints, Ints, Places]:
    """`up` leads from each first referral of a campaign to the one that brought its referrer there, or is -1."""
    starts, near = np.zeros(referee.size + 1, np.int64), np.zeros(referee.size, np.int64)
    member = np.empty(2 * referee.size + 16, np.int32)
    seen = np.full(size, -1)
    filled, sets = 0, 0
    for row in range(referee.size):
        if row and referee[row] != referee[row - 1]:
            sets += 1
            starts[sets] = filled
        here, steps = row, 0
        seen[referee[row]] = sets
        while here >= 0:
            wanted = steps == 0 or steps < farthest
            if up[here] < 0 or (wanted and not only_first):
                account = referrer[here]
                if seen[account] != sets:
                    seen[account] = sets
                    if filled == member.size:
                        member = np.append(member, np.empty(member.size, np.int32))
                    member[filled] = account
                    filled += 1
            here = up[here]
            steps += 1
    if referee.size:
        sets += 1
        starts[sets] = filled
    return starts[: sets + 1], near[:sets], member[:filled]
