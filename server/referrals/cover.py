"""Which few accounts meet the most sets: greedy cover, how good it is at least, and what any accounts could do."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit

from server.referrals.graph import Bools, Floats, Ints, Network, Places
from server.referrals.reverse import Sets, draw

GREEDY = 1 - 1 / np.e  # of the best, what greedy choice reaches at least
FIRST = 1 << 10  # sets that say how large they are
LEAST = 1 << 16  # sets drawn before the first look, where they fit into memory: fewer choose worse than they must
MOST = 1 << 22  # sets; beyond, the certificate says what has been reached
SURE = 0.999  # probability with which the bounds hold
FULL = 20_000_000  # members of all sets: the same, where sets are large


@dataclass(frozen=True)
class Cover:
    """Accounts in the order of choice; per place, how many sets they newly meet, and how many any could at most."""

    chosen: Ints
    gained: Ints
    bound: Floats


@dataclass(frozen=True)
class Certified:
    """Seeds in order, and per place the reach of all up to there, with bounds that hold with a probability of SURE.

    `ratio` is `least` reach of the seeds over `most` that as many accounts could reach at best.
    """

    seeds: Ints
    reach: Floats
    least: Floats
    most: Floats

    @property
    def ratio(self) -> Floats:
        """At least this share of the best possible reach, per place."""
        return np.where(self.most > 0, self.least / np.maximum(self.most, 1e-300), 1.0)

    @property
    def marginal(self) -> Floats:
        """What each seed adds to the reach of those before."""
        return np.diff(self.reach, prepend=0.0)


def greedy(sets: Sets, count: int, allowed: Bools | None = None, plus: Ints | None = None) -> Cover:
    """Choose up to `count` allowed accounts, each the one that meets most sets not met yet; ties go to the first.

    `plus` has for each account how many sets more it alone meets.
    """
    alone = np.zeros(sets.size, dtype=np.int64) if plus is None else plus
    known = np.flatnonzero(np.bincount(sets.member, minlength=sets.size) + alone)
    place = np.zeros(sets.size, np.int32)
    place[known] = np.arange(len(known), dtype=np.int32)
    few = Sets(len(known), sets.mass, sets.start, sets.near, place[sets.member])
    own = inverted(few)
    counts, done = np.diff(own[0]) + alone[known], np.zeros(len(sets), dtype=bool)
    free = np.ones(len(known), dtype=np.int64) if allowed is None else allowed[known].astype(np.int64)
    chosen: list[int] = []
    gained: list[int] = []
    bound = np.full(count, np.inf)
    for step in range(count + 1):
        open_ = counts * free
        here = int(open_.argmax()) if len(known) else 0
        ends = step == count or not len(known) or not open_[here]
        if ends or step & (step - 1) == 0:  # every step bounds what any accounts meet; a few say it nearly as well
            bound = np.minimum(bound, sum(gained) + np.cumsum(_largest(open_, count)))
        if ends:
            break
        chosen.append(here)
        gained.append(int(open_[here]))
        _meet(here, (few.start, few.member), own, done, counts)
        counts[here] = 0
    return Cover(known[np.array(chosen, dtype=np.int64)], np.array(gained, dtype=np.int64), bound)


def _largest(counts: Ints, count: int) -> Ints:
    """The `count` largest, downwards, with zeros where there are fewer."""
    some = np.partition(counts, len(counts) - count)[len(counts) - count :] if len(counts) > count else counts
    return np.pad(np.sort(some)[::-1], (0, count - len(some)))


def affordable(net: Network, chance: Floats, count: int, seed: int, full: int = FULL) -> Sets:
    """As many sets as asked, fewer where they are so large that they would have more than `full` members in all."""
    some = draw(net, chance, min(count, FIRST), seed)
    most = full * len(some) // max(len(some.member), 1)
    return draw(net, chance, min(count, most), seed) if min(count, most) > len(some) else some


def inverted(sets: Sets) -> tuple[Ints, Ints]:
    """Per account, where its sets begin, and the sets."""
    owner = np.repeat(np.arange(len(sets)), np.diff(sets.start))
    order = np.argsort(sets.member, kind="stable")
    return np.searchsorted(sets.member[order], np.arange(sets.size + 1)), owner[order]


def met(sets: Sets, seeds: Ints) -> Ints:
    """How many sets the seeds up to each place meet."""
    place = np.full(sets.size, len(seeds))
    place[seeds[::-1]] = np.arange(len(seeds))[::-1]
    found: Ints = _met(sets.start, place[sets.member], len(seeds))
    return found


def best(net: Network, chance: Floats, count: int, allowed: Bools | None = None, seed: int = 1) -> Certified:
    """The set of `count` accounts of largest reach, as good as 1 - 1/e - 0.05 of the best with a probability of 0.999.

    OPIM-C (Tang et al., Online Processing Algorithms for Influence Maximization, SIGMOD 2018): one half of the
    samples chooses, the other judges, and both double until the certificate holds.
    """
    drawn = LEAST
    while True:
        sets = affordable(net, chance, drawn, seed)
        cover = greedy(sets, count, allowed)
        found = certify(net, chance, cover.chosen, sets, cover, seed + 1)
        if not len(found.seeds) or found.ratio[-1] >= GREEDY - 0.05 or drawn >= MOST or len(sets) < drawn:
            return found
        drawn *= 2


def certify(net: Network, chance: Floats, seeds: Ints, sets: Sets, cover: Cover, seed: int) -> Certified:
    """What seeds reach, judged on as many fresh sets; `cover` is the greedy choice on `sets`, which bounds the best."""
    judges = draw(net, chance, len(sets), seed)
    log = np.log(2 * np.log2(MOST / FIRST * 2) / (1 - SURE))
    hits, theta = met(judges, seeds).astype(np.float64), max(len(judges), 1)
    low = np.maximum((np.sqrt(hits + 2 * log / 9) - np.sqrt(log / 2)) ** 2 - log / 18, 0.0)
    bound = cover.bound[: len(seeds)] if len(cover.bound) >= len(seeds) else np.full(len(seeds), float(len(sets)))
    high = (np.sqrt(bound + log / 2) + np.sqrt(log / 2)) ** 2
    scale = judges.mass / theta
    return Certified(seeds, hits * scale, low * scale, np.minimum(high * scale, judges.mass))


@njit(cache=True)
def _meet(here: int, sets: tuple[Ints, Places], own: tuple[Ints, Ints], done: Bools, counts: Ints) -> None:
    """Note the sets that an account meets as done, and count them no more for their other members."""
    start, member = sets
    for place in range(own[0][here], own[0][here + 1]):
        number = own[1][place]
        if not done[number]:
            done[number] = True
            for other in range(start[number], start[number + 1]):
                counts[member[other]] -= 1


@njit(cache=True)
def _met(start: Ints, place: Ints, count: int) -> Ints:
    first = np.zeros(count + 1, np.int64)
    for number in range(start.size - 1):
        least = count
        for at in range(start[number], start[number + 1]):
            least = min(least, place[at])
        first[least] += 1
    return np.cumsum(first[:count])
