"""What a simulated city bought and touched, in columns, with the households of its truth or any others."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from server.journeys import ACTIONS, BANDS, EVER, UNKNOWN, Accounts, Ints, Purchases, Spells, Touches, Trade

SECONDS = "epoch({}::timestamptz)::bigint"
DAY = "epoch(({})[:10]::date)::bigint // 86400"
BOUGHT = f"""
SELECT purchase_id, category, any_value(account_id) AS account, any_value({SECONDS.format('"at"')}) AS at,
  coalesce(sum(amount), 0) AS amount, any_value(recipient_account) AS recipient
FROM '{{0}}/purchases.parquet' GROUP BY ALL ORDER BY purchase_id, category
"""
LINES = "SELECT DISTINCT purchase_id, category, product_id FROM '{0}/purchases.parquet'"
TOUCHED = f"""
SELECT account_id, {SECONDS.format('"at"')} AS at, {DAY.format('"at"')} AS day, action, category, product_id
FROM '{{0}}/touches.parquet' WHERE action <> 'login'
"""
WHO = """
SELECT a.account_id, a.age_band, any_value(coalesce(t.person_id, a.account_id)) AS person
FROM '{0}/accounts.parquet' a LEFT JOIN '{0}/truth.csv' t USING (account_id) GROUP BY ALL ORDER BY 1
"""
LIVED = f"""
SELECT account_id, household_id, coalesce({SECONDS.format('"from"')}, -{EVER}) AS since,
  coalesce({SECONDS.format("until")}, {EVER}) AS until
FROM '{{0}}/truth.csv'
"""


@dataclass(frozen=True)
class Names:
    """What the numbers in the columns stand for."""

    accounts: list[str]
    households: list[str]
    categories: list[str]
    purchases: list[str]


def read(folder: Path) -> tuple[Trade, Names]:
    """Read a data set in Parquet, with its true households and persons."""
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'")

        def columns(query: str) -> dict[str, Any]:
            table = db.sql(query.format(folder)).to_arrow_table()
            return {name: table[name].to_numpy() for name in table.column_names}

        who, lived = columns(WHO), columns(LIVED)
        bought, lines, touched = columns(BOUGHT), columns(LINES), columns(TOUCHED)
    accounts = _index(who["account_id"])
    categories = _index(sorted({*bought["category"], *touched["category"]}))
    households = _index(sorted(set(lived["household_id"])))
    products = _index(sorted({*lines["product_id"], *(p for p in touched["product_id"] if p is not None)}))
    rows = {key: n for n, key in enumerate(zip(bought["purchase_id"], bought["category"], strict=True))}
    bands = {name: n for n, name in enumerate(BANDS)}
    persons = _index(sorted(set(who["person"])))
    touched_products = _places(touched["product_id"], products)
    trade = Trade(
        Accounts(_places(who["age_band"], bands, UNKNOWN), _places(who["person"], persons)),
        Spells(
            _places(lived["account_id"], accounts),
            _places(lived["household_id"], households),
            lived["since"].astype(np.int64),
            lived["until"].astype(np.int64),
        ),
        Purchases(
            _places(bought["account"], accounts),
            bought["at"].astype(np.int64),
            _places(bought["category"], categories),
            bought["amount"].astype(float),
            _places(bought["recipient"], accounts),
            np.array([rows[k] for k in zip(lines["purchase_id"], lines["category"], strict=True)], dtype=np.int64),
            _places(lines["product_id"], products),
        ),
        Touches(
            _places(touched["account_id"], accounts),
            touched["at"].astype(np.int64),
            touched["day"].astype(np.int64),
            _places(touched["action"], _index(ACTIONS)),
            _places(touched["category"], categories),
            touched_products,
        ),
        len(categories),
        np.bincount(touched_products[touched_products >= 0], minlength=len(products)),
    )
    return trade, Names(list(accounts), list(households), list(categories), list(bought["purchase_id"]))


def _index(names: Iterable[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(names)}


def _places(values: Iterable[str | None], index: Mapping[str, int], otherwise: int = -1) -> Ints:
    return np.array([index.get(value or "", otherwise) for value in values], dtype=np.int64)


def housed(trade: Trade, names: Names, homes: Sequence[Sequence[str]], people: Sequence[Sequence[str]]) -> Trade:
    """The same trade with other households and persons, as lists of accounts: since ever and to this day."""
    place = _index(names.accounts)
    rows = [(place[account], home) for home, members in enumerate(homes) for account in members]
    account = np.array([row[0] for row in rows], dtype=np.int64)
    actor = np.arange(len(names.accounts))
    for some in people:
        actor[[place[name] for name in some]] = place[some[0]]
    spells = Spells(
        account, np.array([row[1] for row in rows], dtype=np.int64), np.full(len(rows), -EVER), np.full(len(rows), EVER)
    )
    dense = np.unique(actor, return_inverse=True)[1].astype(np.int64)
    return replace(trade, accounts=replace(trade.accounts, actor=dense), spells=spells)


@dataclass(frozen=True)
class Causes:
    """The touches that the truth lists: row of purchase, account, action, second, and whether it was a cause."""

    purchase: Ints
    account: Ints
    action: Ints
    at: Ints
    causal: npt.NDArray[np.bool_]

    @property
    def caused(self) -> Ints:
        """The causes as rows of purchase, account, action and second."""
        return np.stack([self.purchase, self.account, self.action, self.at], axis=1)[self.causal]


def keyed(touches: Touches, purchase: Ints, touch: Ints) -> Ints:
    """Touches before purchases as rows of purchase, account, action and second."""
    return np.stack([purchase, touches.account[touch], touches.action[touch], touches.at[touch]], axis=1)


def causes(folder: Path, names: Names) -> Causes:
    """Read `truth_chains`."""
    with duckdb.connect() as db:
        db.execute("SET TimeZone = 'UTC'")
        at = SECONDS.format('"at"')
        table = db.sql(
            f"SELECT purchase_id, account_id, action, {at} AS seconds, causal::varchar IN ('yes', 'true') AS causal "
            f"FROM '{folder}/truth_chains.csv'"
        ).to_arrow_table()
    return Causes(
        _places(table["purchase_id"].to_pylist(), _index(names.purchases)),
        _places(table["account_id"].to_pylist(), _index(names.accounts)),
        _places(table["action"].to_pylist(), _index(ACTIONS)),
        table["seconds"].to_numpy(),
        table["causal"].to_numpy(),
    )
