"""`hearth`: one command whose sub-commands teach. Messages go to stderr, results to stdout."""

from __future__ import annotations

import errno
import logging
import signal
import sys
from typing import NoReturn

import click

from server.commands.teaching import Teaching
from server.errors import HearthError

FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}  # of which Python does not tell the file
COMMANDS = {
    "up": "serve.up",
    "serve": "serve.serve",
    "ingest": "ingest.ingest",
    "detect": "detect.detect",
    "explain": "explain.explain",
    "roles": "roles.roles",
    "referrals": "referrals.referrals",
    "referrers": "referrals.referrers",
    "export": "export.export",
    "train": "train.train",
    "evaluate": "evaluate.evaluate",
    "seed": "seed.seed",
    "browser-pack": "browser_pack.browser_pack",
    "db": "db.db",
    "migrate": "migrate.migrate",
    "schema": "schema.schema",
    "doctor": "doctor.doctor",
}


@click.group(
    cls=Teaching, found=COMMANDS, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
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
      hearth referrers                name the accounts that together bring most others
      hearth export households        take them away as CSV or Parquet; also: roles, paths, referrals, value
      hearth serve                    answer GraphQL

    Hearth runs a Neo4j of its own under HEARTH_HOME (default .hearth), or uses the one that HEARTH_NEO4J_URI,
    HEARTH_NEO4J_USER and HEARTH_NEO4J_PASSWORD name.
    """  # noqa: D301 (\b keeps click from filling the lines below it)


def main() -> NoReturn:
    """Run the command line; a HearthError becomes two lines and exit code 1, and so does a file that cannot be used."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    logging.getLogger("neo4j").setLevel(logging.ERROR)  # what the driver tries again is no news
    try:
        cli(standalone_mode=True)
    except HearthError as error:
        click.echo(f"hearth: {error.message}", err=True)
        if error.hint:
            click.echo(error.hint, err=True)
        sys.exit(1)
    except OSError as error:
        if not (error.filename or error.errno in FULL):
            raise
        click.echo(f"hearth: {error.filename or 'the disk'}: {error.strerror}", err=True)
        sys.exit(1)
    sys.exit(0)
