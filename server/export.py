"""What batch users take away: households as CSV or Parquet."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet

from server.db.database import Database
from server.detect.changes import person_id

HOUSEHOLDS = pa.schema(
    [
        ("household_id", pa.string()),
        ("account_id", pa.string()),
        ("person_id", pa.string()),
        ("confidence", pa.float64()),
        ("status", pa.string()),
    ]
)


async def households(db: Database) -> pa.Table:
    """Return one row per account and household of two accounts or more, in order of household and account."""
    rows = [row async for row in db.read("export.households")]
    for row in rows:
        row["person_id"] = row["person_id"] or person_id([row["account_id"]])
    return pa.Table.from_pylist(rows, HOUSEHOLDS)


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
