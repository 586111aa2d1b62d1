"""One number for a whole graph, so that two loads can be held against each other."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from server.db.database import Database
from tests.conftest import run

NODES = "MATCH (n) WHERE NOT n:Migration RETURN labels(n) AS labels, properties(n) AS properties"
EDGES = """
    MATCH (a)-[r]->(b)
    RETURN labels(a) AS start, a.id AS from, type(r) AS type, labels(b) AS end, b.id AS to, properties(r) AS properties
"""


async def checksum(db: Database) -> str:
    """SHA-256 over all nodes and relationships with all their properties, in an order of their own."""
    rows = [
        json.dumps(_plain(row), sort_keys=True, default=str) for text in (NODES, EDGES) for row in await run(db, text)
    ]
    return hashlib.sha256("\n".join(sorted(rows)).encode()).hexdigest()


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Labels come in the order in which the store met them first."""
    return row | {name: sorted(row[name]) for name in ("labels", "start", "end") if name in row}
