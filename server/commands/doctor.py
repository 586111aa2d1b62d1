"""`hearth doctor`."""

from __future__ import annotations

import sys

import click

from server.doctor import examine
from server.settings import Settings


@click.command()
def doctor() -> None:
    """Check this machine, and say how to mend it.

    Looks at Python, Java, memory, disk, ports, the hash key and the database; exits with 1 when something is wrong.
    """
    found = examine(Settings.from_environment())
    for check in found:
        click.echo(f"{'ok  ' if check.ok else 'BAD '} {check.name:10} {check.detail}")
        if not check.ok:
            click.echo(f"{'':16}{check.mend}")
    sys.exit(0 if all(check.ok for check in found) else 1)
