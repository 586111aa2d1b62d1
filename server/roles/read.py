"""Roles as the service reads them: of a household or account, and decision makers in pages."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from server.db.database import Database, Row
from server.paths.model import BEGINS, DECIDES, SWAYS
from server.roles.decide import ROLES

PART = {"initiator": BEGINS, "influencer": SWAYS, "decision_maker": DECIDES}
DID = {
    "initiator": "Looked first before about {n:.1f} purchases that others made, {h:.0f} hours before on average.",
    "influencer": "About {n:.1f} touches were followed by others' purchases, {h:.0f} hours later on average.",
    "decision_maker": "Touched shortly before about {n:.1f} of the purchases that others made, {h:.0f} hours before.",
}


@dataclass(frozen=True)
class Deciders:
    """Which decision makers a page holds: of a category, right after a place, of these kinds (None for any)."""

    category: str
    after: str
    limit: int
    gender: str | None = None
    age_band: str | None = None
    structure: str | None = None


LOOK = 500  # decision makers that a page of some kinds looks at: a rare kind takes several pages, not a long one


async def decision_makers(db: Database, page: Deciders) -> tuple[list[Row], str | None]:
    """Who decides on a category, each with account, household and role; and where to go on, None at the end."""
    some = any((page.gender, page.age_band, page.structure))
    row = await db.read_one(
        "roles.decision_makers",
        category=page.category,
        after=page.after,
        limit=page.limit,
        gender=page.gender,
        ageBand=page.age_band,
        structure=page.structure,
        look=max(LOOK, page.limit) if some else page.limit,
    )
    rows, last = (row["rows"], row["last"]) if row else ([], None)
    return [{**plays, **role(plays, "decision_maker")} for plays in rows], last


def listed(plays: Sequence[Row], category: str | None, at_least: float) -> list[Row]:
    """One row per role in what members play; of one category only, when it is given, and from a probability on."""
    rows = ({**one, **role(one, name)} for one in plays if category in (None, one["category"]) for name in ROLES)
    return [row for row in rows if row["score"] >= at_least]


def role(plays: Mapping[str, Any], name: str) -> Row:
    """One role out of what a member plays: its probability, interval and reasons."""
    place = ROLES.index(name)
    score, low, high = (plays[column][place] for column in ("scores", "lows", "highs"))
    return {"role": name, "score": score, "low": low, "high": high, "reasons": list(reasons(plays, name))}


def reasons(plays: Mapping[str, Any], name: str) -> Iterator[str]:
    """What a probability rests on, in plain words."""
    bought, purchases = plays["bought"], plays["purchases"]
    if name == "user" and plays["named"]:
        yield f"Orders of others named this person as recipient {plays['named']} times."
    if bought:
        yield f"Made {bought} of the household's {purchases} purchases."
    if name in PART and plays["led"][PART[name]] >= 0.05:
        yield DID[name].format(n=plays["led"][PART[name]], h=plays["hours"][PART[name]])
    if not bought and (name not in PART or plays["led"][PART[name]] < 0.05):
        yield f"Made none of the household's {purchases} purchases, and no touch is known to have led to them."


def summary(plays: Sequence[Row]) -> list[Row]:
    """By account, the share of the spending with a role known that it decides on, and that it sways; most first."""
    total: dict[str, float] = {}
    found: dict[str, Row] = defaultdict(lambda: {"decides": 0.0, "influences": 0.0})
    for one in plays:
        total[one["category"]] = one["share"]
        of = found[one["account"]["id"]]
        of["account"] = one["account"]
        of["decides"] += one["share"] * one["scores"][ROLES.index("decision_maker")]
        of["influences"] += one["share"] * one["scores"][ROLES.index("influencer")]
    known = sum(total.values()) or 1.0
    rows = [{**of, "decides": of["decides"] / known, "influences": of["influences"] / known} for of in found.values()]
    return sorted(rows, key=lambda row: (-row["decides"], -row["influences"], row["account"]["id"]))
