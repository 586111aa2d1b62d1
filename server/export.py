"""What batch users take away as CSV or Parquet: households, roles, paths, referrals, value."""

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
from server.referrals import read as reading
from server.referrals.gaming import FLAGS
from server.referrals.read import Say
from server.referrals.table import clear, measure
from server.roles.decide import ROLES
from server.value import read as valuing

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
_COUNTS = ("direct", "converted", "subtree", "reach", "pagerank", "core", "intra_household")
REFERRALS = pa.schema(
    [
        ("account_id", pa.string()),
        *((name, pa.float64() if name in ("reach", "pagerank") else pa.int64()) for name in _COUNTS),
        ("flag", pa.string()),
    ]
)
VALUE = pa.schema(
    [("account_id", pa.string()), *((name, pa.float64()) for name in ("purchase", "lifetime", "network"))]
)


async def households(db: Database) -> pa.Table:
    """Return one row per account and household of two accounts or more, in order of household and account."""
    rows = [row async for row in db.read("export.households")]
    for row in rows:
        row["person_id"] = row["person_id"] or person_id([row["account_id"]])
    return pa.Table.from_pylist(rows, HOUSEHOLDS)


async def roles(db: Database) -> pa.Table:
    """Return one row per household, category, member and role, as the graph has them, in that order."""
    found = [row async for part in db.read("export.roles") for row in part["rows"]]
    rows = [
        (home, account, category, role, score, low, high, purchases)
        for home, account, category, purchases, *bounds in found
        for role, score, low, high in zip(ROLES, *bounds, strict=True)
    ]
    return _table(rows, ROLE_ROWS)


async def paths(db: Database) -> pa.Table:
    """Return one row per step of a path, as the graph has them, in order of purchase, category and step."""
    found = [row async for part in db.read("export.paths") for row in part["rows"]]
    return _table([(*row, datetime.fromisoformat(at).isoformat()) for *row, at in found], PATH_ROWS)


def _table(rows: list[tuple[Any, ...]], schema: pa.Schema) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else ([] for _ in schema)
    return pa.Table.from_arrays([pa.array(c, f.type) for c, f in zip(columns, schema, strict=True)], schema=schema)


async def referrals(db: Database, say: Say) -> pa.Table:
    """Return one row per account with what it has done for the network of referrals, in order of account."""
    found = await reading.read(db, say)
    say("Measuring …")
    made = measure(clear(found.given, found.ties))
    columns = (made.direct, made.converted, made.subtree, made.reach, made.pagerank, made.core, made.within)
    flags = [FLAGS[flag] for flag in made.games.flag]
    return pa.table([pa.array(found.accounts, pa.string()), *columns, pa.array(flags, pa.string())], REFERRALS)


async def value(db: Database, say: Say, currency: str | None = None) -> pa.Table:
    """Return one row per account with what it is worth in one currency, in order of account; raises DataError."""
    found = await reading.read(db, say)
    worth = await valuing.read(db, say, found, clear(found.given, found.ties), currency)
    amounts = (column.round(4) for column in (worth.purchase, worth.lifetime, worth.network))
    return pa.table([pa.array(found.accounts, pa.string()), *amounts], VALUE)


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
