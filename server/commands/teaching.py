"""What all commands of `hearth` share: groups that load a command when it is used, options, and a voice."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import click


class Teaching(click.Group):
    """A group that lists its commands in the order in which a newcomer meets them.

    `found` says where commands are, by name, as `module.function` of this package. One is imported when it is run, and
    none for the list of all: together they take seconds.
    """

    def __init__(self, *of: Any, found: Mapping[str, str] | None = None, **more: Any) -> None:
        super().__init__(*of, **more)
        self.found = found or {}

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Keep the order of definition."""
        return [*self.found, *self.commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command that is asked for."""
        if cmd_name not in self.found:
            return super().get_command(ctx, cmd_name)
        module, _, function = self.found[cmd_name].partition(".")
        command: click.Command = getattr(import_module(f"{__package__}.{module}"), function)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """List the commands, each with the first line of its help."""
        lines = [(name, _about(place)) for name, place in self.found.items()]
        lines += [(name, command.get_short_help_str(formatter.width)) for name, command in self.commands.items()]
        with formatter.section("Commands"):
            formatter.write_dl(lines)


def _about(place: str) -> str:
    """The first line of a command's help, from its source."""
    module, _, function = place.partition(".")
    tree = ast.parse(Path(__file__).with_name(f"{module}.py").read_text("utf-8"))
    found = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == function)
    return (ast.get_docstring(found) or "").partition("\n")[0]


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


def seconds(_: click.Context, __: click.Parameter, text: str | None) -> float | None:
    """Read 30, 30s or 5m."""
    if text is None:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)([sm]?)", text)
    if not found or not float(found[1]):
        raise click.BadParameter("not a time such as 30s or 5m")
    return float(found[1]) * (60 if found[2] == "m" else 1)


def target(_: click.Context, __: click.Parameter, out: Path | None) -> Path | None:
    """Refuse a file in a folder that is not there, before hours of work for it."""
    if out and not out.parent.is_dir():
        raise click.BadParameter(f"there is no folder {out.parent}")
    return out


def shaped(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options of exports."""
    command = click.option(
        "--out", type=click.Path(path_type=Path, dir_okay=False), callback=target, help="A file; default is stdout."
    )(command)
    return click.option(
        "--format", "form", type=click.Choice(["csv", "parquet"]), default="csv", show_default=True, help="Of the file."
    )(command)
