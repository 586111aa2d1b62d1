"""Detection on a simulated city: seconds per stage and memory, beside components over DuckDB on the same rows.

    python -m benchmarks.bench_detect [--accounts 10000 100000] [--profile city] [--density 1.0] [--folder FOLDER]

Starts a Neo4j of its own, in a temporary folder unless one is given that bench_ingest has filled. Quality is
measured against the simulated truth. Draws docs/images/detection-cost.svg from what all sizes took.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
import networkx as nx

from benchmarks.cities import alone, cities, connected, graph, parser
from benchmarks.curve import cost_curve
from benchmarks.measure import keep, neo4j_peak, python_peak
from server.db.database import Database
from server.detect.run import detect
from server.evaluate import evaluate, measure, read_truth

SHARED = """
WITH held AS (SELECT DISTINCT account_id AS account, kind || ':' || identifier AS thing FROM read_parquet($sightings)),
few AS (SELECT account, thing FROM held QUALIFY count(*) OVER (PARTITION BY thing) BETWEEN 2 AND 10)
SELECT account, thing FROM few
"""


def main() -> None:
    """Measure each size in a database of its own."""
    options = parser(__doc__).parse_args()
    for city in cities(options):
        with graph(city):
            figures = {"simulated": city.told, "ours": alone(_ours, city.home, city.data)}
        figures["components"] = alone(_components, city.data)
        keep(f"detect-{city.told['profile']}-{city.told['accounts']}", figures)
    cost_curve(options.profile, options.density)


def _ours(home: Path, data: Path) -> dict[str, Any]:
    async def work(db: Database) -> dict[str, Any]:
        first, summary = await _timed(db)
        peak = python_peak()
        again, _ = await _timed(db)
        figures = {"seconds": first, "seconds_again": again, "python_gb": peak, **summary}
        result = asdict(await evaluate(db, data / "truth.csv"))
        del result["calibration"]
        return {**figures, "neo4j_gb": neo4j_peak(home), "quality": result}

    figures: dict[str, Any] = asyncio.run(connected(home, work))
    return figures


async def _timed(db: Database) -> tuple[dict[str, float], dict[str, Any]]:
    """Run detection; the seconds between what it says are those of its stages."""
    marks = [("start", time.perf_counter())]
    summary = await detect(db, say=lambda text: marks.append((text.split()[0].lower(), time.perf_counter())))
    marks.append(("end", time.perf_counter()))
    stages: dict[str, float] = defaultdict(float)
    for (name, begin), (_, end) in pairwise(marks):
        stages["weighing" if name == "weighed" else name] += end - begin
    stages["total"] = marks[-1][1] - marks[0][1]
    return {name: round(seconds, 2) for name, seconds in stages.items()}, {"counts": asdict(summary) if summary else {}}


def _components(data: Path) -> dict[str, Any]:
    """The plain way: connected components over identifiers that 2 to 10 accounts share."""
    began = time.perf_counter()
    duckdb.execute("SET enable_progress_bar = false")
    rows = duckdb.execute(SHARED, {"sightings": str(data / "sightings.parquet")}).fetchall()
    graph = nx.Graph(rows)
    accounts = {account for account, _ in rows}
    found = {
        node: {str(number)}
        for number, part in enumerate(nx.connected_components(graph))
        for node in part
        if node in accounts
    }
    seconds = round(time.perf_counter() - began, 2)
    largest = max(map(len, nx.connected_components(graph)), default=0)
    if largest > 10_000:  # its pairs would not fit into memory, and almost none of them is right
        return {"seconds": seconds, "largest_component": largest, "f1": "below 0.01"}
    result = measure(found, read_truth(data / "truth.csv", None), {})
    return {"seconds": seconds, "largest_component": largest, "f1": result.pairwise.f1}


if __name__ == "__main__":
    main()
