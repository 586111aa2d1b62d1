"""Referrals in the graph: loading a large network, and reading, measuring and writing it with `hearth referrals`.

    python -m benchmarks.bench_referrals_graph [--accounts 1000000] [--again]

Prints seconds per step and the peaks of memory, and writes results/referrals-graph.json. The network is that of the
speed figures of bench_referrals: one and a half referrals per account. Loading and measuring have a process each.
"""

from __future__ import annotations

import argparse
import asyncio
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.cities import alone
from benchmarks.measure import keep, neo4j_peak, python_peak
from benchmarks.spreading import large
from server.db import local
from server.db.bulk import filler
from server.db.database import connect
from server.db.migrate import migrate
from server.ingest import load
from server.ingest.progress import Silent
from server.referrals import store
from server.referrals.graph import NEVER
from server.settings import Settings

BEGIN = 1_767_225_600  # the first moment of 2026
Figures = dict[str, Any]


def main() -> None:
    """Load and measure, each in a process of its own, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, default=1_000_000)
    parser.add_argument("--again", action="store_true", help="Measure once more, when nothing has changed.")
    options = parser.parse_args()
    with TemporaryDirectory() as folder:
        home, data = Path(folder) / "home", Path(folder) / "data"
        write(data, options.accounts)
        try:
            figures = {"accounts": options.accounts, "load": alone(_load, home, data), "measure": alone(_measure, home)}
            figures |= {"measure again": alone(_measure, home)} if options.again else {}
            keep("referrals-graph", {**figures, "neo4j_gb": neo4j_peak(home)})
        finally:
            local.stop(home)


def write(folder: Path, accounts: int) -> None:
    """Write the data set: accounts and referrals."""
    folder.mkdir(parents=True)
    given = large(accounts, accounts * 3 // 2)
    names = pa.array([f"account-{number}" for number in range(accounts)])
    when = pa.array((given.at + BEGIN) * 1_000, pa.timestamp("ms", "UTC"))
    done = pa.array((given.converted + BEGIN) * 1_000, pa.timestamp("ms", "UTC"), mask=given.converted == NEVER)
    columns = {
        "referrer": names.take(pa.array(given.referrer)),
        "referee": names.take(pa.array(given.referee)),
        "at": when,
        "campaign": pa.array([f"wave-{number}" for number in range(5)]).take(pa.array(np.minimum(given.campaign, 4))),
        "converted_at": done,
    }
    pq.write_table(pa.table({"account_id": names}), folder / "accounts.parquet")
    pq.write_table(pa.table(columns), folder / "referrals.parquet")


def _load(home: Path, data: Path) -> Figures:
    settings = Settings(home=home, hash_key="benchmark")

    async def work() -> Figures:
        server = local.start(home, say=print)
        async with connect(server.uri, server.user, server.password) as db:
            await migrate(db)
            fill = filler(settings, print)
            report = await load(
                db, data, settings=settings, timezone=None, report_to=home, progress=Silent(), fill=fill
            )
        return {"seconds": {name: round(s, 1) for name, s in report.seconds.items()}, "rows": report.read}

    return {**asyncio.run(work()), "python_gb": python_peak()}


def _measure(home: Path) -> Figures:
    """Seconds of each step, named by what was said as it began."""
    said: list[tuple[float, str]] = []

    async def work() -> int:
        server = local.start(home, say=print)
        async with connect(server.uri, server.user, server.password) as db:
            said.append((time.perf_counter(), "Listing accounts"))
            return await store.keep(db, lambda text: said.append((time.perf_counter(), text)))

    changed = asyncio.run(work())
    ends = [*(moment for moment, _ in said[1:]), time.perf_counter()]
    steps = {text: round(end - began, 1) for (began, text), end in zip(said, ends, strict=True)}
    return {"seconds": steps, "all": round(sum(steps.values()), 1), "changed": changed, "python_gb": python_peak()}


if __name__ == "__main__":
    main()
