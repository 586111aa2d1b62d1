"""Households as the service reads them: one by id, or a page in an order that an index serves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from server.accounts import IDENTIFIERS, kinds
from server.db.database import Database, Row

LARGEST = 2**31 - 1


class Order(Enum):
    """How a list of households is ordered; households that tie are ordered by id, in the same direction."""

    ID = "id"
    SIZE_DESC = "size"
    CONFIDENCE_DESC = "confidence"


@dataclass(frozen=True)
class Filter:
    """Which households a list holds; sizes are persons, confidence is a probability."""

    min_size: int = 0
    max_size: int = LARGEST
    min_confidence: float = 0.0
    structure: str | None = None
    include_closed: bool = False


@dataclass(frozen=True)
class Mark:
    """A place in an ordered list, right after a household: its sort key (none for ids alone) and its id."""

    key: float | None
    id: str


@dataclass(frozen=True)
class Page:
    """Up to `limit` households of those that `only` lets pass, in an order, right after a place or from the first."""

    order: Order
    only: Filter
    after: Mark | None
    limit: int


async def one(db: Database, household: str, wanted: frozenset[str], as_of: str | None = None) -> Row | None:
    """Return one household, closed or not, with what is `wanted` about it, or None.

    Its members are those of the time `as_of`, as ISO 8601 text; None is now.
    """
    more = {"roles": not wanted.isdisjoint({"roles", "roleSummary"}), "paths": "conversionPaths" in wanted}
    row = await db.read_one("households.one", id=household, asOf=as_of, **_asked(wanted), **more)
    return row["household"] if row else None


async def page(db: Database, page: Page, wanted: frozenset[str]) -> list[Row]:
    """Return a page of households, each with what is `wanted` about it beside its properties: `members`, ….

    A page costs the same, however far it is from the first.
    """
    only = page.only
    nowhere = dict.fromkeys(("after", "size", "confidence", "before"))
    row = await db.read_one(
        "households.page",
        **{**nowhere, **_bounds(page)},
        minSize=only.min_size,
        maxSize=only.max_size,
        minConfidence=only.min_confidence,
        structure=only.structure,
        closed=only.include_closed,
        limit=page.limit,
        **_asked(wanted),
    )
    return list(row["households"]) if row else []


def _asked(wanted: frozenset[str]) -> Row:
    return {
        "members": not wanted.isdisjoint({"members", "persons", *IDENTIFIERS}),
        "kinds": kinds(wanted),
        "persons": not wanted.isdisjoint({"person", "persons"}),
        "memberships": not wanted.isdisjoint({"memberships", "household"}),
        "successors": "successors" in wanted,
        "pending": "pending" in wanted,
        "measured": "value" in wanted,
    }


def mark(order: Order, household: Mapping[str, Any]) -> Mark:
    """The place of a household in a list of this order."""
    return Mark(None if order is Order.ID else household[order.value], household["id"])


def _bounds(page: Page) -> Row:
    after, key = page.after, page.order.value
    if page.order is Order.ID:
        return {"after": after.id if after else ""}
    above = page.only.max_size + 1 if page.order is Order.SIZE_DESC else 2.0
    if after is None or after.key is None or after.key >= above:
        return {key: above, "before": ""}
    return {key: after.key, "before": after.id}


def persons(members: Sequence[Row]) -> list[Row]:
    """The human beings behind the members, each with its accounts among them; ordered as the members are.

    The id of a person with one account, who has no node in the graph, is None.
    """
    found: dict[str, Row] = {}
    for member in members:
        account = member["account"]
        person = account["person"] or {"id": None}
        known = found.setdefault(person["id"] or account["id"], {**person, "accounts": []})
        known["accounts"].append(account)
    return list(found.values())


def identifiers(members: Sequence[Row], kind: str) -> list[Row]:
    """What the members were seen with, of one kind, each with those of them seen with it.

    What more of them share comes first, then what was seen more often.
    """
    found: dict[str, Row] = {}
    for account, seen in _sightings(members, kind):
        known = found.setdefault(seen["id"], {**seen, "count": 0, "members": []})
        known["count"] += seen["count"]
        known["firstSeen"] = min(known["firstSeen"], seen["firstSeen"], key=datetime.fromisoformat)
        known["lastSeen"] = max(known["lastSeen"], seen["lastSeen"], key=datetime.fromisoformat)
        known["members"].append(account)
    return sorted(found.values(), key=lambda seen: (-len(seen["members"]), -seen["count"], seen["id"]))


def _sightings(members: Sequence[Row], kind: str) -> Iterator[tuple[Row, Row]]:
    for member in members:
        for seen in member["account"]["seen"]:
            if seen["kind"] == kind:
                yield member["account"], seen
