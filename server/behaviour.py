"""Bring roles and paths in the graph up to date with what was bought, touched and detected.

A first run, one that is asked to and one that finds twice the data fit the model to everything; every other judges,
with that model, only around what has changed. Both end in the same graph under the same model (docs/paths.md).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import numpy as np

from server import findings_rows, trades
from server.collector import no_collector
from server.db.database import Database, together
from server.errors import DataError
from server.findings import Found, Learnt, find, find_and_learn, loads
from server.findings_rows import Told
from server.journeys import Bools
from server.paths.months import RECOMMENDS, months
from server.paths.read import count
from server.paths.tallies import credits, tallies  # noqa: A004

BATCH = 2_000  # households or purchases a transaction
AT_ONCE = 2  # batches of either
OUTGROWN = 2  # times as many rows as the model was fitted to: what it says of rates, days and categories is of old
CHANNELS = 50  # that credit is told apart for, the most common; the time that a chain takes grows with their cube
WRITERS = ROLES, PATHS = ("roles", "paths")  # that go side by side
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


async def refresh(db: Database, say: Say, full: bool = False, windows: Mapping[str, float] | None = None) -> Summary:
    """Bring roles and paths up to date. One run goes at a time, another waits.

    `windows` has, by category, the days before a purchase in which its path may begin; they last until they are told
    otherwise, and to tell them looks at everything. Raises DataError for a category that nobody bought or touched, and
    where nothing was. After a run over everything that broke off, everything is looked at again: what that wrote is of
    another model than the rest.
    """
    await db.write("behaviour.begin")
    async with db.holding("behaviour.hold", say=say) as (held, stand):
        broken = await db.settle(WRITERS)
        before = loads(held["model"])
        outgrown = held["rows"] > OUTGROWN * (held["fitted"] or held["rows"])
        known = None if full or windows or broken or outgrown else before
        pending = (await db.write("behaviour.claim"))[0]["accounts"]
        if known is not None and not pending:
            return Summary(0, 0, 0, 0, 0)
        told = {**(before.windows if before else {}), **(windows or {})}
        with no_collector():
            summary, learnt = await (_some(db, known, pending) if known else _all(db, say, told, windows or ()))
        if not (known or held["unsure"]):
            await stand("writers.unmark", writers=WRITERS)
        await db.write("behaviour.release")  # by itself, so that it is tried again where a load has locked accounts
        await stand("behaviour.stand", model=learnt.dumps(), rows=held["fitted" if known else "rows"])
    return summary


async def _all(db: Database, say: Say, windows: Mapping[str, float], asked: Collection[str]) -> tuple[Summary, Learnt]:
    say("Reading what was bought and touched …")
    row = await db.read_one("trades.categories")
    known = row["names"] if row else []
    if not known:
        raise DataError("Nothing has been bought or touched yet", "Load purchases and touches: hearth ingest DIR")
    for name in asked:
        if name not in known:
            raise DataError(f"no category is named {name!r}", f"There are: {', '.join(known)}.")
    await db.write("writers.mark", writers=WRITERS)
    await trades.count_touches(db)
    trade, names = await trades.read(db, await trades.everybody(db))
    say(f"Judging {len(trade.touches.at):,} touches before {len(trade.purchases.at):,} purchases …")
    found, learnt = find_and_learn(trade, names, windows)
    say("Writing roles and paths …")
    common = np.bincount(names.channel, minlength=len(names.channels)).argsort(kind="stable")[::-1][:CHANNELS]
    channels = [(name or "unknown") if n in common else "other" for n, name in enumerate(names.channels)]
    order = names.order
    counted = list(tallies(trade, found.evidence, found.steps, order, names.bought_ahead, names.categories))
    earned = list(credits(trade, found.evidence, found.steps, order, names.channel, channels, names.categories))
    advised = np.array([RECOMMENDS in name.casefold() for name in names.channels] or [False])[names.channel]
    await count(db, counted, earned, list(months(trade, names.bought_ahead, advised)))
    everything = np.ones(len(names.accounts), dtype=bool)
    return await _write(db, found, everything, None), learnt


async def _some(db: Database, learnt: Learnt, pending: Collection[str]) -> tuple[Summary, Learnt]:
    _, near, _, wide = await trades.around(db, pending, 3)
    trade, names = await trades.read(db, sorted(wide), learnt.currency)
    ours = np.array([account in near for account in names.accounts], dtype=bool)
    return await _write(db, find(trade, names, learnt), ours, len(pending)), learnt


async def _write(db: Database, found: Found, ours: Bools, changed: int | None) -> Summary:
    """Write the households of these accounts and the purchases of their members."""
    spells = found.trade.spells
    homes = np.unique(spells.household[ours[spells.account]])
    whose = ours.copy()
    whose[spells.account[np.isin(spells.household, homes)]] = True
    purchases = np.flatnonzero(whose[found.trade.purchases.account])
    (bought, led), (_, playing) = await together(
        _replace(db, ("behaviour.stale_paths", "behaviour.paths"), PATHS, findings_rows.paths(found, purchases)),
        _replace(db, ("behaviour.stale_roles", "behaviour.roles"), ROLES, findings_rows.roles(found, homes)),
    )
    return Summary(changed, int(ours.sum()), playing, bought, led)


async def _replace(db: Database, queries: tuple[str, str], writer: str, told: Iterator[Told]) -> tuple[int, int]:
    """Write what the graph does not have of what was judged; returns how many there are, and how many with parts."""
    stale, write = queries
    many = filled = 0

    async def work() -> None:
        nonlocal many, filled
        while some := list(islice(told, BATCH)):
            row = await db.read_one(stale, rows=[{"id": one.id, "mark": one.mark} for one in some])
            ids = set(row["ids"] if row else ())
            if ids:
                rows = [{"id": one.id, "parts": one.parts()} for one in some if one.id in ids]
                await db.write("writers.take", write, writer=writer, rows=rows)
            many += len(some)
            filled += sum(bool(one.mark) for one in some)

    await together(*(work() for _ in range(AT_ONCE)))
    return many, filled
