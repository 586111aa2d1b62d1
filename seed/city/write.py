"""Tables to files: Parquet, CSV or gzipped CSV."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from seed.city.draws import Ints

FORMATS = ("parquet", "csv", "csv.gz")
ROWS = 1 << 18  # decoded at a time, to bound memory
Columns = Mapping[str, pa.Array]


def write(folder: Path, name: str, columns: Columns, form: str) -> int:
    """Write one file of the exchange format and return its rows."""
    table = pa.table(dict(columns))
    path = folder / f"{name}.{form}"
    if form == "parquet":
        pyarrow.parquet.write_table(table, path, compression="zstd", store_schema=False)
        return int(table.num_rows)
    plain = pa.schema([(f.name, getattr(f.type, "value_type", f.type)) for f in table.schema])
    options = pyarrow.csv.WriteOptions(quoting_style="none")
    with pa.output_stream(path) as sink, pyarrow.csv.CSVWriter(sink, plain, write_options=options) as writer:
        for part in _parts(table):
            writer.write_table(part.cast(plain))
    return int(table.num_rows)


def in_id_order(ids: pa.Array) -> Ints:
    """The order of rows by their opaque id, which is the order of nothing else."""
    return np.argsort(np.asarray(ids.to_numpy(zero_copy_only=False), dtype=str), kind="stable").astype(np.int64)


def _parts(table: pa.Table) -> Iterator[pa.Table]:
    for start in itertools.count(0, ROWS):
        if start >= table.num_rows:
            return
        yield table.slice(start, ROWS)
