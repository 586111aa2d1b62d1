"""Rows against the rules of the format: the first that is broken, in words without a value."""

from __future__ import annotations

from unittest import mock

import duckdb
import pyarrow as pa
import pytest

from server.errors import SettingsError
from server.ingest import times
from server.ingest.check import checked, rules
from server.ingest.format import TABLES
from tests.datasets import Row, binding, interaction, order, referral, sighting, touch

NOT_A_TIME = "not a time such as 2026-05-01T19:30:00+08:00"


def judge(table: str, row: Row, timezone: str | None = None) -> Row:
    """One row as it leaves the check."""
    connection = duckdb.connect(":memory:")
    times.install(connection, timezone)
    texts = {name: str(row[name]) if row.get(name) is not None else None for name in TABLES[table].names}
    columns = {name: pa.array([text], pa.string()) for name, text in texts.items()}
    connection.register("batch", pa.table({"line": [1], **columns}))
    return dict(connection.sql(checked(TABLES[table])).to_arrow_table().to_pylist()[0])


def placed(at: str, timezone: str | None = None) -> tuple[int, int] | str:
    """Seconds since 1970 and seconds ahead of UTC, or why not."""
    row = judge("sightings", sighting(at=at), timezone)
    return row["reason"] or (row["at_utc"] // 1_000_000, row["at_ahead"])


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("accounts", {"account_id": "x" * 256, "age_band": "elder", "gender": "other"}),
        ("sightings", sighting(detail="toaster", count=1 << 31)),
        ("sightings", sighting(count="2.0")),
        ("purchases", order(amount="1e3", quantity=".5", recipient_account="ann")),
        ("purchases", order(amount=0)),
        ("touches", touch(action="login", query="x" * 999)),
        ("interactions", interaction(kind="album_edit")),
        ("referrals", referral(converted_at="2020-01-01T00:00:00Z")),
        ("bindings", binding(ended_at="2026-05-06T10:00:00+08:00")),
    ],
)
def test_good_rows_pass(table: str, row: Row) -> None:
    assert judge(table, row)["reason"] is None


@pytest.mark.parametrize(
    ("table", "row", "reason"),
    [
        ("accounts", {"account_id": ""}, "account_id: missing"),
        ("accounts", {"account_id": "x" * 257}, "account_id: longer than 256 characters"),
        ("accounts", {"account_id": "é" * 257}, "account_id: longer than 256 characters"),
        ("accounts", {"account_id": "a", "age_band": "old"}, "age_band: not one of child, teen, adult, elder"),
        ("accounts", {"account_id": "a", "gender": "f"}, "gender: not one of female, male, other"),
        ("accounts", {"account_id": "a", "registered_at": "soon"}, f"registered_at: {NOT_A_TIME}"),
        ("sightings", sighting(kind="face"), "kind: not one of device, network, address, payment"),
        ("sightings", sighting(identifier=" \t\u3000"), "identifier: missing"),
        ("sightings", sighting(count=0), "count: not a whole number from 1 to 2147483648"),
        ("sightings", sighting(count=-1), "count: not a whole number from 1 to 2147483648"),
        ("sightings", sighting(count="1.5"), "count: not a whole number from 1 to 2147483648"),
        ("sightings", sighting(count=(1 << 31) + 1), "count: not a whole number from 1 to 2147483648"),
        ("sightings", sighting(count="9" * 40), "count: not a whole number from 1 to 2147483648"),
        ("purchases", order(category=None), "category: missing"),
        ("purchases", order(amount=-0.01), "amount: below zero"),
        ("purchases", order(amount="nan"), "amount: not a number"),
        ("purchases", order(amount="1e999"), "amount: not a number"),
        ("purchases", order(amount="1,5"), "amount: not a number"),
        ("purchases", order(quantity=0), "quantity: zero"),
        ("purchases", order(quantity=-1), "quantity: below zero"),
        ("touches", touch(action="sniff"), "action: not one of view, search, favourite, cart, share, play, login"),
        ("interactions", interaction(target="ann"), "to_account: the same as from_account"),
        ("interactions", interaction(target=""), "to_account: missing"),
        ("referrals", referral(referee="ann"), "referee: the same as referrer"),
        ("bindings", binding(b="ann"), "account_b: the same as account_a"),
        ("bindings", binding(ended_at="2026-05-06T01:59:59Z"), "ended_at: before at"),
        ("bindings", binding(kind="club"), "kind: not one of family_group, parental_control, family_card, same_person"),
    ],
)  # fmt: skip
def test_bad_rows_are_named_for_what_is_wrong(table: str, row: Row, reason: str) -> None:
    assert judge(table, row)["reason"] == reason


@pytest.mark.parametrize("table", TABLES)
def test_every_required_column_is_required(table: str) -> None:
    reasons = [reason for _, reason in rules(TABLES[table])]
    assert {f"'{name}: missing'" for name in TABLES[table].required} <= set(reasons)


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-05-01T19:30:00+08:00", (1777635000, 28800)),
        ("2026-05-01 19:30:00.25-03:30", (1777676400, -12600)),
        ("2026-05-01T19:30+08", (1777635000, 28800)),
        ("2026-05-01T19:30:00+0800", (1777635000, 28800)),
        ("2026-05-01T11:30:00Z", (1777635000, 0)),
    ],
)
def test_a_time_keeps_its_own_offset(at: str, expected: tuple[int, int]) -> None:
    assert placed(at) == expected


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-05-01T11:30:00Z", (1777635000, 28800)),
        ("2026-05-01 11:30:00.000000Z", (1777635000, 28800)),
        ("2026-05-01T19:30:00", (1777635000, 28800)),
        ("2026-05-01T13:30:00+02:00", (1777635000, 7200)),
    ],
)
def test_a_time_without_an_offset_of_its_own_is_read_in_the_timezone(at: str, expected: tuple[int, int]) -> None:
    assert placed(at, "Asia/Shanghai") == expected


def test_summer_time_moves_the_local_hour() -> None:
    assert [placed(at, "Europe/Oslo") for at in ("2026-01-01T12:00:00Z", "2026-07-01T12:00:00Z")] == [
        (1767268800, 3600),
        (1782907200, 7200),
    ]


@pytest.mark.parametrize("timezone", [None, "Asia/Shanghai"])
@pytest.mark.parametrize(
    "at",
    ["2026-13-01T00:00:00Z", "2026-02-30T00:00:00+08:00", "2026-05-01T24:00:00Z", "2026-05-01T19:30:00+19:00", "now",
     "2026-5-1T19:30:00Z", "2026-05-01T19:30:60Z", " 2026-05-01T19:30:00Z", "1777635000", "2026-05-01T19:30:00 +08:00"],
)  # fmt: skip
def test_what_is_no_time_is_rejected(at: str, timezone: str | None) -> None:
    assert placed(at, timezone) == f"at: {NOT_A_TIME}"


@pytest.mark.parametrize("at", ["1970-01-01T00:00:00Z", "9999-12-31T23:59:59+08:00", "0001-01-01T00:00:00Z"])
def test_a_clock_that_stood_wrong_is_rejected(at: str) -> None:
    assert placed(at) == "at: not from 1971 to 2199"


@pytest.mark.parametrize("timezone", [None, "Asia/Shanghai"])
def test_a_bare_date_is_rejected(timezone: str | None) -> None:
    assert placed("2026-05-01", timezone) == "at: a date without a time of day"


def test_a_time_without_an_offset_needs_the_option() -> None:
    assert placed("2026-05-01T19:30:00") == "at: a time without offset needs --timezone"


@pytest.mark.parametrize("timezone", ["Mars/Base", "../etc/passwd", "'; DROP"])
def test_a_timezone_that_does_not_exist_is_refused(timezone: str) -> None:
    with pytest.raises(SettingsError, match="--timezone"):
        times.install(duckdb.connect(":memory:"), timezone)


def test_a_timezone_that_only_python_knows_is_refused() -> None:
    known = mock.Mock(return_value=mock.Mock(key="Only/Python"))
    with mock.patch("server.ingest.times.ZoneInfo", known), pytest.raises(SettingsError):
        judge("touches", {}, "Only/Python")
