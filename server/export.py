"""What batch users take away as CSV or Parquet: households, roles and paths."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet

from server.db.database import Database
from server.detect.changes import person_id
from server.roles.decide import ROLES

HOUSEHOLDS = pa.schema(
    [
        ("household_id", pa.string()),
        ("account_id", pa.string()),
        ("person_id", pa.string()),
        ("confidence", pa.float64()),
        ("status", pa.string()),
    ]
)

ROLE_ROWS = pa.schema(
    [
        ("household_id", pa.string()),
        ("account_id", pa.string()),
        ("category", pa.string()),
        ("role", pa.string()),
        ("score", pa.float64()),
        ("low", pa.float64()),
        ("high", pa.float64()),
        ("purchases", pa.int64()),
    ]
)
PATH_ROWS = pa.schema(
    [
        ("purchase_id", pa.string()),
        ("buyer", pa.string()),
        ("category", pa.string()),
        ("step", pa.int64()),
        ("account_id", pa.string()),
        ("action", pa.string()),
        ("at", pa.string()),
    ]
)


async def households(db: Database) -> pa.Table:
    """Return one row per account and household of two accounts or more, in order of household and account."""
    rows = [row async for row in db.read("export.households")]
    for row in rows:
        row["person_id"] = row["person_id"] or person_id([row["account_id"]])
    return pa.Table.from_pylist(rows, HOUSEHOLDS)


async def roles(db: Database) -> pa.Table:
    """Return one row per household, category, member and role, as the graph has them, in that order."""
    found = [row async for part in db.read("behaviour.all_roles") for row in part["rows"]]
    rows = [
        (home, account, category, role, score, low, high, purchases)
        for home, account, category, purchases, *bounds in found
        for role, score, low, high in zip(ROLES, *bounds, strict=True)
    ]
    return _table(rows, ROLE_ROWS)


async def paths(db: Database) -> pa.Table:
    """Return one row per step of a path, as the graph has them, in order of purchase, category and step."""
    found = [row async for part in db.read("behaviour.all_paths") for row in part["rows"]]
    return _table([(*row, datetime.fromisoformat(at).isoformat()) for *row, at in found], PATH_ROWS)


def _table(rows: list[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else ([] for _ in schema)
    return pa.Table.from_arrays([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)


def write(table: pa.Table, to: Path | BinaryIO, form: str) -> None:
    """Write a table as `csv` or `parquet`, to a file whole or not at all, or to a stream."""
    if not isinstance(to, Path):
        _write(table, to, form)
        return
    part = to.with_name(to.name + ".part")
    with part.open("wb") as file:
        _write(table, file, form)
    part.replace(to)


def _write(table: pa.Table, file: BinaryIO, form: str) -> None:
    if form == "parquet":
        pyarrow.parquet.write_table(table, file)
        return
    text = io.TextIOWrapper(file, "utf-8", newline="", write_through=True)
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(table.column_names)
    for batch in table.to_batches():
        rows.writerows(zip(*(column.to_pylist() for column in batch.columns), strict=True))
    text.detach()
