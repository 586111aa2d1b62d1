"""Fit the shapes and tables of a model: an additive logistic regression over bins, by Newton steps in turn.

    log-odds = prior + sum of one weight per feature's bin + sum of one weight per cell of a few tables of two

Each weight is held back towards its start by a penalty, shapes that may only rise are kept rising (isotonic
regression, weighted by what each bin knows), and tables come after the shapes, chosen by how much of what the shapes
leave they explain (Lou et al., Accurate Intelligible Models with Pairwise Interactions, KDD 2013).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numba import njit

from server.detect.company import COMPANY
from server.detect.features import CODES, FEATURES, NAMES
from server.detect.meetings import Floats, Singles
from server.detect.model import Bins, Model, Shape, Table, bins
from server.detect.score import cells

RIDGE = 12.0  # pairs that pull each weight back to where it began
COARSE = 8  # edges of a table's side
FINE = 20  # bins of a shape, besides those of HIGH
VOLUME = "seen_lower"  # how much was recorded says little of people: in tables it made each world its own case
HIGH = (0.98, 0.995)  # values pile up at the low end; what is rare and large needs edges of its own
CELLS = 256  # of a table
SAMPLE = 150_000  # pairs that tables are chosen by
ROUNDS = 15
SETTLED = 3  # times ROUNDS: what the features of COMPANY say overlaps most
STEP = 0.6  # of a Newton step: features overlap
NOTHING: Singles = np.zeros((0, 0), np.float32)  # values for `refit`, which takes the bins instead


@dataclass(frozen=True)
class Labelled:
    """Pairs to learn from: features, the share of each that lives together (0 to 1), and how much it counts."""

    values: Singles
    together: Floats
    weight: Floats


def fit(data: Labelled, start: Model, tables: int = 40, ridge: float = RIDGE) -> Model:
    """Fit prior, shapes and tables from nothing but edges; `start` gives the rest of the model."""
    edges = [edges_of(data.values[:, place], name, FINE) for place, name in enumerate(NAMES)]
    found = [bins(data.values[:, place], own) for place, own in enumerate(edges)]
    weights = [np.zeros(len(own) + 2) for own in edges]
    rate = float(np.average(data.together, weights=data.weight))
    prior = float(np.log(rate / (1 - rate)))
    score = np.full(data.together.size, prior)
    rises = [feature.rises for feature in FEATURES]
    _turns(data, found, weights, rises, score, ridge)
    chosen: list[Table] = []
    for share in (tables // 2, tables - tables // 2):
        added = _chosen(data, score, edges, chosen, share, ridge)
        chosen += added
        found += [_crossed(data.values, table) for table in added]
        weights += [np.zeros(_size(table)) for table in added]
        rises += [0] * share
        _turns(data, found, weights, rises, score, ridge)
    for own in weights[: len(NAMES)]:
        prior += float(own[0])
        own -= own[0]
    return replace(
        start,
        prior=round(prior, 3),
        shapes=[Shape(name, edges[i], _rounded(weights[i])) for i, name in enumerate(NAMES)],
        tables=[_filled(table, own) for table, own in zip(chosen, weights[len(NAMES) :], strict=True)],
    )


def refit(data: Labelled, found: Bins, start: Model, ridge: float) -> Model:
    """Move all weights of a model towards new data, held back by `ridge` pairs each; `found` are the pairs' bins."""
    columns = [np.zeros(found.shape[0], np.uint8), *np.ascontiguousarray(found.T)]
    columns += [_joined(*cells(start, table, found), len(table.edges[1]) + 2) for table in start.tables]
    weights = [np.array([start.prior]), *(np.array(shape.weights) for shape in start.shapes)]
    weights += [np.array(table.weights).ravel() for table in start.tables]
    score = np.zeros(data.together.size)
    for own, column in zip(weights, columns, strict=True):
        score += own[column]
    rises = [0, *(feature.rises for feature in FEATURES), *(0 for _ in start.tables)]
    _turns(data, columns, weights, rises, score, ridge)
    count = 1 + len(start.shapes)
    return replace(
        start,
        prior=round(float(weights[0][0]), 3),
        shapes=[replace(s, weights=_rounded(own)) for s, own in zip(start.shapes, weights[1:count], strict=True)],
        tables=[_filled(table, own) for table, own in zip(start.tables, weights[count:], strict=True)],
    )


def fit_company(values: Singles, score: Floats, together: Floats, start: Model, ridge: float = RIDGE) -> Model:
    """Fit what a pair's company adds to the log-odds of the first look, `score`; the rest of the model stays."""
    edges = [edges_of(values[:, place], feature.name, FINE) for place, feature in enumerate(COMPANY)]
    found = [bins(values[:, place], own) for place, own in enumerate(edges)]
    weights = [np.zeros(len(own) + 2) for own in edges]
    data = Labelled(values, together, np.ones(together.size))
    total = score.copy()
    for _ in range(SETTLED):
        _turns(data, found, weights, [feature.rises for feature in COMPANY], total, ridge)
    # A pair is inside or across, and what the one shape gives where it is unknown belongs to the other's known bins.
    inside, across = weights[:2]
    inside[1:], across[1:] = inside[1:] + across[0], across[1:] + inside[0]
    return replace(
        start,
        company=[
            Shape(feature.name, own, [0.0, *_rounded(weight)[1:]])  # what is not looked at again stays as it was
            for feature, own, weight in zip(COMPANY, edges, weights, strict=True)
        ],
    )


def careful(model: Model, by: float) -> Model:
    """Lower what every second look gives, in log-odds: a pair is inside or across, the first two of COMPANY."""
    alone = [replace(s, weights=[s.weights[0], *_rounded(np.array(s.weights[1:]) - by)]) for s in model.company[:2]]
    return replace(model, company=[*alone, *model.company[2:]])


def edges_of(values: Singles, name: str, most: int) -> list[float]:
    """Edges that cut the known values into parts of about equal size, as short numbers; codes are never joined."""
    known = values[~np.isnan(values)]
    distinct = np.unique(known)
    if distinct.size <= most or name in CODES:
        return [float(f"{edge:.4g}") for edge in (distinct[1:] + distinct[:-1]) / 2]
    cuts = np.unique(np.quantile(known, [*np.linspace(0, 1, most + 1)[1:-1], *HIGH]))
    return sorted({float(f"{edge:.4g}") for edge in cuts if edge > distinct[0]})


def _turns(
    data: Labelled, found: Sequence[Bins], weights: list[Floats], rises: Sequence[int], score: Floats, ridge: float
) -> None:
    """Go round all shapes, each time one Newton step for all bins of one; changes `weights` and `score`."""
    start = [own.copy() for own in weights]
    chance = 1 / (1 + np.exp(-score))
    for _ in range(ROUNDS):
        for place, own in enumerate(weights):
            slope, curve = _slopes(found[place], data.together, data.weight, chance, own.size)
            step = (slope - ridge * (own - start[place])) / (curve + ridge)
            moved = own + STEP * np.clip(step, -2, 2)
            if rises[place] and own.size > 1:
                moved[1:] = rises[place] * isotonic(rises[place] * moved[1:], curve[1:] + 1e-3)
            _move(found[place], moved - own, score, chance)
            own[:] = moved


@njit(cache=True, nogil=True)
def _move(found: Bins, by: Floats, score: Floats, chance: Floats) -> None:
    odds = np.exp(-by)
    for row in range(found.size):
        score[row] += by[found[row]]
        # 1 / (1 + (1/p - 1) / e^w), without another exponential per row
        chance[row] = chance[row] / (chance[row] + (1 - chance[row]) * odds[found[row]])


@njit(cache=True, nogil=True)
def _slopes(found: Bins, together: Floats, weight: Floats, chance: Floats, size: int) -> tuple[Floats, Floats]:
    """Per bin the first and second derivative of the log-likelihood."""
    slope, curve = np.zeros(size), np.zeros(size)
    for row in range(found.size):
        slope[found[row]] += weight[row] * (together[row] - chance[row])
        curve[found[row]] += weight[row] * chance[row] * (1 - chance[row])
    return slope, curve


@njit(cache=True, nogil=True)
def isotonic(values: Floats, weight: Floats) -> Floats:
    """The nearest values that never fall: pool adjacent violators."""
    level, mass, size = np.zeros(values.size), np.zeros(values.size), np.zeros(values.size, np.int64)
    top = 0
    for place in range(values.size):
        level[top], mass[top], size[top] = values[place], weight[place], 1
        top += 1
        while top > 1 and level[top - 2] > level[top - 1]:
            total = mass[top - 2] + mass[top - 1]
            level[top - 2] = (level[top - 2] * mass[top - 2] + level[top - 1] * mass[top - 1]) / total
            mass[top - 2], size[top - 2] = total, size[top - 2] + size[top - 1]
            top -= 1
    return np.repeat(level[:top], size[:top])


def _chosen(
    data: Labelled, score: Floats, fine: Sequence[Sequence[float]], known: Sequence[Table], count: int, ridge: float
) -> list[Table]:
    """The tables whose cells explain most of what the score leaves, as seen in every so many pairs."""
    some = slice(None, None, max(1, data.together.size // SAMPLE))
    together, weight, chance = data.together[some], data.weight[some], 1 / (1 + np.exp(-score[some]))
    edges = [_coarse(own, name) for own, name in zip(fine, NAMES, strict=True)]
    coarse = [bins(data.values[some, place], own) for place, own in enumerate(edges)]
    taken = {(table.one, table.other) for table in known}
    gains = []
    for i, one in enumerate(coarse):
        for j in range(i + 1, len(coarse)):
            table = Table(NAMES[i], NAMES[j], (edges[i], edges[j]), ())
            names = (table.one, table.other)
            if VOLUME not in names and names not in taken and _size(table) <= CELLS:
                both = _joined(one, coarse[j], len(edges[j]) + 2)
                slope, curve = _slopes(both, together, weight, chance, _size(table))
                gains.append((float((slope**2 / (curve + 5 * ridge)).sum()), i, j))
    gains.sort(reverse=True)
    return [Table(NAMES[i], NAMES[j], (edges[i], edges[j]), ()) for _, i, j in gains[:count]]


def _coarse(edges: Sequence[float], name: str) -> list[float]:
    """Every so many of a shape's edges."""
    if name in CODES or len(edges) <= COARSE:
        return list(edges)
    return [edges[place] for place in np.unique(np.linspace(0, len(edges) - 1, COARSE).round().astype(int))]


def _size(table: Table) -> int:
    return (len(table.edges[0]) + 2) * (len(table.edges[1]) + 2)


def _joined(one: Bins, other: Bins, width: int) -> Bins:
    return one * np.uint8(width) + other


def _crossed(values: Singles, table: Table) -> Bins:
    sides = [
        bins(values[:, NAMES.index(name)], edges)
        for name, edges in zip((table.one, table.other), table.edges, strict=True)
    ]
    return _joined(sides[0], sides[1], len(table.edges[1]) + 2)


def _rounded(own: Floats) -> list[float]:
    return [round(float(weight), 3) for weight in own]


def _filled(table: Table, own: Floats) -> Table:
    grid = own.reshape(len(table.edges[0]) + 2, len(table.edges[1]) + 2)
    return replace(table, weights=[_rounded(row) for row in grid])
