"""Detection after a change: seconds of a run that follows new sightings of some accounts, in a graph that stands.

    python -m benchmarks.bench_changes [--accounts 10000 100000] [--profile city] [--density 1.0] [--folder FOLDER]

Each of the changed accounts is seen once more, a day later, with the device or network that it was seen with last.
`first` is the run of a process that has just started, as `hearth detect` is; the others are of one that goes on, as
`hearth up --detect-every 30s` does. Ends with a proof that a run over everything would change nothing.
"""

from __future__ import annotations

import asyncio
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from benchmarks.cities import alone, cities, connected, graph, parser
from benchmarks.measure import keep, python_peak, timed
from server.db.database import Database
from server.detect.keep import Shelf
from server.detect.run import check, detect
from server.ingest import load
from server.ingest.progress import Silent
from server.settings import Settings

CHANGED = (1_000, 10_000)
REPEATS = 4
SOME = """
COPY (
    SELECT * FROM read_parquet('{data}/accounts.parquet') ORDER BY hash(account_id || '{seed}') LIMIT {changed}
) TO '{folder}/accounts.parquet' (FORMAT parquet);
COPY (
    SELECT s.* REPLACE (strftime(strptime("at"[:19], '%Y-%m-%dT%H:%M:%S') + INTERVAL 1 DAY, '%Y-%m-%dT%H:%M:%S')
                        || "at"[20:] AS "at")
    FROM read_parquet('{data}/sightings.parquet') s
    SEMI JOIN read_parquet('{folder}/accounts.parquet') USING (account_id)
    QUALIFY row_number() OVER (PARTITION BY account_id ORDER BY "at" DESC, kind, identifier) = 1
) TO '{folder}/sightings.parquet' (FORMAT parquet);
"""


def main() -> None:
    """Measure each size in a database of its own."""
    options = parser(__doc__).parse_args()
    for city in cities(options):
        with graph(city):
            alone(_begin, city.home)
            figures = {"simulated": city.told, **alone(_ours, city.home, city.data)}
        keep(f"changes-{city.told['profile']}-{city.told['accounts']}", figures)


def _begin(home: Path) -> None:
    async def work(db: Database) -> None:
        await detect(db, shelf=Shelf(home), full=True)

    asyncio.run(connected(home, work))


def _ours(home: Path, data: Path) -> dict[str, Any]:
    async def work(db: Database) -> dict[str, Any]:
        shelf = Shelf(home)
        figures: dict[str, Any] = {}
        for changed in CHANGED:
            runs = [await _timed(db, shelf, home, data, changed, seed) for seed in range(REPEATS)]
            first = {"first": runs[0]} if not figures else {}
            figures[str(changed)] = {**first, "later": runs[len(first) :]}
        peak = python_peak()
        return {"after": figures, "python_gb": peak, "differences": sum(map(len, await check(db)))}

    figures: dict[str, Any] = asyncio.run(connected(home, work))
    return figures


async def _timed(db: Database, shelf: Shelf, home: Path, data: Path, changed: int, seed: int) -> dict[str, Any]:
    """Load the sightings of a day more, and time the run that follows."""
    with TemporaryDirectory() as folder:
        duckdb.execute(SOME.format(data=data, folder=folder, changed=changed, seed=f"{changed}-{seed}"))
        settings = Settings(home=home, hash_key="benchmark")
        await load(db, Path(folder), settings=settings, timezone=None, report_to=Path(folder), progress=Silent())
    summary, seconds, busy = await timed(detect(db, shelf=shelf))
    assert summary
    return {"seconds": seconds, "python_cpu": busy, "looked_at": summary.accounts}


if __name__ == "__main__":
    main()
