"""Sightings, staged by value: what is true of a value is found once a batch, and rows are numbers."""

# ruff: noqa: S608  (the SQL is made of the names in format.py, never of data)

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from server.ingest.blocks import Ints, Reject
from server.ingest.check import checked
from server.ingest.format import KINDS, TABLES, Table
from server.ingest.hashing import digests
from server.ingest.staged import STAGED

Flags = NDArray[np.bool_]

SIGHTINGS = TABLES["sightings"]
REPEATED = 0.1  # from this share of rows that repeat an hour on, the hours of a batch are brought together at once
_KINDS = pa.array(KINDS)


def _query(said: str, *names: str) -> str:
    """What check.py says of texts of some columns, in the order of the texts."""
    columns = tuple(column for column in SIGHTINGS.columns if column.name in names)
    return f"SELECT {said} FROM ({checked(Table(SIGHTINGS.name, columns))}) ORDER BY line"


_CLAIMS = _query("claim", "kind", "detail")
_QUERIES = {
    "account_id": _query("reason", "account_id"),
    "kind": _query("reason", "kind"),
    "identifier": _query("reason", "identifier"),
    "at": _query("reason, at_utc AS utc, at_ahead AS ahead, hour_of(at_utc, at_ahead) AS hour", "at"),
    "count": _query("reason, count", "count"),
}


@dataclass(frozen=True)
class Values:
    """A column: its distinct `texts`, what check.py says of each (`judged`), and the place of each row's text."""

    texts: pa.Array
    judged: pa.Table
    places: Ints

    def good(self) -> Flags:
        """Whether no rule is broken, row by row."""
        good: Flags = self.judged["reason"].is_null().to_numpy()
        return good[self.places]

    def each(self, name: str, rows: Flags) -> NDArray[Any]:
        """What is said under `name` of each of some rows; zero for nothing."""
        said: NDArray[Any] = self.judged[name].fill_null(0).to_numpy()
        return said[self.places[rows]]


@dataclass(frozen=True)
class Sightings:
    """A batch that was checked, but for whether its accounts are known: its `details`, and each row's place there."""

    lines: Ints
    columns: dict[str, Values]
    details: pa.Array
    detail: Ints

    @property
    def names(self) -> pa.Table:
        """The distinct accounts that it names, as a column `id`."""
        accounts = self.columns["account_id"]
        return pa.table({"id": accounts.texts.filter(accounts.judged["reason"].is_null())})


def check(raw: duckdb.DuckDBPyConnection, rows: pa.Table) -> Sightings:
    """Check a batch as `read` gives it, column by column; what a detail claims is asked with its kind, in `put`."""
    columns = {}
    for name, query in _QUERIES.items():
        texts, places = _distinct(rows[name])
        columns[name] = Values(texts, _asked(raw, query, {name: texts}), places)
    return Sightings(rows["line"].to_numpy(), columns, *_distinct(rows["detail"]))


def put(
    raw: duckdb.DuckDBPyConnection, store: duckdb.DuckDBPyConnection, batch: Sightings, known: pa.Table
) -> tuple[list[Reject], int]:
    """Stage the good rows; `known` gives accounts their numbers.

    Returns the rejected rows with their reasons, and how many good ones claim an unknown detail.
    """
    account = _numbers(batch.columns["account_id"], known)
    good = np.logical_and.reduce([account >= 0, *(values.good() for values in batch.columns.values())])
    rows, unknown = _rows(raw, batch, account, good)
    store.register("rows", rows)
    repeated = len(rows) - _different(*(rows[name].to_numpy() for name in ("place", "account", "hour")))
    store.execute(STAGED[SIGHTINGS.name]["hours" if repeated > REPEATED * len(rows) else "rows"])
    store.unregister("rows")
    return _rejects(batch, np.flatnonzero(~good)), unknown


def _rows(raw: duckdb.DuckDBPyConnection, batch: Sightings, account: Ints, good: Flags) -> tuple[pa.Table, int]:
    """The good rows as the stage holds them, and how many of them claim an unknown detail."""
    kinds, identifiers, at = (batch.columns[name] for name in ("kind", "identifier", "at"))
    kind = pc.index_in(kinds.texts, _KINDS).fill_null(0).to_numpy()[kinds.places[good]]
    named, place = _pairs("identifier", identifiers.texts, identifiers.places[good], kind)
    hashes = digests(raw, pa.table(named))
    said, claim = _pairs("detail", batch.details, batch.detail[good], kind)
    claims = _asked(raw, _CLAIMS, said)["claim"].to_numpy()
    rows = {
        "place": place,
        "kind": pa.DictionaryArray.from_arrays(kind, _KINDS),
        "part": hashes.view(np.uint8)[:: hashes.itemsize][place],
        "identifier": _uuids(hashes[place]),
        "account": account[good],
        "claim": np.maximum(claims, 0)[claim],
        "count": np.maximum(batch.columns["count"].each("count", good), 1),
        **{name: at.each(name, good) for name in ("hour", "utc", "ahead")},
    }
    return pa.table(rows), int((claims < 0)[claim].sum())


def _distinct(column: pa.ChunkedArray) -> tuple[pa.Array, Ints]:
    """The distinct texts of a column, null among them if it is there, and the place of each row's text."""
    values = column.combine_chunks()
    encoded = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
    texts, places = encoded.dictionary, encoded.indices
    if places.null_count:
        places = places.fill_null(len(texts))
        texts = pa.concat_arrays([texts, pa.nulls(1, texts.type)])
    return texts, places.to_numpy()


def _asked(raw: duckdb.DuckDBPyConnection, query: str, columns: dict[str, pa.Array]) -> pa.Table:
    """What a query of check.py says of texts, in their order."""
    count = len(next(iter(columns.values())))
    raw.register("batch", pa.table({"line": np.arange(count), **columns}))
    judged = raw.sql(query).to_arrow_table().combine_chunks()
    raw.unregister("batch")
    return judged


def _numbers(accounts: Values, known: pa.Table) -> Ints:
    """The number of each row's account, -1 for an unknown one."""
    found = pc.index_in(accounts.texts, known["id"].combine_chunks())
    numbers: Ints = known["no"].take(found).fill_null(-1).to_numpy()
    return numbers[accounts.places]


def _pairs(name: str, texts: pa.Array, places: Ints, kind: Ints) -> tuple[dict[str, pa.Array], Ints]:
    """The distinct pairs of a kind and a text, as columns, and the place of each row's pair among them."""
    number = places.astype(np.int64) * len(KINDS) + kind
    there = np.zeros(len(texts) * len(KINDS), bool)
    there[number] = True
    which = np.flatnonzero(there)
    pairs = {"kind": _KINDS.take(pa.array(which % len(KINDS))), name: texts.take(pa.array(which // len(KINDS)))}
    return pairs, (np.cumsum(there) - 1)[number]


def _uuids(hashes: NDArray[np.void]) -> pa.Array:
    plain = pa.Array.from_buffers(pa.binary(16), len(hashes), [None, pa.py_buffer(hashes)])
    return pa.ExtensionArray.from_storage(pa.uuid(), plain)


def _different(place: Ints, account: Ints, hour: Ints) -> int:
    """How many different hours of an account with an identifier there are; where keys outgrow 64 bits, about."""
    since = hour.astype(np.int64) - hour.min(initial=0)
    key = (place * (account.max(initial=0) + 1) + account) * (since.max(initial=0) + 1) + since
    key.sort()
    return len(key) and 1 + int(np.count_nonzero(np.diff(key)))


def _rejects(batch: Sightings, rows: Ints) -> list[Reject]:
    """The first rule that each of some rows breaks."""
    if not len(rows):
        return []
    reasons = [values.judged["reason"].take(pa.array(values.places[rows])) for values in batch.columns.values()]
    first = pc.coalesce(*reasons, pa.scalar("account_id: unknown account"))
    return list(zip(batch.lines[rows].tolist(), first.to_pylist(), strict=True))
