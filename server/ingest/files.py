"""The files of a data set: found, told apart by form, and their columns checked before anything is read."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from server.errors import DataError
from server.ingest.blocks import DamagedError, blocks
from server.ingest.format import FORMS, TABLES, TRUTH, Table

_PEEK = 1 << 16  # bytes
_PEEK_ROWS = 1000
_BOM = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Source:
    """One file of the data set, with all the columns it has, known or not."""

    table: Table
    path: Path
    form: str
    columns: tuple[str, ...]


@dataclass(frozen=True)
class DataSet:
    """What a folder holds: accounts first; `damaged` says why a file cannot be read at all, by name."""

    sources: tuple[Source, ...]
    warnings: tuple[str, ...]
    damaged: dict[str, str]


def find(folder: Path) -> DataSet:
    """Find the files of the exchange format and check the columns of each.

    Raises DataError, before anything is written, for a folder that cannot be read or has no accounts, for
    two forms of one file, and for a missing or repeated column.
    """
    named, warnings = _named(folder)
    sources, damaged = [], {}
    for name in (name for name in TABLES if name in named):
        path, form = named[name]
        try:
            source = opened(TABLES[name], path, form)
        except DamagedError as error:
            damaged[path.name] = error.reason
            continue
        _check(source)
        warnings += [f"{path.name}: column {column} is not part of the format" for column in _unknown(source)]
        sources.append(source)
    if not sources or sources[0].table.name != "accounts":
        wrong = "; ".join(f"{name}: {reason}" for name, reason in damaged.items())
        raise DataError(
            f"no accounts can be read in {folder}", wrong or "A data set needs accounts.csv (or .parquet, …)."
        )
    return DataSet(tuple(sources), tuple(warnings), damaged)


def opened(table: Table, path: Path, form: str) -> Source:
    """One file with its columns, whatever they are; raises DamagedError when they cannot be read."""
    return Source(table, path, form, _columns(table, path, form))


def _named(folder: Path) -> tuple[dict[str, tuple[Path, str]], list[str]]:
    try:
        paths = sorted(folder.iterdir())
    except OSError as error:
        raise DataError(f"{folder} cannot be read as a folder", "Name the folder that holds accounts.csv.") from error
    named: dict[str, tuple[Path, str]] = {}
    warnings = []
    for path in paths:
        form = next((form for form in FORMS if path.name.endswith(form)), "")
        name = path.name.removesuffix(form)
        if name == TRUTH or name.startswith(f"{TRUTH}_"):
            continue
        if not form or name not in TABLES or not path.is_file():
            warnings.append(f"{path.name} is not part of the format")
        elif name in named:
            both = f"{named[name][0].name} and {path.name}"
            raise DataError(f"{both} are two forms of one file", "Keep one of them.")
        else:
            named[name] = path, form
    return named, warnings


def _columns(table: Table, path: Path, form: str) -> tuple[str, ...]:
    try:
        if form == ".parquet":
            return tuple(pq.read_schema(path).names)
        return _keys(table, path) if form == ".ndjson" else _header(path)
    except pa.ArrowException as error:
        raise DamagedError("not a Parquet file, or one that breaks off") from error
    except OSError as error:
        raise DamagedError("the file cannot be read") from error


def _header(path: Path) -> tuple[str, ...]:
    for block in blocks(path, quotes=True, size=_PEEK):
        if len(block.starts):
            record = block.data[block.starts[0] : block.ends[0]]
            break
        if block.rejects:
            raise DamagedError(f"the header is {block.rejects[0][1]}")
    else:
        return ()
    row = next(csv.reader([_text(record).rstrip("\r\n")]), [])
    return tuple(name.strip() for name in row)


def _keys(table: Table, path: Path) -> tuple[str, ...]:
    """The keys of the first records; where there is no record, none is missing."""
    keys: dict[str, None] = {}
    records = False
    for block in blocks(path, quotes=False, size=_PEEK):
        for start, end in list(zip(block.starts, block.ends, strict=True))[:_PEEK_ROWS]:
            _text(block.data[start:end])
            try:
                row = orjson.loads(block.data[start:end].removeprefix(_BOM))
            except orjson.JSONDecodeError:
                continue
            keys |= dict.fromkeys(row if isinstance(row, dict) else ())
        records = records or bool(len(block.starts) or block.rejects)
        if keys:
            break
    return tuple(keys) if records else table.required


def _text(record: bytes) -> str:
    if record.startswith(_UTF_16) or b"\0" in record:
        raise DamagedError("the file looks like UTF-16; save it as UTF-8")
    return record.removeprefix(_BOM).decode("utf-8", "replace")


def _check(source: Source) -> None:
    name = source.path.name
    missing = _listed([column for column in source.table.required if column not in source.columns])
    twice = _listed(sorted({column for column in source.columns if source.columns.count(column) > 1}))
    if missing:
        raise DataError(f"{name}:1: missing column {missing}", f"Nothing was loaded. {_why(source.columns)}")
    if twice:
        raise DataError(f"{name}:1: column {twice} appears twice", "Nothing was loaded. Keep one.")


def _why(columns: Sequence[str]) -> str:
    """What to do about columns that are not there."""
    for sign, called in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
        if len(columns) == 1 and sign in columns[0]:
            return f"Columns are separated by {called} here; save the file with commas."
    return "Column names are exact."


def _unknown(source: Source) -> list[str]:
    return [column for column in source.columns if column not in source.table.names]


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names)
