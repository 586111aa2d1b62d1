"""One run of detection: read who shares what, decide in the pure stages, write what changed."""

from __future__ import annotations

import gc
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from server.db.database import Database, Row
from server.detect import changes, evidence, model
from server.detect.changes import Changes, Standing
from server.detect.decide import decide
from server.detect.groups import Groups, pack, unite
from server.detect.households import Household, Member
from server.detect.traits import Traits

KINDS = ("device", "network", "address", "payment", "interaction", "binding")
CAP = 50  # accounts: the crowd has taken all weight from a larger group, and its pairs grow with the square
BATCH = 5_000  # rows a transaction
MANY = 50_000  # ids a read


@dataclass(frozen=True)
class Summary:
    """What a run saw and did; `run` is None when nothing had changed and nothing was written."""

    run: str | None
    as_of: str
    model: str
    groups: int
    pairs: int
    households: int
    members: int
    joined: int
    updated: int
    left: int
    closed: int

    def lines(self) -> Iterator[str]:
        """The run for a person, line by line."""
        yield f"{self.households:,} households with {self.members:,} accounts, as of {self.as_of} ({self.model})"
        yield f"{self.pairs:,} pairs of accounts share something, in {self.groups:,} groups"
        if self.run:
            changed = f"{self.joined:,} joined, {self.left:,} left, {self.updated:,} refreshed, {self.closed:,} closed"
            yield f"{self.run}: {changed}"
        else:
            yield "Nothing has changed, and nothing was written."


async def detect(db: Database, as_of: datetime | None = None, say: Callable[[str], None] = print) -> Summary | None:
    """Bring the households in the graph up to date with its data, as seen at `as_of`.

    None looks from the latest time in the data. Returns None when the graph has no data with a time yet.
    """
    with _no_collector():
        return await _detect(db, as_of, say)


@contextmanager
def _no_collector() -> Iterator[None]:
    """Millions of small lists live from the read to the write; to look for cycles among them doubles the time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


async def _detect(db: Database, as_of: datetime | None, say: Callable[[str], None]) -> Summary | None:
    started = datetime.now(UTC)
    latest = await db.read_one("detect.account.latest")
    if latest is None and as_of is None:
        return None
    seen_at = as_of.isoformat() if as_of else str((latest or {})["at"])
    weights = model.load()
    say("Reading who shares what …")
    groups = await _groups(db)
    gathered = evidence.gather(groups, _local_hour(as_of) if as_of else None)
    say(f"Weighing {len(gathered.a):,} shared things …")
    found, people, pairs = decide(gathered, await _traits(db, gathered.groups.accounts), weights)
    plan = changes.plan(found, await _standing(db, "detect.standing.households"))
    person_plan = changes.plan(people, await _standing(db, "detect.standing.persons"), changes.person_id)
    run = None
    if plan or person_plan:
        run = f"run-{(await db.read_one('detect.run.next') or {})['number']:05d}"
        say("Writing what changed …")
        await _write(db, plan, person_plan, seen_at, run)
    summary = Summary(
        run=run,
        as_of=seen_at,
        model=weights.name,
        groups=len(groups),
        pairs=pairs,
        households=len(found),
        members=sum(len(household.members) for household in found),
        joined=len(plan.joins),
        updated=len(plan.updates),
        left=len(plan.leaves),
        closed=len(plan.closings),
    )
    if run:
        counts = json.dumps({name: value for name, value in asdict(summary).items() if isinstance(value, int)})
        record = {"id": run, "started": started.isoformat(), "as_of": seen_at, "model": weights.name}
        await db.write("detect.run.record", **record, counts=counts)
        # Plans that were made while the graph was small would scan what an index serves now.
        await db.run("CALL db.prepareForReplanning()")
    return summary


async def _groups(db: Database) -> Groups:
    parts = []
    for kind in KINDS:
        cap = {"cap": CAP} if kind in ("device", "network", "address", "payment") else {}
        async for row in db.read(f"detect.{kind}.groups", **cap):
            parts.append(pack(kind, row["groups"]))
    return unite(parts)


async def _traits(db: Database, accounts: Sequence[str]) -> dict[str, Traits]:
    found: dict[str, Traits] = {}
    for start in range(0, len(accounts), MANY):
        row = await db.read_one("detect.account.traits", accounts=accounts[start : start + MANY])
        found |= {account: Traits(*traits) for account, *traits in row["traits"]} if row else {}
    return found


async def _standing(db: Database, query: str) -> list[Standing]:
    return [_stands(row) async for row in db.read(query)]


def _stands(row: Row) -> Standing:
    members = {member["account"]: _member(member) for member in row.pop("members")}
    return Standing(order=(row.pop("created"), row["id"]), members=members, **row)


def _member(row: Row) -> Member:
    lists = {name: tuple(row.get(name) or ()) for name in ("evidence", "weights", "shared")}
    return Member(row["account"], row["confidence"], row["status"], row.get("score", 0.0), **lists)


async def _write(db: Database, plan: Changes, people: Changes, as_of: str, run: str) -> None:
    """New memberships before old ones end, so that nobody who reads meanwhile sees a gap."""
    opened = ({"id": home, **_shape(household)} for home, household in plan.households)
    await _each(db, "detect.household.open", opened, as_of=as_of)
    await _each(db, "detect.household.join", map(_row, plan.joins), as_of=as_of, run=run)
    await _each(db, "detect.household.update", map(_row, plan.updates), run=run)
    await _each(db, "detect.household.leave", map(_left, plan.leaves), as_of=as_of, run=run)
    await _each(db, "detect.household.close", map(asdict, plan.closings), as_of=as_of)
    await _each(db, "detect.person.join", map(_row, people.joins), as_of=as_of)
    await _each(db, "detect.person.update", map(_row, people.updates))
    await _each(db, "detect.person.leave", map(_left, people.leaves), as_of=as_of)


async def _each(db: Database, query: str, rows: Iterable[Row], **parameters: Any) -> None:
    batch = list(rows)
    for start in range(0, len(batch), BATCH):
        await db.write(query, rows=batch[start : start + BATCH], **parameters)


def _shape(household: Household) -> Row:
    return {"size": household.size, "structure": household.structure, "confidence": household.confidence}


def _row(entry: tuple[str, Member]) -> Row:
    home, member = entry
    return {"id": home, **vars(member)}


def _left(entry: tuple[str, str]) -> Row:
    account, home = entry
    return {"account": account, "id": home}


def _local_hour(moment: datetime) -> int:
    """The hour since 1970-01-01T00:00 on the local clock of `moment`."""
    return int(moment.replace(tzinfo=UTC).timestamp()) // 3600
