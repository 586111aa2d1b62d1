"""`hearth referrers` and the exports of referrals and value: who brings others, and what customers are worth."""

from __future__ import annotations

import csv
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from server import export as exports
from server.commands.database import with_households
from server.commands.tables import write_table
from server.commands.teaching import moment, say, shaped
from server.db.database import Database
from server.errors import DataError
from server.referrals import read, store
from server.referrals.seeds import Choice, choose
from server.referrals.table import clear, known, of_campaign
from server.referrals.ways import RANKS

COLUMNS = ("account_id", "marginal_reach", "reach", "certificate")


@click.command("referrals")
@shaped
def export_referrals(form: str, out: Path | None) -> None:
    """Write what each account has done for the network of referrals.

    \b
    Columns:
      account_id       the platform's id
      direct           accounts it referred
      converted        of those, how many converted
      subtree          accounts below it in the tree of first referrers
      reach            other accounts it is expected to bring, directly or by others
      pagerank         PageRank against the direction of referrals
      core             k-core number in the undirected network
      intra_household  accounts of its own household it referred, which count for nothing else
      flag             empty, ring, burst or self: signs of gaming; those referrals count for nothing
    """  # noqa: D301 (\b keeps click from filling the lines below it)
    write_table(lambda db: exports.referrals(db, say), form, out)


@click.command("value")
@click.option("--currency", help="Count what was paid in this one; default is the most usual.")
@shaped
def export_value(currency: str | None, form: str, out: Path | None) -> None:
    """Write what each account is worth, in one currency.

    \b
    Columns:
      account_id  the platform's id
      purchase    what it has spent so far
      lifetime    what it is expected to spend within the next 12 months
      network     the same of those it brought in, shared with whoever else had a part in it
    """  # noqa: D301 (\b keeps click from filling the lines below it)
    write_table(lambda db: exports.value(db, say, currency), form, out)


@click.command()
@click.option("--first", type=click.IntRange(1, 10_000), default=50, show_default=True, help="How many.")
@click.option("--campaign", help="Only what was referred in this campaign.")
@click.option("--until", callback=moment, help="As known just before then, e.g. 2026-05-01T00:00:00+08:00.")
@click.option("--by", type=click.Choice(["best", *RANKS]), default="best", show_default=True, help="How to choose.")
def referrers(first: int, campaign: str | None, until: datetime | None, by: str) -> None:
    """Name the accounts that together bring most others.

    They are a set: each adds to what those before it reach, so two that bring the same people are not both named.
    Referrals within a household and those that look like gaming count for nothing; flagged accounts are not named.

    \b
    --by  best       the way that served this data best so far: each is tried on earlier referrals, judged on later
          spread     expected reach, from how often each account's invitations convert (reverse-reachable sets)
          rest       the same, counting only those who have not converted yet
          cover      most accounts really brought, each once, from anywhere in a chain of referrals
          began      the same, from the beginning of chains only
          active     the same, and how often an account takes part and begins chains counting much more
          latest     most accounts really brought lately
          recent     most accounts referred in the latest quarter of all invitations
          direct, converted, subtree, started, below, reach, pagerank, core: the highest of one measure

    \b
    Columns: account_id, marginal_reach (what it adds), reach (with those before it), certificate (the set up to here
    reaches at least this share of what as many accounts could at best; holds with a probability of 99.9 %).
    """  # noqa: D301 (\b keeps click from filling the lines below it)

    async def work(db: Database) -> tuple[Choice, list[str]]:
        found = await read.read(db, say, until)
        if campaign not in (None, *found.campaigns) or not len(found.given.at):
            which = f" in the campaign {campaign}" * (campaign is not None) + " by then" * (until is not None)
            raise DataError(f"There are no referrals to choose from{which}", "docs/ingest.md describes the file.")
        say("Choosing …")
        cleared = clear(found.given, found.ties)
        if campaign is not None:
            cleared = of_campaign(cleared, found.campaigns.index(campaign))
        choice = choose(known(cleared), first, by)
        return choice, [found.accounts[seed] for seed in choice.certified.seeds]

    choice, names = with_households(work)
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow(COLUMNS)
    rows.writerows(zip(names, *(_rounded(column) for column in _figures(choice)), strict=True))
    say(summary(choice))


@click.command()
def referrals() -> None:
    """Measure who brings others and what customers are worth, and keep it in the graph.

    GraphQL and Neo4j Browser show what was kept last, with its time. Run it after a load, or every night; only
    accounts whose measures changed are written.
    """
    changed = with_households(lambda db: store.keep(db, say))
    click.echo(f"{changed:,} accounts had changed.")


def _figures(choice: Choice) -> tuple[Any, ...]:
    found = choice.certified
    return found.marginal, found.reach, found.ratio


def _rounded(column: Any) -> list[float]:
    return [round(float(x), 4) for x in column]


def summary(choice: Choice) -> str:
    """A choice in words: the way, what was tried, reach and certificate."""
    found = choice.certified
    if not len(found.seeds):
        return "Nobody brings anybody."
    tried = ", ".join(f"{way} {many:,}" for way, many in choice.brought.items())
    return (
        (f"Accounts that each way's choice brought later, in trial: {tried}.\n" if tried else "")
        + f"Chosen by {choice.way}. Together they are expected to reach {found.reach[-1]:,.1f} others, "
        f"at least {found.least[-1]:,.1f}: {found.ratio[-1]:.0%} or more of what as many accounts could at best."
    )
