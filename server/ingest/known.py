"""Which accounts are known, and by which number: those of this load, and those of the graph when asked for."""

# ruff: noqa: S608  (the SQL is made of the names in format.py, never of data)

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pyarrow as pa

from server.db.database import Database

ASKED_AT_ONCE = 10_000


def number(store: duckdb.DuckDBPyConnection) -> None:
    """Number the accounts of this load's own file."""
    store.execute("""
        INSERT INTO account
        SELECT row_number() OVER () - 1, id FROM (SELECT DISTINCT id FROM account_row)
    """)


async def known(db: Database, store: duckdb.DuckDBPyConnection, names: pa.Table) -> pa.Table:
    """The numbers of those named accounts (column `id`) that exist: columns `id` and `no`.

    Asks the graph once for each account that this load does not bring.
    """
    store.register("names", names)
    asked = store.execute("""
        SELECT id FROM names ANTI JOIN account USING (id) ANTI JOIN stranger USING (id) ORDER BY id
    """).fetchall()
    for ids in _slices([name for (name,) in asked]):
        found = {row["id"] async for row in db.read("ingest.accounts.known", ids=ids)}
        _add(store, "account", "(SELECT count(*) FROM account) + row_number() OVER () - 1, id", found)
        _add(store, "stranger", "id", set(ids) - found)
    return here(store, names)


def here(store: duckdb.DuckDBPyConnection, names: pa.Table) -> pa.Table:
    """The numbers of those named accounts that have one already: columns `id` and `no`."""
    store.register("names", names)
    return store.sql("SELECT id, no FROM names JOIN account USING (id)").to_arrow_table()


def _add(store: duckdb.DuckDBPyConnection, table: str, columns: str, ids: set[str]) -> None:
    store.register("added", pa.table({"id": pa.array(sorted(ids), pa.string())}))
    store.execute(f"INSERT INTO {table} SELECT {columns} FROM added")


def _slices(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), ASKED_AT_ONCE):
        yield ids[start : start + ASKED_AT_ONCE]
