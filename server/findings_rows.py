"""What was judged as rows for the graph: one per household with its roles, one per purchase with its path."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np

from server.findings import Found
from server.journeys import ACTIONS, Ints
from server.roles.decide import ROLES, enough

Row = dict[str, Any]


def roles(found: Found, homes: Ints) -> Iterator[Row]:
    """One row per household with what its members play; those without enough data play nothing."""
    wanted = set(homes.tolist())
    for home, plays in groupby(plays_of(found), key=itemgetter(0)):
        if home in wanted:
            wanted.discard(home)
            some: list[Row] = [
                {"account": found.names.accounts[account], "plays": _signed(row)} for _, account, row in plays
            ]
            some.sort(key=lambda one: (one["plays"]["category"], one["account"]))
            mark = [one["plays"]["digest"] for one in some]
            yield {"household": found.names.households[home], "members": some, "mark": mark}
    for home in sorted(wanted):
        yield {"household": found.names.households[home], "members": [], "mark": []}


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
                "share": round(float(share[cell]), 6),
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


@dataclass(frozen=True)
class Told:
    """A purchase with its steps, as places in those that were found, and a short text for each."""

    purchase: str
    steps: list[int]
    mark: list[str]


def paths(found: Found, purchases: Ints) -> Iterator[Told]:
    """Every purchase with its steps, of all its categories; `purchases` are rows, ascending."""
    starts = np.searchsorted(found.steps.purchase, np.arange(len(found.names.purchases) + 1)).tolist()
    marks = _marks(found)
    category = found.trade.purchases.category
    for purchase, rows in groupby(purchases.tolist(), key=found.names.purchases.__getitem__):
        some = sorted(rows, key=lambda row: found.names.categories[category[row]])
        steps = [step for row in some for step in range(starts[row], starts[row + 1])]
        yield Told(purchase, steps, [marks[step] for step in steps])


def _marks(found: Found) -> list[str]:
    """By step, a short text that differs where what is stored of it does."""
    path, names, touches = found.steps, found.names, found.trade.touches
    of = path.touch
    columns = zip(
        map(names.accounts.__getitem__, touches.account[of].tolist()),
        map(names.categories.__getitem__, touches.category[of].tolist()),
        path.step.tolist(),
        touches.action[of].tolist(),
        map(names.channels.__getitem__, names.channel[of].tolist()),
        touches.at[of].tolist(),
        names.touched_ahead[of].tolist(),
        path.lag.tolist(),
        path.others.tolist(),
        path.probability.round(4).tolist(),
        (names.households[home] if home >= 0 else "" for home in path.household.tolist()),
        strict=True,
    )
    return [blake2b(repr(row).encode(), digest_size=8).hexdigest() for row in columns]


def step_of(found: Found, row: int, mark: str) -> Row:
    """What is stored of a step."""
    path, names, touches = found.steps, found.names, found.trade.touches
    touch, home = int(path.touch[row]), int(path.household[row])
    return {
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
        "digest": mark,
    }


def told(found: Found, one: Told) -> Row:
    """A purchase with its steps, to write."""
    return {
        "purchase": one.purchase,
        "steps": [step_of(found, *step) for step in zip(one.steps, one.mark, strict=True)],
    }


def _signed(row: Row) -> Row:
    return {**row, "digest": digest(row)}


def digest(row: Row) -> str:
    """A short text that differs where the row does, so that what has not changed is not written."""
    return blake2b(repr(row).encode(), digest_size=8).hexdigest()


def moment(seconds: int, ahead: int) -> str:
    """A time as ISO 8601 text with its offset."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(timezone(timedelta(seconds=ahead))).isoformat()


def _rounded(values: Any) -> list[float]:
    return [round(float(value), 4) for value in values]
