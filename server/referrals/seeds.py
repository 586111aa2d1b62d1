"""Key referrers: the few who together reach most, chosen in the way that would have served this data best so far.

No way of choosing wins everywhere: fitted chances do where who invited whom is known, what happened lately where only
the order is. So each way chooses from an earlier part of the data and is judged by whom its choice went on to bring in
the rest; one that did surely better than the first choice chooses from all of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from server.referrals import lines, measures
from server.referrals.cover import Certified, affordable, best, certify, greedy
from server.referrals.gaming import ALL
from server.referrals.graph import NEVER, Ints, Referrals, distinct, succeeded, until
from server.referrals.reverse import Sets
from server.referrals.ways import FITTED, FRESH, JUDGES, RANKS, SMALL, WAYS, Known, know, left, top

PARTS = (0.4, 0.55, 0.7, 0.85)  # of all that were brought: by then a way chooses, up to the next it is judged
FEW = 0.25  # of the chains, and of those who came: fewer say that none begins and nobody comes again
SURELY = 3.0  # standard errors by which another way must be better than the first choice: many are tried
FAIRLY = 2.0  # the same where chances are fitted: they say nothing of who will still be inviting


@dataclass(frozen=True)
class Trial:
    """What the seeds of a way brought later: per chain of referrals, accounts below a seed, and in a chain it began."""

    below: Ints
    began: Ints

    @property
    def brought(self) -> int:
        """Accounts in all, counted both ways."""
        return int(self.below.sum() + self.began.sum())

    def above(self, other: Trial, errors: float) -> bool:
        """Whether it brought more in either count, by so many standard errors of chance in which chains there were."""
        more = np.stack([self.below - other.below, self.began - other.began]).astype(np.float64)
        return bool((more.sum(axis=1) > errors * np.sqrt((more**2).sum(axis=1))).all())


@dataclass(frozen=True)
class Choice:
    """Seeds with what they reach, the way that chose them, and how many accounts each way brought in trial."""

    way: str
    certified: Certified
    brought: Mapping[str, int]


def choose(known: Known, count: int, way: str = "best") -> Choice:
    """Choose `count` seeds, fewer where fewer refer anybody, in one of RANKS or in the `best` of them for this data."""
    trials = judge(known, count) if way == "best" else {}
    way = preferred(known, trials) if way == "best" else way
    brought = {name: trial.brought for name, trial in trials.items()}
    net, chance = known.net, left(known) if way == "rest" else known.fitted.edge
    if way in ("spread", "rest"):
        found = best(net, chance, count, known.allowed)
        seeds = filled(known, found.seeds, count)
        if len(seeds) == len(found.seeds):
            return Choice(way, found, brought)
    else:
        seeds = filled(known, RANKS[way](known, count), count)
    sets = affordable(net, chance, JUDGES, 1, SMALL)
    return Choice(way, certify(net, chance, seeds, sets, greedy(sets, count, known.allowed), 2), brought)


def filled(known: Known, seeds: Ints, count: int) -> Ints:
    """Where a way has nobody to add, those who referred most follow, as far as there are any."""
    more = top(measures.direct(known.net), known, count + len(seeds))
    return np.concatenate([seeds, more[~np.isin(more, seeds)]])[:count]


def preferred(known: Known, trials: Mapping[str, Trial]) -> str:
    """The way to choose by: fitted chances, or what happened lately where the data lists only those who came.

    Another way takes over that brought surely more in trial. Where chains go on but no choice brought anybody, a plain
    count stands.
    """
    chances = "rest" if known.rows.campaign.min(initial=0) == known.rows.campaign.max(initial=0) else "spread"
    told = any(trial.brought for trial in trials.values())
    fresh = ("latest" if told else "started") if lasting(known.rows) else "active"
    first = chances if fitted(known.rows) else fresh
    errors = FAIRLY if first == chances else SURELY
    better = [way for way, trial in trials.items() if trial.above(trials[first], errors)]
    return max(better, key=lambda way: trials[way].brought, default=first)


def fitted(rows: Referrals) -> bool:
    """Whether the data says who converted and others did not, so that there are chances to fit."""
    done = rows.converted != NEVER
    return bool(rows.told and done.sum() < ALL * len(done))


def lasting(rows: Referrals) -> bool:
    """Whether few chains began in the later half, and few came again: then the fresh ones go on longest."""
    origin = lines.origins(rows)
    done = np.flatnonzero(origin >= 0)
    old, late = np.split(done, [len(done) // 2])
    chains, before = len(np.unique(origin[done])), len(np.unique(origin[old]))
    again = np.isin(rows.referee[late], rows.referee[old])
    return bool(chains - before < FEW * chains and again.sum() < FEW * len(late))


def judge(known: Known, count: int) -> dict[str, Trial]:
    """Per way, what its seeds brought in the time after they were chosen, added up over times that do not overlap.

    An account counts when a seed is above it, and once more when a seed began a chain that it is in. Where chains begin
    all the time, only those count that began after the choice: the others would have gone on without it.
    """
    rows, done = known.rows, succeeded(known.rows)
    unfit = FRESH if fitted(rows) else FITTED
    ways = {way: chosen for way, chosen in WAYS.items() if way not in unfit}
    when = np.where(rows.converted != NEVER, rows.converted, rows.at)
    origin = np.unique(lines.origins(rows), return_inverse=True)[1]
    begun = np.full(origin.max(initial=0) + 1, -1) if fitted(rows) or lasting(rows) else _begun(origin, when)
    trials = {way: np.zeros((2, origin.max(initial=0) + 1), dtype=np.int64) for way in ways}
    for cut, end in pairwise(_cuts(when[done])):
        past, span = know(until(rows, cut), known.allowed), np.flatnonzero(done & (when >= cut) & (when < end))
        span = span[(begun[origin[span]] < 0) | (begun[origin[span]] >= cut)]
        later = rows.rows(span)
        brought, chain = (lines.above(later), lines.began(later)), origin[span][lines.heads(later)]
        for way, chosen in ways.items():
            seeds = filled(past, chosen(past, count), count)
            for found, sets in zip(trials[way], brought, strict=True):
                found += np.bincount(chain[covered(sets, seeds)], minlength=len(found))
    return {way: Trial(*found) for way, found in trials.items()}


def _begun(origin: Ints, when: Ints) -> Ints:
    """When each chain began."""
    first = np.full(origin.max(initial=0) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, origin, when)
    return first


def _cuts(when: Ints) -> list[int]:
    """Times that part what was brought, with one after the last."""
    if not len(when):
        return []
    inner = np.quantile(when, PARTS, method="lower").astype(np.int64)
    return sorted({*inner.tolist(), int(when.max()) + 1} - {int(when.min())})


def covered(sets: Sets, seeds: Ints) -> Ints:
    """Which sets the seeds meet."""
    chosen = np.zeros(sets.size, dtype=bool)
    chosen[seeds] = True
    owner = np.repeat(np.arange(len(sets)), np.diff(sets.start))
    return distinct(owner[chosen[sets.member]])
