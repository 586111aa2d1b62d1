"""The rules of the exchange format as DuckDB conditions: each row is good, or rejected for the first it breaks."""

# ruff: noqa: S608  (the SQL is made of the names in format.py, never of data)

from __future__ import annotations

from collections.abc import Iterator

from server.ingest.format import LONGEST_TEXT, Column, Table
from server.model import DETAILS

Rule = tuple[str, str]  # a condition that must not hold, and the reason or an expression for it

_BLANK = r"^[\s\pZ\x1c-\x1f\x85]*$"
_NUMBER = r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?"
_WHOLE = r"[0-9]{1,10}(\.0*)?"  # 2.0 too, as a column with gaps is often written
_NUMBERS = {"count": "BIGINT", "amount": "DOUBLE", "quantity": "DOUBLE"}
DETAILS_OF_KIND = "CASE kind {} END".format(
    " ".join(f"WHEN '{kind}' THEN {list(details)}" for kind, details in DETAILS.items())
)
# What a source claims of an identifier as a place in DETAILS; unknown claims count as none, and are counted.
CLAIM = f"CASE WHEN detail IS NULL THEN 0 ELSE coalesce(list_position({DETAILS_OF_KIND}, detail), 0) - 1 END"
_MOST = 1 << 31
YEARS = (1971, 2199)  # hours are counted from 1970 on

# What columns must be to each other; these come after the rules of each column.
_TOGETHER: dict[str, tuple[Rule, ...]] = {
    "interactions": (("from_account = to_account", "'to_account: the same as from_account'"),),
    "referrals": (("referrer = referee", "'referee: the same as referrer'"),),
    "bindings": (
        ("account_a = account_b", "'account_b: the same as account_a'"),
        ("ended_at IS NOT NULL AND ended_at_utc < at_utc", "'ended_at: before at'"),
    ),
}


def checked(table: Table) -> str:
    """The query that turns `batch` into typed rows with a `reason`, null for a good one.

    Each time `c` becomes `c_utc` and `c_ahead` (see times.py), a detail becomes a `claim` (a place in
    DETAILS, -1 for an unknown one), numbers become numbers, and the rest stays text.
    """
    columns = [column for column in table.columns if column.type != "dropped"]
    times = [column.name for column in columns if column.type == "time"]
    utcs = [f', utc("{name}") AS {name}_utc' for name in times]
    aheads = [
        f', CASE WHEN {name}_utc IS NOT NULL THEN ahead("{name}", {name}_utc) END AS {name}_ahead' for name in times
    ]
    cases = " ".join(f"WHEN {condition} THEN {reason}" for condition, reason in rules(table))
    typed = [
        *(name for time in times for name in (f"{time}_utc", f"{time}_ahead")),
        *(_typed(column) for column in columns if column.type != "time"),
    ]
    return f"""
        WITH plain AS (SELECT line, {", ".join(_plain(column) for column in columns)} FROM batch),
        timed AS (SELECT * {"".join(utcs)} FROM plain),
        judged AS (SELECT * {"".join(aheads)}, CASE {cases} END AS reason FROM timed)
        SELECT line, reason, {", ".join(typed)} FROM judged
    """


def rules(table: Table) -> list[Rule]:
    """Every rule of one file, in the order in which they are tried."""
    each = [rule for column in table.columns for rule in _rules(column)]
    return [*each, *_TOGETHER.get(table.name, ())]


def _rules(column: Column) -> Iterator[Rule]:
    name = column.name
    if column.required:
        yield f'"{name}" IS NULL', f"'{name}: missing'"
    if column.type in ("id", "account", "text"):
        long = f"strlen({name}) > {LONGEST_TEXT} AND length({name}) > {LONGEST_TEXT}"
        yield long, f"'{name}: longer than {LONGEST_TEXT} characters'"
    elif column.type == "choice":
        yield f"{name} NOT IN {column.choices}", f"'{name}: not one of {', '.join(column.choices)}'"
    elif column.type == "time":
        yield f'"{name}" IS NOT NULL AND {name}_utc IS NULL', f"""'{name}: ' || time_fault("{name}") """
        if column.required:  # of something that happened: with a clock at zero or far ahead it was not then
            first, last = YEARS
            yield f"""left("{name}", 4) NOT BETWEEN '{first}' AND '{last}'""", f"'{name}: not from {first} to {last}'"
    elif column.type == "count":
        whole = f"regexp_full_match({name}, '{_WHOLE}') AND try_cast({name} AS BIGINT) BETWEEN 1 AND {_MOST}"
        yield f"NOT ({whole})", f"'{name}: not a whole number from 1 to {_MOST}'"
    elif column.type in ("amount", "quantity"):
        finite = f"regexp_full_match({name}, '{_NUMBER}') AND isfinite(try_cast({name} AS DOUBLE))"
        yield f"{name} IS NOT NULL AND NOT coalesce({finite}, false)", f"'{name}: not a number'"
        yield f"try_cast({name} AS DOUBLE) < 0", f"'{name}: below zero'"
    if column.type == "quantity":
        yield f"try_cast({name} AS DOUBLE) = 0", f"'{name}: zero'"


def _plain(column: Column) -> str:
    """Null and the empty string mean the same; an identifier of white space alone is empty too."""
    if column.type == "identifier":
        return f"CASE WHEN NOT regexp_matches({column.name}, '{_BLANK}') THEN {column.name} END AS {column.name}"
    return f"""nullif("{column.name}", '') AS "{column.name}\""""


def _typed(column: Column) -> str:
    if column.type == "detail":
        return f"{CLAIM} AS claim"
    if column.type in _NUMBERS:
        return f"CASE WHEN reason IS NULL THEN {column.name}::{_NUMBERS[column.type]} END AS {column.name}"
    return column.name
