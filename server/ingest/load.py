"""A whole load: check the folder, read and stage every file, settle contradictions, write, report."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path

from server.db.bulk import Fill
from server.db.database import Database
from server.errors import DataError
from server.ingest.ahead import ahead
from server.ingest.blocks import SIZE, DamagedError
from server.ingest.bulk import BEGUN, suits, write_at_once
from server.ingest.edges import RANGE
from server.ingest.files import DataSet, Source, find
from server.ingest.hashing import Key, key_of
from server.ingest.known import known, number
from server.ingest.progress import Progress
from server.ingest.purchases import settle
from server.ingest.read import read
from server.ingest.report import Counts, Rejects, Report, reporting
from server.ingest.resume import Journal, fingerprint, keep, recall
from server.ingest.stage import Stage, check, put, staging
from server.ingest.staged import CATEGORIES, CHANGED, DISTINCT, ORDERS, SEEN, SIGHTINGS_OF_ORDERS
from server.ingest.write import BATCH, Written, write
from server.settings import Settings


async def load(
    db: Database,
    folder: Path,
    *,
    settings: Settings,
    timezone: str | None,
    report_to: Path,
    progress: Progress,
    size: int = SIZE,
    fill: Fill | None = None,
) -> Report:
    """Load a data set into the graph; loading it again, whole or in parts, in any order, changes nothing.

    Rows that break a rule are left out and reported. `timezone` reads times with Z or without an offset. `fill`, where
    the database is ours, takes a large first load at once. Raises DataError or SettingsError before anything is
    written when the data set or the key cannot be used.
    """
    data = find(folder)
    key = key_of(settings)
    keys = await _fitting(db, key)
    mark = fingerprint(data, key, timezone, (BATCH, RANGE))
    with staging(settings.home, key, timezone, mark, keys) as stage, reporting(report_to) as rejects:
        report = rejects.report
        with report.timed("reading"):
            if stage.kept is None:
                report.warnings += [*data.warnings, *_others(key, keys)]
                report.files |= {name: Counts(damage=damage) for name, damage in data.damaged.items()}
                for source in data.sources:
                    await _read(db, stage, source, rejects, progress, size)
                await _settle(db, stage, key, data, rejects)
                stage.store.execute("CHECKPOINT")
                keep(stage.folder, mark, keys, rejects)
            else:
                recall(stage.folder, stage.kept, rejects)
        with report.timed("writing"):
            if fill and await suits(db, stage.store, stage.folder):
                written = await write_at_once(db, stage.store, key, progress, stage.folder, fill)
            else:
                # Batches leave a graph neither empty nor whole: the next try must not take it for filled at once.
                (stage.folder / BEGUN).unlink(missing_ok=True)
                written = await write(db, stage.store, key, progress, Journal(stage.folder / "journal"))
        _conclude(data, report, written)
        report.resumed = stage.kept is not None
    return report


async def _read(db: Database, stage: Stage, source: Source, rejects: Rejects, progress: Progress, size: int) -> None:
    """Read, check and stage one file; good rows before a damage count."""
    name, counts = source.path.name, rejects.report.files.setdefault(source.path.name, Counts())
    progress.stage(f"reading {name}", source.path.stat().st_size)
    done = details = 0
    try:
        async with aclosing(ahead(read(source, size=size))) as batches:
            async for batch in batches:
                checked = check(stage, source.table, batch.rows)
                bad, unknown = put(stage, checked, await known(db, stage.store, checked.names))
                details += unknown
                counts.read += len(batch.rows) + len(batch.rejects)
                rejects.add(name, sorted(batch.rejects + bad))
                progress.advance(batch.read - done, len(batch.rows))
                done = batch.read
    except DamagedError as error:
        counts.damage = f"{error.reason} on line {error.line}; the rows before it were loaded"
    if source.table.name == "accounts":
        number(stage.store)
    if details:
        rejects.report.warnings.append(f"{name}: {details:,} rows claim an unknown detail, which counts as none")


async def _settle(db: Database, stage: Stage, key: Key, data: DataSet, rejects: Rejects) -> None:
    """Reject contradictory orders, count what repeats, and make sightings of orders."""
    for source in data.sources:
        if source.table.name == "purchases":
            rejects.add(source.path.name, await settle(db, stage.store, key))
        counts = rejects.report.files[source.path.name]
        counts.good = counts.read - counts.rejected
        if source.table.name in DISTINCT:
            counts.repeated = counts.good - _number(stage, DISTINCT[source.table.name])
        if source.table.name == "accounts":
            counts.changed = _number(stage, CHANGED)
    for query in (ORDERS, SEEN, SIGHTINGS_OF_ORDERS):
        stage.store.execute(query)
    several = _number(stage, CATEGORIES)
    if several:
        rejects.report.warnings.append(f"{several:,} products are in more than one category")


def _conclude(data: DataSet, report: Report, written: Written) -> None:
    """Add what only writing could tell."""
    report.written, report.skipped = written.rows, written.skipped
    for source in data.sources:
        counts = report.files[source.path.name]
        if source.table.name == "accounts":
            counts.changed += written.changed
        if source.table.name == "sightings":
            counts.repeated = counts.good - written.hours


def _number(stage: Stage, query: str) -> int:
    return int(stage.store.execute(query).fetchall()[0][0])


async def _fitting(db: Database, key: Key) -> list[str]:
    """The ids of the keys that the graph knows; refuse a key that is not the one it knows by this id."""
    keys = {row["id"]: row["check"] async for row in db.read("ingest.keys.all")}
    if keys.get(key.id, key.check) != key.check:
        raise DataError(
            f"the graph was loaded with another hash key of the id {key.id}",
            "Set HEARTH_HASH_KEY to that key, or give the new one an id of its own with HEARTH_HASH_KEY_ID.",
        )
    return list(keys)


def _others(key: Key, keys: list[str]) -> list[str]:
    others = [other for other in keys if other != key.id]
    return [
        f"identifiers hashed with key {other} are in the graph; they match none of key {key.id}" for other in others
    ]
