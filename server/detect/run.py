"""One run of detection: read who shares what, decide in the pure stages, write what changed.

A run looks at what has changed since the run before it, as long as that left what it knew; otherwise at everything.
Both end in the same graph. See docs/detection.md and ADR 0010.
"""

from __future__ import annotations

import asyncio
import gc
import hashlib
import json
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

from server.db.database import Database
from server.detect import changes, evidence, keep, memory, read
from server.detect.changes import Changes
from server.detect.decide import describe, partition
from server.detect.households import Household
from server.detect.memory import Memory
from server.detect.model import Model
from server.detect.write import WRITERS, write

EAST = 14  # hours by which the easternmost local clock is ahead of UTC
NANOSECONDS = re.compile(r"(?<=\.\d{6})\d+|\[.*\]$")  # what Python's times do not take of Neo4j's

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
        else:
            around = f"{self.accounts:,} accounts around them: {self.households:,} households"
            yield f"{self.changed:,} accounts had changed; looked at the {around}, as of {self.as_of} ({self.model})"
        if self.run:
            changed = f"{self.joined:,} joined, {self.left:,} left, {self.updated:,} refreshed, {self.closed:,} closed"
            yield f"{self.run}: {changed}"
        else:
            yield "Nothing has changed, and nothing was written."


@dataclass(frozen=True)
class Look:
    """What a run saw and decided: the accounts that had changed and those it looked at, None for all."""

    changed: list[str] | None
    accounts: Collection[str] | None
    seen: int
    pairs: int
    households: list[Household]
    persons: list[Household]
    keep: Memory


async def detect(
    db: Database, as_of: datetime | None = None, say: Say = print, *, home: Path | None = None, full: bool = False
) -> Summary | None:
    """Bring the households in the graph up to date with its data, as seen at `as_of`.

    None looks from the latest time in the data. What the run knows is kept under `home` for the next, which then looks
    only at what has changed; `full`, another model or a time that was asked for look at everything. One run goes at a
    time, another waits. Returns None when the graph has no data with a time yet.
    """
    started = datetime.now(UTC)
    seen_at = as_of.isoformat() if as_of else await latest(db)
    if seen_at is None:
        return None
    await db.write("detect.pending.begin", writers=WRITERS)
    async with db.holding("detect.pending.hold", say=say) as (held, stand):
        await db.write("detect.pending.settle", writers=WRITERS)
        weights = await read.weights(db)
        kept = _kept(home, held["token"], weights) if home and not (full or as_of) else None
        pending = (await db.write("detect.pending.claim"))[0]["accounts"]
        with _no_collector():
            hour = local_hour(as_of) if as_of else far_east(seen_at)
            look = await (look_again(db, weights, kept, pending, hour) if kept else look_at_all(db, weights, hour, say))
            homes, people = await compare(db, look)
            run = f"run-{(await db.read_one('detect.run.next') or {})['number']:05d}" if homes or people else None
            if run:
                say("Writing what changed …")
                await write(db, homes, people, seen_at, run)
            token = None
            if home and not as_of and (pending or run or not kept):
                token = f"{_fingerprint(weights)}-{uuid4().hex}"
                keep.save(_folder(home), token, look.keep)
        summary = _summary(look, homes, run, seen_at, weights)
        if run:
            counts = json.dumps({name: value for name, value in asdict(summary).items() if isinstance(value, int)})
            record = {"id": run, "started": started.isoformat(), "as_of": seen_at, "model": weights.name}
            await stand("detect.run.record", **record, counts=counts)
        if pending:
            await stand("detect.pending.release")
        if token or as_of:
            await stand("detect.pending.stand", token=token, as_of=seen_at)
    if run and look.accounts is None:
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
    with _no_collector():
        return await compare(db, await look_at_all(db, await read.weights(db), far_east(seen_at), say))


async def look_at_all(db: Database, weights: Model, hour: int, say: Say) -> Look:
    """Read everything and decide."""
    say("Reading who shares what …")
    found, traits = await asyncio.gather(read.groups(db), read.traits(db))
    gathered = evidence.gather(found, hour)
    say(f"Weighing {gathered.starts.size - 1:,} pairs …")
    made = partition(gathered, traits, weights, *await read.words(db))
    households, persons = describe(gathered, made, weights)
    known = memory.remember(found, made, hour)
    return Look(None, None, len(found.accounts), made.scores.a.size, households, persons, known)


async def look_again(db: Database, weights: Model, known: Memory, pending: Sequence[str], hour: int) -> Look:
    """Read what is around the accounts that changed, and decide on everybody whom that can concern.

    A pair's score rests on the groups that it shares, on what the members of those do elsewhere, and on how many
    accounts each of the two shares something with. So it can change only among accounts in one group with a changed
    one, or around such a group whose members are others now; and a household only where such accounts were linked:
    new links are among them.
    """
    changed = sorted({*pending, *known.ending(hour)})
    fresh, crowds = await asyncio.gather(read.groups_of(db, changed), read.crowds_of(db, changed))
    concerned = known.linked(known.learn(changed, fresh, crowds))
    gathered = evidence.gather(known.around(concerned), hour, only=concerned)
    traits, words = await asyncio.gather(read.traits(db, concerned), read.words(db, concerned))
    made = partition(gathered, traits, weights, *words)
    known.relink(concerned, made, gathered.groups.accounts)
    known.until = hour
    households, persons = describe(gathered, made, weights)
    return Look(changed, concerned, len(concerned), made.scores.a.size, households, persons, known)


async def compare(db: Database, look: Look) -> tuple[Changes, Changes]:
    """The smallest changes of households and of persons from what stands to what was found."""
    homes = changes.plan(look.households, await read.standing(db, "households", look.accounts))
    people = changes.plan(look.persons, await read.standing(db, "persons", look.accounts), changes.person_id)
    return homes, people


async def latest(db: Database) -> str | None:
    """The latest time in the data, as ISO 8601 text."""
    row = await db.read_one("detect.account.latest")
    return str(row["at"]) if row else None


def local_hour(moment: datetime) -> int:
    """The hour since 1970-01-01T00:00 on the local clock of `moment`."""
    return int(moment.replace(tzinfo=UTC).timestamp()) // 3600


def far_east(moment: str) -> int:
    """The latest local hour that anybody can have seen at a moment."""
    return int(datetime.fromisoformat(NANOSECONDS.sub("", moment)).timestamp()) // 3600 + EAST


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


def _kept(home: Path, token: str | None, weights: Model) -> Memory | None:
    """What the latest run kept, when this run may go on from it."""
    return keep.recall(_folder(home), token) if (token or "").startswith(_fingerprint(weights)) else None


def _folder(home: Path) -> Path:
    return home / "detection"


def _fingerprint(weights: Model) -> str:
    """What must be the same for one run to go on from another: the model, and what is read."""
    return hashlib.sha256(repr((weights, read.CAP, keep.FORM)).encode()).hexdigest()[:16]


@contextmanager
def _no_collector() -> Iterator[None]:
    """Millions of objects live from the read to the write; to look for cycles among them doubles the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
