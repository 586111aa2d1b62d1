"""`hearth`: one command whose sub-commands teach. Messages go to stderr, results to stdout."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import signal
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import NoReturn, TypeVar

import click
from rich.console import Console

from server import doctor as checks
from server import evaluate as measures
from server import export as exports
from server import serve as service
from server.browser_pack import browser_pack
from server.db import bulk, local
from server.db.database import Database, connect
from server.db.migrate import migrate as bring_up_to_date
from server.db_commands import db
from server.detect import run as detection
from server.detect.changes import Changes
from server.detect.keep import Shelf
from server.errors import HearthError
from server.explain_command import explain
from server.ingest import load as loading
from server.ingest.progress import showing
from server.referrals_command import export_referrals, export_value, referrals, referrers
from server.roles_command import export_paths, export_roles, roles
from server.seed_commands import seed
from server.settings import Settings
from server.teaching import Teaching, moment, say, shaped
from server.train_command import train

Result = TypeVar("Result")


def with_database(work: Callable[[Database], Awaitable[Result]]) -> Result:
    """Run `work` on the database of the settings, with the schema of this version; start one if none runs."""
    settings = Settings.from_environment()

    async def connected(server: local.Server) -> Result:
        async with connect(server.uri, server.user, server.password, server.database) as db:
            await bring_up_to_date(db)
            return await work(db)

    with local.running(settings, say) as server:
        return asyncio.run(connected(server))


@click.group(cls=Teaching, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="hearth")
def cli() -> None:
    """Find out who lives together, from accounts, devices, networks, addresses and purchases.

    \b
    A first look, with data that comes along:
      hearth up --sample              start everything, load sample data, serve GraphQL and GraphiQL

    \b
    Your own data (docs/ingest.md describes the files):
      hearth ingest DIR               load a folder of files
      hearth detect                   find the households
      hearth roles                    find out who decides, and what led to each purchase
      hearth export households        take them away as CSV or Parquet; also: roles, paths
      hearth export households        take them away as CSV or Parquet
      hearth referrers                name the accounts that together bring most others
      hearth serve                    answer GraphQL

    Hearth runs a Neo4j of its own under HEARTH_HOME (default .hearth), or uses the one that HEARTH_NEO4J_URI,
    HEARTH_NEO4J_USER and HEARTH_NEO4J_PASSWORD name.
    """  # noqa: D301 (\b keeps click from filling the lines below it)


def serving(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of commands that serve."""
    command = click.option("--port", type=click.IntRange(0, 65535), help="Default HEARTH_PORT or 8000; 0: any free.")(
        command
    )
    return click.option("--host", help="Default HEARTH_HOST or 127.0.0.1: this machine only.")(command)


def _seconds(_: click.Context, __: click.Parameter, text: str | None) -> float | None:
    """Read 30, 30s or 5m."""
    if text is None:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([sm]?)", text)
    if not found or not float(found[1]):
        raise click.BadParameter("not a time such as 30s or 5m")
    return float(found[1]) * (60 if found[2] == "m" else 1)


every = click.option(
    "--detect-every", "seconds", callback=_seconds, metavar="TIME", help="Look for changes this often, e.g. 30s or 5m."
)


@cli.command()
@click.option("--sample", is_flag=True, help="Load the sample data first, unless the graph holds accounts already.")
@every
@serving
def up(sample: bool, seconds: float | None, host: str | None, port: int | None) -> None:
    """Start everything: database, schema, service. Ctrl-C ends it.

    Uses the database that runs (see `hearth db start`) or starts one that ends with this command.
    """
    service.up(Settings.from_environment(), host=host, port=port, sample=sample, every=seconds, say=say)


@cli.command()
@every
@serving
def serve(seconds: float | None, host: str | None, port: int | None) -> None:
    """Serve GraphQL, on data that was loaded before."""
    service.up(Settings.from_environment(), host=host, port=port, sample=False, every=seconds, say=say)


@cli.command()
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
            lambda db: loading(
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


@cli.command()
@click.option("--as-of", callback=moment, help="As seen then, e.g. 2026-05-01T00:00:00+08:00; looks at everything.")
@click.option("--full", is_flag=True, help="Look at everything, not only at what has changed.")
@click.option("--check", "checking", is_flag=True, help="Prove afterwards that a full run would change nothing.")
@click.option("--every", callback=_seconds, metavar="TIME", help="Go on, and look for changes this often, e.g. 30s.")
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
        with_database(lambda db: detection.watch(db, home, every, say))

    async def work(db: Database) -> tuple[detection.Summary | None, list[Changes]]:
        summary = await detection.detect(db, as_of, say, shelf=Shelf(home), full=full)
        return summary, list(await detection.check(db, say)) if checking and summary else []

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


@cli.command()
@click.option("--truth", required=True, type=click.Path(path_type=Path), help="The truth file of a data set.")
def evaluate(truth: Path) -> None:
    """Measure the households against a known truth.

    Prints JSON: pairwise and B-cubed precision, recall and F1, the share of households found exactly, calibration,
    and the largest household.
    """
    result = with_database(lambda db: measures.evaluate(db, truth))
    click.echo(json.dumps(asdict(result), indent=2))


cli.add_command(explain)
cli.add_command(train)
cli.add_command(referrals)
cli.add_command(referrers)


@cli.group(cls=Teaching)
def export() -> None:
    """Take results away for batch use."""


@export.command("households")
@shaped
def export_households(form: str, out: Path | None) -> None:
    """Write one row per account and household of two accounts or more.

    Columns: household_id, account_id, person_id, confidence, status.
    """
    table = with_database(exports.households)
    exports.write(table, out or sys.stdout.buffer, form)


export.add_command(export_roles)
export.add_command(export_paths)
cli.add_command(roles)
export.add_command(export_referrals)
export.add_command(export_value)
cli.add_command(seed)
cli.add_command(browser_pack)
cli.add_command(db)


@cli.command()
def migrate() -> None:
    """Bring the graph's schema to this version.

    Every command that writes does so by itself.
    """

    async def work(db: Database) -> list[str]:
        return await bring_up_to_date(db)

    with_database(work)
    say("The schema is up to date.")


@cli.command()
def schema() -> None:
    """Print the GraphQL schema."""
    from server.api.schema import sdl  # it takes half a second that only this command and the service need

    click.echo(sdl(), nl=False)


@cli.command()
def doctor() -> None:
    """Check this machine, and say how to mend it.

    Looks at Python, Java, memory, disk, ports, the hash key and the database; exits with 1 when something is wrong.
    """
    found = checks.examine(Settings.from_environment())
    for check in found:
        click.echo(f"{'ok  ' if check.ok else 'BAD '} {check.name:10} {check.detail}")
        if not check.ok:
            click.echo(f"{'':16}{check.mend}")
    sys.exit(0 if all(check.ok for check in found) else 1)


def main() -> NoReturn:
    """Run the command line; a HearthError becomes two lines and exit code 1."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    logging.getLogger("neo4j").setLevel(logging.ERROR)  # what the driver tries again is no news
    try:
        cli(standalone_mode=True)
    except HearthError as error:
        click.echo(f"hearth: {error.message}", err=True)
        if error.hint:
            click.echo(error.hint, err=True)
        sys.exit(1)
    sys.exit(0)
