"""Single nodes that the service reads by their id alone: persons and identifiers."""

from __future__ import annotations

from server.db.database import Database, Row

KINDS = ("device", "network", "address", "payment")


async def person(db: Database, person: str) -> Row | None:
    """Return a person of two or more accounts with them, or None."""
    row = await db.read_one("nodes.person", id=person)
    return row["person"] if row else None


async def identifier(db: Database, kind: str, identifier: str) -> Row | None:
    """Return a device, network, address or payment (the `kind`) by its hash, or None."""
    row = await db.read_one("nodes.identifier", **{**dict.fromkeys(KINDS), kind: identifier})
    return row["identifier"] if row else None
