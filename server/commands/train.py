"""`hearth train`: fit the model to a graph's own words, use one from a file, or go back to the one that is shipped."""

from __future__ import annotations

from pathlib import Path

import click

from server.commands.database import with_database
from server.commands.teaching import say, target
from server.db.database import Database
from server.detect import model, read
from server.detect.model import Model
from server.detect.train import train as fit
from server.errors import DataError

NEXT = "The next `hearth detect` looks at everything with it."


@click.command()
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), callback=target,
    help="Also write the model here, to read it.",
)  # fmt: skip
@click.option(
    "--use", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="Take this model instead of fitting."
)
@click.option(
    "--shipped", is_flag=True, help="Go back to the model that Hearth ships; the next run settles it on the data anew."
)
def train(out: Path | None, use: Path | None, shipped: bool) -> None:
    """Fit what evidence weighs to what people said: bindings, confirmations and declines.

    Needs no truth. With few words the model stays that the first run settled on the data. The graph keeps the model,
    so every service that detects or explains uses the same; each run names the one that it used.
    """
    if use and shipped:
        raise click.UsageError("choose one of --use and --shipped")

    async def work(db: Database) -> Model:
        if shipped:
            await choose(db, None, "shipped")
        elif use:
            await choose(db, _read(use), f"taken from {use}")
        else:
            await learn(db)
        return await read.weights(db)

    chosen = with_database(work)
    if out:
        model.save(chosen, out)
        say(f"Wrote {out}")


async def learn(db: Database) -> Model | None:
    """Fit the model to the words in the graph; None when there are too few."""
    say("Reading who shares what …")
    groups, traits, words = await read.groups(db), await read.traits(db), await read.words(db)
    say("Fitting …")
    trained = fit(groups, traits, model.load(), *words)
    if trained.model == model.load():
        say(trained.said)
        return None
    return await choose(db, trained.model, trained.said)


async def choose(db: Database, weights: Model | None, said: str) -> Model | None:
    """Let the graph keep a model, None for the one that is shipped."""
    await db.write("detect.model.choose", weights=weights and model.dumps(weights))
    say(f"{weights.name if weights else model.load().name}: {said}")
    say(NEXT)
    return weights


def _read(path: Path) -> Model:
    try:
        return model.load(path)
    except (KeyError, TypeError, ValueError) as error:
        raise DataError(f"{path} is no model of this version", "Write one with: hearth train --out FILE") from error
