"""`hearth export households`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from server import export as exports
from server.commands.database import with_database
from server.commands.teaching import shaped


@click.command("households")
@shaped
def export_households(form: str, out: Path | None) -> None:
    """Write one row per account and household of two accounts or more.

    Columns: household_id, account_id, person_id, confidence, status.
    """
    exports.write(with_database(exports.households), out or sys.stdout.buffer, form)
