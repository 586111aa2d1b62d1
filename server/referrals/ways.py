"""Ways of choosing key referrers: by fitted chances, by covering those who were really brought, by plain counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from server.referrals import lines, measures
from server.referrals.cover import affordable, greedy
from server.referrals.fit import Fitted, fit
from server.referrals.graph import NEVER, Bools, Floats, Ints, Network, Referrals, distinct, network
from server.referrals.reverse import Sets, joined, reach, singles

JUDGES = 1 << 16  # sets that a choice is certified with when it is not the fitted one
SMALL = 1_000_000  # members of all sets in a trial, and of sets that judge: few large ones say as much
LATELY = 4  # the whole of time, its later half, quarter and eighth
OFTEN = 3.0  # what a beginning is worth by itself, to what really came of it


@dataclass(frozen=True)
class Known:
    """What there is to choose from: the rows, their network, the fitted chances, who may be chosen."""

    rows: Referrals
    net: Network
    fitted: Fitted
    allowed: Bools


def know(rows: Referrals, allowed: Bools | None = None) -> Known:
    """Put the rows into a network and fit the chances."""
    net = network(rows)
    return Known(rows, net, fit(rows, net), np.ones(rows.size, dtype=bool) if allowed is None else allowed)


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


def _started(rows: Referrals, wanted: Bools | None = None) -> Ints:
    origin = distinct(lines.origins(rows)[wanted if wanted is not None else slice(None)])
    return np.bincount(origin[origin >= 0] // (rows.campaign.max(initial=0) + 1), minlength=rows.size)


def _recent(rows: Referrals) -> Sets:
    """Those who came after an account, in chains that it began once more, and for each of these the mean of all.

    What happened in the later half counts again, and so do the later quarter and the last eighth. Sizes of chains are
    heavy-tailed and say little of the next one, so most of what counts for a beginning is how often there is one.
    """
    return joined([_since(rows, 1 - 0.5**halved) for halved in range(LATELY)])


def _latest(rows: Referrals) -> Sets:
    """The same of the last eighth alone: in data where an account comes but once, large chains have nobody left."""
    return _since(rows, 1 - 0.5 ** (LATELY - 1))


def _since(rows: Referrals, part: float) -> Sets:
    wanted = np.arange(len(rows.at)) >= len(rows.at) * part
    began, starts = lines.began(rows, wanted), _started(rows, wanted)
    alike = np.rint(starts * (OFTEN * len(began) / max(starts.sum(), 1))).astype(np.int64)
    return joined([lines.above(rows, wanted), began, singles(rows.size, alike)])


def _reach(known: Known) -> Floats:
    return reach(known.net, known.fitted.edge, affordable(known.net, known.fitted.edge, JUDGES, 1, SMALL))[0]


def _subtree(known: Known) -> Ints:
    return measures.generations(measures.parents(known.rows))[0]


# `cover` and `began` greedily meet those who were really brought, from anywhere in a chain or from its beginning.
WAYS: Mapping[str, Callable[[Known, int], Ints]] = {
    "spread": _spread,
    "rest": _rest,
    "recent": _covering(_recent),
    "latest": _covering(_latest),
    "cover": _covering(lines.above),
    "began": _covering(lines.began),
    "reach": _most(_reach),
    "below": _most(lambda known: _counted(lines.above(known.rows))),
    "started": _most(lambda known: _started(known.rows)),
    "converted": _most(lambda known: measures.converted(known.net)),
    "direct": _most(lambda known: measures.direct(known.net)),
    "subtree": _most(_subtree),
}

# Those that need fitted chances: where only those who came are listed, there is nothing to fit.
FITTED = ("spread", "rest", "reach")

# Those that say who will be active soon: not whom to choose where how likely each is to bring others is known.
FRESH = ("recent", "latest")

# What may be asked for: also ranks that no trial needs.
RANKS: Mapping[str, Callable[[Known, int], Ints]] = {
    **WAYS,
    "pagerank": _most(lambda known: measures.pagerank(known.net)),
    "core": _most(lambda known: measures.coreness(known.net)),
}
