"""Bring roles and paths in the graph up to date with what was bought, touched and detected.

A first run, and one that is asked to, fits the model to everything; every other judges, with that model, only around
what has changed. Both end in the same graph under the same model (docs/paths.md).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import numpy as np

from server import trades
from server.db.database import Database, Row
from server.journeys import ACTIONS, Bools, Ints, Trade
from server.paths import model as models
from server.paths.evidence import Evidence, gather
from server.paths.fit import fit
from server.paths.judge import judge
from server.paths.model import Model
from server.paths.read import count
from server.paths.steps import Steps, steps
from server.paths.tallies import credits, tallies  # noqa: A004
from server.roles.cells import Cells, cells
from server.roles.decide import ROLES, Roles, decide, enough
from server.roles.habits import Habits, habits
from server.roles.habits import loads as read_habits
from server.trades import Names

BATCH = 2_000  # households or purchases a transaction
Say = Callable[[str], None]


@dataclass(frozen=True)
class Summary:
    """What a run looked at and wrote; `changed` is the number of accounts that had changed, None for everything."""

    changed: int | None
    accounts: int
    households: int
    purchases: int
    led: int

    def lines(self) -> Iterator[str]:
        """The run for a person, line by line."""
        if self.changed == 0:
            yield "Nothing has changed, and nothing was written."
            return
        scope = "everything" if self.changed is None else f"{self.changed:,} accounts that had changed"
        yield f"Looked at {scope}: {self.accounts:,} accounts in all"
        yield f"{self.households:,} households with roles; {self.led:,} of {self.purchases:,} purchases have a path"


@dataclass(frozen=True)
class Found:
    """All that was judged of a trade."""

    trade: Trade
    names: Names
    evidence: Evidence
    steps: Steps
    cells: Cells
    roles: Roles


@dataclass(frozen=True)
class Learnt:
    """What a full run fitted: how touches lead to purchases, and what people buy and use."""

    model: Model
    habits: Habits

    def dumps(self) -> list[str]:
        """Both as JSON, to four significant digits."""
        return [models.dumps(self.model), models.dumps(self.habits)]


def loads(texts: Sequence[str]) -> Learnt:
    """Read what `dumps` wrote."""
    model, habits = texts
    return Learnt(models.loads(model), read_habits(habits))


def learn(trade: Trade, names: Names, evidence: Evidence) -> Learnt:
    """Fit both to a trade, as they are stored."""
    model = models.loads(models.dumps(fit(trade, evidence, names.categories)))
    found = cells(trade, evidence, judge(trade, evidence, model), model)
    return loads(Learnt(model, habits(found, trade.categories)).dumps())


def find(trade: Trade, names: Names, evidence: Evidence, learnt: Learnt) -> Found:
    """Judge a trade by what was learnt."""
    model = learnt.model.of(names.categories)
    judged = judge(trade, evidence, model)
    found = cells(trade, evidence, judged, model)
    roles = decide(found, learnt.habits.of(learnt.model.categories, names.categories))
    return Found(trade, names, evidence, steps(trade, evidence, judged), found, roles)


async def refresh(db: Database, say: Say, full: bool = False) -> Summary:
    """Bring roles and paths up to date. One run goes at a time, another waits."""
    await db.write("behaviour.begin")
    async with db.holding("behaviour.hold", say=say) as (held, stand):
        known = None if full else held["model"]
        pending = (await db.write("behaviour.claim"))[0]["accounts"]
        if known is not None and not pending:
            return Summary(0, 0, 0, 0, 0)
        summary, learnt = await (_some(db, loads(known), pending) if known else _all(db, say))
        await db.write("behaviour.release")
        await stand("behaviour.stand", model=known or learnt.dumps())
    return summary


async def _all(db: Database, say: Say) -> tuple[Summary, Learnt]:
    say("Reading what was bought and touched …")
    trade, names = await trades.read(db, await trades.everybody(db))
    say(f"Judging {len(trade.touches.at):,} touches before {len(trade.purchases.at):,} purchases …")
    evidence = gather(trade)
    learnt = learn(trade, names, evidence)
    found = find(trade, names, evidence, learnt)
    say("Writing roles and paths …")
    channels = [name or "unknown" for name in names.channels]
    counted = list(tallies(trade, found.evidence, found.steps, names.bought_ahead, names.categories))
    earned = list(credits(trade, found.evidence, found.steps, names.channel, channels, names.categories))
    await count(db, counted, earned)
    everything = np.ones(len(names.accounts), dtype=bool)
    return await _write(db, found, everything, None), learnt


async def _some(db: Database, learnt: Learnt, pending: Collection[str]) -> tuple[Summary, Learnt]:
    near = await trades.around(db, pending)
    trade, names = await trades.read(db, await trades.around(db, await trades.around(db, near)))
    concerned = set(near)
    ours = np.array([account in concerned for account in names.accounts], dtype=bool)
    return await _write(db, find(trade, names, gather(trade), learnt), ours, len(pending)), learnt


async def _write(db: Database, found: Found, ours: Bools, changed: int | None) -> Summary:
    """Write the households of these accounts and the purchases of their members."""
    spells = found.trade.spells
    homes = np.unique(spells.household[ours[spells.account]])
    whose = ours.copy()
    whose[spells.account[np.isin(spells.household, homes)]] = True
    roles = list(_roles(found, homes))
    paths = list(_paths(found, np.flatnonzero(whose[found.trade.purchases.account])))
    for rows in _batches(roles):
        await db.write("behaviour.roles", rows=rows)
    for rows in _batches(paths):
        await db.write("behaviour.paths", rows=rows)
    led = sum(bool(row["steps"]) for row in paths)
    playing = sum(bool(row["members"]) for row in roles)
    return Summary(changed, int(ours.sum()), playing, len(paths), led)


def _roles(found: Found, homes: Ints) -> Iterator[Row]:
    """One row per household with what its members play; households without enough data play nothing."""
    members = defaultdict(list)
    wanted = set(homes.tolist())
    for home, account, plays in plays_of(found):
        members[home].append({"account": found.names.accounts[account], "plays": plays})
    for home in wanted:
        yield {"household": found.names.households[home], "members": members[home]}


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


def _paths(found: Found, purchases: Ints) -> Iterator[Row]:
    """One row per purchase with its steps, of all its categories."""
    rows: dict[str, list[Row]] = {found.names.purchases[row]: [] for row in purchases.tolist()}
    wanted = np.isin(found.steps.purchase, purchases)
    for purchase, step in steps_of(found, wanted):
        rows[purchase].append(step)
    return ({"purchase": purchase, "steps": some} for purchase, some in rows.items())


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


def moment(seconds: int, ahead: int) -> str:
    """A time as ISO 8601 text with its offset."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(timezone(timedelta(seconds=ahead))).isoformat()


def _rounded(values: Any) -> list[float]:
    return [round(float(value), 4) for value in values]


def _batches(rows: Sequence[Row]) -> Iterable[Sequence[Row]]:
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))
