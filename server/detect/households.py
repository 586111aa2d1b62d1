"""From a partition of accounts to households: who is in each, how surely, and what its shape is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numba import njit

from server.detect.evidence import Evidence
from server.detect.groups import Bools, Ints, named, offsets, ranges
from server.detect.meetings import Floats
from server.detect.model import Model
from server.detect.reasons import reasons
from server.detect.score import Scores, probability
from server.detect.traits import BANDS, Humans

SAME_PERSON = 0.99  # what is left for a wrong declaration
BOUND = 0.97


class Member(NamedTuple):
    """One account in a household; evidence has a line an item, strongest first, whose weights add up to score.

    A line is the item's weight, with how many other members it is shared, and its name; score is the mean log-odds
    towards the other members.
    """

    account: str
    confidence: float
    status: str
    score: float
    evidence: str


@dataclass(frozen=True)
class Household:
    """A detected household of two accounts or more, members in order of account; size counts persons."""

    members: tuple[Member, ...]
    size: int
    structure: str
    confidence: float

    @property
    def accounts(self) -> tuple[str, ...]:
        """The ids of its accounts, in order."""
        return tuple(member.account for member in self.members)


@dataclass(frozen=True)
class Homes:
    """Who lives where, in columns: the accounts of home h are account[start[h] : start[h + 1]], ascending.

    A child of two homes stands in both. The pairs of home h are pair[within[h] : within[h + 1]], places in the
    scores; `one` and `other` say which members they are, as places in `account`.
    """

    start: Ints
    account: Ints
    within: Ints
    pair: Ints
    one: Ints
    other: Ints

    def part(self, begin: int, end: int) -> Homes:
        """The homes from `begin` to `end` alone."""
        start, within = self.start[begin : end + 1], self.within[begin : end + 1]
        pairs = slice(within[0], within[-1])
        return Homes(
            start - start[0],
            self.account[start[0] : start[-1]],
            within - within[0],
            self.pair[pairs],
            self.one[pairs] - start[0],
            self.other[pairs] - start[0],
        )


def homes(scores: Scores, label: Ints, extra: Sequence[tuple[int, int]] = ()) -> Homes:
    """The homes of two accounts or more; `extra` are further (account, label) of those who live in two."""
    more = np.array(extra, dtype=np.int64).reshape(-1, 2)
    account, root = np.r_[np.arange(label.size), more[:, 0]], np.r_[label, more[:, 1]]
    several = np.bincount(root, minlength=label.size)[root] > 1
    account, root = account[several], root[several]
    order = np.lexsort((account, root))
    account, root = account[order], root[order]
    changes = np.flatnonzero(np.r_[True, np.diff(root) != 0]) if root.size else root
    start = np.r_[changes, account.size].astype(np.int64)
    home = np.repeat(np.arange(changes.size), np.diff(start))
    ends = offsets(np.bincount(scores.a, minlength=label.size))
    begin, end = ends[account], ends[account + 1]
    pair = ranges(begin, end - begin)  # all scored pairs whose first account is a member
    one = np.repeat(np.arange(account.size), end - begin)
    keys, wanted = home * label.size + account, home[one] * label.size + scores.b[pair]
    other = np.minimum(np.searchsorted(keys, wanted), max(keys.size - 1, 0))
    inside = keys[other] == wanted if keys.size else np.zeros(0, dtype=bool)
    pair, one, other = pair[inside], one[inside], other[inside]
    return Homes(start, account, offsets(np.bincount(home[one], minlength=changes.size)), pair, one, other)


def confirmed(found: Homes, speaker: Ints, other: Ints, count: int) -> Bools:
    """Per entry of `found.account`, whether it said of another account of its home that they live together.

    speaker and other are accounts, of `count` in all.
    """
    keys = np.repeat(np.arange(found.start.size - 1), np.diff(found.start)) * count + found.account
    order = np.argsort(found.account, kind="stable")
    begin, end = (np.searchsorted(found.account[order], speaker, side) for side in ("left", "right"))
    entry = order[ranges(begin, end - begin)]
    whom = keys[entry] - found.account[entry] + np.repeat(other, end - begin)
    flags = np.zeros(found.account.size, dtype=bool)
    flags[entry[np.isin(whom, keys)]] = True
    return flags


def _told(scores: Scores, one: Ints, other: Ints, count: int) -> Bools:
    """Which scored pairs are among these, of `count` accounts in all."""
    told = np.zeros(scores.a.size, dtype=bool)
    if one.size and told.size:
        keys = scores.a.astype(np.int64) * count + scores.b
        wanted = np.minimum(one, other) * count + np.maximum(one, other)
        at = np.minimum(np.searchsorted(keys, wanted), told.size - 1)
        told[at[keys[at] == wanted]] = True
    return told


def describe(
    evidence: Evidence,
    scores: Scores,
    found: Homes,
    person: Ints,
    people: Humans,
    model: Model,
    said: tuple[Ints, Ints],
) -> list[Household]:
    """Describe every home; person gives each account's person, said who confirmed living with whom."""
    held_or_told = replace(scores, bound=scores.bound | _told(scores, *said, person.size))
    confidence = confidences(held_or_told, found, person, model)
    bound = np.zeros(found.account.size, dtype=bool)
    held = scores.bound[found.pair]
    bound[found.one[held]] = bound[found.other[held]] = True
    statuses = np.where(
        confirmed(found, *said, person.size), "confirmed", np.where(bound, "bound", "inferred")
    ).tolist()
    accounts = named(evidence.groups.accounts, found.account)
    why = reasons(evidence, scores, found, model)
    every = zip(accounts, np.round(confidence, 4).tolist(), statuses, why, strict=True)
    members = [Member(account, sure, status, score, text) for account, sure, status, (text, score) in every]
    bands = [BANDS[code] for code in people.band.tolist()]
    ids, mean = found.account.tolist(), confidence.tolist()
    households = []
    for begin, end in pairwise(found.start.tolist()):
        humans = {int(person[account]): bands[account] for account in ids[begin:end]}
        sure = round(sum(mean[begin:end]) / (end - begin), 4)
        households.append(Household(tuple(members[begin:end]), len(humans), structure(list(humans.values())), sure))
    return households


def structure(bands: Sequence[str]) -> str:
    """Name the shape of a household from the age bands of its persons."""
    return _structure(tuple(sorted(bands)))


@cache
def _structure(bands: tuple[str, ...]) -> str:
    if len(bands) == 1:
        return "single"
    if "" in bands:
        return "unknown"
    children = sum(band in ("child", "teen") for band in bands)
    adults, elders = bands.count("adult"), bands.count("elder")
    grown = adults + elders
    if children and adults and elders:
        return "three_generations"
    if children:
        return {0: "children_only", 1: "single_parent", 2: "couple_with_children"}.get(grown, "adults_with_children")
    return "couple" if len(bands) == 2 and (adults == 2 or elders == 2) else "adults"


def confidences(scores: Scores, found: Homes, person: Ints, model: Model) -> Floats:
    """Per member the probability that it lives with another member drawn at random."""
    chance = chances(scores, found, person, model)
    return np.interp(chance, model.confidence.chance, model.confidence.probability)


def chances(scores: Scores, found: Homes, person: Ints, model: Model) -> Floats:
    """Per member the mean chance of living with each other one, directly or through one third; not yet calibrated."""
    same = person[scores.a[found.pair]] == person[scores.b[found.pair]]
    likely = np.clip(probability(scores.score[found.pair]), 0, SAME_PERSON)
    likely = np.where(scores.bound[found.pair], np.maximum(likely, BOUND), likely)
    likely = np.where(same, SAME_PERSON, likely)
    strangers = float(probability(np.array(model.strangers)))
    return _mean_chance(found.start, found.within, found.one, found.other, likely, strangers)


@njit(cache=True, nogil=True)
def _mean_chance(start: Ints, within: Ints, one: Ints, other: Ints, likely: Floats, strangers: float) -> Floats:
    result = np.zeros(start[-1])
    for home in range(start.size - 1):
        begin, size = start[home], start[home + 1] - start[home]
        chance = np.full((size, size), strangers)
        for row in range(within[home], within[home + 1]):
            i, j = one[row] - begin, other[row] - begin
            chance[i, j] = chance[j, i] = likely[row]
        for i in range(size):
            for j in range(size):
                if i != j:
                    best = chance[i, j]
                    for k in range(size):
                        if k not in (i, j):
                            best = max(best, chance[i, k] * chance[k, j])
                    result[begin + i] += best / (size - 1)
    return result
