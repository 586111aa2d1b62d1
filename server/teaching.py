"""What all commands of `hearth` share: groups that keep their order, and a voice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import click


class Teaching(click.Group):
    """A group that lists its commands in the order in which a newcomer meets them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Keep the order of definition."""
        return list(self.commands)


def say(text: str) -> None:
    """Tell the person something that is not the result."""
    click.echo(text, err=True)


def moment(_: click.Context, __: click.Parameter, text: str | None) -> datetime | None:
    """Read a time with an offset; the households of half the world change at another hour."""
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError as error:
        raise click.BadParameter("not a time such as 2026-05-01T00:00:00+08:00") from error
    if found and not found.tzinfo:
        raise click.BadParameter("a time needs its offset, e.g. 2026-05-01T00:00:00+08:00")
    return found


def shaped(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of exports."""
    command = click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="A file; default is stdout.")(
        command
    )
    return click.option(
        "--format", "form", type=click.Choice(["csv", "parquet"]), default="csv", show_default=True, help="Of the file."
    )(command)
