"""Why a member belongs: what it shares with the others and how much each thing weighed, in numbers that add up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from server.detect.evidence import Evidence
from server.detect.features import holding
from server.detect.groups import BINDING, KINDS, Groups, Ints, offsets, ranges
from server.detect.meetings import Floats
from server.detect.model import Model
from server.detect.score import PARTS, Scores, by_part

if TYPE_CHECKING:
    from server.detect.households import Homes

ITEMS = 8  # items of evidence that a membership names; what is weaker is added up as "other"
DIGITS = 4
HOMES = 10_000  # at once: bounds memory
REST = {"all": "people", "household": "household"}  # what features about no kind are called


@dataclass(frozen=True)
class _Items:
    """Per item the member, what it is (a group, or a place after them), its weight, and how many share it."""

    member: Ints
    item: Ints
    weight: Floats
    shared: Ints


def reasons(evidence: Evidence, scores: Scores, found: Homes, model: Model) -> Iterator[tuple[str, float]]:
    """The reasons of every membership of the homes, and their sum.

    They have a line an item, strongest first: its weight in log-odds, with how many others it is shared, and its name.
    What the features of a kind weigh is divided among the things of that kind which the two share, by how much of
    their own time the two spend there and how few share it. Without such a thing it is "no device" and so on; "people"
    is who the two are and how much is known of them, "household" what the others there add; "strangers" stands for
    members who share nothing.
    """
    for begin in range(0, found.start.size - 1, HOMES):
        yield from zip(*_reasons(evidence, scores, found.part(begin, begin + HOMES), model), strict=True)


def _reasons(evidence: Evidence, scores: Scores, found: Homes, model: Model) -> tuple[list[str], list[float]]:
    items = _summed(_items(evidence, scores, found, model), len(evidence.groups) + len(_others()))
    ranked = _ranked(items, len(evidence.groups) + len(_others()) - 1)
    weight = np.round(ranked.weight, DIGITS) + 0.0  # no weight is -0
    counts = np.bincount(ranked.member, minlength=found.account.size)
    score = np.bincount(ranked.member, weights=weight, minlength=found.account.size)
    numbers = (pa.array(column).cast(pa.string()) for column in (weight, ranked.shared))
    lines = pc.binary_join_element_wise(*numbers, _names(evidence.groups, ranked.item), " ")
    texts = pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets(counts), pa.int32()), lines), "\n")
    return texts.to_pylist(), np.round(score, DIGITS).tolist()


def _others() -> list[str]:
    return ["prior", "strangers", *(f"no {kind}" for kind in KINDS), "people", "household", "other"]


def _items(evidence: Evidence, scores: Scores, found: Homes, model: Model) -> _Items:
    size = np.diff(found.start)
    others = np.repeat(size, size) - 1
    parts = by_part(model, scores.rows(found.pair))
    groups, place = len(evidence.groups), _others().index
    known = np.bincount(np.r_[found.one, found.other], minlength=found.account.size)
    row, of = _rows(evidence, found)
    kind = evidence.groups.kind[evidence.group[row]]
    strength = (evidence.lower[row] + 0.01) / np.maximum(evidence.size[row] - 1, 1)
    key = of * len(KINDS) + kind
    total = np.bincount(key, weights=strength, minlength=found.pair.size * len(KINDS))
    weights = [parts[kind, of] * strength / total[key]]
    item, at = [evidence.group[row]], [of]
    every = np.arange(found.pair.size)
    for code in range(len(PARTS)):
        missing = every[total[code :: len(KINDS)] == 0] if code < len(KINDS) else every
        name = place(f"no {KINDS[code]}" if code < len(KINDS) else REST[PARTS[code]])
        weights.append(parts[code, missing])
        item.append(np.full(missing.size, groups + name))
        at.append(missing)
    pair, what, weight = np.concatenate(at), np.concatenate(item), np.concatenate(weights)
    some = np.flatnonzero(weight)
    pair, what, weight = pair[some], what[some], weight[some]
    member = np.concatenate([found.one[pair], found.other[pair]])
    own = np.arange(found.account.size)
    strangers = np.flatnonzero(others > known)
    return _Items(
        member=np.concatenate([member, own, strangers]),
        item=np.concatenate(
            [
                what,
                what,
                np.full(own.size, groups + place("prior")),
                np.full(strangers.size, groups + place("strangers")),
            ]
        ),
        weight=np.concatenate(
            [
                np.r_[weight, weight] / others[member],
                model.prior * known / others,
                (model.strangers * (others - known) / others)[strangers],
            ]
        ),
        shared=np.concatenate([np.ones(member.size, np.int64), known, (others - known)[strangers]]),
    )


def _rows(evidence: Evidence, found: Homes) -> tuple[Ints, Ints]:
    """The rows of evidence of the homes' pairs, without declarations that hold, and the place of each one's pair."""
    counts = np.diff(evidence.starts)[found.pair]
    row = ranges(evidence.starts[found.pair], counts)
    of = np.repeat(np.arange(found.pair.size), counts)
    binding = np.flatnonzero(evidence.groups.kind[evidence.group[row]] == BINDING)
    held = binding[holding(evidence, row[binding])]
    kept = np.ones(row.size, dtype=bool)
    kept[held] = False
    return row[kept], of[kept]


def _summed(items: _Items, width: int) -> _Items:
    """One entry per member and item."""
    key = items.member * width + items.item
    order = np.argsort(key, kind="stable")
    key = key[order]
    first = np.flatnonzero(np.r_[True, np.diff(key) != 0]) if key.size else key
    weight, shared = items.weight[order], items.shared[order]
    if not key.size:
        return items
    return _Items(
        key[first] // width, key[first] % width, np.add.reduceat(weight, first), np.add.reduceat(shared, first)
    )


def _ranked(items: _Items, other: int) -> _Items:
    """Strongest first, and what is beyond ITEMS in one."""
    order = np.lexsort((-np.abs(items.weight), items.member))  # stable: by item where two weigh the same
    member, item, shared, weight = items.member[order], items.item[order], items.shared[order], items.weight[order]
    starts = offsets(np.bincount(member, minlength=1))
    rank = np.arange(member.size) - starts[member]
    weak = rank >= ITEMS
    item = np.where(weak, other, item)
    first = np.flatnonzero(rank <= ITEMS)
    if not first.size:
        return _Items(member, item, weight, shared)
    return _Items(member[first], item[first], np.add.reduceat(weight, first), np.maximum.reduceat(shared, first))


def _names(groups: Groups, items: Ints) -> pa.StringArray:
    distinct, place = np.unique(items, return_inverse=True)
    things = distinct[distinct < len(groups)]
    names = groups.names(things) + [_others()[item - len(groups)] for item in distinct[things.size :].tolist()]
    return pa.array(names, pa.string()).take(pa.array(place))
