"""Reading sightings: bytes on disk to checked, hashed, staged hours, beside DuckDB's own reader without any check.

    hearth seed city CITY --accounts 100000 --format csv
    python -m benchmarks.bench_read CITY [CITY …]

Prints a Markdown table. Each row is a process of its own, so its memory is its own; no database is needed. The peer
reads the same file and brings it together by account, identifier and hour, in text as it stands.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import aclosing
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import duckdb

from benchmarks.measure import python_peak
from server.ingest.ahead import ahead
from server.ingest.files import Source, find
from server.ingest.hashing import Key
from server.ingest.known import here, number
from server.ingest.read import read
from server.ingest.stage import Stage, check, put, staging

READERS = {".parquet": "read_parquet($1)", ".ndjson": "read_json($1)"}
PEER = """
    SELECT count(*), sum(rows) FROM (
        SELECT count(*) AS rows, max("count"), min("at"), max("at")
        FROM {} GROUP BY account_id, kind, identifier, left("at"::VARCHAR, 13))
"""


class Figures(NamedTuple):
    """One run: rows read, how long it took, processor seconds, peak memory."""

    rows: int
    seconds: float
    busy: float
    gigabytes: float


def main() -> None:
    """Measure each folder."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="+")
    print(f"{os.cpu_count()} cores; load over a minute before: {os.getloadavg()[0]:.1f}\n")
    print("| file | | M rows | seconds | M rows/s | processor s / M rows | peak GB |\n|---|---|---|---|---|---|---|")
    for folder in parser.parse_args().folders:
        for name, work in (("Hearth", ours), ("DuckDB, no checks", peer)):
            with ProcessPoolExecutor(1, get_context("spawn")) as alone:
                print(_row(folder, name, alone.submit(measured, work, folder).result()), flush=True)


def measured(work: Callable[[Source, Source, Path], Figures], folder: Path) -> Figures:
    """Run one side on the accounts and sightings of a folder; in a process of its own."""
    sources = {source.table.name: source for source in find(folder).sources}
    with TemporaryDirectory() as scratch:
        return work(sources["accounts"], sources["sightings"], Path(scratch))


def ours(accounts: Source, sightings: Source, scratch: Path) -> Figures:
    """As a load does it; reading the accounts is not counted, but their memory is."""
    with staging(scratch, Key("k", b"benchmark"), None) as stage:
        asyncio.run(_staged(stage, accounts))
        number(stage.store)
        began, busy = time.perf_counter(), time.process_time()
        rows = asyncio.run(_staged(stage, sightings))
        return Figures(rows, time.perf_counter() - began, time.process_time() - busy, python_peak())


async def _staged(stage: Stage, source: Source) -> int:
    rows = 0
    async with aclosing(ahead(read(source))) as batches:
        async for batch in batches:
            checked = check(stage, source.table, batch.rows)
            put(stage, checked, here(stage.store, checked.names))
            rows += len(batch.rows) + len(batch.rejects)
    return rows


def peer(_: Source, sightings: Source, scratch: Path) -> Figures:
    """DuckDB with two threads and the memory that Hearth's engines have together."""
    reader = READERS.get(sightings.form, "read_csv($1, all_varchar = true)")
    with duckdb.connect(scratch / "peer.duckdb", config={"threads": 2, "memory_limit": "2GB"}) as db:
        db.execute("SET enable_progress_bar = false")
        began, busy = time.perf_counter(), time.process_time()
        ((_hours, rows),) = db.execute(PEER.format(reader), [str(sightings.path)]).fetchall()
        return Figures(int(rows), time.perf_counter() - began, time.process_time() - busy, python_peak())


def _row(folder: Path, name: str, found: Figures) -> str:
    millions = found.rows / 1e6
    speeds = f"{found.seconds:.1f} | {millions / found.seconds:.2f} | {found.busy / millions:.2f}"
    return f"| {folder.name} | {name} | {millions:.1f} | {speeds} | {found.gigabytes:.2f} |"


if __name__ == "__main__":
    main()
