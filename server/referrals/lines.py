"""What was really brought: above each account, those that it goes back to, campaign by campaign.

An account is below another when a chain of referrals that brought somebody leads to it in one campaign, each later
than the one before. These sets have the form of reverse-reachable sets, so covering them is what greedy choice does.
"""

from __future__ import annotations

import numpy as np
from numba import njit

from server.referrals.graph import Bools, Floats, Ints, Places, Referrals, distinct, succeeded
from server.referrals.reverse import Sets

NEAREST = 50  # referrals looked at upwards from each account, as long as there are many accounts
ROOM = 20_000_000  # referrals looked at in all, where there are fewer; beyond, only who began the chain is kept


def above(given: Referrals, wanted: Bools | None = None) -> Sets:
    """Per account that was brought, all that it goes back to, by whichever of its referrals.

    With `wanted`, only accounts brought by a first referral of a campaign in these rows; chains run through all rows.
    """
    rows, (key, row, up), chosen = _lines(given, wanted)
    campaigns = rows.campaign.max(initial=0) + 1
    order = np.lexsort((np.arange(len(rows.at)), rows.campaign, rows.referee))
    start = np.append(np.searchsorted(rows.referee[order] * campaigns + rows.campaign[order], key), len(order))
    back = rows.referrer[order] * campaigns + rows.campaign[order]
    place = np.minimum(np.searchsorted(key, back), max(len(key) - 1, 0))
    line = np.where(key[place] == back, place, -1) if len(key) else place
    begun = rows.referrer[row][_top(up)]
    most = min(max(NEAREST, ROOM // max(len(order), 1)), len(order))
    climbed = _climb(rows.size, key // campaigns, chosen, start, order, rows.referrer[order], line, begun, most)
    return _as_sets(rows.size, *climbed)


def began(given: Referrals, wanted: Bools | None = None) -> Sets:
    """Per account that was brought, those that began the chains to it: the chains of its first referrals."""
    rows, (key, row, up), chosen = _lines(given, wanted)
    referee = (key // (rows.campaign.max(initial=0) + 1))[chosen]
    begun = rows.referrer[row][_top(up)][chosen]
    pair = distinct((referee * rows.size + begun)[referee != begun])
    account, begun = np.divmod(pair, max(rows.size, 1))
    start = np.append(np.searchsorted(account, distinct(referee)), len(pair))
    return _as_sets(rows.size, start, begun.astype(np.int32))


def heads(given: Referrals) -> Ints:
    """Per account that was brought, in their order, the row of its first referral."""
    done = np.flatnonzero(succeeded(given))
    return done[np.unique(given.referee[done], return_index=True)[1]]


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


def taking_part(given: Referrals) -> Floats:
    """Per account, for each time that it came or was there first, the logarithm of one more than came after it.

    Counts all that came later in the campaign, by whomever they are said to have been brought.
    """
    rows = given.rows(succeeded(given))
    if not len(rows.at):
        return np.zeros(rows.size)
    campaigns, now = rows.campaign.max() + 1, np.unique(rows.at, return_inverse=True)[1] + 1
    moments = now.max() + 1
    came = distinct((rows.referee * campaigns + rows.campaign) * moments + now)
    key, row = np.unique(rows.referrer * campaigns + rows.campaign, return_index=True)
    coming = came[np.minimum(np.searchsorted(came, key * moments), len(came) - 1)]
    begun = (coming // moments != key) | (coming % moments > now[row])
    there = np.concatenate([came, (key * moments + now[row] - 1)[begun]])
    place, moment = there // moments, there % moments
    arrivals = np.sort(came // moments % campaigns * moments + came % moments)
    campaign = place % campaigns * moments
    later = np.searchsorted(arrivals, campaign + moments) - np.searchsorted(arrivals, campaign + moment, side="right")
    return _logs(place // campaigns, later, rows.size)


def asking(given: Referrals) -> Floats:
    """Per account, for each campaign, the logarithm of one more than it is said to have brought by itself."""
    rows = given.rows(succeeded(given))
    campaigns = rows.campaign.max(initial=0) + 1
    key, many = np.unique(rows.referrer * campaigns + rows.campaign, return_counts=True)
    return _logs(key // campaigns, many, rows.size)


def _logs(account: Ints, many: Ints, size: int) -> Floats:
    return np.bincount(account, np.log1p(many), minlength=size).astype(np.float64)


def _first_rows(rows: Referrals) -> tuple[Ints, Ints, Ints]:
    """Referee and campaign as one sorted key, the first row of each, and the place of what brought its referrer."""
    campaigns = rows.campaign.max(initial=0) + 1
    key, row = np.unique(rows.referee * campaigns + rows.campaign, return_index=True)
    back = rows.referrer[row] * campaigns + rows.campaign[row]
    place = np.minimum(np.searchsorted(key, back), max(len(key) - 1, 0))
    return key, row, np.where((key[place] == back) & (row[place] < row), place, -1) if len(key) else place


def _lines(given: Referrals, wanted: Bools | None) -> tuple[Referrals, tuple[Ints, Ints, Ints], Ints]:
    """The rows that brought somebody, their first rows by referee and campaign, and which of these are wanted."""
    done = np.flatnonzero(succeeded(given))
    rows = given.rows(done)
    first = _first_rows(rows)
    return rows, first, np.flatnonzero(wanted[done][first[1]]) if wanted is not None else np.arange(len(first[0]))


def _as_sets(size: int, start: Ints, member: Places) -> Sets:
    return Sets(size, float(len(start) - 1), start, np.zeros(len(start) - 1, np.int64), member)


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
    size: int, referee: Ints, chosen: Ints, start: Ints, order: Ints, referrer: Ints, line: Ints, begun: Ints, most: int
) -> tuple[Ints, Places]:
    """Rows lie by referee and campaign, one such line after the other; `line` is that of a row's referrer, or -1.

    `order` has their order in time, `begun` per line who began it. The nearest are looked at first.
    """
    starts, sets = np.zeros(chosen.size + 1, np.int64), 0
    member, filled = np.empty(2 * chosen.size + 16, np.int32), 0
    seen, mark, queue = np.full(size, -1), np.full(referee.size, -1), np.empty(referrer.size + 1, np.int64)
    until = np.zeros(referee.size, np.int64)
    last = -1
    for here in chosen:
        if last >= 0 and referee[here] != last:
            sets += 1
            starts[sets] = filled
        last = referee[here]
        seen[last] = sets
        read, end = 0, 0
        for row in range(start[here], start[here + 1]):
            queue[end] = row
            end += 1
        if filled + end + most + 2 > member.size:
            member = np.append(member, np.empty(member.size + end + most + 2, np.int32))
        while read < end:
            row = queue[read]
            read += 1
            if seen[referrer[row]] != sets:
                seen[referrer[row]] = sets
                member[filled] = referrer[row]
                filled += 1
            up = line[row]
            if up >= 0:
                if mark[up] != here:
                    mark[up], until[up] = here, start[up]
                while until[up] < start[up + 1] and order[until[up]] < order[row]:
                    if end < most:
                        queue[end] = until[up]
                        end += 1
                    until[up] += 1
        if seen[begun[here]] != sets:
            seen[begun[here]] = sets
            member[filled] = begun[here]
            filled += 1
    if chosen.size:
        sets += 1
        starts[sets] = filled
    return starts[: sets + 1], member[:filled]
