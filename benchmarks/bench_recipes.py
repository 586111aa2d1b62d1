"""Plain recipes on the five simulated cities: what components, Leiden and Neo4j's recipe get right without a model.

    python -m benchmarks.bench_recipes [--accounts 20000] [--seeds 1 2 3] [--profiles city campus …]

Needs `pip install igraph leidenalg` beside the project (both GPL, for this comparison only). Prints a Markdown table
of pairwise precision / recall / F1, averaged over the seeds, and fails when a profile is too easy.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import networkx as nx
import numpy as np
import numpy.typing as npt

from seed.city import PROFILES, build

Ints = npt.NDArray[np.int64]
Score = tuple[float, float, float]  # precision, recall, F1
CAPS = (20, 50)
RESOLUTIONS = (0.1, 0.2, 0.35, 0.5, 0.7)
LIMITS = {"components": 0.3, "leiden": 0.8}

VIEWS = """
CREATE TABLE ids AS
SELECT account_id, row_number() OVER (ORDER BY account_id) - 1 AS a FROM '{folder}/accounts.parquet';
CREATE TABLE held AS
SELECT DISTINCT a, kind || identifier AS i FROM '{folder}/sightings.parquet' JOIN ids USING (account_id);
CREATE TABLE edges AS
SELECT a, i, count(*) OVER (PARTITION BY i) AS n FROM held QUALIFY n BETWEEN 2 AND 50;
CREATE TABLE homes AS
SELECT a, household_id AS h FROM read_csv('{folder}/truth.csv', all_varchar = true) JOIN ids USING (account_id)
WHERE until IS NULL OR until = '';
"""
PAIRS = """
SELECT x.a AS a, y.a AS b, sum(1.0 / x.n) AS weight, count(*) AS shared
FROM edges x JOIN edges y ON x.i = y.i AND x.a < y.a
WHERE x.n <= ?
GROUP BY ALL ORDER BY ALL
"""
TRUE_PAIRS = "SELECT DISTINCT x.a AS a, y.a AS b FROM homes x JOIN homes y ON x.h = y.h AND x.a < y.a"


def main() -> int:
    """Run every recipe on every profile and seed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=20_000)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--profiles", nargs="+", choices=list(PROFILES), default=list(PROFILES))
    options = parser.parse_args()
    leiden = _leiden()
    print(f"Simulated; {options.accounts} accounts, seeds {options.seeds}; precision / recall / F1\n")
    print("| profile | components, degree 2 to 10 | Leiden CPM, sum 1/degree | Neo4j's recipe |\n|---|---|---|---|")
    easy = []
    for profile in options.profiles:
        runs = [_scores(profile, options.accounts, seed, leiden) for seed in options.seeds]
        means = {name: tuple(np.mean([run[name] for run in runs], axis=0)) for name in runs[0]}
        print(f"| {profile} | {' | '.join(_cell(score) for score in means.values())} |", flush=True)
        easy += [f"{profile}: {n} reach {means[n][2]:.2f}" for n, limit in LIMITS.items() if means[n][2] >= limit]
    print("\n".join(["", *(f"Too easy: {line}" for line in easy)]))
    return 1 if easy else 0


def _scores(profile: str, accounts: int, seed: int, leiden: Callable[..., Ints]) -> dict[str, Score]:
    """Every recipe on one city."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as db:
        build(Path(folder), accounts=accounts, profile=profile, seed=seed)
        db.execute(VIEWS.format(folder=folder))
        truth = _columns(db, TRUE_PAIRS)
        few = _columns(db, PAIRS, 10)
        graphs = (_columns(db, PAIRS, cap)[:3] for cap in CAPS)
        partitions = (leiden(accounts, *graph, r) for graph in graphs for r in RESOLUTIONS)
        return {
            "components": _score(_components(accounts, few[0], few[1]), truth),
            "leiden": max((_score(p, truth) for p in partitions), key=lambda score: score[2]),
            "neo4j": _score(_components(accounts, *(c[few[3] >= 3] for c in few[:2])), truth),
        }


def _columns(db: duckdb.DuckDBPyConnection, text: str, *values: int) -> list[npt.NDArray[Any]]:
    return [np.asarray(column) for column in db.execute(text, values).fetchnumpy().values()]


def _components(accounts: int, left: Ints, right: Ints) -> Ints:
    """The number of each account's connected component."""
    graph = nx.Graph()
    graph.add_nodes_from(range(accounts))
    graph.add_edges_from(zip(left.tolist(), right.tolist(), strict=True))
    label = np.empty(accounts, dtype=np.int64)
    for number, members in enumerate(nx.connected_components(graph)):
        label[list(members)] = number
    return label


def _leiden() -> Callable[..., Ints]:
    """Leiden with the constant Potts model, see Traag, Waltman & van Eck, Scientific Reports 9, 5233 (2019)."""
    try:
        igraph, leidenalg = importlib.import_module("igraph"), importlib.import_module("leidenalg")
    except ImportError:
        sys.exit("This comparison needs two GPL libraries that the project does not: pip install igraph leidenalg")

    def partition(accounts: int, left: Ints, right: Ints, weight: npt.NDArray[np.float64], resolution: float) -> Ints:
        graph = igraph.Graph(n=accounts, edges=np.stack([left, right], axis=1))
        found = leidenalg.find_partition(
            graph,
            leidenalg.CPMVertexPartition,
            weights=weight,
            resolution_parameter=resolution,
            n_iterations=2,
            seed=1,
        )
        return np.array(found.membership)

    return partition


def _score(label: Ints, truth: list[Ints]) -> Score:
    """Pairwise precision, recall and F1 of a partition against true pairs, which may overlap."""
    sizes = np.bincount(label).astype(float)
    claimed = float((sizes * (sizes - 1) / 2).sum())
    right = float((label[truth[0]] == label[truth[1]]).sum())
    precision, recall = right / max(claimed, 1), right / max(len(truth[0]), 1)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def _cell(score: tuple[float, ...]) -> str:
    return " / ".join(f"{value:.2f}" for value in score)


if __name__ == "__main__":
    sys.exit(main())
