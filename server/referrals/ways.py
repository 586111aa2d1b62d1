"""Ways of choosing key referrers: by fitted chances, by covering those who were really brought, by plain counts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from server.referrals import lines, measures
from server.referrals.cover import affordable, greedy
from server.referrals.fit import Fitted, fit
from server.referrals.graph import NEVER, Bools, Floats, Ints, Network, Referrals, distinct, network
from server.referrals.reverse import Sets, joined, reach

JUDGES = 1 << 16  # sets that a choice is certified with when it is not the fitted one
SMALL = 1_000_000  # members of all sets in a trial, and of sets that judge: few large ones say as much
OFTEN, ASKED, BEGUN = 10.0, 5.0, 3.0  # what taking part, asking others and beginning weigh, to who really came
LAST = 7 / 8  # of all that came, when the latest part begins
QUARTER = 3 / 4  # of all invitations, when the latest quarter begins
AFRESH = 3.0  # what beginning in it weighs, to who came of it


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


def _covering(make: Callable[[Referrals], tuple[Sets, Ints | None]]) -> Callable[[Known, int], Ints]:
    def chosen(known: Known, count: int) -> Ints:
        sets, plus = make(known.rows)
        return greedy(sets, count, known.allowed, plus).chosen

    return chosen


def _most(score: Callable[[Known], Floats | Ints]) -> Callable[[Known, int], Ints]:
    return lambda known, count: top(score(known), known, count)


def _counted(sets: Sets) -> Ints:
    return np.bincount(sets.member, minlength=sets.size)


def _started(rows: Referrals, wanted: Bools | None = None) -> Ints:
    origin = distinct(lines.origins(rows)[wanted if wanted is not None else slice(None)])
    return np.bincount(origin[origin >= 0] // (rows.campaign.max(initial=0) + 1), minlength=rows.size)


def _active(rows: Referrals) -> tuple[Sets, Ints]:
    """Those who came after an account, and more for how often it took part, asked others and began.

    Sizes of chains are heavy-tailed: how often an account is there says more of who will come after it than who did.
    The weights were tried on real cascades (docs/referrals.md).
    """
    sets = lines.above(rows)
    counts = ((OFTEN, lines.taking_part(rows)), (ASKED, lines.asking(rows)), (BEGUN, _started(rows)))
    return sets, np.add.reduce([_shared(weight * len(sets), count) for weight, count in counts])


def _latest(rows: Referrals) -> tuple[Sets, Ints]:
    """The latest part alone: in data where an account comes but once, old chains have nobody left."""
    wanted = np.arange(len(rows.at)) >= len(rows.at) * LAST
    began = lines.began(rows, wanted)
    return joined([lines.above(rows, wanted), began]), _shared(AFRESH * len(began), _started(rows, wanted))


def _shared(many: float, score: Floats | Ints) -> Ints:
    """So many, shared among the accounts by their scores."""
    return np.rint(score * (many / max(float(score.sum()), 1e-9))).astype(np.int64)


def _recent(known: Known) -> Ints:
    """Accounts referred in the latest quarter: who invites in spells goes on for a while, and then rests."""
    rows = known.rows
    return measures.direct(network(rows.rows(np.arange(len(rows.at)) >= len(rows.at) * QUARTER)))


def _reach(known: Known) -> Floats:
    return reach(known.net, known.fitted.edge, affordable(known.net, known.fitted.edge, JUDGES, 1, SMALL))[0]


def _subtree(known: Known) -> Ints:
    return measures.generations(measures.parents(known.rows))[0]


# `cover` and `began` greedily meet those who were really brought, from anywhere in a chain or from its beginning.
WAYS: Mapping[str, Callable[[Known, int], Ints]] = {
    "spread": _spread,
    "rest": _rest,
    "active": _covering(_active),
    "latest": _covering(_latest),
    "cover": _covering(lambda rows: (lines.above(rows), None)),
    "began": _covering(lambda rows: (lines.began(rows), None)),
    "reach": _most(_reach),
    "below": _most(lambda known: _counted(lines.above(known.rows))),
    "started": _most(lambda known: _started(known.rows)),
    "converted": _most(lambda known: measures.converted(known.net)),
    "direct": _most(lambda known: measures.direct(known.net)),
    "recent": _most(_recent),
    "subtree": _most(_subtree),
}

# Those that need to know of invitations in vain: where only those who came are listed, there is nothing to fit, and
# the last to come are the ends of chains.
FITTED = ("spread", "rest", "reach", "recent")

# Those that say who will be active soon: not whom to choose where how likely each is to bring others is known.
FRESH = ("active", "latest")

# What may be asked for: also ranks that no trial needs.
RANKS: Mapping[str, Callable[[Known, int], Ints]] = {
    **WAYS,
    "pagerank": _most(lambda known: measures.pagerank(known.net)),
    "core": _most(lambda known: measures.coreness(known.net)),
}
