"""A first load at once: the stage as CSV files for Neo4j's offline importer, which make the graph that batches make."""

# ruff: noqa: S608  (the SQL is made of the names in the model, never of data)

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from server.db.bulk import Fill, Table
from server.db.database import AGENT, Database
from server.ingest import outgoing
from server.ingest.edges import EDGES, HOURS, HOURS_OF_EDGES, ranges, sizes
from server.ingest.hashing import Key
from server.ingest.progress import Progress
from server.ingest.write import Written
from server.model import DETAILS

WORTH = 300_000  # staged rows from which stopping and starting the database costs less than it saves
BEGUN = "bulk.json"

# What the importer takes for a column stands in its name: see "Import: CSV header format" in Neo4j's manual.
_IDENTIFIERS = {
    "device": ("Device", "USES"),
    "network": ("Network", "CONNECTS_FROM"),
    "address": ("Address", "SHIPS_TO"),
    "payment": ("Payment", "PAYS_WITH"),
}

_NODES = {
    "Account": f"""
        SELECT id AS "id:ID(Account)", platform, registered AS "registeredAt:datetime", age_band AS "ageBand", gender,
               city, seen AS "lastSeenAt:datetime"
        FROM ({outgoing.ACCOUNTS})""",
    "Product": 'SELECT DISTINCT product AS "id:ID(Product)" FROM products',
    "Category": """
        SELECT DISTINCT category AS "id:ID(Category)" FROM (
            SELECT category FROM products UNION SELECT category FROM touch)""",
    "Purchase": """
        SELECT purchase AS "id:ID(Purchase)", "at" AS "at:datetime", currency,
               CASE WHEN len(amounts) > 0 THEN list_reduce(amounts, lambda total, amount: total + amount) END
                   AS "amount:double"
        FROM (SELECT *, [line.amount for line in lines if line.amount IS NOT NULL] AS amounts FROM orders)""",
    "Key": "SELECT getvariable('key') AS \"id:ID(Key)\", getvariable('key_check') AS \"check\"",
}
_RELATIONSHIPS = {
    "MADE": 'SELECT account AS ":START_ID(Account)", purchase AS ":END_ID(Purchase)" FROM orders',
    "OF": """
        SELECT purchase AS ":START_ID(Purchase)", line.product AS ":END_ID(Product)",
               line.quantity AS "quantity:double", line.amount AS "amount:double"
        FROM (SELECT purchase, unnest(lines) AS line FROM orders)""",
    "IN": 'SELECT product AS ":START_ID(Product)", category AS ":END_ID(Category)" FROM products',
    "DELIVERED_TO": """
        SELECT purchase AS ":START_ID(Purchase)", address AS ":END_ID(Address)" FROM orders
        WHERE address IS NOT NULL""",
    "PAID_WITH": """
        SELECT purchase AS ":START_ID(Purchase)", payment AS ":END_ID(Payment)" FROM orders
        WHERE payment IS NOT NULL""",
    "FOR": """
        SELECT purchase AS ":START_ID(Purchase)", recipient AS ":END_ID(Account)" FROM orders
        WHERE recipient IS NOT NULL""",
    "INTERACTED": f"""
        SELECT source AS ":START_ID(Account)", target AS ":END_ID(Account)", kind,
               array_to_string(hours, ';') AS "hours:long[]", array_to_string(counts, ';') AS "counts:long[]",
               count AS "count:long", zulu(1000 * first) AS "firstAt:datetime", zulu(1000 * last) AS "lastAt:datetime"
        FROM ({outgoing.AFTER_SIGHTINGS["interactions"]})""",
    "REFERRED": f"""
        SELECT referrer AS ":START_ID(Account)", referee AS ":END_ID(Account)", campaign, "at" AS "at:datetime",
               channel, converted AS "convertedAt:datetime"
        FROM ({outgoing.AFTER_SIGHTINGS["referrals"]})""",
    "BOUND": f"""
        SELECT smaller AS ":START_ID(Account)", larger AS ":END_ID(Account)", kind, "at" AS "at:datetime",
               ended AS "endedAt:datetime"
        FROM ({outgoing.AFTER_SIGHTINGS["bindings"]})""",
}
_STEPS = {  # what the report calls them, as when batches write them
    "Account": "accounts",
    "Category": "categories",
    "Purchase": "purchases",
    "IN": "products",
    "INTERACTED": "interactions",
    "REFERRED": "referrals",
    "BOUND": "bindings",
}
_TOUCHED = """
    SELECT account AS ":START_ID(Account)", target AS ":END_ID({label})", action, day AS "day:date",
           array_to_string(hours, ';') AS "hours:long[]", len(hours) AS "count:long", "at" AS "at:datetime", channel
    FROM touched WHERE kind = '{kind}'
"""
_PREPARED = f"""
    CREATE TEMP MACRO zulu(utc) AS strftime(make_timestamp(1000 * (utc // 1000)), '%Y-%m-%dT%H:%M:%S.%gZ');
    CREATE TEMP TABLE products AS {outgoing.AFTER_SIGHTINGS["products"]};
"""
_ORDERS = f"CREATE TEMP TABLE orders AS {outgoing.AFTER_SIGHTINGS['purchases']}"
_LINE_ENDS = """
    SELECT count(*) FROM (
        SELECT id AS value FROM account UNION ALL SELECT platform FROM account_row UNION ALL
        SELECT city FROM account_row UNION ALL SELECT unnest([purchase, product, category, currency]) FROM purchase
        UNION ALL SELECT unnest([category, product, channel]) FROM touch UNION ALL
        SELECT unnest([campaign, channel]) FROM referral)
    WHERE contains(value, chr(10)) OR contains(value, chr(13))
"""


async def suits(db: Database, store: duckdb.DuckDBPyConnection, folder: Path) -> bool:
    """Whether a load may be done at once: it is large, and nobody else uses a graph that is empty.

    One that was begun goes on in the same way: the graph is then empty still, or whole.
    """
    if (folder / BEGUN).exists():
        return True
    ((rows,),) = store.execute("SELECT (SELECT count(*) FROM sighting) + (SELECT count(*) FROM touch)").fetchall()
    return rows >= WORTH and not await _is_filled(db) and not await db.read_one("ingest.bulk.others", agent=AGENT)


async def write_at_once(
    db: Database, store: duckdb.DuckDBPyConnection, key: Key, progress: Progress, folder: Path, fill: Fill
) -> Written:
    """Write all that is staged to the empty graph by `fill`; an earlier try may have done so already."""
    begun = folder / BEGUN
    if begun.exists() and await _is_filled(db):
        told = orjson.loads(begun.read_bytes())
        return Written(rows=told["rows"], skipped=sum(told["rows"].values()), hours=told["hours"])
    files = _Files(store, key, folder / "bulk", progress)
    tables = list(files.tables())
    begun.write_bytes(orjson.dumps({"rows": files.written.rows, "hours": files.written.hours}))
    progress.stage("filling the database", 1)
    ((line_ends,),) = store.execute(_LINE_ENDS).fetchall()
    await fill(tables, bool(line_ends))
    progress.advance(1, sum(files.written.rows.values()))
    return files.written


async def _is_filled(db: Database) -> bool:
    return await db.read_one("ingest.bulk.anything") is not None


class _Files:
    """Writes the tables one after the other, each as some CSV files, and counts their rows."""

    def __init__(self, store: duckdb.DuckDBPyConnection, key: Key, folder: Path, progress: Progress) -> None:
        self.store, self.key, self.folder, self.progress = store, key, folder, progress
        self.written = Written()
        folder.mkdir(exist_ok=True)
        for query in (outgoing.MACROS, _PREPARED, outgoing.TOUCHED):
            store.execute(query)
        store.execute(_ORDERS, {"key": key.id})
        # COPY takes no parameters, but variables.
        store.execute("SET VARIABLE key = $1", [key.id])
        store.execute("SET VARIABLE key_check = $1", [key.check])

    def tables(self) -> Iterator[Table]:
        """Every table with its files, which are there when the table is."""
        for label, query in _NODES.items():
            yield self._table(label, query, nodes=True)
        for kind, (label, type_) in _IDENTIFIERS.items():
            yield from self._identifiers(kind, label, type_)
        for type_, query in _RELATIONSHIPS.items():
            yield self._table(type_, query)
        for label in ("Category", "Product"):
            query = _TOUCHED.format(label=label, kind=label.lower())
            yield self._table("TOUCHED", query, step=f"touches.{label.lower()}")

    def _table(self, name: str, query: str, *, step: str = "", nodes: bool = False) -> Table:
        path, rows = self._copy(step or name, query)
        if step := step or _STEPS.get(name, ""):
            self.written.rows[step] = rows
        return Table(name, [path] if rows else [], nodes)

    def _identifiers(self, kind: str, label: str, type_: str) -> Iterator[Table]:
        """The identifiers of one kind and their edges, some parts at a time: see server.ingest.edges."""
        nodes, edges, staged = [], [], sizes(self.store, kind)
        self.progress.stage(f"writing {kind}", sum(staged))
        for low, high in ranges(staged) if any(staged) else ():
            self.store.execute(HOURS, {"kind": kind, "low": low, "high": high})
            ((own,),) = self.store.execute("SELECT count(*) FROM hours WHERE own").fetchall()
            self.written.hours += own
            rows = self.store.sql(EDGES, params={"key": self.key.id}).to_arrow_table()
            nodes.append(self._write(f"{kind}-{low}", _identifiers(rows, label, DETAILS[kind])))
            edges.append(self._write(f"{type_}-{low}", _edges(rows, label, self.store.sql(HOURS_OF_EDGES))))
            self.written.rows[kind] = self.written.rows.get(kind, 0) + len(rows)
            self.progress.advance(sum(staged[low : high + 1]), len(rows))
        yield Table(f"{label}:Identifier", nodes, nodes=True)
        yield Table(type_, edges, nodes=False)

    def _write(self, name: str, table: pa.Table) -> Path:
        path = self.folder / f"{name}.csv"
        csv.write_csv(table, path)
        return path

    def _copy(self, name: str, query: str) -> tuple[Path, int]:
        path = self.folder / f"{name}.csv"
        ((rows,),) = self.store.execute(f"COPY ({query}) TO '{path}' (HEADER)").fetchall()
        return path, rows


def _identifiers(edges: pa.Table, label: str, details: Sequence[str]) -> pa.Table:
    """The distinct identifiers of edges that are sorted by them."""
    ids = edges["id"].combine_chunks()
    first = np.r_[True, np.asarray(pc.not_equal(ids[1:], ids[:-1]))] if len(ids) else np.zeros(0, bool)
    nodes = edges.filter(pa.array(first))
    detail = pa.array([detail or None for detail in details], pa.string()).take(nodes["claim"].combine_chunks())
    return pa.table({f"id:ID({label})": nodes["id"], "accounts:long": nodes["accounts"], "detail": detail})


def _edges(edges: pa.Table, label: str, hours: duckdb.DuckDBPyRelation) -> pa.Table:
    """Edges with their lists, whose members come one a row in the order of the edges."""
    members = hours.to_arrow_table()
    ends = pa.array(np.r_[0, np.cumsum(edges["hours"].to_numpy())], pa.int32())
    return pa.table(
        {
            ":START_ID(Account)": edges["account"],
            f":END_ID({label})": edges["id"],
            "hours:long[]": _joined(ends, members["hour"]),
            "claims:long[]": _joined(ends, members["claim"]),
            "counts:long[]": _joined(ends, members["count"]),
            "count:long": edges["count"],
            "firstSeen:datetime": _zulu(edges["first"]),
            "lastSeen:datetime": _zulu(edges["last"]),
        }
    )


def _joined(ends: pa.Array, members: pa.ChunkedArray) -> pa.Array:
    return pc.binary_join(pa.ListArray.from_arrays(ends, members.cast(pa.string()).combine_chunks()), ";")


def _zulu(milliseconds: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.strftime(milliseconds.cast(pa.timestamp("ms")), "%Y-%m-%dT%H:%M:%SZ")
