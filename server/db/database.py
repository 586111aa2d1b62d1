"""Named statements in, plain values out: reads, writes, retries, and the statement's name in every error."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from functools import partial
from itertools import islice
from typing import Any, TypeVar

import neo4j
from neo4j import (
    AsyncDriver,
    AsyncGraphDatabase,
    AsyncManagedTransaction,
    AsyncTransaction,
    NotificationDisabledClassification,
    Query,
)
from neo4j.exceptions import AuthError, DriverError, Neo4jError

from server.errors import DatabaseError
from server.queries import load

Row = dict[str, Any]
Write = Callable[..., Awaitable[list[Row]]]
Result = TypeVar("Result")

READERS = 2  # reads at once of what is read in slices
RETRY = 30.0  # seconds in which batch work is tried again after a transient failure
PATIENCE = 2.0  # seconds without a lock after which a person is told
NANOSECONDS = re.compile(r"(?<=\.\d{6})\d+|\[.*\]$")  # what Python's times do not take of Neo4j's
AGENT = f"hearth/{os.getpid()}"  # tells the connections of this process from those of others


class Database:
    """One Neo4j database. Every method takes the name of a statement in `cypher/` and its parameters.

    `read_timeout` is in seconds and kept by the server, so that a forgotten read cannot hold it; None is for
    batch work, which may take as long as it needs.
    """

    def __init__(self, driver: AsyncDriver, name: str = "neo4j", read_timeout: float | None = None) -> None:
        self.driver = driver
        self.name = name
        self.read_timeout = read_timeout

    async def read(self, query: str, **parameters: Any) -> AsyncIterator[Row]:
        """Stream the rows of a read, in one auto-commit transaction; raises DatabaseError."""
        statement = Query(load()[query].text, timeout=self.read_timeout)
        with _named(query):
            async with self.driver.session(database=self.name, default_access_mode=neo4j.READ_ACCESS) as session:
                async for record in await session.run(statement, parameters):
                    yield dict(record)

    async def read_one(self, query: str, **parameters: Any) -> Row | None:
        """Return the first row of a read, or None; raises DatabaseError."""
        rows = [row async for row in self.read(query, **parameters)]
        return rows[0] if rows else None

    async def read_slices(self, query: str, accounts: Sequence[str], size: int, **parameters: Any) -> list[Row]:
        """The first rows that a read returns of so many of the `accounts` at a time, in order; raises DatabaseError.

        READERS go at once: while one is read here, the server can work at another.
        """
        free = asyncio.Semaphore(READERS)

        async def one(some: Sequence[str]) -> Row:
            async with free:
                return await self.read_one(query, accounts=some, **parameters) or {}

        return await together(*(one(accounts[start : start + size]) for start in range(0, len(accounts), size)))

    async def write(self, *queries: str, **parameters: Any) -> list[Row]:
        """Run writes in one transaction, again after a transient failure; returns the last one's rows.

        Each is given those of the parameters that it takes. Raises DatabaseError.
        """

        async def work(transaction: AsyncManagedTransaction) -> list[Row]:
            rows: list[Row] = []
            for query in map(load().__getitem__, queries):
                own = {name: parameters[name] for name in query.parameters}
                rows = [dict(record) async for record in await transaction.run(query.text, own)]
            return rows

        with _named(queries[-1]):
            async with self.driver.session(database=self.name) as session:
                return await session.execute_write(work)

    async def write_rows(
        self, *queries: str, rows: Iterable[Any], size: int, writers: Sequence[str], **parameters: Any
    ) -> None:
        """Run writes that take `rows`, `size` of them a transaction, one transaction of each writer at a time.

        While one waits for the disk, others can work. When one fails the others end before its error is raised; the
        server may yet commit what they had sent, for which `settle` waits.
        """
        left = iter(rows)

        async def work(writer: str) -> None:
            while some := list(islice(left, size)):
                await self.write("writers.take", *queries, rows=some, writer=writer, **parameters)

        await together(*map(work, writers))

    async def settle(self, writers: Sequence[str]) -> bool:
        """Wait for what the writers of a run that was killed had sent; tells whether it left something half written."""
        rows = await self.write("writers.begin", "writers.settle", writers=writers)
        return bool(rows[0]["broken"])

    @asynccontextmanager
    async def holding(self, query: str, say: Callable[[str], None]) -> AsyncIterator[tuple[Row, Write]]:
        """Run a write in a transaction that stays open for a block, and so holds what it locks; it ends with the block.

        Yields its first row, and what runs another statement in it. When somebody else holds the lock, says so and
        waits. A block that raises rolls back, and so does a process that dies.
        """
        async with self.driver.session(database=self.name) as session:
            with _named(query):
                transaction = await session.begin_transaction()
                first = asyncio.ensure_future(_rows(transaction, query))
                if not (await asyncio.wait([first], timeout=PATIENCE))[0]:
                    say("Another run is under way; waiting for it to end")
                row = (await first)[0]
            async with transaction:
                yield row, partial(_rows, transaction)
                with _named(query):
                    await transaction.commit()

    async def run(self, text: str) -> None:
        """Run one statement of the schema or of a migration, by its text, in a transaction of its own."""
        with _named("a statement of the schema or of a migration"):
            async with self.driver.session(database=self.name) as session:
                await (await session.run(text)).consume()

    async def ping(self) -> None:
        """Raise DatabaseError unless the database answers."""
        with _named("the first contact"):
            await self.driver.verify_connectivity()


async def together(*works: Coroutine[Any, Any, Result]) -> list[Result]:
    """Do some work side by side; when one fails, the others end before its error is raised."""
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _rows(transaction: AsyncTransaction, query: str, **parameters: Any) -> list[Row]:
    with _named(query):
        return [dict(record) async for record in await transaction.run(load()[query].text, parameters)]


@asynccontextmanager
async def connect(
    uri: str, user: str, password: str, name: str = "neo4j", *, read_timeout: float | None = None
) -> AsyncIterator[Database]:
    """Connect to a Neo4j that runs; raises DatabaseError when it does not answer or refuses the password."""
    driver = AsyncGraphDatabase.driver(
        uri,
        auth=(user, password),
        user_agent=AGENT,
        max_connection_pool_size=64,
        max_transaction_retry_time=read_timeout or RETRY,  # a write without a database fails as soon as a read may
        initial_retry_delay=0.1,  # seconds until what waited in a circle is tried again; the driver's own is one
        # Before its first migration a graph knows none of our names; the tests hold every statement to the model.
        notifications_disabled_classifications=[NotificationDisabledClassification.UNRECOGNIZED],
    )
    async with driver:
        database = Database(driver, name, read_timeout)
        await database.ping()
        yield database


def python_time(text: str) -> datetime:
    """A time as Neo4j's `toString` writes it."""
    return datetime.fromisoformat(NANOSECONDS.sub("", text))


@contextmanager
def _named(query: str) -> Iterator[None]:
    """Turn the driver's errors into ours; their messages may quote parameters, so only the code is kept."""
    try:
        yield
    except AuthError as error:
        hint = "Check HEARTH_NEO4J_USER and HEARTH_NEO4J_PASSWORD."
        raise DatabaseError("Neo4j refused the user or the password", hint) from error
    except Neo4jError as error:
        raise DatabaseError(f"Neo4j refused {query}: {error.code}", "Its own log says more.") from error
    except (DriverError, OSError) as error:
        hint = "Is it running? `hearth db status` and `hearth doctor` tell."
        raise DatabaseError(f"Neo4j does not answer ({query}): {type(error).__name__}", hint) from error
