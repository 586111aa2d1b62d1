"""What was measured of accounts as referrers and customers, as the service reads it."""

from __future__ import annotations

from collections.abc import Sequence

from server.db.database import Database, Row

PARTS = ("purchase", "lifetime", "network")


async def named(db: Database, by: str, campaign: str | None, first: int, budget: float | None) -> list[Row]:
    """The first key referrers of a campaign or of all, as long as they together reach no more than the budget."""
    row = await db.read_one("influence.named", by=by, campaign=campaign or "*", first=first, budget=budget)
    return list(row["named"]) if row else []


async def stats(db: Database, campaign: str | None, since: str | None, until: str | None) -> Row:
    """How many referrals there were from one day up to before another, each as ISO 8601 text."""
    row = await db.read_one("influence.stats", campaign=campaign, since=since, until=until)
    return row or {}


def value(measured: Row | None) -> Row | None:
    """The three parts of what an account is worth, with their total; None when nothing was measured."""
    return measured and {**measured, "total": sum(measured[part] for part in PARTS)}


def together(measured: Sequence[Row]) -> Row | None:
    """What several accounts are worth, part by part; None when nothing was measured of any."""
    if not measured:
        return None
    parts = {part: sum(one[part] for one in measured) for part in PARTS}
    return value({**parts, "currency": measured[0]["currency"], "at": min(one["at"] for one in measured)})
