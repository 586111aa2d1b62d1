"""`hearth schema`: the schema of the API."""

from __future__ import annotations

import click

from server.api.schema import sdl


@click.command()
def schema() -> None:
    """Print the GraphQL schema."""
    click.echo(sdl(), nl=False)
