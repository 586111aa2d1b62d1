"""Orders in the real graph: rows of one order in one load or in several, and those that contradict."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from server.db.database import Database
from server.settings import Settings
from tests.conftest import run
from tests.datasets import MAY, accounts, ingest, order, rejects, write


@pytest.mark.parametrize(
    ("column", "row"),
    [
        ("account_id", order(account="bob", product="eggs")),
        ("at", order(product="eggs") | {"at": MAY.format(3, "10:00:00")}),
        ("currency", order(product="eggs", currency="USD")),
        ("address", order(product="eggs", address="Oak 1")),
        ("payment", order(product="eggs", payment="cash")),
        ("recipient_account", order(product="eggs", recipient_account="cy")),
        ("amount", order(amount=3)),
        ("quantity", order(quantity=3)),
    ],
)  # fmt: skip
async def test_an_order_that_contradicts_itself_is_refused(
    db: Database, tmp_path: Path, settings: Settings, column: str, row: dict[str, Any]
) -> None:
    first = order(amount=2, quantity=1, currency="EUR", address="Elm 3", payment="visa", recipient_account="bob")
    data = {"accounts": accounts("ann", "bob", "cy"), "purchases": [first, row]}
    await ingest(db, write(tmp_path / "a", data), settings)
    (within,) = rejects(tmp_path / "a")
    report = await ingest(db, write(tmp_path / "b", data | {"purchases": [row]}), settings)
    assert within.startswith(f"purchases.csv:3: {column}: ")
    assert within.endswith("first seen on line 2")
    assert (report.rejected, rejects(tmp_path / "b")[0].split("; ")[1]) == (1, "an earlier load has it")


async def test_an_address_is_the_recipients_of_whom_an_earlier_load_knew(
    db: Database, tmp_path: Path, settings: Settings
) -> None:
    data = {"accounts": accounts("ann", "bob")}
    given, sent = order(recipient_account="bob"), order(product="eggs", address="Elm 3")
    await ingest(db, write(tmp_path / "a", data | {"purchases": [given]}), settings)
    await ingest(db, write(tmp_path / "b", data | {"purchases": [sent]}), settings)
    assert await run(db, "MATCH (a)-[:SHIPS_TO]->() RETURN a.id AS id") == [{"id": "bob"}]


async def test_an_address_that_was_the_buyers_is_not_given_away(
    db: Database, tmp_path: Path, settings: Settings
) -> None:
    data = {"accounts": accounts("ann", "bob")}
    sent, given = order(address="Elm 3"), order(product="eggs", recipient_account="bob")
    await ingest(db, write(tmp_path / "a" / "data", data | {"purchases": [sent]}), settings)
    await ingest(db, write(tmp_path / "b" / "data", data | {"purchases": [given]}), settings)
    assert rejects(tmp_path / "b" / "data") == [
        "purchases.csv:2: recipient_account: purchase_id repeats with another recipient_account; an earlier load has it"
    ]
