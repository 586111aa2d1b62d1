"""Runs of detection and of roles beside a load: nothing is missed, and neither is in the other's way."""

from __future__ import annotations

import asyncio
from pathlib import Path

from server import behaviour, export
from server.db.database import Database, Row
from server.detect.groups import KINDS
from server.detect.keep import Shelf
from server.detect.run import check, detect
from server.queries import load
from server.settings import Settings
from tests.conftest import quiet, run
from tests.datasets import MAY, accounts, ingest, order, sighting, touch, write


class Slow(Database):
    """A database in which one statement of a load is sent, and not committed before it may be."""

    late = ""

    def wait_for(self, query: str) -> None:
        """Hold this statement back from now on."""
        self.late, self.sent, self.may = query, asyncio.Event(), asyncio.Event()

    async def write(self, *queries: str, **parameters: object) -> list[Row]:
        """Write, that statement in two steps."""
        if queries[0] != self.late:
            return await super().write(*queries, **parameters)
        async with self.driver.session() as session, await session.begin_transaction() as sent:
            await (await sent.run(load()[self.late].text, parameters)).consume()
            self.sent.set()
            await self.may.wait()
            await sent.commit()
        return []


async def test_what_a_load_had_sent_before_the_first_run_is_looked_at(
    db: Database, settings: Settings, tmp_path: Path
) -> None:
    """There was no detection yet for which it would have marked the accounts."""
    slow = Slow(db.driver, db.name)
    slow.wait_for("ingest.network.create")
    things = [(name, kind, MAY.format(day, "21:00:00")) for name in "ab" for kind in KINDS[:2] for day in range(2, 16)]
    data = {"accounts": accounts(*"ab"), "sightings": [sighting(name, kind, kind, at) for name, kind, at in things]}
    loading = asyncio.ensure_future(ingest(slow, write(tmp_path / "data", data), settings))
    await slow.sent.wait()
    await detect(db, say=quiet, shelf=Shelf(tmp_path))
    slow.may.set()
    await loading
    assert (await db.read_one("detect.pending.some") or {})["some"]
    await detect(db, say=quiet, shelf=Shelf(tmp_path))
    assert [bool(changes) for changes in await check(db, quiet)] == [False, False]
    assert not (await db.read_one("detect.pending.some") or {})["some"]


async def test_what_a_load_had_sent_before_the_first_roles_is_looked_at(
    db: Database, settings: Settings, tmp_path: Path
) -> None:
    slow = Slow(db.driver, db.name)
    slow.wait_for("ingest.touches.product.create")
    touches = [touch(at=MAY.format(2, "09:00:00"), action="cart", product_id="milk")]
    data = {"accounts": accounts("ann"), "purchases": [order()], "touches": touches}
    loading = asyncio.ensure_future(ingest(slow, write(tmp_path / "data", data), settings))
    await slow.sent.wait()
    await behaviour.refresh(db, quiet)
    slow.may.set()
    await loading
    assert [(await behaviour.refresh(db, quiet)).changed for _ in range(2)] == [None, 0]
    assert (await export.paths(db)).num_rows == 1


async def test_a_run_ends_beside_a_load_that_locks_the_same_accounts(db: Database, tmp_path: Path) -> None:
    """They take the locks in different orders, and whichever the server refuses is tried again."""
    await run(db, "UNWIND range(0, 2999) AS n CREATE (:Account {id: toString(n), lastSeenAt: datetime()})")
    await detect(db, say=quiet, shelf=Shelf(tmp_path))
    for _ in range(8):
        await run(db, "MATCH (a:Account) SET a:Changed")
        running = asyncio.ensure_future(detect(db, say=quiet, shelf=Shelf(tmp_path)))
        while not running.done():
            await run(db, "UNWIND range(2999, 0, -1) AS n MATCH (a:Account {id: toString(n)}) SET a.city = 'Oslo'")
        assert await running
