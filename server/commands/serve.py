"""`hearth up` and `hearth serve`."""

from __future__ import annotations

from collections.abc import Callable

import click

from server import serve as service
from server.commands.teaching import say, seconds
from server.settings import Settings

every = click.option(
    "--detect-every", "every", callback=seconds, metavar="TIME", help="Look for changes this often, e.g. 30s or 5m."
)


def serving(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of commands that serve."""
    command = click.option("--port", type=click.IntRange(0, 65535), help="Default HEARTH_PORT or 8000; 0: any free.")(
        command
    )
    return click.option("--host", help="Default HEARTH_HOST or 127.0.0.1: this machine only.")(command)


@click.command()
@click.option("--sample", is_flag=True, help="Load the sample data first, unless the graph holds accounts already.")
@every
@serving
def up(sample: bool, every: float | None, host: str | None, port: int | None) -> None:
    """Start everything: database, schema, service. Ctrl-C ends it.

    Uses the database that runs (see `hearth db start`) or starts one that ends with this command.
    """
    service.up(Settings.from_environment(), host=host, port=port, sample=sample, every=every, say=say)


@click.command()
@every
@serving
def serve(every: float | None, host: str | None, port: int | None) -> None:
    """Serve GraphQL, on data that was loaded before."""
    service.up(Settings.from_environment(), host=host, port=port, sample=False, every=every, say=say)
