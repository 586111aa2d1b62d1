"""Loading a simulated city: seconds and rows/s per stage, edges/s and memory, beside a plain loader on the same rows.

    python -m benchmarks.bench_ingest [--accounts 10000 100000] [--density 1.0] [--plain 500000] [--batches]

A million accounts: `--accounts 1000000 --density 0.15`. With --folder, bench_detect goes on from the same graph.
A file of more than 10 GB: `--accounts 300000 --copies 9` takes the sightings nine times, half a year apart, as CSV.
A large first load goes by way of Neo4j's importer; --batches writes it in transactions, as later loads are. The plain
loader is one session that sends sightings, already brought together to edges, through `UNWIND … MERGE`, and stops
after --plain edges. Each has a Neo4j of its own, and a process of its own, whose peak of memory it is. At last a city
of --later accounts is added to the loaded graph: that must cost what it adds, however large the graph is.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from benchmarks.cities import alone, cities, parser
from benchmarks.measure import keep, neo4j_peak, python_peak
from seed.city import build
from server.db import local
from server.db.bulk import filler
from server.db.database import Database, connect
from server.db.migrate import migrate
from server.ingest import load
from server.model import DETAILS
from server.settings import Settings

Figures = dict[str, Any]

BATCH = 5_000
EDGES = """
    WITH hours AS (
        SELECT kind, identifier, account_id, left("at", 13) AS hour, max(coalesce(count, 1)) AS count,
               min("at"::TIMESTAMPTZ) AS first, max("at"::TIMESTAMPTZ) AS last
        FROM read_parquet($sightings) GROUP BY ALL)
    SELECT kind || ':' || identifier AS id, account_id AS account, list(hour ORDER BY hour) AS hours,
           list(count ORDER BY hour) AS counts, epoch_ms(min(first)) AS first, epoch_ms(max(last)) AS last
    FROM hours WHERE kind = $kind GROUP BY ALL
"""
REPEATED = """
    COPY (
        SELECT * REPLACE (strftime("at"[:10]::DATE - CAST(182 * copy AS INTEGER), '%Y-%m-%d') || "at"[11:] AS "at")
        FROM range({copies}) AS copies (copy), '{before}')
    TO '{after}' (HEADER)
"""
ACCOUNTS = "UNWIND $rows AS row MERGE (a:Account {id: row.id})"
MERGES = {
    kind: f"""
        UNWIND $rows AS row
        MATCH (a:Account {{id: row.account}})
        MERGE (i:{label} {{id: row.id}})
        MERGE (a)-[r:{edge}]->(i)
        SET r.hours = row.hours, r.counts = row.counts,
            r.firstSeen = datetime({{epochMillis: row.first}}), r.lastSeen = datetime({{epochMillis: row.last}})
    """
    for kind, label, edge in (("network", "Network", "CONNECTS_FROM"), ("device", "Device", "USES"))
}


class Stages:
    """A progress that keeps the seconds and rows of each stage."""

    def __init__(self) -> None:
        self.rows: dict[str, int] = {}
        self.seconds: dict[str, float] = {}

    def stage(self, name: str, total: int) -> None:  # noqa: ARG002  (the protocol's name)
        """Begin a stage."""
        self._name, self._began = name, time.perf_counter()
        self.rows[name] = 0

    def advance(self, units: int, rows: int) -> None:  # noqa: ARG002  (the protocol's name)
        """Go on."""
        self.rows[self._name] += rows
        self.seconds[self._name] = round(time.perf_counter() - self._began, 2)

    def figures(self) -> Figures:
        """Seconds and rows a second of each stage that had rows."""
        spent = {name: max(self.seconds.get(name, 0), 0.01) for name, rows in self.rows.items() if rows}
        return {name: {"seconds": s, "rows_per_s": round(self.rows[name] / s)} for name, s in spent.items()}


def main() -> None:
    """Measure each size."""
    options = parser(__doc__)
    options.add_argument("--plain", type=int, default=500_000, help="edges; 0 leaves the plain loader out")
    options.add_argument("--later", type=int, default=2_000, help="accounts; 0 leaves the later load out")
    options.add_argument("--batches", action="store_true")
    options.add_argument("--copies", type=int, default=1, help="of the sightings; the plain loader takes only one")
    chosen = options.parse_args()
    for city in cities(chosen):
        figures: Figures = {"simulated": city.told}
        if chosen.copies > 1:
            figures["sightings_gb"] = alone(_repeat, city.data, chosen.copies)
        figures["ours"] = alone(_ours, city.home, city.data, chosen.batches)
        if chosen.later:
            later = city.home.parent / "later"
            if not later.exists():
                alone(build, later, accounts=chosen.later, profile="city", seed=1, format="parquet")
            figures["later"] = alone(_later, city.home, later)
        if chosen.plain and chosen.copies == 1:
            with TemporaryDirectory() as folder:
                figures["plain"] = alone(_plain, Path(folder), city.data, chosen.plain)
        kept = [city.told["accounts"], *["batches"] * chosen.batches, *["long"] * (chosen.copies > 1)]
        keep("-".join(["ingest", *map(str, kept)]), figures)


def _repeat(data: Path, copies: int) -> float:
    """Write the sightings so many times, each half a year before, as CSV instead of Parquet; return its gigabytes."""
    before, after = data / "sightings.parquet", data / "sightings.csv"
    if before.exists():
        duckdb.execute(REPEATED.format(before=before, copies=copies, after=after))
        before.unlink()
    return round(after.stat().st_size / 1e9, 2)


def _ours(home: Path, data: Path, batches: bool) -> Figures:
    settings, stages = Settings(home=home, hash_key="benchmark"), Stages()

    async def work() -> Figures:
        began = time.perf_counter()
        server = local.start(home, say=print)
        async with connect(server.uri, server.user, server.password) as db:
            await migrate(db)
            started = time.perf_counter() - began
            fill = None if batches else filler(settings, print)
            report = await load(db, data, settings=settings, timezone=None, report_to=home, progress=stages, fill=fill)
        every = await _relationships(home)
        return {
            "seconds": {"starting": round(started, 1), **{name: round(s, 1) for name, s in report.seconds.items()}},
            "rows": report.read,
            "sighting_edges": sum(report.written[kind] for kind in DETAILS),
            "relationships": every,
            "relationships_per_s": round(every / report.seconds["writing"]),
            "stages": stages.figures(),
        }

    return _measured(home, work)


def _later(home: Path, data: Path) -> Figures:
    settings, stages = Settings(home=home, hash_key="benchmark"), Stages()

    async def work() -> Figures:
        server = local.start(home, say=print)
        async with connect(server.uri, server.user, server.password) as db:
            report = await load(db, data, settings=settings, timezone=None, report_to=home, progress=stages)
        seconds = {name: round(s, 1) for name, s in report.seconds.items()}
        return {"seconds": seconds, "rows": report.read, "sighting_edges": sum(report.written[one] for one in DETAILS)}

    return _measured(home, work)


async def _relationships(home: Path) -> int:
    server = local.start(home, say=print)
    async with connect(server.uri, server.user, server.password) as db:
        found = await db.driver.execute_query("MATCH ()-[r]->() RETURN count(r) AS n", database_=db.name)
        return int(found.records[0]["n"])


def _plain(home: Path, data: Path, most: int) -> Figures:
    async def work() -> Figures:
        server = local.start(home, say=print)
        async with connect(server.uri, server.user, server.password) as db:
            await migrate(db)
            return await _merge(db, data, most)

    return _measured(home, work)


def _measured(home: Path, work: Callable[[], Any]) -> Figures:
    try:
        return {**asyncio.run(work()), "python_gb": python_peak(), "neo4j_gb": neo4j_peak(home)}
    finally:
        local.stop(home)


async def _merge(db: Database, data: Path, most: int) -> Figures:
    names = duckdb.execute("SELECT account_id FROM read_parquet($1)", [str(data / "accounts.parquet")]).fetchall()
    edges, spent = 0, 0.0
    async with db.driver.session(database=db.name) as session:
        for start in range(0, len(names), BATCH):
            rows = [{"id": name} for (name,) in names[start : start + BATCH]]
            await (await session.run(ACCOUNTS, {"rows": rows})).consume()
        for kind, merge in MERGES.items():
            found = duckdb.execute(EDGES, {"sightings": str(data / "sightings.parquet"), "kind": kind})
            columns = [column[0] for column in found.description or ()]
            began = time.perf_counter()
            while edges < most and (part := found.fetchmany(BATCH)):
                rows = [dict(zip(columns, row, strict=True)) for row in part]
                await (await session.run(merge, {"rows": rows})).consume()
                edges += len(rows)
            spent += time.perf_counter() - began
    return {"sighting_edges": edges, "seconds": round(spent, 1), "sighting_edges_per_s": round(edges / spent)}


if __name__ == "__main__":
    main()
