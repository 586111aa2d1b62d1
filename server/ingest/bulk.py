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
from numpy.typing import NDArray
from pyarrow import csv

from server.db.bulk import Fill, Table
from server.db.database import AGENT, Database
from server.ingest import outgoing
from server.ingest.edges import EDGES, HOURS, HOURS_OF_EDGES, ranges, sizes
from server.ingest.hashing import Key
from server.ingest.progress import Progress
from server.ingest.stage import quoted
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
        SELECT id, platform, registered AS "registeredAt:datetime", age_band AS "ageBand", gender, city,
               seen AS "lastSeenAt:datetime"
        FROM ({outgoing.ACCOUNTS})""",
    "Product": "SELECT DISTINCT product AS id FROM products",
    "Category": "SELECT category AS id FROM products UNION SELECT category FROM touch",
    "Purchase": """
        SELECT purchase AS id, "at" AS "at:datetime", currency,
               CASE WHEN len(amounts) > 0 THEN list_reduce(amounts, lambda total, amount: total + amount) END
                   AS "amount:double"
        FROM (SELECT *, [line.amount for line in lines if line.amount IS NOT NULL] AS amounts FROM orders)""",
    "Key": "SELECT getvariable('key') AS id, getvariable('key_check') AS \"check\"",
}
# Per type the labels of both ends, and the rows: what both ends are called, then properties.
_RELATIONSHIPS = {
    "MADE": ("Account", "Purchase", "SELECT account AS one, purchase AS other FROM orders"),
    "OF": (
        "Purchase",
        "Product",
        """
        SELECT purchase AS one, line.product AS other, line.quantity AS "quantity:double",
               line.amount AS "amount:double", line.category AS category
        FROM (SELECT purchase, unnest(lines) AS line FROM orders)""",
    ),
    "IN": ("Product", "Category", "SELECT product AS one, category AS other FROM products"),
    "DELIVERED_TO": ("Purchase", "Address", "SELECT purchase AS one, address AS other FROM orders"),
    "PAID_WITH": ("Purchase", "Payment", "SELECT purchase AS one, payment AS other FROM orders"),
    "FOR": ("Purchase", "Account", "SELECT purchase AS one, recipient AS other FROM orders"),
    "INTERACTED": (
        "Account",
        "Account",
        f"""
        SELECT source AS one, target AS other, kind, array_to_string(hours, ';') AS "hours:long[]",
               array_to_string(counts, ';') AS "counts:long[]", count AS "count:long",
               zulu(1000 * first) AS "firstAt:datetime", zulu(1000 * last) AS "lastAt:datetime"
        FROM ({outgoing.AFTER_SIGHTINGS["interactions"]})""",
    ),
    "REFERRED": (
        "Account",
        "Account",
        f"""
        SELECT referrer AS one, referee AS other, campaign, "at" AS "at:datetime", channel,
               converted AS "convertedAt:datetime"
        FROM ({outgoing.AFTER_SIGHTINGS["referrals"]})""",
    ),
    "BOUND": (
        "Account",
        "Account",
        f"""
        SELECT smaller AS one, larger AS other, kind, "at" AS "at:datetime", ended AS "endedAt:datetime"
        FROM ({outgoing.AFTER_SIGHTINGS["bindings"]})""",
    ),
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
    SELECT account AS one, target AS other, action, day AS "day:date", array_to_string(hours, ';') AS "hours:long[]",
           array_to_string(times, ';') AS "times:long[]", len(hours) AS "count:long", "at" AS "at:datetime", channel
    FROM touched WHERE kind = '{}'
"""
_PREPARED = f"""
    CREATE TEMP MACRO zulu(utc) AS strftime(make_timestamp(1000 * (utc // 1000)), '%Y-%m-%dT%H:%M:%S.%gZ');
    CREATE TEMP TABLE products AS {outgoing.AFTER_SIGHTINGS["products"]};
    CREATE TEMP TABLE node (label VARCHAR, id VARCHAR, no BIGINT);
"""
# The importer is told which node is at which place of the store: to find each by its name would take it a third more.
_NUMBERED = "INSERT INTO node SELECT '{label}', id, row_number() OVER (ORDER BY id) - 1 + {begin} FROM ({query})"
_NODES_AT = """
    SELECT no AS ":ID", found.* FROM ({query}) AS found JOIN node ON label = '{label}' AND node.id = found.id
    ORDER BY no
"""
_BETWEEN = """
    SELECT a.no AS ":START_ID", b.no AS ":END_ID", found.* EXCLUDE (one, other) FROM ({query}) AS found
    JOIN node AS a ON a.label = '{start}' AND a.id = one JOIN node AS b ON b.label = '{end}' AND b.id = other
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

    A model that was trained elsewhere and brought here before the data would go with the store.

    One that was begun goes on in the same way: the graph is then empty still, or whole.
    """
    if (folder / BEGUN).exists():
        return True
    ((rows,),) = store.execute("SELECT (SELECT count(*) FROM sighting) + (SELECT count(*) FROM touch)").fetchall()
    model = await db.read_one("detect.model.current")
    if rows < WORTH or (model and model["weights"]) or await _is_filled(db):
        return False
    return not await db.read_one("ingest.bulk.others", agent=AGENT)


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
        self.written, self.nodes = Written(), 0
        folder.mkdir(exist_ok=True)
        for query in (outgoing.MACROS, _PREPARED):
            store.execute(query)
        outgoing.make_lists(store)
        store.execute(_ORDERS, {"key": key.id})
        # COPY takes no parameters, but variables.
        store.execute("SET VARIABLE key = $1", [key.id])
        store.execute("SET VARIABLE key_check = $1", [key.check])

    def tables(self) -> Iterator[Table]:
        """Every table with its files, which are there when the table is."""
        for label, query in _NODES.items():
            self._number(_NUMBERED.format(label=label, begin=self.nodes, query=query))
            yield self._table(label, _NODES_AT.format(label=label, query=query), nodes=True)
        for kind, (label, type_) in _IDENTIFIERS.items():
            yield from self._identifiers(kind, label, type_)
        for type_, (start, end, query) in _RELATIONSHIPS.items():
            yield self._table(type_, _BETWEEN.format(start=start, end=end, query=query))
        for kind in ("category", "product"):
            query = _BETWEEN.format(start="Account", end=kind.title(), query=_TOUCHED.format(kind))
            yield self._table("TOUCHED", query, step=f"touches.{kind}")

    def _number(self, query: str) -> None:
        """Give some nodes the next places in the store."""
        ((more,),) = self.store.execute(query).fetchall()
        self.nodes += more

    def _table(self, name: str, query: str, *, step: str = "", nodes: bool = False) -> Table:
        path, rows = self._copy(step or name, query)
        if step := step or _STEPS.get(name, ""):
            self.written.rows[step] = rows
        return Table(name, [path] if rows else [], nodes)

    def _identifiers(self, kind: str, label: str, type_: str) -> Iterator[Table]:
        """The identifiers of one kind and their edges, some parts at a time: see server.ingest.edges."""
        nodes, edges, staged = [], [], sizes(self.store, kind)
        self.progress.stage(f"writing {kind}", sum(staged))
        accounts = self.store.sql("SELECT id FROM node WHERE label = 'Account' ORDER BY no").to_arrow_table()["id"]
        for low, high in ranges(staged) if any(staged) else ():
            self.store.execute(HOURS, {"kind": kind, "low": low, "high": high})
            ((own,),) = self.store.execute("SELECT count(*) FROM hours WHERE own").fetchall()
            self.written.hours += own
            rows = self.store.sql(EDGES, params={"key": self.key.id}).to_arrow_table()
            first = _first(rows)
            ends = pc.index_in(rows["account"], accounts.combine_chunks()), self.nodes + np.cumsum(first) - 1
            nodes.append(self._write(f"{kind}-{low}", _identifiers(rows, first, self.nodes, DETAILS[kind])))
            edges.append(self._write(f"{type_}-{low}", _edges(rows, ends, self.store.sql(HOURS_OF_EDGES))))
            self._number(f"INSERT INTO node SELECT '{label}', id, \":ID\" FROM {quoted(nodes[-1])}")
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
        ((rows,),) = self.store.execute(f"COPY ({query}) TO {quoted(path)} (HEADER)").fetchall()
        return path, rows


def _first(edges: pa.Table) -> NDArray[np.bool_]:
    """Which of some edges, sorted by their identifiers, is the first of its identifier."""
    ids = edges["id"].combine_chunks()
    return np.r_[True, np.asarray(pc.not_equal(ids[1:], ids[:-1]))] if len(ids) else np.zeros(0, bool)


def _identifiers(edges: pa.Table, first: NDArray[np.bool_], begin: int, details: Sequence[str]) -> pa.Table:
    """The distinct identifiers of edges, at places of the store from `begin` on."""
    nodes = edges.filter(pa.array(first))
    detail = pa.array([detail or None for detail in details], pa.string()).take(nodes["claim"].combine_chunks())
    places = np.arange(begin, begin + len(nodes))
    return pa.table({":ID": places, "id": nodes["id"], "accounts:long": nodes["accounts"], "detail": detail})


def _edges(edges: pa.Table, ends: tuple[pa.Array, NDArray[np.int64]], hours: duckdb.DuckDBPyRelation) -> pa.Table:
    """Edges between places in the store, with their lists, whose members come one a row in the order of the edges."""
    members = hours.to_arrow_table()
    parts = pa.array(np.r_[0, np.cumsum(edges["hours"].to_numpy())], pa.int32())
    return pa.table(
        {
            ":START_ID": ends[0],
            ":END_ID": ends[1],
            "hours:long[]": _joined(parts, members["hour"]),
            "claims:long[]": _joined(parts, members["claim"]),
            "counts:long[]": _joined(parts, members["count"]),
            "count:long": edges["count"],
            "firstSeen:datetime": _zulu(edges["first"]),
            "lastSeen:datetime": _zulu(edges["last"]),
        }
    )


def _joined(parts: pa.Array, members: pa.ChunkedArray) -> pa.Array:
    return pc.binary_join(pa.ListArray.from_arrays(parts, members.cast(pa.string()).combine_chunks()), ";")


def _zulu(milliseconds: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.strftime(milliseconds.cast(pa.timestamp("ms")), "%Y-%m-%dT%H:%M:%SZ")
