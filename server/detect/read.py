"""What detection reads from the graph: who shares what, what accounts say of themselves, and what stands today."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import pyarrow as pa

from server.db.database import Database, Row
from server.detect import model
from server.detect.changes import Standing, Stands
from server.detect.groups import ALWAYS, KINDS, NEVER, Groups, Name, unite
from server.detect.households import Member
from server.detect.model import Model
from server.detect.pack import ALONE, NAMED, PAIRED, SHARED, pack
from server.detect.traits import Traits
from server.errors import DataError

CAP = 50  # accounts: the crowd has taken all weight from a larger group, and its pairs grow with the square
WORDS = ("together", "apart")
Pair = tuple[str, str]
READERS = 2  # reads at once
MANY = 50_000  # ids a read
TYPES = dict(zip(("USES", "CONNECTS_FROM", "SHIPS_TO", "PAYS_WITH", "INTERACTED", "BOUND"), KINDS, strict=True))


async def groups(db: Database) -> Groups:
    """All groups of at most CAP accounts."""
    reads = [*((kind, "groups") for kind in KINDS), *((kind, "alone") for kind in NAMED)]
    free = asyncio.Semaphore(READERS)
    return unite(await asyncio.gather(*(_kind(db, *one, free) for one in reads)))


async def around(db: Database, accounts: Collection[str]) -> tuple[Groups, set[Name]]:
    """Those that have one of these accounts, and what has more than CAP accounts and may have had fewer before.

    All accounts are asked for at once, or a group of two would come twice.
    """
    crowds: set[Name] = set()

    async def some(query: str, **parameters: Any) -> list[Groups]:
        tables = defaultdict(list)
        async for row in db.read(query, accounts=sorted(accounts), **parameters):
            kind = TYPES[row.pop("type")]
            crowds.update((KINDS.index(kind), name) for name in row.pop("crowds", ()))
            tables[kind].append(_columns(row, SHARED if kind in NAMED else PAIRED))
        return await asyncio.to_thread(lambda: [pack(kind, pa.concat_tables(tables[kind])) for kind in tables])

    parts = await asyncio.gather(
        some("detect.around.identifiers", cap=CAP, networks=True),
        some("detect.around.identifiers", cap=CAP, networks=False),
        some("detect.around.pairs", ever=NEVER, never=ALWAYS),
    )
    return unite([part for some in parts for part in some]), crowds


async def _kind(db: Database, kind: str, which: str, free: asyncio.Semaphore) -> Groups:
    """The groups of one kind; each row of the answer becomes columns at once, which take a tenth of its memory."""
    form, parameters = ALONE if which == "alone" else SHARED if kind in NAMED else PAIRED, {}
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
    rows = _every(db, "detect.account.everybody") if accounts is None else _some(db, "detect.account.traits", accounts)
    for row in await rows:
        found |= dict.fromkeys(row.pop("accounts"), Traits(**row))
    return found


async def words(db: Database, accounts: Collection[str] | None = None) -> tuple[list[Pair], list[Pair]]:
    """The pairs that live together and those that do not, as people said: all, or those of some accounts.

    Each begins with who said it. Where one of two says that they do not, the other's word does not count: only who
    said it can take it back.
    """
    if accounts is not None and (await db.read_one("detect.word.count") or {"words": 0})["words"] < len(accounts):
        said = [
            row for row in await _every(db, "detect.word.all") if row["speaker"] in accounts or row["other"] in accounts
        ]
    else:
        said = await (_every(db, "detect.word.all") if accounts is None else _some(db, "detect.word.around", accounts))
    yes, no = ({(row["speaker"], row["other"]) for row in said if row["word"] == word} for word in WORDS)
    return sorted(pair for pair in yes if pair[::-1] not in no), sorted(no)


async def standing(db: Database, accounts: Collection[str] | None = None) -> Stands:
    """What stands of all accounts, or of some."""
    if accounts is None:
        both = await asyncio.gather(*(_every(db, f"detect.standing.{what}") for what in ("households", "persons")))
        rows = [row for some in both for row in some]
    else:
        rows = await _some(db, "detect.standing.around", accounts)
    found: tuple[dict[str, Standing], dict[str, Standing]] = {}, {}
    for row in rows:
        found[row["person"]].update((one[0], _stands(*one)) for one in row["standing"])
    return aged(found[0].values()), aged(found[1].values())


async def taken(db: Database, ids: Collection[str]) -> set[str]:
    """Which of these ids are those of a household or person that stands."""
    row = await db.read_one("detect.standing.taken", ids=sorted(ids)) if ids else None
    return set(row["ids"]) if row else set()


def aged(stands: Iterable[Standing]) -> list[Standing]:
    """The oldest first."""
    return sorted(stands, key=lambda one: one.order)


def _stands(id_: str, created: int, members: Sequence[Sequence[Any]], *shape: Any) -> Standing:
    return Standing(id_, (created, id_), {account: Member(account, *about) for account, *about in members}, *shape)


async def _every(db: Database, query: str) -> list[Row]:
    return [row async for row in db.read(query)]


async def _some(db: Database, query: str, accounts: Collection[str]) -> list[Row]:
    """What a statement reads of these accounts, MANY of them at a time."""
    ids = sorted(accounts)
    parts = (ids[start : start + MANY] for start in range(0, len(ids), MANY))
    return [row for part in parts async for row in db.read(query, accounts=part)]
