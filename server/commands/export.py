"""`hearth export`: a command per table, each beside what makes it."""

from __future__ import annotations

import click

from server.commands.teaching import Teaching

EXPORTS = {
    "households": "households.export_households",
    "roles": "roles.export_roles",
    "paths": "roles.export_paths",
    "referrals": "referrals.export_referrals",
    "value": "referrals.export_value",
}


@click.group(cls=Teaching, found=EXPORTS)
def export() -> None:
    """Take results away for batch use."""
