"""The database that commands work on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from server.commands.teaching import say
from server.db import local
from server.db.database import Database, connect
from server.db.migrate import migrate
from server.settings import Settings

Result = TypeVar("Result")


def with_database(work: Callable[[Database], Awaitable[Result]]) -> Result:
    """Run `work` on the database of the settings, with the schema of this version; start one if none runs."""
    settings = Settings.from_environment()

    async def connected(server: local.Server) -> Result:
        async with connect(server.uri, server.user, server.password, server.database) as db:
            await migrate(db)
            return await work(db)

    with local.running(settings, say) as server:
        return asyncio.run(connected(server))


def with_households(work: Callable[[Database], Awaitable[Result]]) -> Result:
    """Run `work`, which rests on households, and say so when nobody has looked for them yet."""

    async def told(db: Database) -> Result:
        if await db.read_one("export.latest") is None:
            say("Nobody has looked for households yet. Run `hearth detect` first, then this again.")
        return await work(db)

    return with_database(told)
