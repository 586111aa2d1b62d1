"""`hearth db`: the Neo4j that Hearth runs itself."""

from __future__ import annotations

import sys

import click

from server.commands.teaching import Teaching, say
from server.db import local
from server.errors import SettingsError
from server.settings import Settings


@click.group(cls=Teaching)
def db() -> None:
    """The Neo4j that Hearth runs itself."""


@db.command("start")
def db_start() -> None:
    """Start it in the background, until `hearth db stop`."""
    home = _own().home
    if server := local.status(home):
        owner = local.owner(home)
        ending = f" until process {owner} ends, which started it" if owner else ""
        say(f"It runs already{ending}: {server.uri}, Browser {server.browser}")
        return
    local.start(home, owned=False, say=say)


@db.command("stop")
def db_stop() -> None:
    """Stop it cleanly."""
    say("Stopped." if local.stop(_own().home) else "It did not run.")


@db.command("status")
def db_status() -> None:
    """Say whether it runs, and where; exits with 1 when it does not."""
    home = _own().home
    server = local.status(home)
    if server is None:
        say("It does not run. Start it with: hearth db start")
        sys.exit(1)
    click.echo(f"bolt      {server.uri}\nbrowser   {server.browser}\nuser      {server.user}")
    click.echo(f"password  in {local.path(home) / 'password'}\nprocess   {server.pid}")


@db.command("path")
def db_path() -> None:
    """Print the folder of its data, logs, settings and password."""
    click.echo(local.path(_own().home))


def _own() -> Settings:
    settings = Settings.from_environment()
    if settings.neo4j_uri:
        raise SettingsError("HEARTH_NEO4J_URI names a Neo4j that Hearth does not run", "Unset it to use Hearth's own.")
    return settings
