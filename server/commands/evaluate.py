"""`hearth evaluate`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import click

from server import evaluate as measures
from server.commands.database import with_households


@click.command()
@click.option(
    "--truth", required=True, type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The truth file of a data set: .csv, .csv.gz, .ndjson or .parquet.",
)  # fmt: skip
def evaluate(truth: Path) -> None:
    """Measure the households against a known truth.

    Prints JSON: pairwise and B-cubed precision, recall and F1, the share of households found exactly, calibration,
    and the largest household.
    """
    result = with_households(lambda db: measures.evaluate(db, truth))
    click.echo(json.dumps(asdict(result), indent=2))
