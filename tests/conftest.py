"""One real Neo4j for the whole session; a clean graph for each test."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from server.db.database import Database, connect
from server.db.local import Server, running
from server.db.migrate import migrate
from server.settings import Settings


@pytest.fixture(scope="session")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The settings of this session: a home of its own, and a fixed key for hashing."""
    home = tmp_path_factory.mktemp("hearth")
    return Settings.from_environment({"HEARTH_HASH_KEY": "only for tests", **_given(), "HEARTH_HOME": str(home)})


def _given() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith("HEARTH_NEO4J")}


@pytest.fixture(scope="session")
def server(settings: Settings) -> Iterator[Server]:
    """The session's Neo4j, started here unless HEARTH_NEO4J_URI names one."""
    with running(settings, print) as server:
        yield server


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def database(server: Server) -> AsyncIterator[Database]:
    """The session's database with its schema."""
    async with connect(server.uri, server.user, server.password, server.database) as database:
        await migrate(database)
        yield database


@pytest_asyncio.fixture(loop_scope="session")
async def db(database: Database) -> AsyncIterator[Database]:
    """The session's database, emptied before each test."""
    await run(database, "MATCH (n) WHERE NOT n:Migration DETACH DELETE n")
    yield database


def quiet(_: str) -> None:
    """Say nothing."""


async def run(db: Database, text: str, **parameters: object) -> list[dict[str, object]]:
    """Run any Cypher, for tests that build a graph or look into it."""
    records, _, _ = await db.driver.execute_query(text, parameters, database_=db.name)
    return [record.data() for record in records]


def sample(folder: Path, **files: str) -> Path:
    """Write the given texts as `name.csv` into `folder` and return it: a data set in a line."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    return folder
