"""What all commands of `hearth` share: groups that keep their order, and a voice."""

from __future__ import annotations

import click


class Teaching(click.Group):
    """A group that lists its commands in the order in which a newcomer meets them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """Keep the order of definition."""
        return list(self.commands)


def say(text: str) -> None:
    """Tell the person something that is not the result."""
    click.echo(text, err=True)
