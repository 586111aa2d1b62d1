"""`hearth migrate`: the schema of the graph."""

from __future__ import annotations

import click

from server.commands.database import with_database
from server.commands.teaching import say
from server.db.database import Database


@click.command()
def migrate() -> None:
    """Bring the graph's schema to this version.

    Every command that writes does so by itself.
    """

    async def work(_: Database) -> None:
        """Nothing more: a database that is worked on has the schema."""

    with_database(work)
    say("The schema is up to date.")
