"""What people say of living together: bindings, confirmations, declines and departures; runs of detection obey."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

from server.db.database import Database, Row
from server.detect.read import CAP
from server.detect.run import AHEAD
from server.errors import RefusedError, UnknownAccountError
from server.ingest.check import YEARS

WORDS: Mapping[str, str] = {"confirm": "together", "decline": "apart", "leave": "apart"}
OLDEST = datetime(YEARS[0], 1, 1, tzinfo=UTC)


async def say(db: Database, account: str, household: str, how: str) -> str | None:
    """Let an account `confirm`, `decline` or `leave` a household; to say the same again changes nothing.

    Members can say all three. To confirm or decline, it is enough to have been a member or to share something with one:
    who is asked can answer. Who said no can take it back, also where that ended the household.
    Returns `how` while the next run of detection has yet to take it up, else None.

    Raises UnknownAccountError or RefusedError.
    """
    stands = await db.read_one("words.stands", account=account, household=household, cap=CAP) or {}
    if not stands["account"]:
        raise UnknownAccountError
    if not stands["household"]:
        raise RefusedError("UNKNOWN_HOUSEHOLD", "There is no such household.")
    member = stands["status"] is not None
    if stands["said"] != how or member:
        _check(stands, how)
        at = datetime.now(UTC).isoformat()
        await db.write("words.say", account=account, household=household, word=WORDS[how], how=how, at=at)
    if how == "confirm":
        waits = member or stands["said"] != how or stands["waiting"]
        return how if waits and stands["status"] != "confirmed" else None
    return how if member else None


def _check(stands: Row, how: str) -> None:
    if how == "confirm" and stands["said"] is not None:
        return
    if not stands["open"]:
        raise RefusedError("HOUSEHOLD_CLOSED", "The household has ended.", "Its `successors` say what it went on as.")
    if stands["status"] is None and (how == "leave" or not stands["asked"]):
        raise RefusedError("NOT_A_MEMBER", "The account is not a member of the household.")


async def bind(db: Database, one: str, other: str, kind: str, at: str | None = None) -> Row:
    """Declare that two accounts belong together from `at` on, ISO 8601 with its offset; without it, from now on.

    Returns kind, at, endedAt, the accounts, and whether the next run of detection has yet to take it up (`pending`).

    Raises UnknownAccountError, or RefusedError for one account given twice and for a time
    that cannot be or is still to come.
    """
    now = datetime.now(UTC)
    if one == other:
        raise RefusedError("SAME_ACCOUNT", "Both accounts are the same.")
    begins = datetime.fromisoformat(at) if at else now
    if begins < OLDEST:
        raise RefusedError("BAD_INPUT", f"The binding would begin before {OLDEST.year}.")
    if begins > now + AHEAD:
        raise RefusedError("BAD_INPUT", "The binding would begin in the future.")
    smaller, larger = sorted((one, other))
    rows = await db.write("words.bind", smaller=smaller, larger=larger, kind=kind, at=at, now=now.isoformat())
    if not rows:
        raise UnknownAccountError
    return rows[0]
