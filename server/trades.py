"""Purchases and touches from the graph in columns, whole or around some accounts."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa

from server.db.database import Database
from server.journeys import ACTIONS, BANDS, DAY, EVER, UNKNOWN, Accounts, Ints, Purchases, Spells, Touches, Trade, sums

MANY = 1_500  # accounts a read
POPULAR = 10_000  # products a read
HOUR = 3600
Columns = dict[str, list[Any]]


@dataclass(frozen=True)
class Names:
    """What the numbers of a trade stand for, and what only people want to know of rows: offsets and channels.

    `purchases` is by row of purchases; offsets are seconds ahead of UTC. Amounts in `currency` are counted, others not.
    """

    accounts: list[str]
    households: list[str]
    categories: list[str]
    purchases: list[str]
    currency: str
    bought_ahead: Ints
    touched_ahead: Ints
    channels: list[str]
    channel: Ints

    @property
    def order(self) -> Ints:
        """By row of purchases a number for its order; those of one order, in several categories, stand together."""
        new = [one != before for before, one in pairwise(self.purchases)]
        return np.cumsum([0, *new][: len(self.purchases)], dtype=np.int64)


async def everybody(db: Database) -> list[str]:
    """The ids of all accounts, in order."""
    return [account async for row in db.read("trades.accounts") for account in row["ids"]]


async def around(db: Database, accounts: Collection[str], steps: int) -> list[set[str]]:
    """By number of steps from 0 on, these accounts and all whom what they do can concern, each asked for once."""
    found, asked = [set(accounts)], set[str]()
    for _ in range(steps):
        near = set(found[-1])
        for row in await db.read_slices("trades.around", sorted(near - asked), MANY):
            near.update(row["ids"])
        asked = found[-1]
        found.append(near)
    return found


async def count_touches(db: Database) -> None:
    """Keep how often each product is touched now: from then on, what is judged rests on that count alone."""
    last: str | None = ""
    while last is not None:
        (row,) = await db.write("trades.count_touches", after=last)
        last = row["last"]


async def read(db: Database, accounts: Sequence[str], currency: str | None = None) -> tuple[Trade, Names]:
    """What these accounts bought and touched, and where they lived; amounts in one currency, by default the usual."""
    queries = ("trades.who", "trades.lived", "trades.bought", "trades.touched")
    who, lived, bought, touched = await asyncio.gather(*(_columns(db, query, accounts) for query in queries))
    places = _Places()
    places.of("account", who.get("account", []))
    known = _places(who.get("band", []), BANDS, UNKNOWN)
    people = Accounts(known, _codes(who.get("person", []))[0])
    spells = Spells(
        places.of("account", lived.get("account", [])),
        places.of("household", lived.get("household", [])),
        _bound(lived.get("since", []), -EVER),
        _bound(lived.get("until", []), EVER),
    )
    touches, ahead, channel = _touches(places, touched)
    purchases, rows = _purchases(places, bought, currency)
    products = places.names("product")
    trade = Trade(people, spells, purchases, touches, len(places.names("category")), await _popular(db, products))
    return trade, Names(
        places.names("account"),
        places.names("household"),
        places.names("category"),
        *rows,
        ahead,
        places.names("channel"),
        channel,
    )


class _Places:
    """Names by kind, each with a place that it keeps."""

    def __init__(self) -> None:
        self.known: dict[str, dict[str, int]] = defaultdict(dict)

    def of(self, kind: str, names: list[str]) -> Ints:
        """The places of these names; new ones are added."""
        known = self.known[kind]
        codes, distinct = _codes(names)
        return np.array([known.setdefault(name, len(known)) for name in distinct], dtype=np.int64)[codes]

    def names(self, kind: str) -> list[str]:
        """All names of a kind, by place."""
        return list(self.known[kind])


def _codes(names: list[str]) -> tuple[Ints, list[str]]:
    found = pa.array(names, pa.string()).dictionary_encode()
    return found.indices.to_numpy(zero_copy_only=False).astype(np.int64), found.dictionary.to_pylist()


def _ranks(names: list[str]) -> Ints:
    """The place of each name among the distinct ones, sorted."""
    codes, distinct = _codes(names)
    return np.argsort(np.argsort(np.array(distinct, dtype=np.str_)))[codes]


def _places(names: list[str], known: Sequence[str], otherwise: int = -1) -> Ints:
    codes, distinct = _codes(names)
    place = {name: number for number, name in enumerate(known)}
    return np.array([place.get(name, otherwise) for name in distinct], dtype=np.int64)[codes]


def _bound(seconds: list[int], otherwise: int) -> Ints:
    values = np.array(seconds, dtype=np.int64)
    return np.where(values == -1, otherwise, values)


def _purchases(places: _Places, bought: Columns, currency: str | None) -> tuple[Purchases, tuple[list[str], str, Ints]]:
    """Lines by purchase and category; amounts of another currency are left out."""
    lines = len(bought.get("purchase", []))
    category = places.of("category", bought.get("category", []))
    purchase, names = _codes(bought.get("purchase", []))
    key = purchase * max(len(places.names("category")), 1) + category
    _, first, row = np.unique(key, return_index=True, return_inverse=True)
    money, currencies = _codes(bought.get("currency", []))
    if currency is None:
        currency = currencies[np.bincount(money).argmax()] if lines else ""
    counted = np.array([name == currency for name in currencies], dtype=bool)[money]
    amount = np.where(counted, np.array(bought.get("amount", []), dtype=float), 0.0)
    recipient = _places(bought.get("recipient", []), places.names("account"))
    return Purchases(
        places.of("account", bought.get("account", []))[first],
        np.array(bought.get("at", []), dtype=np.int64)[first],
        category[first],
        sums(row, amount, len(first)),
        recipient[first],
        row.astype(np.int64),
        places.of("product", bought.get("product", [])),
    ), (
        [names[place] for place in purchase[first]],
        currency,
        np.array(bought.get("ahead", []), dtype=np.int64)[first],
    )


def _touches(places: _Places, touched: Columns) -> tuple[Touches, Ints, Ints]:
    """One row per hour. All of a day have the offset of its first, but for those whose local hour tells another.

    In whatever order they were read, touches of one moment keep one order.
    """
    order = np.lexsort([_ranks(touched.get(name, [])) for name in ("product", "category", "action", "account")])
    times = [touched["times"][place] for place in order]
    row = np.repeat(order, [len(some) for some in times])
    at = np.array([one for some in times for one in some], dtype=np.int64)
    hour = np.array([one for place in order for one in touched["hours"][place]], dtype=np.int64)
    ahead = np.array(touched.get("ahead", []), dtype=np.int64)[row]
    ahead = np.where((at + ahead) // HOUR == hour, ahead, (hour - at // HOUR) * HOUR)
    product = _unless_empty(places, "product", touched.get("product", []))
    return (
        Touches(
            places.of("account", touched.get("account", []))[row],
            at,
            (at + ahead) // DAY,
            _places(touched.get("action", []), ACTIONS)[row],
            places.of("category", touched.get("category", []))[row],
            product[row],
        ),
        ahead,
        places.of("channel", touched.get("channel", []))[row],
    )


def _unless_empty(places: _Places, kind: str, names: list[str]) -> Ints:
    """Places, -1 for the empty name."""
    codes, distinct = _codes(names)
    known = places.known[kind]
    found = [known.setdefault(name, len(known)) if name else -1 for name in distinct]
    return np.array(found, dtype=np.int64)[codes]


async def _popular(db: Database, products: list[str]) -> Ints:
    counts: list[int] = []
    for start in range(0, len(products), POPULAR):
        row = await db.read_one("trades.popular", products=products[start : start + POPULAR])
        counts += row["touches"] if row else []
    return np.array(counts, dtype=np.int64)


async def _columns(db: Database, query: str, accounts: Sequence[str]) -> Columns:
    columns: Columns = defaultdict(list)
    for row in await db.read_slices(query, accounts, MANY):
        for name, values in row.items():
            columns[name] += values
    return columns
