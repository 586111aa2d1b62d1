"""The exchange format as data: its files, their columns, and what each column may hold."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from server.model import DETAILS, DIRECTED, MUTUAL

Type = Literal[
    "id", "account", "text", "choice", "time", "count", "amount", "quantity", "identifier", "detail", "dropped"
]


@dataclass(frozen=True)
class Column:
    """One column: an `account` names an account that must be known; a `dropped` one is never looked at."""

    name: str
    type: Type
    required: bool = False
    choices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One file, whatever form it has on disk."""

    name: str
    columns: tuple[Column, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Its columns' names, in order."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """The columns without which a file cannot be loaded."""
        return tuple(column.name for column in self.columns if column.required)


ACTIONS = ("view", "search", "favourite", "cart", "share", "play", "login")
BINDINGS = ("family_group", "parental_control", "family_card", "same_person")
KINDS = tuple(DETAILS)

# Accounts come first: every other file may name only accounts that are known.
TABLES: Mapping[str, Table] = {
    table.name: table
    for table in (
        Table(
            "accounts",
            (
                Column("account_id", "id", required=True),
                Column("platform", "text"),
                Column("registered_at", "time"),
                Column("age_band", "choice", choices=("child", "teen", "adult", "elder")),
                Column("gender", "choice", choices=("female", "male", "other")),
                Column("city", "text"),
            ),
        ),
        Table(
            "sightings",
            (
                Column("account_id", "account", required=True),
                Column("kind", "choice", required=True, choices=KINDS),
                Column("identifier", "identifier", required=True),
                Column("at", "time", required=True),
                Column("detail", "detail"),
                Column("count", "count"),
            ),
        ),
        Table(
            "purchases",
            (
                Column("purchase_id", "id", required=True),
                Column("account_id", "account", required=True),
                Column("at", "time", required=True),
                Column("product_id", "id", required=True),
                Column("category", "id", required=True),
                Column("amount", "amount"),
                Column("currency", "text"),
                Column("quantity", "quantity"),
                Column("address", "identifier"),
                Column("payment", "identifier"),
                Column("recipient_account", "account"),
            ),
        ),
        Table(
            "touches",
            (
                Column("account_id", "account", required=True),
                Column("at", "time", required=True),
                Column("action", "choice", required=True, choices=ACTIONS),
                Column("category", "id", required=True),
                Column("product_id", "id"),
                Column("channel", "text"),
                Column("query", "dropped"),
            ),
        ),
        Table(
            "interactions",
            (
                Column("from_account", "account", required=True),
                Column("to_account", "account", required=True),
                Column("at", "time", required=True),
                Column("kind", "choice", required=True, choices=MUTUAL + DIRECTED),
                Column("count", "count"),
            ),
        ),
        Table(
            "referrals",
            (
                Column("referrer", "account", required=True),
                Column("referee", "account", required=True),
                Column("at", "time", required=True),
                Column("channel", "text"),
                Column("campaign", "id"),
                Column("converted_at", "time"),
            ),
        ),
        Table(
            "bindings",
            (
                Column("account_a", "account", required=True),
                Column("account_b", "account", required=True),
                Column("kind", "choice", required=True, choices=BINDINGS),
                Column("at", "time", required=True),
                Column("ended_at", "time"),
            ),
        ),
    )
}

# For evaluation only. Ingest leaves these alone, whatever comes after the name (truth_kinds, truth_roles, …).
TRUTH = "truth"

FORMS = (".csv", ".csv.gz", ".ndjson", ".parquet")

LONGEST_TEXT = 256  # characters
LONGEST_RECORD = 1 << 20  # bytes
