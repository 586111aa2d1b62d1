"""Files into rows: every form, exact line numbers, and whatever is wrong with the bytes."""

from __future__ import annotations

import csv
import gzip
import io
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.errors import DataError
from server.ingest.blocks import BARE_RETURN, TOO_LONG, DamagedError, blocks
from server.ingest.files import Source, find
from server.ingest.format import FORMS, TABLES
from server.ingest.read import NOT_UTF_8, read
from tests.datasets import accounts, write

Rows = list[tuple[int, str | None]]
FIELD = st.text(st.sampled_from("ab,\"\n '"), max_size=6)


def source(path: Path, *columns: str) -> Source:
    form = next(form for form in (".csv.gz", *FORMS) if path.name.endswith(form))
    return Source(TABLES["accounts"], path, form, columns or ("account_id", "city"))


def rows(found: Source, size: int = 1 << 20) -> tuple[Rows, list[tuple[int, str]]]:
    """Lines with account ids, and what was rejected."""
    good, bad = [], []
    for batch in read(found, size=size):
        good += list(zip(*batch.rows.select(["line", "account_id"]).to_pydict().values(), strict=True))
        bad += batch.rejects
    return good, bad


def text(folder: Path, content: bytes, size: int = 1 << 20) -> tuple[Rows, list[tuple[int, str]]]:
    path = folder / "accounts.csv"
    path.write_bytes(content)
    return rows(source(path), size)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_says_the_same(tmp_path: Path, form: str) -> None:
    found = find(write(tmp_path, {"accounts": accounts("ann", "bøb")}, form)).sources[0]
    first = 1 if form in (".parquet", ".ndjson") else 2
    assert rows(found) == ([(first, "ann"), (first + 1, "bøb")], [])


@pytest.mark.parametrize("size", [1, 7, 64, 1 << 20])
def test_lines_are_those_of_the_file_whatever_the_block(tmp_path: Path, size: int) -> None:
    content = b'account_id,city\r\nann,x\r\n\r\n"b\nb","y"\r\nbad\r\n\xff,x\r\n5" TV,x\r\n"c ""c""",x'
    good, bad = text(tmp_path, content, size)
    assert good == [(2, "ann"), (4, "b\nb"), (8, '5" TV'), (9, 'c "c"')]
    assert bad == [(6, "1 values in 2 columns"), (7, NOT_UTF_8)]


@settings(deadline=None)
@given(records=st.lists(st.tuples(FIELD, FIELD), min_size=1), size=st.integers(1, 40))
def test_records_are_those_of_pythons_csv_reader(
    tmp_path_factory: pytest.TempPathFactory, records: list[tuple[str, str]], size: int
) -> None:
    stream = io.StringIO()
    csv.writer(stream, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows([("account_id", "city"), *records])
    good, bad = text(tmp_path_factory.mktemp("csv"), stream.getvalue().encode(), size)
    assert ([name for _, name in good], bad) == ([name for name, _ in records], [])


@settings(deadline=None)
@given(content=st.text(st.sampled_from('ab,"\n'), max_size=40), size=st.integers(1, 50))
def test_no_quotation_mark_confuses_the_lines(
    tmp_path_factory: pytest.TempPathFactory, content: str, size: int
) -> None:
    good, bad = text(tmp_path_factory.mktemp("csv"), f"account_id,city\n{content}".encode(), size)
    assert {line for line, _ in good}.isdisjoint(line for line, _ in bad)
    assert text(tmp_path_factory.mktemp("csv"), f"account_id,city\n{content}".encode()) == (good, bad)


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path: Path) -> None:
    (tmp_path / "accounts.csv").write_bytes(b"\xef\xbb\xbfaccount_id\nann\n")
    found = find(tmp_path).sources[0]
    assert (found.columns, rows(found)) == (("account_id",), ([(2, "ann")], []))


def test_a_line_of_100_mb_is_refused_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "accounts.csv"
    with path.open("wb") as file:
        file.write(b"account_id,city\nann,x\n")
        file.writelines([b"y" * (1 << 20)] * 100)
        file.write(b"\nbob,x\n")
    assert rows(source(path)) == ([(2, "ann"), (4, "bob")], [(3, TOO_LONG)])
    assert max(len(block.data) for block in blocks(path, quotes=True, size=1 << 20)) < 3 << 20


@pytest.mark.parametrize("size", [1 << 20, 16 << 20])
def test_a_mark_that_stays_open_costs_its_own_line_only(tmp_path: Path, size: int) -> None:
    lines = b"".join(b"a%d,x\n" % number for number in range(300_000))
    good, bad = text(tmp_path, b'account_id,city\n"ann,x\n' + lines, size)
    assert (len(good), good[0], bad) == (300_000, (3, "a0"), [(2, TOO_LONG)])


def test_a_bare_carriage_return_is_refused(tmp_path: Path) -> None:
    assert text(tmp_path, b"account_id,city\na\rb,x\nbob,x\n") == ([(3, "bob")], [(2, BARE_RETURN)])


def test_a_gzip_file_that_breaks_off_gives_the_rows_before(tmp_path: Path) -> None:
    random.seed(1)
    names = [f"{random.getrandbits(64):x}" for _ in range(5000)]
    whole = gzip.compress("".join(f"{name},x\n" for name in ["account_id", *names]).encode())
    (tmp_path / "accounts.csv.gz").write_bytes(whole[: len(whole) // 2])
    good: Rows = []
    with pytest.raises(DamagedError) as error:
        good.extend(_lines(source(tmp_path / "accounts.csv.gz")))
    assert error.value.line > 2000


def _lines(found: Source) -> Any:
    for batch in read(found, size=1 << 14):
        yield from batch.rows["line"].to_pylist()


def test_gzip_members_one_after_the_other_are_one_file(tmp_path: Path) -> None:
    path = tmp_path / "accounts.csv.gz"
    path.write_bytes(gzip.compress(b"account_id,city\nann,x\n") + gzip.compress(b"bob,x\n"))
    assert rows(source(path)) == ([(2, "ann"), (3, "bob")], [])


@pytest.mark.parametrize("size", [50, 1 << 20])
def test_a_gzip_member_with_nothing_in_it_is_not_the_end(tmp_path: Path, size: int) -> None:
    path = tmp_path / "accounts.csv.gz"
    path.write_bytes(gzip.compress(b"account_id,city\nann,x\n") + gzip.compress(b"") + gzip.compress(b"bob,x\n"))
    assert rows(source(path), size) == ([(2, "ann"), (3, "bob")], [])


def test_json_lines_that_are_no_objects_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "accounts.ndjson"
    path.write_bytes(b'{"account_id": 7, "city": null}\n\n[1]\n{"account_id": {}}\n{"account_id": "\xff"}\nx\n')
    good, bad = rows(source(path))
    assert (good, [line for line, _ in bad]) == ([(1, "7")], [3, 4, 5, 6])
    assert [reason for _, reason in bad[:2]] == ["not a JSON object", "a value that is neither text nor a number"]


def test_parquet_values_of_any_plain_type_become_text(tmp_path: Path) -> None:
    moment = pa.array([0, None], pa.timestamp("ns", "Asia/Shanghai"))
    names = pa.array(["ann", "bob"]).dictionary_encode()
    pq.write_table(
        pa.table({"account_id": names, "registered_at": moment, "city": [1.0, 2.5]}), tmp_path / "accounts.parquet"
    )
    (batch,) = read(find(tmp_path).sources[0])
    assert batch.rows["registered_at"].to_pylist() == ["1970-01-01 00:00:00.000000Z", None]
    assert batch.rows["city"].to_pylist() == ["1", "2.5"]


def test_a_damaged_parquet_page_gives_the_rows_before(tmp_path: Path) -> None:
    path = tmp_path / "accounts.parquet"
    pq.write_table(
        pa.table({"account_id": [f"a{n}" for n in range(1000)]}), path, row_group_size=100, compression="none"
    )
    content = bytearray(path.read_bytes())
    content[len(content) // 2 : len(content) // 2 + 200] = b"\xff" * 200
    path.write_bytes(content)
    with pytest.raises(DamagedError, match="Parquet"):
        list(read(source(path, "account_id")))


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"accounts.csv": b"id\n1\n"}, "accounts.csv:1: missing column account_id"),
        ({"accounts.csv": b""}, "missing column account_id"),
        ({"accounts.csv": b"account_id,city,city\n"}, "column city appears twice"),
        ({"sightings.csv": b"account_id\n"}, "missing column kind, identifier, at"),
        ({"accounts.csv": b"account_id\n", "accounts.ndjson": b""}, "two forms of one file"),
        ({"accounts.csv": "account_id\nann\n".encode("utf-16")}, "no accounts can be read"),
        ({"accounts.parquet": b"PAR1 and no more"}, "no accounts can be read"),
        ({"accounts.ndjson": b'{"id": 1}\n'}, "missing column account_id"),
        ({"touches.txt": b""}, "no accounts can be read"),
    ],
)
def test_a_folder_that_cannot_be_used_is_refused(tmp_path: Path, files: dict[str, bytes], message: str) -> None:
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=message):
        find(tmp_path)


@pytest.mark.parametrize(("sign", "called"), [(";", "semicolons"), ("\t", "tabs"), (",", "exact")])
def test_what_stands_between_columns_is_named(tmp_path: Path, sign: str, called: str) -> None:
    (tmp_path / "accounts.csv").write_text(sign.join(["id", "city"]) + "\n")
    with pytest.raises(DataError) as refused:
        find(tmp_path)
    assert called in refused.value.hint


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be read as a folder"):
        find(tmp_path / "none")


def test_what_is_not_of_the_format_is_warned_of_once_and_truth_never(tmp_path: Path) -> None:
    write(tmp_path, {"accounts": [{"account_id": "ann", "shoe": 42}], "truth": accounts("ann")})
    (tmp_path / "notes.txt").touch()
    (tmp_path / "old").mkdir()
    assert find(tmp_path).warnings == (
        "notes.txt is not part of the format",
        "old is not part of the format",
        "accounts.csv: column shoe is not part of the format",
    )


@pytest.mark.parametrize("content", [b"", b"\n", b"\r\n\n"])
def test_a_file_of_no_json_lines_is_a_file_without_rows(tmp_path: Path, content: bytes) -> None:
    write(tmp_path, {"accounts": accounts("ann")})
    (tmp_path / "bindings.ndjson").write_bytes(content)
    bindings = find(tmp_path).sources[1]
    assert [len(batch.rows) for batch in read(bindings) if len(batch.rows) or batch.rejects] == []


def test_a_file_that_cannot_be_read_at_all_leaves_the_others(tmp_path: Path) -> None:
    write(tmp_path, {"accounts": accounts("ann")})
    (tmp_path / "sightings.csv").write_bytes("account_id,kind,identifier,at\n".encode("utf-16"))
    (tmp_path / "touches.parquet").write_bytes(b"PAR1")
    assert list(find(tmp_path).damaged) == ["sightings.csv", "touches.parquet"]


def test_a_json_number_whose_digits_are_lost_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "accounts.ndjson"
    path.write_text("".join(f'{{"account_id": {10**27 + n}}}\n' for n in range(2)) + f'{{"account_id": {2**64 - 1}}}\n')
    good, bad = rows(source(path))
    assert good == [(3, str(2**64 - 1))]
    assert bad == [
        (1, "a number of too many digits; write it as text"),
        (2, "a number of too many digits; write it as text"),
    ]


def test_whole_floats_of_parquet_are_the_numbers_that_they_were(tmp_path: Path) -> None:
    ids = [13812345678.0, None, 10000000000.0, 0.5]
    pq.write_table(pa.table({"account_id": ids}), tmp_path / "accounts.parquet")
    (batch,) = read(find(tmp_path).sources[0])
    assert batch.rows["account_id"].to_pylist() == ["13812345678", None, "10000000000", "0.5"]


def test_a_parquet_column_of_lists_is_named(tmp_path: Path) -> None:
    said = {"account_id": ["ann"], "kind": ["device"], "identifier": ["D"], "at": ["x"], "detail": [["tv"]]}
    pq.write_table(pa.table({"account_id": ["ann"]}), tmp_path / "accounts.parquet")
    pq.write_table(pa.table(said), tmp_path / "sightings.parquet")
    with pytest.raises(DamagedError, match="column detail holds more than one value"):
        list(read(find(tmp_path).sources[1]))
