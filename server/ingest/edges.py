"""Staged hours into edges: one per identifier and account, with its hours, claims and counts as lists."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import Any, NamedTuple

import duckdb

from server.ingest.hashing import Key

Row = dict[str, Any]

RANGE = 1_000_000  # staged sightings that are brought together at a time
PARTS = 256  # values of a hash's first byte


class Batch(NamedTuple):
    """Rows for one transaction; one that `follows` goes on with a node of the batch before it, and so waits for it."""

    rows: list[Row]
    follows: bool = False


# The hours of some parts of one kind of identifier; of one hour the larger claim and count.
HOURS = """
    CREATE OR REPLACE TEMP TABLE hours AS
    SELECT identifier, account, hour, max(claim)::INTEGER AS claim, max(count) AS count,
           min(first) AS first, max(last) AS last, bool_or(own) AS own
    FROM sighting WHERE kind = $kind AND part BETWEEN $low AND $high
    GROUP BY identifier, account, hour
"""

# One row an edge, and one row an hour, in the same order: lists are cut from columns in Python, which takes a
# third of the time that lists made in DuckDB take on their way. An identifier's claim is the one most often made,
# as the statement `merge` finds it in the graph.
EDGES = """
    WITH edge AS (
        SELECT identifier, account, count(*) AS hours, sum(count)::BIGINT AS count,
               min(first) // 1000 AS first, max(last) // 1000 AS last
        FROM hours GROUP BY identifier, account),
    votes AS (SELECT identifier, claim, count(*) AS votes FROM hours WHERE claim > 0 GROUP BY identifier, claim),
    claimed AS (SELECT identifier, arg_max(claim, (votes, -claim)) AS claim FROM votes GROUP BY identifier),
    node AS (SELECT identifier, count(*) AS accounts FROM edge GROUP BY identifier)
    SELECT hash_id($key, identifier) AS id, accounts, CASE WHEN accounts <= 1000 THEN claim END AS claim,
           account.id AS account, hours, count, first, last
    FROM edge JOIN node USING (identifier) LEFT JOIN claimed USING (identifier)
    JOIN account ON account.no = edge.account
    ORDER BY identifier, edge.account
"""
HOURS_OF_EDGES = "SELECT hour, claim, count FROM hours ORDER BY identifier, account, hour"


def sizes(store: duckdb.DuckDBPyConnection, kind: str) -> list[int]:
    """How many sightings of one kind are staged, by part."""
    rows = dict(store.execute("SELECT part, count(*) FROM sighting WHERE kind = $1 GROUP BY part", [kind]).fetchall())
    return [rows.get(part, 0) for part in range(PARTS)]


def ranges(sizes: list[int]) -> Iterator[tuple[int, int]]:
    """Neighbouring parts together, while they hold no more than RANGE rows: first and last of each range."""
    low = total = 0
    for part, size in enumerate(sizes):
        if total and total + size > RANGE:
            yield low, part - 1
            low, total = part, 0
        total += size
    yield low, len(sizes) - 1


def packed(store: duckdb.DuckDBPyConnection, key: Key, size: int) -> Iterator[Batch]:
    """The identifiers in `hours` with their edges, about `size` edges at a time.

    A batch ends between two identifiers, but for one with so many edges that it takes several batches.
    """
    rows: list[Row] = []
    edges, follows = 0, False
    for node, edge in _edges(store, key):
        begins = not rows or rows[-1]["id"] != node[0]
        if edges >= (size if begins else 2 * size):
            yield Batch(rows, follows)
            rows, edges, follows, begins = [], 0, not begins, True
        if begins:
            rows.append({"id": node[0], "accounts": node[1], "claim": node[2], "edges": []})
        rows[-1]["edges"].append(edge)
        edges += 1
    if rows:
        yield Batch(rows, follows)


def _edges(store: duckdb.DuckDBPyConnection, key: Key) -> Iterator[tuple[tuple[str, int, int | None], Row]]:
    edges = _columns(store.sql(EDGES, params={"key": key.id}))
    hours, claims, counts = _columns(store.sql(HOURS_OF_EDGES))
    begin = 0
    columns = zip(zip(*edges[:3], strict=True), edges[3], accumulate(edges[4]), *edges[5:], strict=True)
    for node, account, end, count, first, last in columns:
        yield (
            node,
            {
                "account": account,
                "hours": hours[begin:end],
                "claims": claims[begin:end],
                "counts": counts[begin:end],
                "count": count,
                "first": first,
                "last": last,
            },
        )
        begin = end


def _columns(found: duckdb.DuckDBPyRelation) -> list[list[Any]]:
    """The columns of a result as lists; by way of NumPy, which makes them fastest, but would lose nulls."""
    columns = found.to_arrow_table().columns
    return [column.to_pylist() if column.null_count else column.to_numpy().tolist() for column in columns]
