"""The four forms of a file into Arrow batches: a line number and every column of the format, as text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from server.ingest.blocks import SIZE, Block, DamagedError, Reject, blocks
from server.ingest.files import Source

ROWS = 1 << 17  # rows of Parquet at a time
BY_VALUE = "sightings"  # the file that is judged by its distinct values: more rows at a time have fewer of them
NOT_UTF_8 = "not UTF-8"
EXACT = 1 << 53  # below it, a whole number that came as a float is the number that was written
_TEXTS, _BYTES = (pa.dictionary(pa.int32(), plain) for plain in (pa.string(), pa.binary()))


@dataclass(frozen=True)
class Batch:
    """`rows` has `line` (int64) and all columns of the table, as text; `read` counts bytes of the file.

    Text is a string, and of sightings a dictionary of strings with places of int32.
    """

    rows: pa.Table
    rejects: list[Reject]
    read: int


def read(source: Source, *, size: int = SIZE) -> Iterator[Batch]:
    """Read one file in bounded memory, `size` bytes of text at a time, of sightings twice as many.

    Raises DamagedError, after the rows before the damage, for a file that breaks off.
    """
    if source.form == ".parquet":
        yield from _parquet(source)
        return
    rows = _ndjson if source.form == ".ndjson" else _csv
    first = True
    for block in blocks(source.path, quotes=rows is _csv, size=size * (2 if source.table.name == BY_VALUE else 1)):
        headless = first and rows is _csv and len(block.starts) > 0
        first = first and not len(block.starts)
        yield rows(source, _tail(block) if headless else block)


def _tail(block: Block) -> Block:
    return Block(block.data, block.starts[1:], block.ends[1:], block.lines[1:], block.rejects, block.read)


def _csv(source: Source, block: Block) -> Batch:
    if not len(block.starts):
        return _batch(source, {}, block.lines, block.rejects, block.read)
    wrong: list[tuple[int, int]] = []

    def refuse(row: Any) -> str:
        wrong.append((row.number - 1, row.actual_columns))
        return "skip"

    wanted = [name for name in source.table.names if name in source.columns]
    text = _BYTES if source.table.name == BY_VALUE else pa.binary()
    rows = pacsv.read_csv(
        pa.BufferReader(pa.py_buffer(block.data)[int(block.starts[0]) : int(block.ends[-1])]),
        pacsv.ReadOptions(use_threads=False, block_size=len(block.data) + 1, column_names=source.columns),
        pacsv.ParseOptions(newlines_in_values=True, invalid_row_handler=refuse),
        pacsv.ConvertOptions(include_columns=wanted, column_types=dict.fromkeys(wanted, text)),
    )
    columns = len(source.columns)
    rejects = [(int(block.lines[row]), f"{had} values in {columns} columns") for row, had in wrong]
    lines = np.delete(block.lines, [row for row, _ in wrong])
    return _batch(source, dict(zip(wanted, rows.columns, strict=True)), lines, block.rejects + rejects, block.read)


def _ndjson(source: Source, block: Block) -> Batch:
    lines, rejects = [], list(block.rejects)
    values: dict[str, list[str | None]] = {name: [] for name in source.table.names}
    for start, end, line in zip(block.starts, block.ends, block.lines.tolist(), strict=True):
        try:
            row = orjson.loads(block.data[start:end].removeprefix(b"\xef\xbb\xbf"))
            texts = [_plain(row.get(name)) for name in values]
        except (orjson.JSONDecodeError, AttributeError):
            rejects.append((line, _why(block.data[start:end])))
        except TypeError:
            rejects.append((line, "a value that is neither text nor a number"))
        except OverflowError:
            rejects.append((line, "a number of too many digits; write it as text"))
        else:
            lines.append(line)
            for column, text in zip(values.values(), texts, strict=True):
                column.append(text)
    columns = {name: pa.chunked_array([pa.array(column, pa.string())]) for name, column in values.items()}
    return _batch(source, columns, np.array(lines, np.int64), rejects, block.read)


def _why(record: bytes) -> str:
    try:
        record.decode()
    except UnicodeDecodeError:
        return NOT_UTF_8
    return "not a JSON object"


def _plain(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer():
        if abs(value) >= EXACT:  # its last digits are gone: different ids would become one
            raise OverflowError
        return str(int(value))
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise TypeError


def _parquet(source: Source) -> Iterator[Batch]:
    size, line = source.path.stat().st_size, 1
    by_value = source.table.name == BY_VALUE
    text = _by_value if by_value else _text
    wanted = [name for name in source.table.names if name in source.columns]
    try:
        schema = pq.read_schema(source.path)
        if nested := [name for name in wanted if pa.types.is_nested(schema.field(name).type)]:
            raise DamagedError(f"column {nested[0]} holds more than one value", line)
        file = pq.ParquetFile(source.path, read_dictionary=wanted if by_value else [])
        for part in file.iter_batches(ROWS * (4 if by_value else 1), columns=wanted, use_threads=False):
            lines = np.arange(line, line + len(part), dtype=np.int64)
            columns = {name: pa.chunked_array([text(part[name])]) for name in wanted}
            line += len(part)
            yield _batch(source, columns, lines, [], size * (line - 1) // max(1, file.metadata.num_rows))
    except (pa.ArrowException, OSError) as error:
        raise DamagedError("the Parquet data is damaged", line) from error


def _by_value(values: pa.Array) -> pa.Array:
    """Any plain column as a dictionary of text, so that each distinct value becomes text once."""
    values = values if pa.types.is_dictionary(values.type) else values.dictionary_encode()
    return pa.DictionaryArray.from_arrays(values.indices.cast(pa.int32()), _text(values.dictionary))


def _text(values: pa.Array) -> pa.Array:
    """Any plain column as text; a time with a zone as UTC with a Z, a time without one without."""
    if pa.types.is_dictionary(values.type):
        values = values.dictionary_decode()
    if pa.types.is_timestamp(values.type):
        zone = values.type.tz and "UTC"
        values = values.cast(pa.timestamp("us", zone), safe=False)
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        return values.cast(pa.large_binary()).cast(pa.binary())
    if pa.types.is_floating(values.type):  # ids among which some are missing, as pandas writes them
        whole = pc.and_(pc.equal(pc.floor(values), values), pc.less(pc.abs(values), EXACT))
        return pc.coalesce(pc.if_else(whole, values, None).cast(pa.int64()).cast(pa.string()), values.cast(pa.string()))
    return values if pa.types.is_binary(values.type) else values.cast(pa.string())


def _batch(source: Source, columns: dict[str, pa.ChunkedArray], lines: Any, rejects: list[Reject], read: int) -> Batch:
    """Put the columns in the order of the format, and reject the rows whose text is not UTF-8."""
    good = np.ones(len(lines), bool)
    text = _TEXTS if source.table.name == BY_VALUE else pa.string()
    texts = {}
    for name, values in columns.items():
        try:
            texts[name] = values.cast(text)
        except pa.ArrowInvalid:
            whole = [value is None or _is_text(value) for value in values.to_pylist()]
            good &= np.array(whole)
            texts[name] = pc.if_else(pa.array(whole), values.cast(pa.binary()), None).cast(text)
    empty = pa.nulls(len(lines), text)
    table = pa.table({"line": lines} | {name: texts.get(name, empty) for name in source.table.names})
    if good.all():
        return Batch(table, rejects, read)
    rejects = rejects + [(int(line), NOT_UTF_8) for line in lines[~good]]
    return Batch(table.filter(pa.array(good)), rejects, read)


def _is_text(value: bytes) -> bool:
    try:
        value.decode()
    except UnicodeDecodeError:
        return False
    return True
