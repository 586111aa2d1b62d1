"""Referrals in columns, and the plain network that is left when households and repetitions are taken apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
NEVER = -1
DAY = 86_400


@dataclass(frozen=True)
class Referrals:
    """One row per invitation, in order of time; accounts and campaigns are numbers from 0.

    `at` and `converted` are seconds since 1970, `converted` is NEVER where nothing came of it; `day` counts days since
    1970 by the local clock. `told` is whether the data that they are of says who converted: then those of whom it does
    not say so did not, even where it is all of them, as in a campaign that has just begun.
    """

    size: int
    referrer: Ints
    referee: Ints
    at: Ints
    converted: Ints
    campaign: Ints
    day: Ints
    told: bool

    def rows(self, chosen: Bools | Ints) -> Referrals:
        """These rows only, of the same accounts."""
        return replace(self, **{column.name: getattr(self, column.name)[chosen] for column in fields(self)[1:-1]})


@dataclass(frozen=True)
class Ties:
    """By account: its person, and its household and second household, as numbers; -1 is none known.

    `device` has pairs of accounts, the smaller first, that were seen on one device of few accounts, `phone` those that
    use one phone of few most. `crowd` has rows of who referred whom onto which device, by number, where one account
    referred many who are on it.
    """

    person: Ints
    home: Ints
    second: Ints
    device: Ints
    phone: Ints
    crowd: Ints

    @staticmethod
    def none(size: int) -> Ties:
        """Nothing is known of anybody."""
        person, home, second = np.full((3, size), -1)
        return Ties(person, home, second, *(np.empty((0, columns), dtype=np.int64) for columns in (2, 2, 3)))


@dataclass(frozen=True)
class Network:
    """Who referred whom, each pair once: the edges of account `a` are `start[a]` up to `start[a + 1]`.

    Per edge, `times` is in how many campaigns, and `converted` whether the referee converted in any.
    """

    size: int
    start: Ints
    referrer: Ints
    referee: Ints
    times: Ints
    converted: Bools

    @cached_property
    def inward(self) -> Ints:
        """The edges in order of their referees."""
        return np.argsort(self.referee, kind="stable")


def referrals(size: int, rows: Sequence[Ints]) -> Referrals:
    """Columns referrer, referee, at, converted, campaign become Referrals; rows may be in any order.

    A sixth column is the local day; without it, days are those of UTC. Invitations to oneself drop out.
    """
    columns = [np.asarray(column, dtype=np.int64) for column in rows]
    columns += [columns[2] // DAY] if len(columns) == 5 else []
    referrer, referee, at, _, campaign, _ = columns
    order = np.lexsort((campaign, referee, referrer, at))
    order = order[referrer[order] != referee[order]]
    referrer, referee, at, converted, campaign, day = (column[order] for column in columns)
    return Referrals(size, referrer, referee, at, converted, campaign, day, told=bool((converted != NEVER).any()))


def until(given: Referrals, moment: int) -> Referrals:
    """What was known just before `moment`: later invitations are gone, later conversions have not happened."""
    kept = given.rows(given.at < moment)
    known = np.where(kept.converted < moment, kept.converted, NEVER)
    return replace(kept, converted=known)


def together(ties: Ties, a: Ints, b: Ints) -> Bools:
    """Whether each pair lives in one household or is one person."""
    same: Bools = (ties.person[a] >= 0) & (ties.person[a] == ties.person[b])
    for one in (ties.home, ties.second):
        for other in (ties.home, ties.second):
            same |= (one[a] >= 0) & (one[a] == other[b])
    return same


def network(given: Referrals) -> Network:
    """Each pair of referrer and referee once."""
    key = given.referrer * given.size + given.referee
    pair, place, times = np.unique(key, return_inverse=True, return_counts=True)
    converted = np.bincount(place, given.converted != NEVER, minlength=len(pair)) > 0
    referrer, referee = pair // max(given.size, 1), pair % max(given.size, 1)
    return Network(given.size, offsets(referrer, given.size), referrer, referee, times.astype(np.int64), converted)


def offsets(sorted_accounts: Ints, size: int) -> Ints:
    """Where each account's rows begin among rows sorted by account; one more entry says where the last ends."""
    return np.searchsorted(sorted_accounts, np.arange(size + 1)).astype(np.int64)


def succeeded(given: Referrals) -> Bools:
    """Which invitations brought somebody; data without a single conversion lists only those that did."""
    return given.converted != NEVER if given.told else np.ones(len(given.at), dtype=bool)


def distinct(numbers: Ints) -> Ints:
    """Each number once, in order: by sorting, which is many times faster here than the hashing of np.unique."""
    ordered = np.sort(numbers)
    found: Ints = ordered[np.append(True, ordered[1:] != ordered[:-1])[: len(ordered)]]
    return found
