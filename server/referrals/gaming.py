"""Signs that referrals were made for their reward: circles, bursts, and one's own second account.

What most do in a data set is no sign of gaming in it: where conversions follow within the hour as a rule, quickness
says nothing; circles that run into one another and bursts of a large part of those who refer many are dropped.
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
    "In a circle of {} accounts that referred one another within a day, each converting within a day as well.",
    "Referred {} accounts within one hour.",
    "Referred, or was referred by, an account of the same person or on the same device, {} times.",
)
HOUR, DAY = 3600, 86_400
SHORTEST, LONGEST = 3, 6  # accounts of a circle
BURST = 10  # referees within an hour
USUAL = 0.1  # share of referrers in circles that run into one another, beyond which circles are no sign
THIRD = 1 / 3  # share of the conversions that are quick, or of those who refer many that have bursts: the same
PAIR = 2  # accounts with bursts, up to which their share says nothing
ALL = 0.95  # of the invitations, or conversions: where more convert, or at once, that is what the data lists
FEW = 20  # accounts in such circles, up to which their share says nothing
PATIENCE = 20_000  # steps in search of circles from one referral


@dataclass(frozen=True)
class Gaming:
    """Per account its flag as a place in FLAGS and the number in its reason; per row whether it is part of a game."""

    flag: Ints
    number: Ints
    rows: Bools

    def reason(self, account: int) -> str:
        """Why an account is flagged, as a sentence; empty when it is not."""
        return REASONS[self.flag[account]].format(self.number[account])


def find(given: Referrals, ties: Ties) -> Gaming:
    """Flag the accounts and rows that look like gaming."""
    crowded = _bursts(given)
    hour, day = _quick(given, crowded[0], HOUR, THIRD), _quick(given, crowded[0], DAY, ALL)
    flag, number = np.zeros(given.size, np.int64), np.zeros(given.size, np.int64)
    rows = np.zeros(len(given.at), dtype=bool)
    for place, (found, counts) in (
        (SELF, _own(given, ties, hour)),
        (BURSTS, crowded),
        (RING, _rings(given, day if day.any() else hour)),
    ):
        both = (given.referrer[found], given.referee[found] if place == SELF else given.referrer[found])
        accounts = np.unique(np.concatenate(both))
        if place == RING and _usual(given, found):
            continue
        flag[accounts], number[accounts] = place, counts[accounts]
        rows |= found
    return Gaming(flag, number, rows)


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
    same = (person >= 0) & (person == ties.person[given.referee])
    beside = together(ties, given.referrer, given.referee) | _on_one_device(given, ties)
    found = same | (beside & quick)
    counts = np.bincount(given.referrer[found], minlength=given.size)
    return found, counts + np.bincount(given.referee[found], minlength=given.size)


def _on_one_device(given: Referrals, ties: Ties) -> Bools:
    known = np.sort(ties.device[:, 0] * given.size + ties.device[:, 1])
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


def _rings(given: Referrals, quick: Bools) -> tuple[Bools, Ints]:
    """Rows of short circles that close within a day, with the size of the circle per account."""
    place = np.flatnonzero(quick)
    order = np.argsort(given.referrer[place], kind="stable")
    place = place[order]
    columns = given.referrer[place], given.referee[place], given.at[place]
    start = np.searchsorted(columns[0], np.arange(given.size + 1))
    found, counts = _circles(*columns, start, DAY, PATIENCE)
    rows = np.zeros(len(given.at), dtype=bool)
    rows[place[found]] = True
    return rows, counts


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
