"""How right the households stay where a platform does not have everything: a city with one kind of data left out.

    python -m benchmarks.bench_missing [--cache FOLDER] [--seeds 618] [--profiles city]

Ours is the shipped model, settled as in a first run; `boosted` is gradient boosting with the truth of another city
that lacks the same.
Prints Markdown and writes results/missing.json. Boosting needs scikit-learn beside the project.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import numpy as np

from benchmarks import peers
from benchmarks.bench_quality import _labels, _ours
from benchmarks.learning import Case, case, first_run
from benchmarks.measure import keep
from benchmarks.worlds import parser, read, world
from server.detect import model as models
from server.detect.model import Model
from server.detect.read import CAP

SEED = 618  # nobody looked at it before
OTHER = 101  # whose truth boosting learns from
NONE = "SELECT * FROM rows WHERE false"
WITHOUT = "SELECT * FROM rows WHERE kind <> '{}'"
SOME = 'SELECT * FROM rows WHERE hash(account_id, kind, identifier, "at") % {} = 0'
NULLS = "SELECT * REPLACE ({}) FROM rows"


def _null(*columns: str) -> str:
    return NULLS.format(", ".join(f"NULL::VARCHAR AS {column}" for column in columns))


MISSING: Mapping[str, Mapping[str, str]] = {
    "nothing": {},
    "the sources' details": {"sightings": _null("detail")},
    "age bands": {"accounts": _null("age_band")},
    "age bands, gender, platforms": {"accounts": _null("age_band", "gender", "platform")},
    "interactions": {"interactions": NONE},
    "bindings": {"bindings": NONE},
    "purchases": {"purchases": NONE},
    "payments": {"sightings": WITHOUT.format("payment"), "purchases": _null("payment")},
    "addresses": {"sightings": WITHOUT.format("address"), "purchases": _null("address")},
    "networks": {"sightings": WITHOUT.format("network")},
    "devices": {"sightings": WITHOUT.format("device")},
    "half of the sightings": {"sightings": SOME.format(2)},
    "three quarters of them": {"sightings": SOME.format(4)},
}


def main() -> None:
    """Leave out each in turn, print the table, and keep the figures."""
    options = parser(__doc__, [SEED])
    options.set_defaults(profiles=["city"])
    given, shipped = options.parse_args(), models.load()
    found: list[dict[str, object]] = []
    print("| left out | ours: precision | recall | F1 | calibration error | boosted: F1 |\n" + "|---" * 6 + "|")
    for profile in given.profiles:
        for seed in given.seeds:
            for name, queries in MISSING.items():
                test = _case(world(given.cache, profile, seed, given.accounts), queries)
                other = _case(world(given.cache, profile, OTHER, given.accounts), queries)
                figures = _figures(test, other, shipped)
                found.append({"profile": profile, "seed": seed, "missing": name, **figures})
                print(f"| {name} | " + " | ".join(f"{x:.3f}" for x in figures.values()) + " |", flush=True)
    keep("missing", {"simulated": {"accounts": given.accounts}, "worlds": found})


def _case(folder: Path, queries: Mapping[str, str]) -> Case:
    """The world in a folder, each file as its query has it."""
    with TemporaryDirectory() as name, duckdb.connect() as db:
        for file in folder.iterdir():
            if file.stem in queries and file.suffix == ".parquet":
                db.execute(f"CREATE OR REPLACE VIEW rows AS SELECT * FROM '{file}'")
                db.execute(f"COPY ({queries[file.stem]}) TO '{name}/{file.name}'")
            else:
                (Path(name) / file.name).symlink_to(file.absolute())
        return case(read(Path(name), CAP))


def _figures(test: Case, other: Case, shipped: Model) -> dict[str, float]:
    result = _ours(test, first_run(test.evidence, test.world.traits, shipped)[0])
    rates = result.pairwise
    figures = {"precision": rates.precision, "recall": rates.recall, "f1": rates.f1, "error": result.calibration_error}
    if importlib.util.find_spec("sklearn"):
        figures["boosted"] = _labels(test, peers.boosted(_varied(other), test, shipped)).pairwise.f1
    return figures


def _varied(one: Case) -> Case:
    """Boosting refuses a column with one value alone, as of a kind that is left out: its first rows get another."""
    values = one.values.copy()
    values[:100, np.isnan(values).all(axis=0) | (values == values[0]).all(axis=0)] = np.arange(100)[:, None] % 2
    return replace(one, values=values)


if __name__ == "__main__":
    main()
