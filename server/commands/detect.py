"""`hearth detect`."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

import click

from server.commands.database import with_database
from server.commands.teaching import moment, say, seconds
from server.db.database import Database
from server.detect import run
from server.detect.changes import Changes
from server.detect.keep import Shelf
from server.errors import HearthError
from server.settings import Settings


@click.command()
@click.option(
    "--as-of",
    callback=moment,
    help="As of then, not before the latest run, e.g. 2026-05-01T00:00:00+08:00; looks at all.",
)
@click.option("--full", is_flag=True, help="Look at everything, not only at what has changed.")
@click.option("--check", "checking", is_flag=True, help="Prove afterwards that a full run would change nothing.")
@click.option(
    "--every", callback=seconds, metavar="TIME", help="Go on until Ctrl-C, and look for changes this often, e.g. 30s."
)
def detect(as_of: datetime | None, full: bool, checking: bool, every: float | None) -> None:
    """Find the households, or bring them up to date.

    Looks only at what loads and people's words have changed since the last run, when that left what it knew under
    HEARTH_HOME; otherwise at everything. Both end in the same graph. Looks from the latest time in the data unless
    --as-of says otherwise. Nothing is written when nothing changed.
    """
    if checking and as_of:
        raise click.UsageError("--check looks from the latest time in the data: leave out --as-of")
    home = Settings.from_environment().home
    if every:
        if as_of or full or checking:
            raise click.UsageError("--every goes on from the run before: leave out --as-of, --full and --check")
        with suppress(KeyboardInterrupt):  # Ctrl-C is how it ends
            with_database(lambda db: run.watch(db, home, every, say))
        return

    async def work(db: Database) -> tuple[run.Summary | None, list[Changes]]:
        summary = await run.detect(db, as_of, say, shelf=Shelf(home), full=full)
        return summary, list(await run.check(db, say)) if checking and summary else []

    summary, differences = with_database(work)
    if summary is None:
        raise HearthError("There is no data with a time yet", "Load some first: hearth ingest DIR")
    for line in summary.lines():
        click.echo(line)
    if any(differences):
        counts = list(map(len, differences))
        raise HearthError(
            f"A full run would change {counts[0]:,} entries of households and {counts[1]:,} of persons",
            "Run: hearth detect --full. Then tell us, with the output of: hearth doctor",
        )
    if checking:
        click.echo("A full run would change nothing.")
