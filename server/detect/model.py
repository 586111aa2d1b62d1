"""The model: what each kind of evidence weighs, in log-odds, read from a small file that a person can read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

SHIPPED = Path(__file__).parent / "shipped.json"


@dataclass(frozen=True)
class Kind:
    """What sharing one thing of this kind weighs; see server.detect.score.weigh for the formula.

    All but `comfortable` (accounts) and `further` (a factor per further thing of the kind) are log-odds.
    """

    base: Mapping[str, float]
    hour: float = 0.0
    night: float = 0.0
    regular: float = 0.0
    crowd: float = 0.0
    comfortable: float = 2.0
    office: float = 0.0
    sequential: float = 0.0
    ended: float = 0.0
    max: float = 0.0
    further: float = 0.0


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
class Model:
    """All weights of one model; `name` is what a run records.

    `prior` is the log-odds of a pair that shares something, `strangers` that of a pair which shares nothing but
    has a household in common: it is mild, because not everybody's traces cross.
    """

    name: str
    prior: float
    strangers: float
    half_life_days: float
    person: PersonModel
    kinds: Mapping[str, Kind] = field(default_factory=dict)


def load(path: Path = SHIPPED) -> Model:
    """Read a model file; raises KeyError or TypeError when it is not of this form."""
    raw = json.loads(path.read_text("utf-8"))
    return Model(
        name=raw["name"],
        prior=raw["prior"],
        strangers=raw["strangers"],
        half_life_days=raw["half_life_days"],
        person=PersonModel(**raw["person"]),
        kinds={name: Kind(**kind) for name, kind in raw["kinds"].items()},
    )
