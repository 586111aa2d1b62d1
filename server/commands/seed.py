"""`hearth seed`: sample data in the exchange format."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

import seed as seeds
from seed import city
from server.commands.teaching import Teaching, say


@click.group("seed", cls=Teaching)
def seed() -> None:
    """Write sample data in the exchange format, to try Hearth on."""


@seed.command("list")
def seed_list() -> None:
    """Say what there is."""
    for name, one in seeds.SEEDS.items():
        click.echo(f"{name:8} {one.about}")


@seed.command("tiny")
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
def seed_tiny(out: Path) -> None:
    """Write the three hand-made families."""
    seeds.SEEDS["tiny"].build(out)
    _written(out)


@seed.command("kenya")
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
def seed_kenya(out: Path) -> None:
    """Write the real proximity contacts of five households in Kenya."""
    seeds.SEEDS["kenya"].build(out)
    _written(out)


@seed.command("city")
@click.argument("out", type=click.Path(path_type=Path, file_okay=False))
@click.option("--accounts", type=click.IntRange(50), default=20_000, show_default=True)
@click.option("--profile", type=click.Choice(list(city.PROFILES)), default="city", show_default=True)
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Another seed, another city.")
@click.option(
    "--density", type=click.FloatRange(0, min_open=True), default=1.0, show_default=True,
    help="How many rows there are of an account: 0.5 is half as many as usual.",
)  # fmt: skip
@click.option("--format", "form", type=click.Choice(city.FORMATS), default="parquet", show_default=True)
def seed_city(out: Path, accounts: int, profile: str, seed: int, density: float, form: str) -> None:
    """Write a simulated city with its truth.

    Equal arguments give equal rows. docs/simulation.md says what is in it, and where each rate comes from.
    """
    city.build(out, accounts=accounts, profile=profile, seed=seed, density=density, format=form)
    _written(out)


def _written(out: Path) -> None:
    say(f"Wrote {out}. Load it with: hearth ingest {shlex.quote(str(out))}")
