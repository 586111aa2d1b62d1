"""What detection reads from the graph: who shares what, what accounts say of themselves, and what stands today."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import Any

import pyarrow as pa

from server.db.database import Database, Row
from server.detect import model
from server.detect.changes import Standing
from server.detect.groups import ALWAYS, KINDS, Groups, Name, unite
from server.detect.households import Member
from server.detect.model import Model
from server.detect.pack import ALONE, NAMED, PAIRED, SHARED, pack
from server.detect.traits import Traits
from server.errors import DataError

CAP = 50  # accounts: the crowd has taken all weight from a larger group, and its pairs grow with the square
WORDS = ("together", "apart")
Pair = tuple[str, str]
MANY = 50_000  # ids a read
READERS = 2  # reads at once


async def groups(db: Database) -> Groups:
    """All groups of at most CAP accounts."""
    reads = [*((kind, "groups") for kind in KINDS), *((kind, "alone") for kind in NAMED)]
    free = asyncio.Semaphore(READERS)
    return unite(await asyncio.gather(*(_kind(db, *one, free) for one in reads)))


async def groups_of(db: Database, accounts: Collection[str]) -> Groups:
    """Those that have one of these accounts; all are asked for at once, or a group of two would come twice."""
    free, some = asyncio.Semaphore(READERS), sorted(accounts)
    return unite(await asyncio.gather(*(_kind(db, kind, "around", free, accounts=some) for kind in KINDS)))


async def crowds_of(db: Database, accounts: Collection[str]) -> set[Name]:
    """What has more than CAP accounts, and may have had fewer before these came."""
    rows = db.read("detect.crowd.around", accounts=sorted(accounts), cap=CAP)
    return {(KINDS.index(row["kind"]), name) async for row in rows for name in row["names"]}


async def _kind(db: Database, kind: str, which: str, free: asyncio.Semaphore, **parameters: Any) -> Groups:
    """The groups of one kind; each row of the answer becomes columns at once, which take a tenth of its memory."""
    form = ALONE if which == "alone" else SHARED if kind in NAMED else PAIRED
    if form is SHARED:
        parameters["cap"] = CAP
    if kind == "binding":
        parameters["never"] = ALWAYS
    async with free:
        rows = db.read(f"detect.{kind}.{which}", **parameters)
        parts = [_columns(row, form) async for row in rows]
    # Beside the loop, which goes on with the other kinds.
    return await asyncio.to_thread(pack, kind, pa.concat_tables([form.empty_table(), *parts]))


def _columns(row: Row, form: pa.Schema) -> pa.Table:
    count = len(next(iter(row.values())))
    return pa.table([row[field.name] if field.name in row else pa.nulls(count, field.type) for field in form], form)


async def weights(db: Database) -> Model:
    """The model that the graph keeps, else the one that is shipped."""
    return await chosen(db) or model.load()


async def chosen(db: Database) -> Model | None:
    """The model that the graph keeps: settled by a run over everything, or left there by `hearth train`."""
    row = await db.read_one("detect.model.current")
    try:
        return model.loads(row["weights"]) if row and row["weights"] else None
    except (KeyError, TypeError, ValueError) as error:
        hint = "Run: hearth train, or hearth train --shipped"
        raise DataError("the model that the graph keeps is of another version", hint) from error


async def traits(db: Database, accounts: Collection[str] | None = None) -> dict[str, Traits]:
    """What these accounts, or all, say of themselves."""
    found: dict[str, Traits] = {}
    for row in await _rows(db, "detect.account.everybody", "detect.account.traits", accounts):
        found |= dict.fromkeys(row.pop("accounts"), Traits(**row))
    return found


async def words(db: Database, accounts: Collection[str] | None = None) -> tuple[list[Pair], list[Pair]]:
    """The pairs that live together and those that do not, as people said: all, or those of some accounts.

    Each begins with who said it. Where one of two says that they do not, the other's word does not count: only who
    said it can take it back.
    """
    if accounts is not None and (await db.read_one("detect.word.count") or {"words": 0})["words"] < len(accounts):
        every = await _rows(db, "detect.word.all", "", None)
        said = [row for row in every if row["speaker"] in accounts or row["other"] in accounts]
    else:
        said = await _rows(db, "detect.word.all", "detect.word.around", accounts)
    yes, no = ({(row["speaker"], row["other"]) for row in said if row["word"] == word} for word in WORDS)
    return sorted(pair for pair in yes if pair[::-1] not in no), sorted(no)


async def standing(db: Database, what: str, accounts: Collection[str] | None = None) -> list[Standing]:
    """The `households` or `persons` that last, oldest first: all, or those of some accounts."""
    rows = await _rows(db, f"detect.standing.{what}", f"detect.standing.{what}_of", accounts)
    found = {one["id"]: one for row in rows for one in row["standing"]}
    return sorted(map(_stands, found.values()), key=lambda one: one.order)


def _stands(row: Row) -> Standing:
    members = {member["account"]: _member(member) for member in row.pop("members")}
    return Standing(order=(row.pop("created"), row["id"]), members=members, **row)


def _member(row: Row) -> Member:
    return Member(row["account"], row["confidence"], row["status"], row.get("score", 0.0), row.get("evidence", ""))


async def _rows(db: Database, every: str, some: str, accounts: Collection[str] | None) -> list[Row]:
    """What the one statement reads of all accounts, or the other of these, MANY of them at a time."""
    if accounts is None:
        return [row async for row in db.read(every)]
    ids = sorted(accounts)
    parts = (ids[start : start + MANY] for start in range(0, len(ids), MANY))
    return [row for part in parts async for row in db.read(some, accounts=part)]
