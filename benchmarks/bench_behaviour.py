"""What roles and paths cost on a simulated city: a full run, runs around what has changed, and requests.

    python -m benchmarks.bench_behaviour [--accounts 10000] [--changed 1000] [--requests 400] [--folder FOLDER]

Starts a Neo4j of its own, in a temporary folder unless one is given. Requests go through the HTTP application in
process, one after the other, after as many to warm up.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable
from pathlib import Path
from typing import Any

import httpx
import numpy as np

from benchmarks.cities import alone, cities, connected, graph, loaded, parser
from benchmarks.measure import keep, python_peak, timed
from server import behaviour
from server.app import create_app
from server.db.database import Database
from server.detect.run import detect

ROLES = (
    "query($id: ID!) { household(id: $id) { roles { category role score low high account { accountId } reasons } } }"
)
PATH = "query($id: ID!) { purchase(id: $id) { path { step action at own probability account { accountId } } } }"
PICK = {
    ROLES: "MATCH (h:Household)<-[:PLAYS]-() WITH DISTINCT h.id AS id ORDER BY id RETURN collect(id) AS ids",
    PATH: "MATCH (p:Purchase)<-[:LED_TO]-() WITH DISTINCT p.id AS id ORDER BY id RETURN collect(id) AS ids",
}
STIR = "MATCH (a:Account) WHERE a.id IN $ids SET a:Stirred"
MEMBERS = """
    MATCH (h:Household)<-[m:MEMBER_OF]-(a:Account)
    WHERE m.until IS NULL
    WITH h, min(a.id) AS id ORDER BY id
    RETURN collect(id) AS ids
"""


def main() -> None:
    """Measure each size in a database of its own."""
    options = parser(__doc__)
    options.set_defaults(accounts=[10_000])
    options.add_argument("--changed", type=int, default=1000, help="households that change")
    options.add_argument("--requests", type=int, default=400)
    given = options.parse_args()
    for city in cities(given):
        with graph(city, _ready):
            figures = alone(_measure, city.home, given.changed, given.requests)
        keep(f"behaviour-{city.told['profile']}-{city.told['accounts']}", {"simulated": city.told, **figures})


def _ready(home: Path, data: Path) -> None:
    async def work(db: Database) -> None:
        await loaded(db, home, data)
        await detect(db, say=print)

    asyncio.run(connected(home, work))


def _measure(home: Path, changed: int, requests: int) -> dict[str, Any]:
    async def work(db: Database) -> dict[str, Any]:
        full = await _timed(behaviour.refresh(db, print, full=True))
        everybody = await _ids(db, MEMBERS)
        some = [random.Random(seed).sample(everybody, min(changed, len(everybody))) for seed in range(3)]
        around = []
        for ids in some:
            await db.driver.execute_query(STIR, ids=ids)
            around.append(await _timed(behaviour.refresh(db, print)))
        answers = {name: await _requests(db, text, requests) for name, text in (("roles", ROLES), ("path", PATH))}
        return {"full": full, "changed": changed, "around": around, "milliseconds": answers, "python_gb": python_peak()}

    figures: dict[str, Any] = asyncio.run(connected(home, work))
    return figures


async def _ids(db: Database, text: str) -> list[str]:
    records, _, _ = await db.driver.execute_query(text)
    return list(records[0]["ids"])


async def _timed(work: Awaitable[behaviour.Summary]) -> dict[str, Any]:
    """Seconds in all, those of the processor in Python, and what was looked at."""
    summary, seconds, busy = await timed(work)
    return {
        "seconds": seconds, "processor": busy, "households": summary.households, "purchases": summary.purchases
    }  # fmt: skip


async def _requests(db: Database, text: str, count: int) -> dict[str, float]:
    """How long one of two and 19 of 20 requests take at most."""
    ids, dice = await _ids(db, PICK[text]), random.Random(1)
    app = create_app(db)
    took: list[float] = []
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://bench") as client:
        for _ in range(2 * count):
            began = time.perf_counter()
            answer = await client.post("/graphql", json={"query": text, "variables": {"id": dice.choice(ids)}})
            took.append(1000 * (time.perf_counter() - began))
            if "errors" in answer.json():
                raise RuntimeError(answer.text)
    return {name: round(float(np.percentile(took[count:], share)), 1) for name, share in (("p50", 50), ("p95", 95))}


if __name__ == "__main__":
    main()
