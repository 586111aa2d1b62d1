"""What was judged as rows for the graph: one per household with its roles, one per purchase with its path."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from hashlib import blake2b
from typing import Any

import numpy as np

from server.findings import Found
from server.journeys import ACTIONS, Bools, Ints
from server.roles.decide import ROLES, enough

Row = dict[str, Any]


def roles(found: Found, homes: Ints) -> Iterator[Row]:
    """One row per household with what its members play; households without enough data play nothing."""
    members: dict[int, list[Row]] = defaultdict(list)
    wanted = set(homes.tolist())
    for home, account, plays in plays_of(found):
        members[home].append({"account": found.names.accounts[account], "plays": {**plays, "digest": digest(plays)}})
    for home in wanted:
        some = sorted(members[home], key=lambda one: (one["plays"]["category"], one["account"]))
        mark = [one["plays"]["digest"] for one in some]
        yield {"household": found.names.households[home], "members": some, "mark": mark}


def plays_of(found: Found) -> Iterator[tuple[int, int, Row]]:
    """Household, account and what it plays there, for every member and category with enough data."""
    cells, roles, actor = found.cells, found.roles, found.trade.accounts.actor
    spent = np.bincount(cells.household, cells.spent, minlength=len(found.names.households))
    share = cells.spent / spent[cells.household].clip(1e-9)
    order = np.argsort(actor, kind="stable")
    decides = ROLES.index("decision_maker")
    top = np.zeros(len(cells.household))
    np.maximum.at(top, cells.cell, roles.score[:, decides])
    living = set(zip(found.trade.spells.account.tolist(), found.trade.spells.household.tolist(), strict=True))
    for row in enough(cells).tolist():
        cell = int(cells.cell[row])
        home, category = int(cells.household[cell]), found.names.categories[cells.category[cell]]
        low, high = np.searchsorted(actor[order], [cells.actor[row], cells.actor[row] + 1])
        score = roles.score[row]
        for account in order[low:high].tolist():
            if (account, home) not in living:
                continue
            leads = score[decides] >= 0.5 and score[decides] == top[cell]
            yield home, account, {
                "category": category,
                "purchases": int(cells.purchases[cell]),
                "share": float(share[cell]),
                "scores": _rounded(score),
                "lows": _rounded(roles.low[row]),
                "highs": _rounded(roles.high[row]),
                "bought": int(cells.bought[row]),
                "named": int(cells.named[row]),
                "led": _rounded(cells.led[row]),
                "hours": _rounded(cells.hours[row]),
                "decides": category if leads else None,
                "place": f"{found.names.households[home]} {found.names.accounts[account]}",
            }  # fmt: skip


def paths(found: Found, purchases: Ints) -> Iterator[Row]:
    """One row per purchase with its steps, of all its categories."""
    rows: dict[str, list[Row]] = {found.names.purchases[row]: [] for row in purchases.tolist()}
    wanted = np.isin(found.steps.purchase, purchases)
    for purchase, step in steps_of(found, wanted):
        rows[purchase].append({**step, "digest": digest(step)})
    for purchase, some in rows.items():
        some.sort(key=lambda step: (step["category"], step["step"]))
        yield {"purchase": purchase, "steps": some, "mark": [step["digest"] for step in some]}


def steps_of(found: Found, wanted: Bools) -> Iterator[tuple[str, Row]]:
    """The purchase and what is stored of each step."""
    path, names, touches = found.steps, found.names, found.trade.touches
    for row in np.flatnonzero(wanted).tolist():
        touch, purchase, home = int(path.touch[row]), int(path.purchase[row]), int(path.household[row])
        yield (
            names.purchases[purchase],
            {
                "account": names.accounts[touches.account[touch]],
                "category": names.categories[touches.category[touch]],
                "step": int(path.step[row]),
                "action": ACTIONS[touches.action[touch]],
                "channel": names.channels[names.channel[touch]] or None,
                "at": moment(int(touches.at[touch]), int(names.touched_ahead[touch])),
                "hours": round(float(path.lag[row]) / 3600, 3),
                "own": not path.others[row],
                "probability": round(float(path.probability[row]), 4),
                "household": names.households[home] if home >= 0 else None,
            },
        )


def digest(row: Row) -> str:
    """A short text that differs where the row does, so that what has not changed is not written."""
    return blake2b(repr(row).encode(), digest_size=8).hexdigest()


def moment(seconds: int, ahead: int) -> str:
    """A time as ISO 8601 text with its offset."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(timezone(timedelta(seconds=ahead))).isoformat()


def _rounded(values: Any) -> list[float]:
    return [round(float(value), 4) for value in values]
