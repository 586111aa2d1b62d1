"""Sightings staged by value: the same as when every row is judged by itself, in SQL."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.ingest import hashing
from server.ingest.check import checked
from server.ingest.files import find
from server.ingest.format import FORMS
from server.ingest.hashing import Key, digests
from server.ingest.read import read
from server.ingest.sightings import SIGHTINGS, check, put
from server.ingest.stage import Stage, staging
from tests.datasets import Row, accounts, sighting, write

KNOWN = pa.table({"id": ["ann", "bob", "cy"], "no": pa.array([4, 2, 0], pa.int32())})
TEXT = pa.schema([("line", pa.int64()), *((name, pa.string()) for name in SIGHTINGS.names)])

# Every row by itself: the rules, then the account, then the hash; and its hours brought together.
JUDGED = f"""
    CREATE OR REPLACE TEMP TABLE judged AS
    SELECT checked.* REPLACE (
               coalesce(reason, CASE WHEN no IS NULL THEN 'account_id: unknown account' END) AS reason), no
    FROM ({checked(SIGHTINGS)}) AS checked LEFT JOIN known ON id = account_id
"""
STAGED = """
    SELECT kind, hashed(kind, identifier)::UUID AS hash, no, hour_of(at_utc, at_ahead) AS hour, max(greatest(claim, 0)),
           max(coalesce(count, 1)), min(at_utc), max(at_utc), at_ahead, bool_and(true)
    FROM judged WHERE reason IS NULL GROUP BY kind, hash, no, hour, at_ahead ORDER BY ALL
"""
FOUND = """
    SELECT kind, identifier, account, hour, max(claim), max(count), min(first), max(last), ahead,
           bool_and(own AND part = ('0x' || left(identifier::VARCHAR, 2))::UTINYINT)
    FROM sighting GROUP BY kind, identifier, account, hour, ahead ORDER BY ALL
"""


class Outcome(NamedTuple):
    """What became of a file."""

    staged: list[Any]
    rejected: list[Any]
    unknown: int


def odd(*values: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from([*values, "", None, "NULL", "\t "])


ROWS: st.SearchStrategy[list[Row]] = st.lists(
    st.builds(
        dict,
        account_id=st.sampled_from(["ann"] * 9 + ["bob"] * 9 + ["", None, "eve", "x" * 257]),
        kind=st.sampled_from(["device", "network"] * 9 + ["payment", "face", "", None]),
        identifier=st.one_of(st.sampled_from(["D-1", " d--1 ", "N 2", "é"]), odd("\u3000")),
        at=st.one_of(
            st.datetimes().map(lambda time: f"{time:%Y-%m-%dT%H:%M:%S}+08:00"),
            st.sampled_from([f"2026-05-01T1{hour}:30:00+0{zone}:00" for hour in "89" for zone in "78"]),
            odd("2026-05-01T19:30:00Z", "2026-05-01 19:30:00.25-03:30", "2026-05-01T19:30", "2026-02-30T00:00:00Z"),
        ),
        detail=st.one_of(odd("phone", "tablet", "wifi", "toaster")),
        count=st.one_of(odd("1", "2", "3", "0", "1e3", "2147483648", "2147483649")),
    ),
    min_size=1,
    max_size=30,
)  # fmt: skip


@pytest.fixture(params=[None, "Europe/Oslo"])
def stage(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Stage]:
    with staging(tmp_path / "home", Key("k", b"a secret"), request.param) as stage:
        yield stage


def by_value(stage: Stage, folder: Path, size: int) -> Outcome:
    stage.store.execute("DELETE FROM sighting")
    rejected: list[Any] = []
    unknown = 0
    for batch in read(find(folder).sources[1], size=size):
        bad, details = put(stage.raw, stage.store, check(stage.raw, batch.rows), KNOWN)
        rejected, unknown = rejected + bad, unknown + details
    return Outcome(stage.store.execute(FOUND).fetchall(), rejected, unknown)


def by_row(stage: Stage, folder: Path) -> Outcome:
    rows = pa.concat_tables(batch.rows.cast(TEXT) for batch in read(find(folder).sources[1]))
    stage.raw.register("batch", rows)
    stage.raw.register("known", KNOWN)
    stage.raw.execute(JUDGED)
    rejected = stage.raw.execute("SELECT line, reason FROM judged WHERE reason IS NOT NULL ORDER BY line").fetchall()
    ((unknown,),) = stage.raw.execute("SELECT count(*) FROM judged WHERE reason IS NULL AND claim < 0").fetchall()
    return Outcome(stage.raw.execute(STAGED).fetchall(), rejected, unknown)


@pytest.mark.parametrize("form", FORMS)
def test_rows_are_staged_as_if_each_was_judged_by_itself(
    stage: Stage, tmp_path_factory: pytest.TempPathFactory, form: str
) -> None:
    @settings(deadline=None, max_examples=8)
    @given(rows=ROWS, size=st.sampled_from([50, 1 << 20]))
    def same(rows: list[Row], size: int) -> None:
        folder = write(tmp_path_factory.mktemp("data"), {"accounts": accounts("ann"), "sightings": rows}, form)
        assert by_value(stage, folder, size) == by_row(stage, folder)

    same()


def test_values_in_a_dictionary_twice_and_times_with_a_type_are_read(stage: Stage, tmp_path: Path) -> None:
    write(tmp_path, {"accounts": accounts("ann")})
    twice = pa.DictionaryArray.from_arrays(pa.array([0, 1, None, 0], pa.int8()), pa.array(["D-1", "D-1"]))
    moments = pa.array([1_777_600_000, 1_777_600_001, 1_777_600_002, None], pa.timestamp("s", "Asia/Shanghai"))
    columns = {"account_id": ["ann"] * 4, "kind": ["device"] * 4, "identifier": twice, "at": moments}
    pq.write_table(pa.table({**columns, "count": [1.0, 2.0, 3.0, 4.0]}), tmp_path / "sightings.parquet")
    found = by_value(stage, tmp_path, 1)
    assert found == by_row(stage, tmp_path)
    assert (len(found.staged), len(found.rejected)) == (1, 2)


def test_text_that_is_not_utf_8_costs_its_row_only(stage: Stage, tmp_path: Path) -> None:
    write(tmp_path, {"accounts": accounts("ann")})
    (tmp_path / "sightings.csv").write_bytes(
        b"account_id,kind,identifier,at\nann,device,\xff,2026-05-01T19:30:00+08:00\n"
        b"ann,device,D-1,2026-05-01T19:30:00+08:00\n"
    )
    batch = next(batch for batch in read(find(tmp_path).sources[1]) if len(batch.rows))
    assert (batch.rejects, batch.rows["line"].to_pylist()) == ([(2, "not UTF-8")], [3])


@pytest.mark.parametrize("rows", [2, 300])
def test_hours_that_repeat_often_are_brought_together_at_once(stage: Stage, tmp_path: Path, rows: int) -> None:
    folder = write(tmp_path / "data", {"accounts": accounts("ann"), "sightings": [sighting()] * rows})
    assert by_value(stage, folder, 1 << 20) == by_row(stage, folder)
    assert stage.store.execute("SELECT count(*) FROM sighting").fetchall() == [(1,)]


def test_hashes_are_the_same_remembered_or_not(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = pa.table({"kind": ["device", "device", "network"], "identifier": ["b", "a", "a"]})
    expected = [
        hashing.hashed(Key("k", b"a secret"), *pair)[2:] for pair in zip(*pairs.to_pydict().values(), strict=True)
    ]
    for most in (0, 0, 9, 9):
        monkeypatch.setattr(hashing, "REMEMBERED", most)
        assert [digest.tobytes().hex() for digest in digests(stage.raw, pairs)] == expected
