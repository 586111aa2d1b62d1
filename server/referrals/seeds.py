"""Key referrers: the few who together reach most, chosen in the way that would have served this data best so far.

No way of choosing wins everywhere: fitted chances do where who invited whom is known, plain counts where only the
order is. So each way chooses from an earlier part of the data and is judged by whom its choice went on to bring in
the rest; the best chooses from all of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from server.referrals import lines, measures
from server.referrals.cover import Certified, affordable, best, certify, greedy
from server.referrals.fit import Fitted, fit
from server.referrals.gaming import ALL
from server.referrals.graph import NEVER, Bools, Floats, Ints, Network, Referrals, distinct, network, succeeded, until
from server.referrals.reverse import Sets, reach

PARTS = (0.4, 0.55, 0.7, 0.85)  # of all that were brought: by then a way chooses, up to the next it is judged
JUDGES = 1 << 16  # sets that a choice is certified with when it is not the fitted one
SMALL = 1_000_000  # members of all sets in a trial, and of sets that judge: few large ones say as much
SURELY = 2.0  # standard errors by which another way must be better than fitted chances
LIKELY = 0.5  # and than a cover where beginnings are chance: there it has no better claim than other counts


@dataclass(frozen=True)
class Known:
    """What there is to choose from: the rows, their network, the fitted chances, who may be chosen."""

    rows: Referrals
    net: Network
    fitted: Fitted
    allowed: Bools


@dataclass(frozen=True)
class Trial:
    """What the seeds of a way brought later: accounts in all, and how many per chain of referrals."""

    brought: int
    chains: Ints

    def above(self, other: Trial, errors: float) -> bool:
        """Whether it brought more than another, by so many standard errors of chance in which chains there were."""
        more = self.chains - other.chains
        return bool(more.sum() > errors * np.sqrt((more.astype(np.float64) ** 2).sum()))


@dataclass(frozen=True)
class Choice:
    """Seeds with what they reach, the way that chose them, and how many accounts each way brought in trial."""

    way: str
    certified: Certified
    brought: Mapping[str, int]


def know(rows: Referrals, allowed: Bools | None = None) -> Known:
    """Put the rows into a network and fit the chances."""
    net = network(rows)
    return Known(rows, net, fit(rows, net), np.ones(rows.size, dtype=bool) if allowed is None else allowed)


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
    """The way to choose by: fitted chances, unless another way brought surely more in trial.

    Where the data lists only those who came, there is nothing to fit: the way that brought most, or else a cover.
    """
    done = known.rows.converted != NEVER
    fitted = 0 < done.sum() < ALL * len(done)
    chances = "rest" if known.rows.campaign.min(initial=0) == known.rows.campaign.max(initial=0) else "spread"
    counted = ("blend", SURELY) if lasting(known.rows) else ("cover", LIKELY)
    first, errors = (chances, SURELY) if fitted else counted
    better = [way for way, trial in trials.items() if trial.above(trials[first], errors)]
    return max(better, key=lambda way: trials[way].brought, default=first)


def lasting(rows: Referrals) -> bool:
    """Whether the same accounts begin chains again and again: a quarter of the later half are not their first.

    Then what an account brings is what it begins. Where beginnings are chance, it is what comes after it anywhere.
    """
    origin = lines.origins(rows)
    chain, first = np.unique(origin[origin >= 0], return_index=True)
    starter = (chain // (rows.campaign.max(initial=0) + 1))[np.argsort(first)]
    again = np.setdiff1d(np.arange(len(starter)), np.unique(starter, return_index=True)[1])
    return bool((again >= len(starter) // 2).sum() > len(starter) / 2 / 4)


def judge(known: Known, count: int) -> dict[str, Trial]:
    """Per way, what its seeds brought in the time after they were chosen, added up over times that do not overlap."""
    rows, done = known.rows, succeeded(known.rows)
    when = np.where(rows.converted != NEVER, rows.converted, rows.at)
    origin = np.unique(lines.origins(rows), return_inverse=True)[1]
    chains = {way: np.zeros(origin.max(initial=0) + 1, dtype=np.int64) for way in WAYS}
    brought = dict.fromkeys(WAYS, 0)
    sets_of = lines.began if lasting(rows) else lines.above
    for cut, end in pairwise(_cuts(when[done])):
        past, span = know(until(rows, cut), known.allowed), np.flatnonzero(done & (when >= cut) & (when < end))
        later = rows.rows(span)
        sets, chain = sets_of(later), _chains(later, origin[span])
        for way, chosen in WAYS.items():
            hit = covered(sets, chosen(past, count))
            brought[way] += len(hit)
            chains[way] += np.bincount(chain[hit], minlength=len(chains[way]))
    return {way: Trial(brought[way], chains[way]) for way in WAYS}


def _cuts(when: Ints) -> list[int]:
    """Times that part what was brought, with one after the last."""
    if not len(when):
        return []
    inner = np.quantile(when, PARTS, method="lower").astype(np.int64)
    return sorted({*inner.tolist(), int(when.max()) + 1} - {int(when.min())})


def _chains(later: Referrals, origin: Ints) -> Ints:
    """Per account that was brought, in their order, the chain of its first referral."""
    done = np.flatnonzero(succeeded(later))
    return origin[done[np.unique(later.referee[done], return_index=True)[1]]]


def covered(sets: Sets, seeds: Ints) -> Ints:
    """Which sets the seeds meet."""
    chosen = np.zeros(sets.size, dtype=bool)
    chosen[seeds] = True
    owner = np.repeat(np.arange(len(sets)), np.diff(sets.start))
    return distinct(owner[chosen[sets.member]])


def top(score: Floats | Ints, known: Known, count: int) -> Ints:
    """The accounts of highest score above zero, ties to who referred more and then to the first."""
    score = np.where(known.allowed, score, 0)
    order = np.lexsort((np.arange(len(score)), -measures.direct(known.net), -score))[:count]
    return order[score[order] > 0]


def _spread(known: Known, count: int) -> Ints:
    sets = affordable(known.net, known.fitted.edge, JUDGES, 1, SMALL)
    return greedy(sets, count, known.allowed).chosen


def left(known: Known) -> Floats:
    """The chances of bringing those who did not convert yet: in one campaign, nobody is won twice."""
    won = np.zeros(known.rows.size, dtype=bool)
    won[known.rows.referee[known.rows.converted != NEVER]] = True
    return np.where(won[known.net.referee], 0.0, known.fitted.edge)


def _rest(known: Known, count: int) -> Ints:
    sets = affordable(known.net, left(known), JUDGES, 1, SMALL)
    return greedy(sets, count, known.allowed).chosen


def _covering(make: Callable[[Referrals], Sets]) -> Callable[[Known, int], Ints]:
    def chosen(known: Known, count: int) -> Ints:
        return greedy(make(known.rows), count, known.allowed).chosen

    return chosen


def _most(score: Callable[[Known], Floats | Ints]) -> Callable[[Known, int], Ints]:
    return lambda known, count: top(score(known), known, count)


def _counted(sets: Sets) -> Ints:
    return np.bincount(sets.member, minlength=sets.size)


def _started(rows: Referrals) -> Ints:
    origin = distinct(lines.origins(rows))
    return np.bincount(origin[origin >= 0] // (rows.campaign.max(initial=0) + 1), minlength=rows.size)


def _blended(rows: Referrals) -> Sets:
    """Those brought in chains that an account began, and for each chain as many more as a chain brings on the mean.

    Heavy-tailed sizes say little of the next one, so half of what counts is how often an account begins.
    """
    sets, starts = lines.began(rows), _started(rows)
    own = np.repeat(np.arange(rows.size), np.rint(starts * len(sets) / max(starts.sum(), 1)).astype(np.int64))
    start = np.concatenate([sets.start, sets.start[-1] + 1 + np.arange(len(own))])
    member = np.concatenate([sets.member, own.astype(np.int32)])
    return Sets(rows.size, sets.mass + len(own), start, np.zeros(len(start) - 1, np.int64), member)


def _reach(known: Known) -> Floats:
    return reach(known.net, known.fitted.edge, affordable(known.net, known.fitted.edge, JUDGES, 1, SMALL))[0]


def _subtree(known: Known) -> Ints:
    return measures.generations(measures.parents(known.rows))[0]


# `cover` and `began` greedily meet those who were really brought, from anywhere in a chain or from its beginning.
WAYS: Mapping[str, Callable[[Known, int], Ints]] = {
    "spread": _spread,
    "rest": _rest,
    "cover": _covering(lines.above),
    "began": _covering(lines.began),
    "blend": _covering(_blended),
    "reach": _most(_reach),
    "below": _most(lambda known: _counted(lines.above(known.rows))),
    "started": _most(lambda known: _started(known.rows)),
    "converted": _most(lambda known: measures.converted(known.net)),
    "direct": _most(lambda known: measures.direct(known.net)),
    "subtree": _most(_subtree),
}

# What may be asked for: also ranks that no trial needs.
RANKS: Mapping[str, Callable[[Known, int], Ints]] = {
    **WAYS,
    "pagerank": _most(lambda known: measures.pagerank(known.net)),
    "core": _most(lambda known: measures.coreness(known.net)),
}
