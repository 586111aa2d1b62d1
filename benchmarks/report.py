"""Write docs/performance.md from what the benchmarks have left in results/.

python -m benchmarks.report
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from benchmarks.curve import PLOT
from benchmarks.measure import RESULTS

PAGE = RESULTS.parents[1] / "docs" / "performance.md"
Figures = Mapping[str, Any]
Row = dict[str, Any]

HEAD = """\
# What it costs

Written by `python -m benchmarks.report` from `benchmarks/results/`; do not edit. Every figure is of a *simulated* city
(`hearth seed city`, [how](simulation.md)), in a Neo4j of its own that was started for it, with all work on one machine.
*Load* is the machine's mean over five minutes at the end of a run; with two cores, beyond 2 something else ran too.
"""
LOADS = """
## Loading

`python -m benchmarks.bench_ingest --accounts … --density …` (with `--copies 9` for the CSV). *Plain* is one session of
`UNWIND … MERGE` on the same edges; *later* adds a city of 2,000 accounts to the loaded graph.

"""
RUNS = """
## Detection

`python -m benchmarks.bench_detect --accounts … --density …`: a first run over everything, which settles the model, from
its start to written households, by a Neo4j that was just started; *again* is a full run that finds nothing new. The
peer is connected components over identifiers of 2 to 10 accounts, in DuckDB and networkx, on the same rows.

"""
CHANGES = """
## After a change

`python -m benchmarks.bench_changes --accounts … --density …`: a run after so many accounts were seen once more, in the
graph that stands, the change loaded by `hearth ingest` before. *First* is a process that has just started on a Neo4j
that has just started; *later* one that goes on, as under `hearth detect --every`. At the end a full run is made:
*differences* are what it would change.

"""
CURVE = """
![Seconds per 100,000 accounts, by size](images/detection-cost.svg)
"""
NONE = "not run"


def main() -> None:
    """Write the page."""
    loads, runs = map(_load, _results("ingest-")), map(_run, _results("detect-"))
    changes = map(_changes, _results("changes-"))
    curve = CURVE if PLOT.exists() else ""
    page = HEAD + LOADS + _table(loads) + RUNS + _table(runs) + curve + CHANGES + _table(changes)
    PAGE.write_text(page, "utf-8")


def _results(prefix: str) -> Iterator[Figures]:
    found = [json.loads(path.read_text("utf-8")) for path in RESULTS.glob(f"{prefix}*.json")]
    yield from sorted(found, key=lambda one: (one["simulated"]["accounts"], one["simulated"]["density"]))


def _load(one: Figures) -> Row:
    ours, seconds = one["ours"], one["ours"]["seconds"]
    later, size = one.get("later"), one.get("sightings_gb")
    (sightings,) = (stage for name, stage in ours["stages"].items() if name.startswith("reading sightings"))
    return _of(one) | {
        "sightings": f"{size} GB of CSV" if size else "Parquet",
        "rows": ours["rows"],
        "reading s": seconds["reading"],
        "sightings, rows/s": sightings["rows_per_s"],
        "writing s": seconds["writing"],
        "relationships": ours["relationships"],
        "a second": ours["relationships_per_s"],
        "plain, a second": one["plain"]["sighting_edges_per_s"] if "plain" in one else NONE,
        "later: rows": later["rows"] if later else NONE,
        "later: s": round(sum(later["seconds"].values()), 1) if later else NONE,
        **_ends(one),
    }


def _run(one: Figures) -> Row:
    ours, seconds, peer = one["ours"], one["ours"]["seconds"], one["components"]
    return _of(one) | {
        **{name: ours["counts"][name] for name in ("pairs", "households")},
        **{f"{stage} s": seconds.get(stage, 0.0) for stage in ("reading", "weighing", "writing", "total")},
        "again s": ours["seconds_again"]["total"],
        "F1": round(ours["quality"]["pairwise"]["f1"], 2),
        "components s": peer["seconds"],
        "their F1": peer["f1"] if isinstance(peer["f1"], str) else round(peer["f1"], 2),
        **_ends(one),
    }


def _changes(one: Figures) -> Row:
    found: Row = _of(one)
    for changed, runs in ((int(name), runs) for name, runs in one["after"].items()):
        if "first" in runs:
            found[f"{changed:,} changed, first: s"] = runs["first"]["seconds"]
        for name, label in (("seconds", "s"), ("python_cpu", "of it Python, s"), ("looked_at", "accounts looked at")):
            found[f"{changed:,} changed, later: {label}"] = ", ".join(f"{run[name]:,}" for run in runs["later"])
    return found | {
        "differences": one["differences"], "Python GB": one["python_gb"],
        "load": one["machine"]["load"], "commit": one["machine"]["commit"],
    }  # fmt: skip


def _of(one: Figures) -> Row:
    return {name: one["simulated"][name] for name in ("accounts", "density")}


def _ends(one: Figures) -> Row:
    peaks = {"Python GB": one["ours"]["python_gb"], "Neo4j GB": one["ours"]["neo4j_gb"]}
    return {**peaks, "load": one["machine"]["load"], "commit": one["machine"]["commit"]}


def _table(rows: Iterable[Row]) -> str:
    """A table with a column per result, so that a page can hold it."""
    found = list(rows)
    if not found:
        return f"{NONE}\n"
    lines = [[name, *(_cell(row[name]) for row in found)] for name in found[0]]
    lines.insert(1, ["---"] * len(lines[0]))
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)


if __name__ == "__main__":
    main()
