"""Measures against counts made by hand and by brute force."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.db.database import Database
from server.errors import DataError
from server.evaluate import Evaluation, calibrate, evaluate, measure, read_truth
from tests.api_graphs import household
from tests.conftest import run


def homes(text: str) -> dict[str, set[str]]:
    """`ab cd` is two households; an account in two words lives in both."""
    return {a: {w for w in text.split() if a in w} for a in set(text) - {" "}}


def compare(found: str, truth: str, chance: float = 0.9) -> Evaluation:
    detected = homes(found)
    return measure(detected, homes(truth), {(a, home): chance for a, own in detected.items() for home in own})


def test_a_perfect_match() -> None:
    result = compare("ab cde", "ab cde f")
    assert (result.pairwise.f1, result.bcubed.f1, result.exact_households) == (1.0, 1.0, 1.0)


def test_a_wrong_merge_costs_precision() -> None:
    result = compare("abcd", "ab cd")
    assert (result.pairwise.precision, result.pairwise.recall) == (0.3333, 1.0)
    assert (result.bcubed.precision, result.exact_households) == (0.5, 0.0)


def test_a_split_costs_recall() -> None:
    assert compare("ab cd", "abcd").pairwise.recall == 0.3333


def test_a_child_in_two_homes_is_right_in_both() -> None:
    assert compare("abk kcd", "abk kcd").pairwise.f1 == 1.0


def test_pairs_with_accounts_outside_the_truth_are_counted_apart() -> None:
    result = compare("abx", "ab")
    assert (result.pairwise.precision, result.outside, result.largest_household) == (1.0, 2, 3)


def test_nothing_found_is_no_error_but_no_recall() -> None:
    assert compare("", "ab").pairwise.recall == 0.0


def test_calibration_error_is_the_mean_distance() -> None:
    assert compare("ab cd", "ab c d", chance=0.8).calibration_error == pytest.approx(0.3)


def test_calibration_bins() -> None:
    bins = calibrate([(0.95, 1.0), (1.0, 0.0), (0.12, 0.0)])
    assert [(one.count, one.confidence, one.correct) for one in bins] == [(1, 0.12, 0.0), (2, 0.975, 0.5)]


labels = st.lists(st.integers(0, 3), min_size=7, max_size=7)


@given(labels, labels)
def test_pairwise_agrees_with_counting(found: list[int], truth: list[int]) -> None:
    words = [
        " ".join("".join(a for a, r in zip("abcdefg", label, strict=True) if r == n) for n in range(4))
        for label in (found, truth)
    ]
    pairs = list(combinations(range(7), 2))
    inside = [p for p in pairs if found[p[0]] == found[p[1]]]
    hits = [p for p in inside if truth[p[0]] == truth[p[1]]]
    assert compare(words[0], words[1]).pairwise.precision == (round(len(hits) / len(inside), 4) if inside else 1.0)


def test_truth_holds_from_and_until(tmp_path: Path) -> None:
    path = tmp_path / "truth.csv"
    path.write_text(
        "account_id,household_id,from,until\n"
        "a,old,,2026-03-01T00:00:00+08:00\na,new,2026-03-01T00:00:00+08:00,\nb,new,,\n"
    )
    assert read_truth(path, "2026-03-01T00:00:00+08:00") == {"a": {"new"}, "b": {"new"}}
    assert read_truth(path, "2026-02-28T15:59:59+00:00")["a"] == {"old"}
    assert read_truth(path, None)["a"] == {"old", "new"}


UPPER = "550E8400-E29B-41D4-A716-446655440000"


@pytest.mark.parametrize(
    ("name", "content", "accounts"),
    [
        ("truth.ndjson", f'{{"account_id": "{UPPER}", "household_id": "h"}}\n', {UPPER}),
        ("truth.ndjson", '{"account_id": "2026-5-1", "household_id": "h"}\n', {"2026-5-1"}),
        ("truth.ndjson", '{"account_id": 7, "household_id": 1}\n{"account_id": 8.0, "household_id": 1}\n', {"7", "8"}),
        ("truth.csv", "account_id,household_id\n'a',h\n", {"'a'"}),
        ("truth.csv", "account_id,household_id\n" + 30_000 * "b,h\n" + '"a, b",h\n', {"b", "a, b"}),
    ],
)
def test_ids_of_a_truth_are_those_of_a_load(tmp_path: Path, name: str, content: str, accounts: set[str]) -> None:
    (tmp_path / name).write_text(content)
    assert set(read_truth(tmp_path / name, None)) == accounts


@pytest.mark.parametrize("values", [[0, 8], [0.0, 8.0], [b"0", b"8"]])
def test_ids_of_a_parquet_truth_are_those_of_a_load(tmp_path: Path, values: list[object]) -> None:
    pq.write_table(pa.table({"account_id": values, "household_id": ["h", "h"]}), tmp_path / "truth.parquet")
    assert read_truth(tmp_path / "truth.parquet", None) == {"0": {"h"}, "8": {"h"}}


def test_a_time_that_only_late_records_have_counts(tmp_path: Path) -> None:
    ends = '{"account_id": "b", "household_id": "h", "until": "2026-03-01T00:00:00+08:00"}\n'
    (tmp_path / "truth.ndjson").write_text(30_000 * '{"account_id": "a", "household_id": "h"}\n' + ends)
    assert set(read_truth(tmp_path / "truth.ndjson", "2026-03-01T00:00:00+08:00")) == {"a"}


def test_a_truth_without_its_columns_says_which(tmp_path: Path) -> None:
    (tmp_path / "truth.csv").write_text("account,household_id\na,b\n")
    with pytest.raises(DataError, match=r"truth\.csv:1: a truth file needs the column account_id"):
        read_truth(tmp_path / "truth.csv", None)


def test_a_missing_truth_says_what_to_name(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="not a file of truth"):
        read_truth(tmp_path / "truth.csv", None)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("account_id,household_id\n", "says of nobody"),
        ("account_id,household_id\na,\n", r"truth\.csv:2 lacks"),
        ("account_id,household_id,from\na,h,2026-01-01\nb,h,May\n", r"truth\.csv:3 has a time that is none"),
        ("account_id,household_id,from\na,h,2027-01-01T00:00:00Z\n", "says of nobody"),
    ],
)
def test_a_truth_that_tells_nothing_is_refused(tmp_path: Path, text: str, fault: str) -> None:
    (tmp_path / "truth.csv").write_text(text)
    with pytest.raises(DataError, match=fault):
        read_truth(tmp_path / "truth.csv", "2026-05-01T00:00:00+00:00")


@pytest.mark.parametrize(("name", "content"), [("truth.parquet", b"no"), ("truth.csv", b"\xff\xfea\x00\n\x00")])
def test_a_truth_that_cannot_be_read_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError):
        read_truth(tmp_path / name, None)


async def test_the_truth_is_that_of_the_time_which_the_latest_run_looked_from(db: Database, tmp_path: Path) -> None:
    await household(db, "h", "ada", "ben")
    await run(
        db,
        """CREATE (:DetectionRun {id: 'run-1', startedAt: datetime(), asOf: datetime('2026-05-01T00:00+08:00')})
        CREATE (:Detection {id: 'detection', asOf: datetime('2026-06-01T00:00+08:00')})""",
    )
    move = "2026-05-15T00:00+08:00"
    (tmp_path / "truth.csv").write_text(f"account_id,household_id,from,until\nada,x,,\nben,x,,{move}\nben,y,{move},\n")
    assert (await evaluate(db, tmp_path / "truth.csv")).pairwise.precision == 0.0
