"""Accounts as the service reads them: one by id, and the evidence of a membership in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from server.db.database import Database, Row

# What an account is seen with, by the name it is asked for: the relationship that leads there.
IDENTIFIERS: Mapping[str, str] = {
    "devices": "USES",
    "networks": "CONNECTS_FROM",
    "addresses": "SHIPS_TO",
    "payments": "PAYS_WITH",
}

TEXTS: Mapping[str, str] = {
    "prior": "What is assumed of any two accounts before there is evidence.",
    "binding": "Declared to belong together with {others}.",
    "network": "Connects from the same network as {others}.",
    "device": "Uses the same device as {others}.",
    "address": "Has the same address as {others}.",
    "payment": "Pays with the same card or wallet as {others}.",
    "interaction": "Is in regular touch with {others}.",
    "no device": "Shares no device with {others}.",
    "no network": "Shares no network with {others}.",
    "no address": "Shares no address with {others}.",
    "no payment": "Shares no card or wallet with {others}.",
    "no interaction": "Is not seen to be in touch with {others}.",
    "no binding": "Is not declared to belong together with {others}.",
    "strangers": "Shares nothing at all with {others}.",
    "people": "Who the account and {others} are, by age, gender and how much is known of them.",
    "household": "Has to do with the rest of the household of {others}.",
    "other": "Has habits in common with {others}.",
}
NEUTRAL = "Was compared with {others}."
AGAINST = "It speaks against living together."


@dataclass(frozen=True)
class Wanted:
    """What a request asks about an account (`own`) and about the members of its households (`theirs`).

    Both hold names as in the API: `devices`, `person`, `memberships`, `members`, ….
    """

    own: frozenset[str] = frozenset()
    theirs: frozenset[str] = frozenset()


async def read(db: Database, account: str, wanted: Wanted) -> Row | None:
    """Return one account as a map with `seen`, `person`, `memberships` and `history`, or None."""
    row = await db.read_one(
        "accounts.read",
        id=account,
        kinds=kinds(wanted.own),
        persons="person" in wanted.own,
        memberships=not wanted.own.isdisjoint({"memberships", "household"}),
        members=not wanted.theirs.isdisjoint({"members", "persons", *IDENTIFIERS}),
        theirKinds=kinds(wanted.theirs),
        theirPersons=not wanted.theirs.isdisjoint({"person", "persons"}),
        pending="pending" in wanted.own | wanted.theirs,
        history="history" in wanted.own,
        roles="roles" in wanted.own,
        measured=not wanted.own.isdisjoint({"referrals", "value"}),
    )
    if row is None:
        return None
    found: Row = row["account"]
    if found["person"] is None:
        found["person"] = {"id": None, "accounts": [found]}
    return found


def kinds(names: frozenset[str]) -> list[str]:
    """The relationships to follow for the identifiers among `names`."""
    return [kind for name, kind in IDENTIFIERS.items() if name in names]


def evidence(membership: Mapping[str, Any]) -> list[Row]:
    """What speaks for and against a membership, strongest first; the weights add up to its score."""
    return [_item(*line.split(" ", 2)) for line in filter(None, (membership.get("evidence") or "").split("\n"))]


def _item(log_odds: str, others: str, item: str) -> Row:
    weight, shared = float(log_odds), int(others)
    kind, _, rest = item.partition(":")
    hashed = ":" in rest  # a hash carries the id of its key; what else follows a kind says more about it
    return {
        "kind": kind,
        "identifier": rest if hashed else None,
        "detail": None if hashed else rest or None,
        "weight": weight,
        "sharedWith": shared,
        "text": words(kind, weight, shared),
    }


def words(kind: str, weight: float, shared: int) -> str:
    """One item of evidence as a sentence, or two when it speaks against; `shared` counts other members."""
    text = TEXTS.get(kind, NEUTRAL).format(others=_others(shared))
    return text if weight >= 0 or kind == "prior" else f"{text} {AGAINST}"


def _others(count: int) -> str:
    return {0: "the other members", 1: "1 other member"}.get(count, f"{count} other members")
