"""What was measured of accounts as referrers and customers, as the service reads it."""

from __future__ import annotations

from collections.abc import Sequence

from server.db.database import Database, Row
from server.errors import RefusedError

PARTS = ("purchase", "lifetime", "network")


async def named(db: Database, by: str, campaign: str | None, first: int, budget: float | None) -> list[Row]:
    """The first key referrers of a campaign or of all, as long as they together reach no more than the budget.

    Raises RefusedError where none are kept of this campaign chosen in this way.
    """
    row = await db.read_one("influence.named", by=by, campaign=campaign or "", first=first, budget=budget)
    found = list(row["named"]) if row else []
    if campaign is not None and not found:
        await _kept(db, by, campaign)
    return found


async def _kept(db: Database, by: str, campaign: str) -> None:
    """Say so where nothing is kept of a campaign, which is not the same as that nobody brought anybody."""
    row = await db.read_one("influence.campaigns", by=by)
    if not row or campaign not in row["campaigns"]:
        raise RefusedError(
            "NOT_KEPT",
            "No key referrers of this campaign are kept.",
            "They are of the largest, with `by: BEST`; `hearth referrers --campaign` names those of any other.",
        )


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
