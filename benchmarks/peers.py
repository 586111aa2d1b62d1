"""What Hearth's households are measured against: components, Leiden, Neo4j's recipe, Splink, and boosting with truth.

Each returns a label per account of the world. Needs `pip install igraph leidenalg splink scikit-learn` beside the
project, for the comparison only; what is not installed is left out.
"""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from benchmarks.bench_recipes import CAPS, PAIRS, RESOLUTIONS, VIEWS, _columns, _components, _leiden
from benchmarks.learning import Case
from server.detect.cluster import cluster
from server.detect.decide import partition
from server.detect.groups import ADDRESS, DEVICE, KINDS, NETWORK, PAYMENT, Groups, Ints, spread
from server.detect.meetings import Floats
from server.detect.model import Model

Labels = dict[str, int]


def recipes(folder: Path) -> Iterator[tuple[str, list[Labels]]]:
    """Plain recipes; Leiden at several resolutions, of which the bench takes the best with the truth."""
    with duckdb.connect() as db:
        db.execute(VIEWS.format(folder=folder))
        accounts = [name for (name,) in db.execute("SELECT account_id FROM ids ORDER BY a").fetchall()]
        few = _columns(db, PAIRS, 10)
        graphs = [_columns(db, PAIRS, cap)[:3] for cap in CAPS]
    yield "components", [_named(accounts, _components(len(accounts), few[0], few[1]))]
    yield "neo4j", [_named(accounts, _components(len(accounts), *(c[few[3] >= 3] for c in few[:2])))]
    if importlib.util.find_spec("leidenalg"):
        leiden = _leiden()
        found = [leiden(len(accounts), *graph, at) for graph in graphs for at in RESOLUTIONS]
        yield "leiden", [_named(accounts, label) for label in found]


def boosted(train: Case, test: Case, model: Model) -> Labels:
    """Gradient boosting on the same features with the truth of another world, clustered in the same way."""
    chance = np.clip(boosting(train.values, train.together > 0.5)(test.values), 1e-6, 1 - 1e-6)
    return clustered(test, np.log(chance / (1 - chance)), model)


def boosting(values: Any, true: Any) -> Callable[[Any], Floats]:
    """Gradient boosting that learns from rows of features what is true: gives the probability of other rows."""
    ensemble = importlib.import_module("sklearn.ensemble")
    fitted = ensemble.HistGradientBoostingClassifier(
        max_iter=200, learning_rate=0.06, max_leaf_nodes=15, l2_regularization=1.0, random_state=1
    ).fit(values, true)
    return lambda rows: np.asarray(fitted.predict_proba(rows)[:, 1])


def clustered(case: Case, score: Floats, model: Model) -> Labels:
    """Other scores of the same pairs, with the same words, persons and clustering as ours."""
    made = partition(case.evidence, case.people, model)
    held = np.where(np.isposinf(made.linked[2]), np.inf, score)
    accounts = case.evidence.groups.accounts
    return _named(list(accounts), cluster(len(accounts), made.scores.a, made.scores.b, held, model.strangers))


def splink(case: Case, model: Model) -> Labels:
    """Splink 4 on the accounts with their identifiers as arrays, fitted by its expectation-maximisation."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    library, comparisons = importlib.import_module("splink"), importlib.import_module("splink.comparison_library")
    arrays = [KINDS[kind] for kind in (DEVICE, NETWORK, ADDRESS, PAYMENT)]
    rules = [
        {"blocking_rule": f"l.{name} = r.{name}", "sql_dialect": "duckdb", "arrays_to_explode": [name]}
        for name in arrays
    ]
    settings = library.SettingsCreator(
        link_type="dedupe_only",
        comparisons=[comparisons.ArrayIntersectAtSizes(name, [3, 2, 1]) for name in arrays]
        + [comparisons.ExactMatch("band"), comparisons.ExactMatch("gender")],
        blocking_rules_to_generate_predictions=rules,
        unique_id_column_name="id",
    )
    linker = library.Linker(_table(case), settings, library.DuckDBAPI())
    linker.training.estimate_u_using_random_sampling(1e6, seed=1)
    for name in ("most_device", "most_network"):  # its fitting cannot block on arrays
        linker.training.estimate_parameters_using_expectation_maximisation(library.block_on(name))
    found = linker.inference.predict(threshold_match_weight=-20).as_duckdbpyrelation()
    rows = found.project("id_l, id_r, match_weight").fetchnumpy()
    known = dict(zip(zip(rows["id_l"].tolist(), rows["id_r"].tolist(), strict=True), rows["match_weight"], strict=True))
    first = case.evidence.starts[:-1]
    pairs = zip(case.evidence.a[first].tolist(), case.evidence.b[first].tolist(), strict=True)
    weight = [known.get((a, b), known.get((b, a), -20.0)) for a, b in pairs]
    return clustered(case, np.array(weight) * np.log(2), model)


def _table(case: Case) -> Any:
    """A row per account: its identifiers of at most 50 accounts by kind, its age band and gender."""
    groups, pyarrow = case.world.groups, importlib.import_module("pyarrow")
    traits = [case.world.traits[account] for account in groups.accounts]
    columns: dict[str, Any] = {
        KINDS[kind]: [things.tolist() or None for things in _things(groups, kind)]
        for kind in (DEVICE, NETWORK, ADDRESS, PAYMENT)
    }
    for name in (DEVICE, NETWORK):
        columns[f"most_{KINDS[name]}"] = [things and things[0] for things in columns[KINDS[name]]]
    columns["id"] = list(range(len(groups.accounts)))
    columns["band"] = [one.age_band or None for one in traits]
    columns["gender"] = [one.gender or None for one in traits]
    return pyarrow.table(columns)


def _things(groups: Groups, kind: int) -> list[Ints]:
    """Per account the groups of one kind that it shares with others."""
    group = spread(groups.start)
    chosen = np.flatnonzero((groups.kind[group] == kind) & (np.diff(groups.start)[group] > 1))
    order = chosen[np.argsort(groups.member[chosen], kind="stable")]
    ends = np.cumsum(np.bincount(groups.member[chosen], minlength=len(groups.accounts)))
    return np.split(group[order], ends[:-1])


def _named(accounts: list[str], label: Ints) -> Labels:
    return dict(zip(accounts, label.tolist(), strict=True))
