"""`hearth roles`, `hearth export roles` and `hearth export paths`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import click
import pyarrow as pa

from server import behaviour
from server import export as exports
from server.commands.database import with_households
from server.commands.tables import write_table
from server.commands.teaching import say, shaped
from server.db.database import Database
from server.journeys import DAY, WINDOW


def window(_: click.Context, __: click.Parameter, given: tuple[str, ...]) -> dict[str, float]:
    """Read each CATEGORY=DAYS."""
    found = {}
    for text in given:
        category, _sign, days = text.rpartition("=")
        try:
            found[category] = float(days)
        except ValueError:
            found[category] = 0.0
        if not category or not 0 < found[category] <= WINDOW / DAY:
            raise click.BadParameter(f"{text!r} is not CATEGORY=DAYS with 0 < DAYS <= {WINDOW // DAY}")
    return found


@click.command("roles")
@click.option("--full", is_flag=True, help="Look at everything and fit the model anew, not only at what has changed.")
@click.option(
    "--window", "windows", multiple=True, callback=window, metavar="CATEGORY=DAYS",
    help="How long before a purchase in the category its path may begin, at most 14. Repeat it for others; it lasts.",
)  # fmt: skip
def roles(full: bool, windows: Mapping[str, float]) -> None:
    """Find out who decides, who influences, and what led to each purchase.

    Run `hearth detect` first: both rest on the households. Looks only at what has changed since the last run, with the
    model that the last full run fitted. The exports do this by themselves.
    """
    for line in with_households(lambda db: behaviour.refresh(db, say, full=full, windows=windows)).lines():
        click.echo(line)


@click.command("roles")
@shaped
def export_roles(form: str, out: Path | None) -> None:
    """Write who has which role in what a household buys, brought up to date.

    Columns: household_id, account_id, category, role, score, low, high, purchases. One row per member who lives
    there now and role: initiator, influencer, decision_maker, buyer, user. `score` is the probability that the account
    has the role, `low` and `high` its 90 % interval; a household that bought a category only once has no rows for it.
    """
    _take(exports.roles, out, form)


@click.command("paths")
@shaped
def export_paths(form: str, out: Path | None) -> None:
    """Write the touches that led to each purchase, in order, brought up to date.

    Columns: purchase_id, buyer, category, step, account_id, action, at. A purchase that nothing led to has no rows.
    """
    _take(exports.paths, out, form)


def _take(read: Callable[[Database], Awaitable[pa.Table]], out: Path | None, form: str) -> None:
    async def work(db: Database) -> pa.Table:
        await behaviour.refresh(db, say)
        return await read(db)

    write_table(work, form, out)
