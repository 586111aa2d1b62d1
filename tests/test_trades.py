"""What was bought and touched, as it comes from the graph; and who must be looked at again."""

from __future__ import annotations

from pathlib import Path

import pytest

from server import behaviour, trades
from server.db.database import Database
from server.detect.keep import Shelf
from server.detect.run import detect
from server.errors import DataError
from server.journeys import ACTIONS
from server.settings import Settings
from tests.conftest import quiet, run
from tests.datasets import Row, accounts, binding, ingest, order, touch, write

PAID = (("ann", "EUR"), ("ann", "EUR"), ("bob", "USD"))


async def test_touches_of_one_moment_keep_one_order(db: Database, settings: Settings, tmp_path: Path) -> None:
    """Whichever of them was loaded first."""
    for number, (first, then) in enumerate((("cart", "search"), ("search", "cart"))):
        rows = [touch("ann", first), touch("bob", then)]
        await ingest(
            db, write(tmp_path / str(number) / "data", {"accounts": accounts("ann", "bob"), "touches": rows}), settings
        )
    trade, _ = await trades.read(db, ["ann", "bob"])
    actions = [(int(who), ACTIONS[what]) for who, what in zip(trade.touches.account, trade.touches.action, strict=True)]
    assert actions == [(0, "cart"), (0, "search"), (1, "cart"), (1, "search")]


async def test_a_run_around_some_counts_the_currency_of_all(db: Database, settings: Settings, tmp_path: Path) -> None:
    rows = [order(f"p{n}", who, amount=5, currency=paid) for n, (who, paid) in enumerate(PAID)]
    await ingest(db, write(tmp_path / "data", {"accounts": accounts("ann", "bob"), "purchases": rows}), settings)
    _, names = await trades.read(db, ["ann", "bob"])
    assert names.currency == "EUR"
    alone, _ = await trades.read(db, ["bob"], names.currency)
    assert alone.purchases.amount.sum() == 0


async def test_members_of_a_household_that_begins_are_looked_at(
    db: Database, settings: Settings, tmp_path: Path
) -> None:
    rows = {"accounts": accounts("ann", "bob", "cy"), "bindings": [binding()], "touches": [touch("cy")]}
    await ingest(db, write(tmp_path / "data", rows), settings)
    await behaviour.refresh(db, quiet)
    assert await run(db, "MATCH (a:Stirred) RETURN a.id AS id") == []
    await detect(db, say=quiet, shelf=Shelf(tmp_path))
    assert await run(db, "MATCH (a:Stirred) RETURN a.id AS id ORDER BY id") == [{"id": "ann"}, {"id": "bob"}]


@pytest.mark.parametrize("some", [{"touches": [touch()]}, {"purchases": [order()]}])
async def test_purchases_alone_or_touches_alone_are_enough(
    db: Database, settings: Settings, tmp_path: Path, some: dict[str, list[Row]]
) -> None:
    await ingest(db, write(tmp_path / "data", {"accounts": accounts("ann"), **some}), settings)
    assert (await behaviour.refresh(db, quiet)).led == 0


async def test_nothing_bought_or_touched_says_what_to_do(db: Database) -> None:
    for _ in range(2):
        with pytest.raises(DataError, match="Nothing has been bought"):
            await behaviour.refresh(db, quiet)
