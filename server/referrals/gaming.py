"""Signs that referrals were made for their reward: circles, bursts, and one's own second account.

What most do in a data set is no sign of gaming in it: where conversions follow within the hour as a rule, quickness
says nothing; circles that run into one another and bursts of a large part of those who refer many are dropped. Friends
close circles by chance, too, but invite others meanwhile; who does it for the reward hardly does.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from server.referrals.graph import NEVER, Bools, Ints, Referrals, Ties, together

FLAGS = ("", "ring", "burst", "self")
RING, BURSTS, SELF = 1, 2, 3
REASONS = (
    "",
    "In a circle of {} accounts that referred one another within a week and hardly anybody else, each converting soon.",
    "Referred {} accounts within one hour.",
    "Referred, or was referred by, an account of the same person or on the same device, {} times.",
    "Referred {} accounts that are on one device within two days.",
    "On one device with {} accounts that one account referred within two days.",
)
CROWDING, CROWDED = 4, 5  # reasons of a burst on one device, for who referred and for who was referred
HOUR, DAY = 3600, 86_400
WEEK, SOON = 7 * DAY, 5 * DAY  # within which a circle closes, and each of its referrals converts
SHORTEST, LONGEST = 3, 6  # accounts of a circle
MOST = 0.5  # of what members of a circle refer meanwhile lies in it, in the mean: friends invite others as well
BURST = 10  # referees within an hour, or on one device within two days
USUAL = 0.1  # share of referrers in circles that run into one another, beyond which circles are no sign
THIRD = 1 / 3  # share of the conversions that are quick, or of those who refer many that have bursts: the same
PAIR = 2  # accounts with bursts, up to which their share says nothing
ALL = 0.95  # of the invitations, or conversions: where more convert, or at once, that is what the data lists
FEW = 20  # accounts in such circles, up to which their share says nothing
PATIENCE = 20_000  # steps in search of circles from one referral


@dataclass(frozen=True)
class Gaming:
    """Per account places in FLAGS and REASONS, and the number in its reason; per row whether it is part of a game."""

    flag: Ints
    why: Ints
    number: Ints
    rows: Bools

    def reason(self, account: int) -> str:
        """Why an account is flagged, as a sentence; empty when it is not."""
        return REASONS[self.why[account]].format(self.number[account])


def find(given: Referrals, ties: Ties) -> Gaming:
    """Flag the accounts and rows that look like gaming."""
    crowded = _bursts(given)
    quick = {span: _quick(given, crowded[0], span, THIRD if span == HOUR else ALL) for span in (SOON, DAY, HOUR)}
    haste = next((found for found in quick.values() if found.any()), quick[HOUR])
    flag, why, number = np.zeros((3, given.size), np.int64)
    rows = np.zeros(len(given.at), dtype=bool)
    for place, reason, (found, counts) in (
        (SELF, SELF, _own(given, ties, quick[HOUR])),
        (BURSTS, BURSTS, crowded),
        (BURSTS, CROWDING, _on_devices(given, ties)),
        (RING, RING, _rings(given, haste)),
    ):
        both = (given.referrer[found], given.referrer[found] if reason == BURSTS else given.referee[found])
        accounts = np.unique(np.concatenate(both))
        if place == RING and _usual(given, found):
            continue
        flag[accounts], why[accounts], number[accounts] = place, reason, counts[accounts]
        if reason == CROWDING:
            why[given.referee[found]] = CROWDED
        rows |= found
    return Gaming(flag, why, number, rows)


def _usual(given: Referrals, found: Bools) -> bool:
    """Whether many are in circles that run into one another, as in a crowd; those made for a reward stand alone."""
    ends = given.referrer[found], given.referee[found]
    size = (given.size, given.size)
    label = connected_components(coo_array((np.ones(len(ends[0])), ends), size), directed=False)[1]
    many = np.bincount(label)
    return bool(many[many > LONGEST].sum() > max(FEW, USUAL * len(np.unique(given.referrer))))


def _quick(given: Referrals, burst: Bools, span: int, most: float) -> Bools:
    """Conversions within a span after, where that is `most` of them at most; who had bought before is not brought in.

    Bursts say nothing of how long it takes as a rule: a few have more conversions than all others.
    """
    done = given.converted != NEVER
    quick = done & (given.at <= given.converted) & (given.converted - given.at <= span)
    return quick if (quick & ~burst).sum() <= most * (done & ~burst).sum() else np.zeros_like(quick)


def _own(given: Referrals, ties: Ties, quick: Bools) -> tuple[Bools, Ints]:
    """Referrals between two accounts of one person, as known or as their device and the haste of it suggest."""
    person = ties.person[given.referrer]
    same = ((person >= 0) & (person == ties.person[given.referee])) | _among(given, ties.phone)
    beside = together(ties, given.referrer, given.referee) | _among(given, ties.device)
    found = same | (beside & quick)
    counts = np.bincount(given.referrer[found], minlength=given.size)
    return found, counts + np.bincount(given.referee[found], minlength=given.size)


def _among(given: Referrals, pairs: Ints) -> Bools:
    """Which referrals are between two accounts of these pairs."""
    known = np.sort(pairs[:, 0] * given.size + pairs[:, 1])
    small, large = np.minimum(given.referrer, given.referee), np.maximum(given.referrer, given.referee)
    return np.isin(small * given.size + large, known)


def _bursts(given: Referrals) -> tuple[Bools, Ints]:
    """Rows of an hour in which their referrer referred BURST or more, where few of those who refer so many do.

    Data that lists only those who came, such as who passed on what, says nothing of rewards, and shows no bursts.
    """
    done = (given.converted != NEVER).sum()
    if not 0 < done < ALL * len(given.at):
        return np.zeros(len(given.at), dtype=bool), np.zeros(given.size, np.int64)
    order = np.lexsort((given.at, given.referrer))
    found, counts = _crowded(given.referrer[order], given.at[order], given.size, HOUR, BURST)
    rows = np.zeros(len(order), dtype=bool)
    rows[order] = found
    many = np.bincount(given.referrer, minlength=given.size) >= BURST
    usual = (counts > 0).sum() > max(PAIR, THIRD * many.sum())
    return (np.zeros_like(rows), np.zeros_like(counts)) if usual else (rows, counts)


def _on_devices(given: Referrals, ties: Ties) -> tuple[Bools, Ints]:
    """Rows of an account that referred BURST others or more who are on one device, within two days; counts of both."""
    rows, counts = np.zeros(len(given.at), dtype=bool), np.zeros(given.size, np.int64)
    if not len(given.at) or not len(ties.crowd):
        return rows, counts
    key = given.referrer * given.size + given.referee
    order = np.argsort(key, kind="stable")  # the earliest of two accounts is the first
    referrer, referee, device = ties.crowd.T
    wanted = referrer * given.size + referee
    place = order[np.searchsorted(key, wanted, sorter=order).clip(max=len(order) - 1)]
    same = key[place] == wanted  # what was referred later, or dropped, has no row
    place, device = place[same], device[same]
    groups, group = np.unique(given.referrer[place] * (device.max(initial=0) + 1) + device, return_inverse=True)
    by = np.lexsort((given.at[place], group))
    found, many = _crowded(group[by], given.at[place[by]], len(groups), 2 * DAY, BURST)
    for side in (given.referrer, given.referee):
        np.maximum.at(counts, side[place[by[found]]], many[group[by[found]]])
    rows[place[by[found]]] = True
    inside = counts > 0
    return rows | (inside[given.referrer] & inside[given.referee]), counts


def _rings(given: Referrals, quick: Bools) -> tuple[Bools, Ints]:
    """Rows of short circles that close within a week among those who refer few others, with the size per account."""
    place = np.flatnonzero(quick)
    order = np.argsort(given.referrer[place], kind="stable")
    place = place[order]
    columns = given.referrer[place], given.referee[place], given.at[place]
    start = np.searchsorted(columns[0], np.arange(given.size + 1))
    found, counts = _circles(*columns, start, WEEK, PATIENCE)
    rows = np.zeros(len(given.at), dtype=bool)
    rows[place[found]] = True
    return rows & _among_themselves(given, rows)[given.referrer], counts


def _among_themselves(given: Referrals, rows: Bools) -> Bools:
    """Which accounts are in circles whose members refer hardly anybody else in the week before and after."""
    ends = given.referrer[rows], given.referee[rows]
    label = connected_components(coo_array((np.ones(len(ends[0])), ends), (given.size, given.size)), directed=False)[1]
    latest = int(given.at.max(initial=0)) + 2 * WEEK
    moments, circling = given.referrer * latest + given.at, np.sort(ends[0] * latest + given.at[rows])
    after = np.searchsorted(circling, moments)
    edges = np.r_[-WEEK - 1, circling, moments.max(initial=0) + WEEK + 1]
    near = (moments - edges[after] <= WEEK) | (edges[after + 1] - moments <= WEEK)
    within, meanwhile = (np.bincount(given.referrer[some], minlength=given.size) for some in (rows, near))
    share = np.bincount(label, np.where(within > 0, within / meanwhile.clip(1), 0))
    return np.asarray((share >= MOST * np.bincount(label, within > 0))[label])


@njit(cache=True)
def _crowded(referrer: Ints, at: Ints, size: int, span: int, least: int) -> tuple[Bools, Ints]:
    found, counts = np.zeros(at.size, np.bool_), np.zeros(size, np.int64)
    first = 0
    for row in range(at.size):
        while referrer[first] != referrer[row] or at[row] - at[first] > span:
            first += 1
        many = row - first + 1
        if many >= least:
            found[first : row + 1] = True
            counts[referrer[row]] = max(counts[referrer[row]], many)
    return found, counts


@njit(cache=True)
def _circles(referrer: Ints, referee: Ints, at: Ints, start: Ints, span: int, patience: int) -> tuple[Bools, Ints]:
    found, counts = np.zeros(at.size, np.bool_), np.zeros(start.size - 1, np.int64)
    path, on = np.empty(LONGEST, np.int64), np.empty(LONGEST, np.int64)
    for first in range(at.size):
        home, steps = referrer[first], 0
        path[0], on[0], deep = first, start[referee[first]], 1
        while deep and steps < patience:
            steps += 1
            here = referee[path[deep - 1]]
            row = on[deep - 1]
            on[deep - 1] += 1
            if row >= start[here + 1]:
                deep -= 1
                continue
            if at[row] < at[first] or at[row] - at[first] > span:
                continue
            if referee[row] == home:
                if deep + 1 >= SHORTEST:
                    found[row] = True
                    found[path[:deep]] = True
                    counts[here] = max(counts[here], deep + 1)
                    for place in range(deep):
                        account = referrer[path[place]]
                        counts[account] = max(counts[account], deep + 1)
                continue
            known = deep == LONGEST - 1
            for place in range(deep):
                known |= referrer[path[place]] == referee[row]
            if not known and referee[row] != here:
                path[deep], on[deep] = row, start[referee[row]]
                deep += 1
    return found, counts
