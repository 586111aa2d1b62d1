"""Exports: plain CSV and Parquet, whole or not at all."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet
import pytest

from server.export import HOUSEHOLDS, write

ROW = {"household_id": "h1", "account_id": 'a,"b"', "person_id": "p1", "confidence": 0.5, "status": "inferred"}


@pytest.fixture
def table() -> pa.Table:
    return pa.Table.from_pylist([ROW], HOUSEHOLDS)


def test_csv_quotes_only_what_needs_it(table: pa.Table) -> None:
    stream = io.BytesIO()
    write(table, stream, "csv")
    assert stream.getvalue().decode().splitlines() == [",".join(ROW), 'h1,"a,""b""",p1,0.5,inferred']


def test_parquet_keeps_the_types(table: pa.Table, tmp_path: Path) -> None:
    write(table, tmp_path / "households.parquet", "parquet")
    assert pyarrow.parquet.read_table(tmp_path / "households.parquet").to_pylist() == [ROW]


def test_nothing_is_left_half_written(table: pa.Table, tmp_path: Path) -> None:
    write(table, tmp_path / "households.csv", "csv")
    assert [path.name for path in tmp_path.iterdir()] == ["households.csv"]


def test_no_households_are_a_header(tmp_path: Path) -> None:
    write(HOUSEHOLDS.empty_table(), tmp_path / "households.csv", "csv")
    assert (tmp_path / "households.csv").read_text() == ",".join(ROW) + "\n"
