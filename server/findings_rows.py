"""What was judged, in the form of the graph: per household its roles, per purchase its path."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from hashlib import blake2b
from itertools import groupby
from operator import itemgetter
from typing import Any

import numpy as np

from server.findings import Found
from server.journeys import ACTIONS, EVER, Floats, Ints
from server.roles.decide import ROLES, enough

Row = dict[str, Any]


@dataclass(frozen=True)
class Told:
    """What was judged of a household or a purchase: a digest of each of its parts, and the parts as rows."""

    id: str
    mark: list[str]
    parts: Callable[[], list[Row]]


def roles(found: Found, homes: Ints) -> Iterator[Told]:
    """Per household what its members play; those without enough data play nothing."""
    names, wanted = found.names, set(homes.tolist())
    for home, plays in groupby(_plays(found), key=itemgetter(0)):
        if home in wanted:
            wanted.discard(home)
            some: list[Row] = [{"account": names.accounts[account], "plays": _signed(row)} for _, account, row in plays]
            some.sort(key=lambda one: (one["plays"]["category"], one["account"]))
            yield Told(names.households[home], [one["plays"]["digest"] for one in some], some.copy)
    for home in sorted(wanted):
        yield Told(names.households[home], [], list)


def _plays(found: Found) -> Iterator[tuple[int, int, Row]]:
    """Household, account and what it plays there, for every member and category with enough data."""
    cells, roles, actor = found.cells, found.roles, found.trade.accounts.actor
    spent = np.bincount(cells.household, cells.spent, minlength=len(found.names.households))
    share = cells.spent / spent[cells.household].clip(1e-9)
    order = np.argsort(actor, kind="stable")
    decides = ROLES.index("decision_maker")
    top = np.zeros(len(cells.household))
    np.maximum.at(top, cells.cell, roles.score[:, decides])
    spells, stays = found.trade.spells, found.trade.spells.until == EVER
    living = set(zip(spells.account[stays].tolist(), spells.household[stays].tolist(), strict=True))
    lists = [_rounded(values) for values in (roles.score, roles.low, roles.high, cells.led, cells.hours)]
    starts = np.searchsorted(actor[order], np.arange(len(actor) + 1))
    for row in enough(cells).tolist():
        cell = int(cells.cell[row])
        home, category = int(cells.household[cell]), found.names.categories[cells.category[cell]]
        scores, lows, highs, led, hours = (values[row] for values in lists)
        likely = roles.score[row, decides]
        for account in order[starts[cells.actor[row]] : starts[cells.actor[row] + 1]].tolist():
            if (account, home) not in living:
                continue
            leads = likely >= 0.5 and likely == top[cell]
            yield home, account, {
                "category": category,
                "purchases": int(cells.purchases[cell]),
                "share": round(float(share[cell]), 6),
                "scores": scores,
                "lows": lows,
                "highs": highs,
                "bought": int(cells.bought[row]),
                "named": int(cells.named[row]),
                "led": led,
                "hours": hours,
                "decides": category if leads else None,
                "place": f"{found.names.households[home]} {found.names.accounts[account]}",
            }  # fmt: skip


def paths(found: Found, purchases: Ints) -> Iterator[Told]:
    """Per purchase its steps, of all its categories; `purchases` are rows, ascending."""
    starts = np.searchsorted(found.steps.purchase, np.arange(len(found.names.purchases) + 1)).tolist()
    marks = _marks(found)
    category = found.trade.purchases.category
    for purchase, rows in groupby(purchases.tolist(), key=found.names.purchases.__getitem__):
        some = sorted(rows, key=lambda row: found.names.categories[category[row]])
        steps = [step for row in some for step in range(starts[row], starts[row + 1])]
        mark = [marks[step] for step in steps]
        yield Told(purchase, mark, partial(_steps, found, steps, mark))


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


def _steps(found: Found, steps: list[int], mark: list[str]) -> list[Row]:
    return [_step(found, *step) for step in zip(steps, mark, strict=True)]


def _step(found: Found, row: int, mark: str) -> Row:
    """A step as a row."""
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


def _signed(row: Row) -> Row:
    return {**row, "digest": digest(row)}


def digest(row: Row) -> str:
    """A short text that differs where the row does, so that what has not changed is not written."""
    return blake2b(repr(row).encode(), digest_size=8).hexdigest()


def moment(seconds: int, ahead: int) -> str:
    """A time as ISO 8601 text with its offset."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(timezone(timedelta(seconds=ahead))).isoformat()


def _rounded(values: Floats) -> list[list[float]]:
    rows: list[list[float]] = values.round(4).tolist()
    return rows
