"""Checked rows into a DuckDB file: accounts as numbers, identifiers as hashes, sightings per hour."""

# ruff: noqa: S608  (the SQL is made of the names in format.py, never of data)

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow as pa

from server.errors import DataError
from server.ingest import hashing, sightings, times
from server.ingest.blocks import Reject
from server.ingest.check import checked
from server.ingest.format import Table
from server.ingest.hashing import Key
from server.ingest.resume import Kept, is_whole, kept
from server.ingest.staged import STAGED, TABLES

MEMORY = "1GB"  # of the engine that may not spill
CACHE = "600MB"  # of the one that may


@dataclass(frozen=True)
class Stage:
    """Two engines: `raw` sees raw identifiers, so it lives in memory and may not spill; `store` is on disk.

    `kept` is what an earlier try left, whose stage this is then; None when the stage is empty.
    """

    raw: duckdb.DuckDBPyConnection
    store: duckdb.DuckDBPyConnection
    folder: Path
    kept: Kept | None


@dataclass(frozen=True)
class Checked:
    """A batch that was checked, but for whether the accounts it names (column `id`) are known."""

    names: pa.Table
    table: Table
    sightings: sightings.Sightings | None = None


@contextmanager
def staging(
    home: Path, key: Key, timezone: str | None, fingerprint: str = "", keys: Collection[str] = ()
) -> Iterator[Stage]:
    """A stage in a folder under `home`: empty, or the whole one that an earlier try with this fingerprint left.

    It is gone afterwards, unless the load breaks off when it is whole. `keys` are those of the graph.
    Raises SettingsError when `timezone` names no zone, and DataError while another load uses the folder.
    """
    folder = home / "staging"
    with _alone(home / "staging.lock"):
        left = kept(folder, fingerprint, keys)
        if left is None:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
        try:
            with _engines(folder, key, timezone, left) as stage:
                yield stage
        except BaseException as error:
            if not is_whole(folder):
                shutil.rmtree(folder, ignore_errors=True)
            if isinstance(error, duckdb.IOException):
                hint = "Make room on the disk, then run the command again."
                raise DataError(f"{folder} could not be written: {error}", hint) from error
            raise
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DataError("another load is running", "Wait for it to end, then start this one again.") from error
        yield


def quoted(path: Path) -> str:
    """A path as SQL takes it."""
    return "'" + str(path).replace("'", "''") + "'"


@contextmanager
def _engines(folder: Path, key: Key, timezone: str | None, left: Kept | None) -> Iterator[Stage]:
    raw = duckdb.connect(":memory:", config={"temp_directory": "", "memory_limit": MEMORY, "threads": 2})
    try:
        times.install(raw, timezone)
        hashing.install(raw, key)
        with duckdb.connect(folder / "stage.duckdb", config={"memory_limit": CACHE, "threads": 2}) as store:
            store.execute("SET enable_progress_bar = false")
            store.execute(f"SET temp_directory = {quoted(folder / 'spill')}")
            if left is None:
                store.execute(TABLES)
            yield Stage(raw, store, folder, left)
    finally:
        raw.close()


def check(stage: Stage, table: Table, rows: pa.Table) -> Checked:
    """Check a batch of rows as `read` gives them."""
    if table is sightings.SIGHTINGS:
        batch = sightings.check(stage.raw, rows)
        return Checked(batch.names, table, batch)
    stage.raw.register("batch", rows)
    stage.raw.execute(f"CREATE OR REPLACE TEMP TABLE checked AS {checked(table)}")
    stage.raw.unregister("batch")
    named = " UNION ALL ".join(
        f"SELECT {name} AS id FROM checked WHERE reason IS NULL AND {name} IS NOT NULL" for name in _accounts(table)
    )
    named = named or "SELECT NULL::VARCHAR AS id LIMIT 0"
    return Checked(stage.raw.sql(f"SELECT DISTINCT id FROM ({named})").to_arrow_table(), table)


def put(stage: Stage, batch: Checked, known: pa.Table) -> tuple[list[Reject], int]:
    """Stage the good rows of the batch that was checked last; `known` gives accounts their numbers.

    Returns the rejected rows with their reasons, and how many good ones claim a detail that the format does not know.
    """
    if batch.sightings:
        return sightings.put(stage.raw, stage.store, batch.sightings, known)
    names = _accounts(batch.table)
    unknown = " ".join(f"WHEN {n} IS NOT NULL AND {n}_known.no IS NULL THEN '{n}: unknown account'" for n in names)
    reason = f"coalesce(reason, CASE {unknown} END)" if names else "reason"
    joins = " ".join(f"LEFT JOIN known AS {name}_known ON {name}_known.id = {name}" for name in names)
    numbers = "".join(f", {name}_known.no AS {name}_no" for name in names)
    stage.raw.register("known", known)
    judged = f"SELECT checked.* REPLACE ({reason} AS reason){numbers} FROM checked {joins}"
    stage.raw.execute(f"CREATE OR REPLACE TEMP TABLE judged AS {judged}")
    for name, query in STAGED[batch.table.name].items():
        rows = stage.raw.sql(f"WITH good AS (SELECT * FROM judged WHERE reason IS NULL) {query}").to_arrow_table()
        stage.store.register("rows", rows)
        stage.store.execute(f"INSERT INTO {name} SELECT * FROM rows")
    return stage.raw.sql("SELECT line, reason FROM judged WHERE reason IS NOT NULL ORDER BY line").fetchall(), 0


def _accounts(table: Table) -> list[str]:
    return [column.name for column in table.columns if column.type == "account"]
