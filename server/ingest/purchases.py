"""Orders that contradict themselves: later rows are rejected, in this load and against the graph."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby
from typing import Any

import duckdb
import pyarrow as pa

from server.db.database import Database
from server.ingest.blocks import Reject
from server.ingest.hashing import Key
from server.ingest.known import known

ASKED_AT_ONCE = 5_000
IN_GRAPH = 0  # the line of a row that the graph holds already

Row = dict[str, Any]

# What an order may have one of, and what each of its lines may have one of: stage columns, by format column.
_OF_ORDER: dict[str, tuple[str, ...]] = {
    "account_id": ("account",),
    "at": ("utc", "ahead"),
    "currency": ("currency",),
    "address": ("address",),
    "payment": ("payment",),
    "recipient_account": ("recipient",),
}
_OF_LINE: dict[str, tuple[str, ...]] = {"amount": ("amount",), "quantity": ("quantity",)}

_DOUBTFUL = """
    WITH doubtful AS (
        SELECT purchase FROM purchase GROUP BY purchase HAVING min(account) <> max(account)
            OR min(utc) <> max(utc) OR min(ahead) <> max(ahead) OR min(currency) <> max(currency)
            OR min(address) <> max(address) OR min(payment) <> max(payment) OR min(recipient) <> max(recipient)
            OR count(recipient) > 0 AND bool_or(line = 0 AND address IS NOT NULL AND recipient IS NULL)
        UNION
        SELECT purchase FROM purchase GROUP BY purchase, product
        HAVING min(amount) <> max(amount) OR min(quantity) <> max(quantity))
    SELECT line, purchase, account, utc, ahead, product, amount, currency, quantity, address, payment, recipient
    FROM purchase SEMI JOIN doubtful USING (purchase)
    ORDER BY purchase, line, product
"""

_IN_GRAPH = """
    INSERT INTO purchase
    SELECT 0, purchase, accounts.no, utc, ahead, product, NULL, amount, currency, quantity,
           address::UUID, payment::UUID, recipients.no
    FROM held JOIN numbers AS accounts ON accounts.id = account
    LEFT JOIN numbers AS recipients ON recipients.id = recipient
"""

# Whose the address is takes both: what one load says of an order and what an earlier one said.
_FILLED = """
    UPDATE purchase SET address = coalesce(purchase.address, held.address),
        recipient = coalesce(purchase.recipient, held.recipient)
    FROM (SELECT purchase, min(address) AS address, min(recipient) AS recipient
          FROM purchase WHERE line = 0 GROUP BY purchase) AS held
    WHERE purchase.purchase = held.purchase
"""

_HELD = {
    "purchase": pa.string(),
    "account": pa.string(),
    "utc": pa.int64(),
    "ahead": pa.int64(),
    "product": pa.string(),
    "amount": pa.float64(),
    "currency": pa.string(),
    "quantity": pa.float64(),
    "address": pa.string(),
    "payment": pa.string(),
    "recipient": pa.string(),
}


async def settle(db: Database, store: duckdb.DuckDBPyConnection, key: Key) -> list[Reject]:
    """Take out of the stage, and return, every row that contradicts an earlier one of its order.

    A value that an earlier row left empty is filled in, not contradicted. What the graph holds is earlier
    than anything in the load.
    """
    await _recall(db, store, key)
    columns = ["line", "purchase", "account", "utc", "ahead", "product", "amount", "currency", "quantity"]
    columns += ["address", "payment", "recipient"]
    rows = (dict(zip(columns, row, strict=True)) for row in store.execute(_DOUBTFUL).fetchall())
    rejects = [reject for _, order in groupby(rows, lambda row: row["purchase"]) for reject in contradictions(order)]
    store.execute(_FILLED)
    store.register("rejected", pa.table({"line": pa.array([IN_GRAPH, *(line for line, _ in rejects)], pa.int64())}))
    store.execute("DELETE FROM purchase WHERE line IN (SELECT line FROM rejected)")
    return sorted(rejects)


def contradictions(order: Iterable[Row]) -> list[Reject]:
    """The rows of one order, sorted by line, that contradict an earlier row; those do not count any more."""
    rejects = []
    said: dict[tuple[str, ...], tuple[Any, int]] = {}
    for row in order:
        claims: dict[tuple[str, ...], tuple[Any, ...]] = {
            (name,): tuple(row[column] for column in columns) for name, columns in _OF_ORDER.items()
        }
        claims |= {(name, row["product"]): (row[column],) for name, (column,) in _OF_LINE.items()}
        claims = {what: value for what, value in claims.items() if value[0] is not None}
        if row["line"] == IN_GRAPH and row["address"] is not None:
            # The buyer was seen there, which cannot be taken back: the hour may have other rows too.
            claims[("recipient_account",)] = (row["recipient"],)
        against = next((what for what, value in claims.items() if said.get(what, (value,))[0] != value), None)
        if against is None:
            said = {what: (value, row["line"]) for what, value in claims.items()} | said
        else:
            rejects.append((row["line"], _reason(against[0], said[against][1])))
    return rejects


def _reason(column: str, line: int) -> str:
    key = "purchase_id and product_id repeat" if column in _OF_LINE else "purchase_id repeats"
    where = f"first seen on line {line}" if line != IN_GRAPH else "an earlier load has it"
    return f"{column}: {key} with another {column}; {where}"


async def _recall(db: Database, store: duckdb.DuckDBPyConnection, key: Key) -> None:
    """Stage what the graph holds of the orders of this load, as rows of line 0."""
    if await db.read_one("ingest.purchases.some") is None:
        return
    ids = [name for (name,) in store.execute("SELECT DISTINCT purchase FROM purchase ORDER BY ALL").fetchall()]
    for start in range(0, len(ids), ASKED_AT_ONCE):
        part = ids[start : start + ASKED_AT_ONCE]
        held = [row async for row in db.read("ingest.purchases.held", ids=part)]
        for row in held:
            row |= {column: _digest(row[column], key) for column in ("address", "payment")}
        names = {row[column] for row in held for column in ("account", "recipient")} - {None}
        numbers = await known(db, store, pa.table({"id": pa.array(sorted(names), pa.string())}))
        store.register("numbers", numbers)
        store.register("held", pa.Table.from_pylist(held, pa.schema(list(_HELD.items()))))
        store.execute(_IN_GRAPH)


def _digest(identifier: str | None, key: Key) -> str | None:
    """The digest within an identifier's id; hashes by another key cannot be compared."""
    prefix = f"{key.id}:"
    return identifier.removeprefix(prefix) if identifier and identifier.startswith(prefix) else None
