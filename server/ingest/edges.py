"""Staged hours into edges: one per identifier and account, with its hours, claims and counts as lists."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import Any

import duckdb

from server.ingest.hashing import Key

Row = dict[str, Any]

# The hours of some parts of one kind of identifier; of one hour the larger claim and count.
HOURS = """
    CREATE OR REPLACE TEMP TABLE hours AS
    SELECT identifier, account, hour, max(claim)::INTEGER AS claim, max(count) AS count,
           min(first) AS first, max(last) AS last, bool_or(own) AS own
    FROM sighting WHERE kind = $kind AND part BETWEEN $low AND $high
    GROUP BY identifier, account, hour
"""

# One row an edge, and one row an hour, in the same order: lists are cut from columns in Python, which takes a
# third of the time that lists made in DuckDB take on their way.
_EDGES = """
    SELECT hash_id($key, identifier) AS id, account.id AS account, hours, count, first, last
    FROM (SELECT identifier, account, count(*) AS hours, sum(count)::BIGINT AS count,
                 min(first) // 1000 AS first, max(last) // 1000 AS last
          FROM hours GROUP BY identifier, account) AS edge
    JOIN account ON account.no = edge.account
    ORDER BY identifier, edge.account
"""
_HOURS = "SELECT hour, claim, count FROM hours ORDER BY identifier, account, hour"


def packed(store: duckdb.DuckDBPyConnection, key: Key, size: int) -> Iterator[list[Row]]:
    """The identifiers in `hours` with their edges, `size` edges at a time.

    All edges of one identifier follow each other; one with many of them is spread over several batches.
    """
    batch: list[Row] = []
    for number, (identifier, edge) in enumerate(_edges(store, key), 1):
        if not batch or batch[-1]["id"] != identifier:
            batch.append({"id": identifier, "edges": []})
        batch[-1]["edges"].append(edge)
        if number % size == 0:
            yield batch
            batch = []
    if batch:
        yield batch


def _edges(store: duckdb.DuckDBPyConnection, key: Key) -> Iterator[tuple[str, Row]]:
    edges = _columns(store.sql(_EDGES, params={"key": key.id}))
    hours, claims, counts = _columns(store.sql(_HOURS))
    begin = 0
    for identifier, account, end, count, first, last in zip(*edges[:2], accumulate(edges[2]), *edges[3:], strict=True):
        yield (
            identifier,
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
    """The columns of a result as lists; by way of NumPy, which makes them fastest."""
    return [column.to_numpy().tolist() for column in found.to_arrow_table().columns]
