"""From what is known of pairs to how likely they live together: log-odds that add up.

    score(pair) = prior + a weight for each feature's bin + a weight for each table's cell + what its company adds

A generalised additive model with a few pairwise tables (Lou et al., KDD 2013), in the log-odds of Fellegi and Sunter,
A Theory for Record Linkage, JASA 64 (1969). Scoring is nothing but looking up.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import numpy as np

from server.detect.company import COMPANY
from server.detect.evidence import Evidence
from server.detect.features import FEATURES, NAMES, holding, pair_features
from server.detect.groups import BINDING, KINDS, Bools, Ints, Small
from server.detect.meetings import Floats, Singles
from server.detect.model import Bins, Model, Table, bins
from server.detect.traits import Humans

CHUNK = 200_000  # pairs at once: bounds memory
CORES = 2  # chunks at once
PARTS = (*KINDS, "all", "household")  # what features are about


@dataclass(frozen=True)
class Scores:
    """Scored pairs, one entry a pair: places in the accounts (a < b), log-odds, and whether a declaration holds them.

    bins has a row per pair and a column per feature; company the same for those of COMPANY, which come with a second
    look: 0 where there was none.
    """

    a: Small
    b: Small
    score: Floats
    bound: Bools
    bins: Bins
    company: Bins

    def rows(self, pairs: Ints) -> Bins:
        """The bins of these pairs, those of COMPANY after the others."""
        return np.hstack([self.bins[pairs], self.company[pairs]])


def score(evidence: Evidence, people: Humans, model: Model) -> Scores:
    """Look up and add up what every pair's features weigh."""
    count = evidence.starts.size - 1
    found = np.zeros((count, len(FEATURES)), dtype=np.uint8, order="F")
    total = np.empty(count)

    def add_up(begin: int) -> None:
        part = slice(begin, min(begin + CHUNK, count))
        found[part] = binned(evidence, people, model, part.start, part.stop)
        total[part] = model.prior + sum(weight for _, weight in weights(model, found[part]))

    with ThreadPoolExecutor(CORES) as pool:
        list(pool.map(add_up, range(0, count, CHUNK)))
    rows = np.flatnonzero(evidence.groups.kind[evidence.group] == BINDING)
    bound = np.zeros(count, dtype=bool)
    bound[evidence.pair[rows[holding(evidence, rows)]]] = True
    first = evidence.starts[:-1]
    return Scores(evidence.a[first], evidence.b[first], total, bound, found, np.zeros((count, 0), np.uint8))


def rescored(scores: Scores, model: Model) -> Scores:
    """The same pairs at a first look of a model with the same bins and other weights."""
    found = weights(model, scores.bins)
    total = np.asarray(model.prior + sum(weight for _, weight in found))  # to the last bit as `score`
    return replace(scores, score=total, company=scores.company[:, :0])


def again(scores: Scores, pairs: Ints, values: Singles, model: Model) -> Scores:
    """Add what their company weighs to some pairs; a row of `values` each."""
    total = scores.score.copy()
    found = np.zeros((total.size, len(COMPANY)), dtype=np.uint8, order="F")
    for place, shape in enumerate(model.company):
        own = bins(values[:, place], shape.edges)
        found[pairs, place] = own
        total[pairs] += np.asarray(shape.weights, dtype=float)[own]
    return replace(scores, score=total, company=found)


def binned(evidence: Evidence, people: Humans, model: Model, begin: int, end: int) -> Bins:
    """The bins of the features of the pairs from `begin` to `end`."""
    values = pair_features(evidence, people, begin, end)
    found = np.empty(values.shape, dtype=np.uint8, order="F")
    for place, shape in enumerate(model.shapes):
        found[:, place] = bins(values[:, place], shape.edges)
    return found


def weights(model: Model, found: Bins) -> Iterable[tuple[tuple[str, ...], Floats]]:
    """The features of each shape and table, and what it adds to each of the pairs with these bins."""
    for shape, column in zip((*model.shapes, *model.company), found.T, strict=False):
        yield (shape.feature,), np.asarray(shape.weights, dtype=float)[column]
    for table in model.tables:
        yield (table.one, table.other), np.asarray(table.weights, dtype=float)[cells(model, table, found)]


def cells(model: Model, table: Table, found: Bins) -> tuple[Bins, Bins]:
    """The row and column of a table for each of the pairs with these bins."""
    one, other = (
        coarser(model.shapes[NAMES.index(name)].edges, edges)[found[:, NAMES.index(name)]]
        for name, edges in zip((table.one, table.other), table.edges, strict=True)
    )
    return one, other


def coarser(fine: Iterable[float], coarse: Iterable[float]) -> Bins:
    """From the bins of a shape to those of a table, whose edges are some of the shape's."""
    edges = np.asarray(list(coarse))
    return np.array([0, 1, *(1 + (edges <= edge).sum() for edge in fine)], dtype=np.uint8)


def by_part(model: Model, found: Bins) -> Floats:
    """What the features about each of PARTS add to each pair; a table counts for its two parts by halves."""
    about = {feature.name: PARTS.index(feature.about) for feature in (*FEATURES, *COMPANY)}
    found = np.asfortranarray(found)
    total = np.zeros((len(PARTS), found.shape[0]))
    for names, weight in weights(model, found):
        for name in names:
            total[about[name]] += weight / len(names)
    return total


def probability(log_odds: Floats) -> Floats:
    """The logistic function."""
    return np.asarray(1 / (1 + np.exp(-log_odds)))


def pair_of(scores: Scores, one: int, other: int) -> int | None:
    """The place of a pair of accounts among the scored ones; None when the two share nothing."""
    low, high = min(one, other), max(one, other)
    begin, end = np.searchsorted(scores.a, [low, low + 1])
    place = int(begin + np.searchsorted(scores.b[begin:end], high))
    return place if place < end and scores.b[place] == high else None
