"""What each account is worth, from the purchases and referrals in the graph."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from server.db.database import Database, python_time
from server.errors import DataError
from server.referrals.graph import Floats
from server.referrals.read import Found, Say, slices
from server.referrals.table import Cleared, brought
from server.value.history import history, purchases, spent
from server.value.lifetime import lifetime
from server.value.network import shared


@dataclass(frozen=True)
class Values:
    """Per account, in `currency`: spent so far, to be spent within a year, and that of those it brought in."""

    currency: str
    purchase: Floats
    lifetime: Floats
    network: Floats


async def read(db: Database, say: Say, found: Found, cleared: Cleared, currency: str | None = None) -> Values:
    """Value all accounts in one currency, by default the most usual; nothing paid in another is counted.

    Raises DataError when nothing was paid in that currency.
    """
    currency = await _currency(db, say, currency)
    say("Reading purchases …")
    rows: list[tuple[int, int, float]] = []
    for start, row in await slices(db, "value.purchases", found.accounts, currency=currency):
        rows += zip((start + place for place in row["place"]), row["at"], row["amount"], strict=True)
    bought = purchases(len(found.accounts), rows)
    latest = await db.read_one("detect.account.latest")
    now = int(python_time(latest["at"]).timestamp()) if latest else 0
    past = history(bought, max(now, int(bought.at.max(initial=0))))
    to_come = np.zeros(len(found.accounts))
    to_come[past.account] = lifetime(past)
    return Values(currency, spent(bought), to_come, shared(brought(cleared), to_come))


async def _currency(db: Database, say: Say, wanted: str | None) -> str:
    known = [row["currency"] async for row in db.read("value.currencies")]
    if wanted is not None and wanted not in known:
        raise DataError("no purchase was paid in that currency", f"There are: {', '.join(known) or 'none'}.")
    chosen: str = wanted if wanted is not None else (known[0] if known else "")
    others = ", ".join(one or "unnamed" for one in known if one != chosen)
    if others:
        say(f"Only what was paid in {chosen or 'no named currency'}; `hearth export value --currency` takes: {others}")
    return chosen
