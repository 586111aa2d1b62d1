"""From what pairs share to how likely they live together: log-odds that add up, in the Fellegi-Sunter sense.

    score(pair) = prior + sum over kinds of the weights of what they share of that kind, strongest first,
                  each further one times `further` again, because two things of a kind tell much the same

Fellegi and Sunter, A Theory for Record Linkage, JASA 64 (1969), with weights per kind and state of evidence.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from server.detect.evidence import Evidence
from server.detect.meetings import Floats, Ints
from server.detect.model import Kind, Model

HOLDING = ("family_group", "parental_control", "same_person")


@dataclass(frozen=True)
class Scores:
    """Scored pairs, and what each row of evidence added.

    a, b, score and bound have one entry a pair (a < b, places in Evidence.accounts); `pair` and `weight` have one a
    row of evidence, so that score = prior + the weights of the pair's rows.
    """

    a: Ints
    b: Ints
    score: Floats
    bound: NDArray[np.bool_]
    pair: Ints
    weight: Floats


def score(evidence: Evidence, model: Model) -> Scores:
    """Weigh every row of evidence and add up each pair."""
    count = len(evidence.accounts)
    keys, pair = np.unique(evidence.a * count + evidence.b, return_inverse=True)
    kinds = sorted(model.kinds)
    names = np.array([kinds.index(group.kind) for group in evidence.groups], dtype=np.int64)
    kind = names[evidence.group]
    holds = _holding(evidence)
    weight = np.zeros(kind.size)
    for place, name in enumerate(kinds):
        rows = np.flatnonzero(kind == place)
        weight[rows] = weigh(evidence, rows, model.kinds[name], model.half_life_days)
    further = np.array([model.kinds[name].further for name in kinds])
    weight *= further[kind] ** _rank(pair, kind, weight)
    return Scores(
        a=keys // count if count else keys,
        b=keys % count if count else keys,
        score=np.asarray(model.prior + np.bincount(pair, weights=weight, minlength=keys.size), dtype=np.float64),
        bound=np.bincount(pair, weights=holds, minlength=keys.size) > 0,
        pair=pair,
        weight=weight,
    )


def weigh(evidence: Evidence, rows: Ints, kind: Kind, half_life: float) -> Floats:
    """The log-odds of each row of one kind, before those of the same pair and kind are discounted.

    Base, plus habit (hours, nights, regularity), minus crowd, office hours and a change of hands, held between 0
    and the kind's maximum and halved each `half_life` days; a binding that has ended weighs `ended`.
    """
    first = int(evidence.group[rows].min(initial=len(evidence.groups)))
    group = evidence.group[rows] - first  # groups of one kind stand together
    groups = evidence.groups[first : first + int(group.max(initial=-1)) + 1]
    base = np.array([kind.base.get(group.detail, kind.base.get("", 0.0)) for group in groups], dtype=float)[group]
    accounts = np.array([group.accounts for group in groups], dtype=float)[group]
    ended = np.array([group.until is not None and group.until <= evidence.now for group in groups], dtype=bool)[group]
    habit = (
        kind.hour * np.log2(1 + evidence.together[rows])
        + kind.night * np.log2(1 + evidence.nights[rows])
        + kind.regular * evidence.days[rows] / evidence.span[rows]
    )
    doubt = (
        kind.crowd * np.log2(np.maximum(accounts / kind.comfortable, 1))
        + kind.office * evidence.office[rows]
        - kind.sequential * ~evidence.overlap[rows]
    )
    weight = np.clip(base + habit - doubt, 0, kind.max) * 0.5 ** (evidence.age[rows] / half_life)
    return np.where(ended, kind.ended, weight)


def _holding(evidence: Evidence) -> NDArray[np.bool_]:
    """Which rows are bindings that hold a household together now."""
    holds = [
        group.kind == "binding" and group.detail in HOLDING and (group.until is None or group.until > evidence.now)
        for group in evidence.groups
    ]
    return np.array(holds, dtype=bool)[evidence.group]


def _rank(pair: Ints, kind: Ints, weight: Floats) -> Ints:
    """The place of each row among those of its pair and kind, strongest first."""
    order = np.lexsort((-weight, kind, pair))
    changes = (np.diff(pair[order]) != 0) | (np.diff(kind[order]) != 0)
    starts = np.flatnonzero(np.r_[True, changes]) if order.size else order
    rank = np.empty_like(pair)
    rank[order] = np.arange(order.size) - np.repeat(starts, np.diff(np.r_[starts, order.size]))
    return rank


def probability(log_odds: Floats) -> Floats:
    """The logistic function."""
    return np.asarray(1 / (1 + np.exp(-log_odds)))
