"""The model: what each thing known of a pair weighs, in log-odds, read from a file that a person can read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

from server.detect.company import COMPANY
from server.detect.features import FEATURES, NAMES
from server.detect.meetings import Singles

SHIPPED = Path(__file__).parent / "shipped.json"
Bins = NDArray[np.uint8]


@dataclass(frozen=True)
class Shape:
    """What one feature weighs: weights[0] where it is unknown, weights[i] from edges[i - 2] up to edges[i - 1]."""

    feature: str
    edges: Sequence[float]
    weights: Sequence[float]


@dataclass(frozen=True)
class Table:
    """What two features weigh together beyond their shapes: a row per bin of `one`, a column per bin of `other`."""

    one: str
    other: str
    edges: tuple[Sequence[float], Sequence[float]]
    weights: Sequence[Sequence[float]]


@dataclass(frozen=True)
class PersonModel:
    """What tells two accounts of one human being, in log-odds."""

    prior: float
    own_device: float
    payment: float
    alike: float
    unlike: float
    apart: float


@dataclass(frozen=True)
class Confidence:
    """Which probability a member's mean chance stands for: straight lines between the points."""

    chance: Sequence[float]
    probability: Sequence[float]


@dataclass(frozen=True)
class Model:
    """All weights of one model, in log-odds; `name` is what a run records.

    prior     a pair that shares something, before what it shares is weighed
    strangers a pair that shares nothing but has a household in common: mild, because not everybody's traces cross
    company   what a pair's company adds on a second look; nothing where there was none
    second    the mean towards the grown members of another household from which on a child lives there as well
    lean      added to each second look when households are decided, and not to what it says of the chance
    """

    name: str
    about: str
    prior: float
    strangers: float
    second: float
    shapes: Sequence[Shape]
    tables: Sequence[Table]
    company: Sequence[Shape]
    person: PersonModel
    confidence: Confidence
    lean: float = 0.0


def load(path: Path = SHIPPED) -> Model:
    """Read a model file; raises KeyError, TypeError or ValueError when it is not of this form."""
    return loads(path.read_text("utf-8"))


def loads(text: str) -> Model:
    """Read the text of a model file, with the errors of `load`."""
    raw = json.loads(text)
    shapes, company = (
        [Shape(entry["feature"], entry["edges"], entry["weights"]) for entry in raw.pop(name)]
        for name in ("shapes", "company")
    )
    tables = [
        Table(entry["one"], entry["other"], (entry["edges"][0], entry["edges"][1]), entry["weights"])
        for entry in raw.pop("tables")
    ]
    if [shape.feature for shape in (*shapes, *company)] != [*NAMES, *(feature.name for feature in COMPANY)]:
        raise ValueError("the model was made for other features; train it again")
    person, confidence = PersonModel(**raw.pop("person")), Confidence(**raw.pop("confidence"))
    return Model(**raw, shapes=shapes, tables=tables, company=company, person=person, confidence=confidence)


def save(model: Model, path: Path) -> None:
    """Write a model file."""
    path.write_text(dumps(model), "utf-8")


def dumps(model: Model) -> str:
    """The text of a model file: a line per shape and per table, with the meaning of each feature."""
    raw = asdict(model)
    meaning = {feature.name: feature.meaning for feature in (*FEATURES, *COMPANY)}
    for name in ("shapes", "company"):
        raw[name] = [{"feature": s["feature"], "meaning": meaning[s["feature"]], **s} for s in raw[name]]
    lists = {name: _lines(raw.pop(name)) for name in ("shapes", "tables", "company")}
    head = json.dumps(raw, indent=2, ensure_ascii=False)[:-2]
    return head + "".join(f',\n  "{name}": {text}' for name, text in lists.items()) + "\n}\n"


def _lines(entries: Sequence[dict[str, Any]]) -> str:
    return "[\n" + ",\n".join(f"    {json.dumps(entry, ensure_ascii=False)}" for entry in entries) + "\n  ]"


def named(model: Model, how: str, about: str) -> Model:
    """The model under a name that says how it came about and tells it from others by its weights."""
    return replace(model, name=f"{how}-{hashlib.sha256(repr(model).encode()).hexdigest()[:8]}", about=about)


def bins(values: Singles, edges: Sequence[float]) -> Bins:
    """The bin of each value: 0 for unknown, else one more than the number of edges at or below it."""
    return _bins(np.ascontiguousarray(values), np.asarray(edges, dtype=np.float32))


@njit(cache=True, nogil=True)
def _bins(values: Singles, edges: Singles) -> Bins:
    found = np.zeros(values.size, np.uint8)
    for place in range(values.size):
        value = values[place]
        if not np.isnan(value):
            bin_ = 1
            for edge in edges:
                bin_ += value >= edge
            found[place] = bin_
    return found
