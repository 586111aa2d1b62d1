"""`hearth ingest`."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console

from server.commands.database import with_database
from server.commands.teaching import say
from server.db import bulk
from server.ingest import load
from server.ingest.progress import showing
from server.settings import Settings


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--timezone", help="Read times without an offset, and those in Z, in this zone, e.g. Asia/Shanghai.")
@click.option(
    "--report",
    "report_to",
    type=click.Path(path_type=Path),
    help="Where the report goes (default HEARTH_HOME/loads/…).",
)
def ingest(folder: Path, timezone: str | None, report_to: Path | None) -> None:
    """Load a folder of files.

    They are named accounts, sightings, purchases, touches, interactions, referrals and bindings; only accounts must
    be there, and docs/ingest.md describes their columns. Each may be .csv, .csv.gz, .ndjson or .parquet.

    Bad rows are refused one by one and listed with their line; good rows load. A load that was stopped can be run
    again; a row loaded twice changes nothing.
    """
    settings = Settings.from_environment()
    where = report_to or settings.home / "loads" / datetime.now().strftime("%Y-%m-%dT%H-%M-%S")
    with showing(Console(stderr=True)) as progress:
        report = with_database(
            lambda db: load(
                db,
                folder,
                settings=settings,
                timezone=timezone,
                report_to=where,
                progress=progress,
                fill=bulk.filler(settings, say),
            )
        )
    for line in report.lines():
        say(line)
    say(f"The whole report: {where}")
    if report.damaged:
        sys.exit(1)
