"""`hearth export households`."""

from __future__ import annotations

from pathlib import Path

import click

from server import export as exports
from server.commands.tables import write_table
from server.commands.teaching import shaped


@click.command("households")
@shaped
def export_households(form: str, out: Path | None) -> None:
    """Write one row per account and household of two accounts or more.

    Columns: household_id, account_id, person_id, confidence, status.
    """
    write_table(exports.households, form, out)
