"""Paths as the service reads them: one purchase, and what was counted of all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from server.db.database import Database, Row
from server.paths.lift import lift
from server.paths.months import WAITS, Month
from server.paths.tallies import ALL, COLUMNS, Credit, Tally

WHO, ACTION, CHANNEL = SIDES = ("who", "action", "channel")


async def purchase(db: Database, purchase: str) -> Row | None:
    """One purchase with `buyer` and `steps`, or None."""
    row = await db.read_one("paths.purchase", id=purchase)
    return row["purchase"] if row else None


async def stats(db: Database, category: str | None, since: str | None, until: str | None, dimension: str) -> list[Row]:
    """What was counted in these months (until excluded), by group: counts, the rate, and the lift over chance."""
    row = await db.read_one(
        "paths.tallies",
        category=category or ALL,
        dimension="all" if dimension == "month" else dimension,
        since=since or "",
        until=until or "9999",
    )
    sums: dict[str, dict[str, float]] = defaultdict(lambda: dict.fromkeys(COLUMNS, 0.0))
    for tally in sorted(row["tallies"], key=lambda one: str(one["month"])) if row else []:
        for place, group in enumerate(tally["groups"]):
            for column in COLUMNS:
                sums[tally["month"] if dimension == "month" else group][column] += tally[column][place]
    return [_stat(group, numbers) for group, numbers in sums.items()]


def _stat(group: str, numbers: Mapping[str, float]) -> Row:
    found = lift(numbers["observed"], numbers["expected"], (numbers["oo"], numbers["oe"], numbers["ee"]))
    purchases, cross = int(numbers["purchases"]), int(numbers["cross"])
    return {
        "group": group,
        "purchases": purchases,
        "crossAccount": cross,
        "rate": cross / purchases if purchases else None,
        "observed": int(numbers["observed"]),
        "expected": numbers["expected"],
        "lift": asdict(found) if found else None,
    }


async def attribution(db: Database, model: str, category: str | None, sides: Sequence[str]) -> list[Row]:
    """What touches earned by a model, summed by some of `who`, `action` and `channel`; the most first."""
    row = await db.read_one("paths.credit", category=category or ALL, model=model)
    if row is None:
        return []
    found: dict[tuple[str | None, ...], float] = defaultdict(float)
    credit = row["credit"]
    for *player, amount in zip(credit["who"], credit["action"], credit["channel"], credit["credit"], strict=True):
        found[tuple(name if side in sides else None for side, name in zip(SIDES, player, strict=True))] += amount
    rows = [
        {**dict(zip(SIDES, player, strict=True)), "credit": amount, "share": amount / credit["conversions"]}
        for player, amount in found.items()
    ]
    return sorted(rows, key=lambda one: (-one["credit"], str(one)))


async def months(db: Database, since: str | None, until: str | None) -> list[Row]:
    """What was counted of households in these months (until excluded), in order; 240 at most."""
    row = await db.read_one("paths.months", since=since or "", until=until or "9999")
    return [
        {
            **month,
            "waits": [{"group": name, "households": n} for name, n in zip(WAITS, month["waits"], strict=True)],
            "rate": month["followed"] / month["recommended"] if month["recommended"] else None,
        }
        for month in (row["months"] if row else [])
    ]


async def count(
    db: Database,
    tallies: Sequence[Tally],
    credits: Sequence[Credit],  # noqa: A002
    months: Sequence[Month] = (),
) -> None:
    """Put these counts into the graph, in place of those that were."""
    await db.write(
        "paths.count",
        tallies=[_tally(one) for one in tallies],
        credits=[_credit(one) for one in credits],
        months=[{"id": one.month, **asdict(one)} for one in months],
    )


def _tally(one: Tally) -> dict[str, Any]:
    given = {"category": one.category, "month": one.month, "dimension": one.dimension, "groups": one.groups}
    return {"id": f"{one.category}|{one.month}|{one.dimension}", **given, **one.numbers}


def _credit(one: Credit) -> dict[str, Any]:
    return {"id": f"{one.category}|{one.model}", **asdict(one)}
