"""One run of detection: read who shares what, decide in the pure stages, write what changed.

A run looks at what has changed since the run before it, as long as that left what it knew; otherwise at everything.
Both end in the same graph. See docs/detection.md and ADR 0010.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
from asyncio import to_thread
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

from server.collector import no_collector
from server.db.database import Database, python_time, together
from server.detect import keep, model, read
from server.detect.changes import Changes
from server.detect.keep import Shelf
from server.detect.look import Look, compare, look_again, look_at_all
from server.detect.memory import Memory
from server.detect.model import Model
from server.detect.write import WRITERS, write
from server.errors import DatabaseError, DataError

AHEAD = timedelta(days=1)  # by which a clock elsewhere may be ahead of ours
EAST = 14  # hours by which the easternmost local clock is ahead of UTC

Say = Callable[[str], None]


@dataclass(frozen=True)
class Summary:
    """What a run saw and did; `run` is None when nothing had changed and nothing was written.

    `changed` is the number of accounts that had changed, None when the run looked at everything; the other counts are
    of what the run looked at.
    """

    run: str | None
    as_of: str
    model: str
    changed: int | None
    accounts: int
    pairs: int
    households: int
    members: int
    joined: int
    updated: int
    left: int
    closed: int

    def lines(self) -> Iterator[str]:
        """The run for a person, line by line."""
        if self.changed is None:
            yield f"{self.households:,} households with {self.members:,} accounts, as of {self.as_of} ({self.model})"
            yield f"{self.pairs:,} pairs of accounts share something, among {self.accounts:,} accounts"
        elif self.changed:
            around = f"{self.accounts:,} accounts around them: {self.households:,} households"
            yield f"{self.changed:,} accounts had changed; looked at the {around}, as of {self.as_of} ({self.model})"
        if self.run:
            changed = f"{self.joined:,} joined, {self.left:,} left, {self.updated:,} refreshed, {self.closed:,} closed"
            yield f"{self.run}: {changed}"
        else:
            yield "Nothing has changed, and nothing was written."


async def detect(
    db: Database, as_of: datetime | None = None, say: Say = print, *, shelf: Shelf | None = None, full: bool = False
) -> Summary | None:
    """Bring the households in the graph up to date with its data, as seen at `as_of`.

    None looks from the latest time in the data. What the run knows is left on the `shelf` for the next, which then
    looks only at what has changed; `full`, another model or a time that was asked for look at everything. One run goes
    at a time, another waits. Returns None when the graph has no data with a time yet.

    Raises DataError for a time before that of the latest run, as of which memberships would end before they began, and
    for one that is still to come.
    """
    started = datetime.now(UTC)
    if as_of and as_of > started + AHEAD:
        raise DataError("--as-of lies in the future", "Leave it out to look from the latest time in the data.")
    seen_at = as_of.isoformat() if as_of else await latest(db)
    if seen_at is None:
        return None
    await db.write("detect.pending.begin")
    async with db.holding("detect.pending.hold", say=say) as (held, stand):
        if as_of and held["as_of"] and as_of < python_time(held["as_of"]):
            hint = f"It was seen as of {held['as_of']}. Ask household(asOf:) for the past, or look in a new graph."
            raise DataError("--as-of lies before the latest run", hint)
        broken = await db.settle(WRITERS)
        chosen = await read.chosen(db)
        weights = chosen or model.load()
        kept = _kept(shelf, held["token"], weights) if shelf and not (full or as_of or broken) else None
        pending = (await db.write("detect.pending.claim"))[0]["accounts"]
        # What is claimed may have been loaded while this run waited; what comes after this is marked for the next.
        seen_at = seen_at if as_of else await latest(db) or seen_at
        with no_collector():
            hour = local_hour(as_of) if as_of else far_east(seen_at)
            if kept:
                look = await look_again(db, weights, kept, pending, hour)
            else:
                look = await look_at_all(db, weights, hour, say, settling=not (chosen or as_of))
            if look.model != weights:
                text = model.dumps(look.model)
                weights = model.loads(text)  # as the next run reads it
                await stand("detect.model.choose", weights=text)
            homes, people = await compare(db, look)
            run = f"run-{(await db.read_one('detect.run.next') or {})['number']:05d}" if homes or people else None
            ends, token = [], None
            if run:
                say("Writing what changed …")
                ends.append(write(db, homes, people, seen_at, run))
            looked = bool(pending or run or not kept)
            if shelf and not as_of and looked:
                token = f"{_fingerprint(weights)}-{uuid4().hex}"
                ends.append(to_thread(shelf.put, token, look.keep))
            await together(*ends)
        summary = _summary(look, homes, run, seen_at, weights)
        if run:
            counts = json.dumps({name: value for name, value in asdict(summary).items() if isinstance(value, int)})
            record = {"id": run, "started": started.isoformat(), "as_of": seen_at, "model": weights.name}
            await stand("detect.run.record", **record, counts=counts)
        if pending or held["unsure"]:
            # Where a load has locked accounts this is tried again, which the run's own transaction cannot be.
            await db.write("writers.mark", "detect.pending.release", writers=WRITERS)
        if (run or broken or pending) and not held["unsure"]:
            await stand("writers.unmark", writers=WRITERS)
        if looked:
            await stand("detect.pending.stand", token=token, as_of=seen_at)
    if run and look.changed is None:
        # Plans that were made while the graph was small would scan what an index serves now.
        await db.run("CALL db.prepareForReplanning()")
    return summary


async def check(db: Database, say: Say = print) -> tuple[Changes, Changes]:
    """What a run over everything, from the latest time in the data, would change of households and of persons.

    Both are empty when the runs that looked only at what had changed ended where that one would. Writes nothing.
    """
    seen_at = await latest(db)
    if seen_at is None:
        return Changes(), Changes()
    with no_collector():
        return await compare(db, await look_at_all(db, await read.weights(db), far_east(seen_at), say))


async def watch(db: Database, home: Path, every: float, say: Say = print) -> None:
    """Look for changes every so many seconds, and detect when there are any; a run that fails is tried again.

    What a run knows stays in memory for the next. Ends when the parent process does.
    """
    parent, shelf = os.getppid(), Shelf(home)
    say(f"Looking for changes every {every:g} seconds …")
    while os.getppid() == parent:
        try:
            row = await db.read_one("detect.pending.some")
            summary = await detect(db, say=say, shelf=shelf) if row and row["some"] else None
        except DatabaseError as error:
            say(f"Cannot detect, will try again: {error.message}")
            summary = None
        for line in summary.lines() if summary else ():
            say(line)
        await asyncio.sleep(every)


async def latest(db: Database) -> str | None:
    """The latest time in the data, as ISO 8601 text."""
    row = await db.read_one("detect.account.latest")
    return str(row["at"]) if row else None


def local_hour(moment: datetime) -> int:
    """The hour since 1970-01-01T00:00 on the local clock of `moment`."""
    return int(moment.replace(tzinfo=UTC).timestamp()) // 3600


def far_east(moment: str) -> int:
    """The latest local hour that anybody can have seen at a moment."""
    return int(python_time(moment).timestamp()) // 3600 + EAST


def _summary(look: Look, homes: Changes, run: str | None, seen_at: str, weights: Model) -> Summary:
    return Summary(
        run=run,
        as_of=seen_at,
        model=weights.name,
        changed=None if look.changed is None else len(look.changed),
        accounts=look.seen,
        pairs=look.pairs,
        households=len(look.households),
        members=sum(len(household.members) for household in look.households),
        joined=len(homes.joins),
        updated=len(homes.updates),
        left=len(homes.leaves),
        closed=len(homes.closings),
    )


def _kept(shelf: Shelf, token: str | None, weights: Model) -> Memory | None:
    """What the latest run left, when this run may go on from it."""
    return shelf.take(token) if (token or "").startswith(_fingerprint(weights)) else None


def _fingerprint(weights: Model) -> str:
    """What must be the same for one run to go on from another: the model, and what is read."""
    return hashlib.sha256(repr((weights, read.CAP, keep.FORM)).encode()).hexdigest()[:16]
