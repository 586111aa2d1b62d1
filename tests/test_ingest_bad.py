"""Bad input: each kind gets its message with file and line, and the good rows of every file load."""

from __future__ import annotations

import gzip
import random
from pathlib import Path

import pytest

from server.db.database import Database
from server.errors import DataError
from server.settings import Settings
from tests.conftest import run, sample
from tests.datasets import accounts, ingest, order, rejects, sighting, write

GOOD = "ann,device,D-1,2026-05-01T19:30:00+08:00\n"
HEADER = "account_id,kind,identifier,at\n"


def names(db_rows: list[dict[str, object]]) -> list[object]:
    return [row["id"] for row in db_rows]


async def edges(db: Database) -> int:
    return len(await run(db, "MATCH (:Account)-[r]->(:Identifier) RETURN r"))


async def loaded(db: Database, folder: Path, settings: Settings, sightings: str) -> list[str]:
    """Load one account's sightings after one good row; return the rejects."""
    await ingest(
        db, sample(folder / "data", accounts="account_id\nann\n", sightings=HEADER + GOOD + sightings), settings
    )
    return rejects(folder / "data")


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("ann,device,D-2,01/05/2026 19:30", "at: not a time such as 2026-05-01T19:30:00+08:00"),
        ("ann,face,D-2,2026-05-01T19:30:00Z", "kind: not one of device, network, address, payment"),
        ("zoe,device,D-2,2026-05-01T19:30:00Z", "account_id: unknown account"),
        ("ann,device,D-2", "3 values in 4 columns"),
        ("ann,device,D-2,2026-05-01T19:30:00", "at: a time without offset needs --timezone"),
    ],
)
async def test_a_bad_row_is_named_and_the_good_ones_load(
    db: Database, tmp_path: Path, settings: Settings, row: str, reason: str
) -> None:
    assert await loaded(db, tmp_path, settings, f"{row}\n{GOOD}") == [f"sightings.csv:3: {reason}"]
    assert await edges(db) == 1


async def test_a_missing_column_stops_before_anything_is_written(
    db: Database, tmp_path: Path, settings: Settings
) -> None:
    folder = sample(tmp_path / "data", accounts="account_id\nann\n", sightings="account_id,kind,at\n")
    with pytest.raises(DataError, match=r"sightings\.csv:1: missing column identifier"):
        await ingest(db, folder, settings)
    assert await run(db, "MATCH (n) WHERE NOT n:Migration RETURN n") == []


async def test_another_encoding_costs_only_its_rows(db: Database, tmp_path: Path, settings: Settings) -> None:
    folder = sample(tmp_path / "data", accounts="account_id\nann\n")
    (folder / "sightings.csv").write_bytes(f"{HEADER}ann,device,Ö,2026-05-01T19:30:00Z\n{GOOD}".encode("latin-1"))
    await ingest(db, folder, settings)
    assert (rejects(folder), await edges(db)) == (["sightings.csv:2: not UTF-8"], 1)


async def test_utf_16_is_told_of_and_the_other_files_load(db: Database, tmp_path: Path, settings: Settings) -> None:
    folder = sample(tmp_path / "data", accounts="account_id\nann\n")
    (folder / "sightings.csv").write_bytes((HEADER + GOOD).encode("utf-16"))
    report = await ingest(db, folder, settings)
    assert report.damaged == {"sightings.csv": "the file looks like UTF-16; save it as UTF-8"}
    assert names(await run(db, "MATCH (a:Account) RETURN a.id AS id")) == ["ann"]


async def test_a_gzip_file_that_breaks_off_loads_to_there(db: Database, tmp_path: Path, settings: Settings) -> None:
    random.seed(1)
    rows = [sighting(identifier=f"{random.getrandbits(64):x}") for _ in range(2000)]
    folder = write(tmp_path / "data", {"accounts": accounts("ann"), "sightings": rows}, ".csv.gz")
    whole = (folder / "sightings.csv.gz").read_bytes()
    (folder / "sightings.csv.gz").write_bytes(whole[: len(whole) // 2])
    report = await ingest(db, folder, settings)
    assert 500 < await edges(db) < 1500
    assert report.damaged["sightings.csv.gz"].startswith(f"the gzip data breaks off on line {await edges(db) + 2};")


async def test_a_truncated_parquet_file_is_told_of(db: Database, tmp_path: Path, settings: Settings) -> None:
    folder = write(tmp_path / "data", {"accounts": accounts("ann"), "sightings": [sighting()]}, ".parquet")
    (folder / "sightings.parquet").write_bytes((folder / "sightings.parquet").read_bytes()[:-20])
    report = await ingest(db, folder, settings)
    assert list(report.damaged) == ["sightings.parquet"]
    assert names(await run(db, "MATCH (a:Account) RETURN a.id AS id")) == ["ann"]


async def test_a_line_of_100_mb_costs_itself(db: Database, tmp_path: Path, settings: Settings) -> None:
    folder = sample(tmp_path / "data", accounts="account_id\nann\n")
    with gzip.open(folder / "sightings.csv.gz", "wt", compresslevel=1) as stream:
        stream.write(HEADER)
        stream.writelines(["x" * (1 << 20)] * 100)
        stream.write("\n" + GOOD)
    await ingest(db, folder, settings)
    line = "sightings.csv.gz:2: longer than 1 MB, or a quotation mark that is never closed"
    assert (rejects(folder), await edges(db)) == ([line], 1)


async def test_a_negative_amount_costs_its_line_of_the_order(db: Database, tmp_path: Path, settings: Settings) -> None:
    data = {"accounts": accounts("ann"), "purchases": [order(amount=-1), order(product="eggs", amount=2)]}
    await ingest(db, write(tmp_path / "data", data), settings)
    assert rejects(tmp_path / "data") == ["purchases.csv:2: amount: below zero"]
    assert await run(db, "MATCH (p:Purchase) RETURN p.amount AS amount") == [{"amount": 2}]


async def test_ids_that_repeat_with_other_values_are_told_of(db: Database, tmp_path: Path, settings: Settings) -> None:
    rows = [{"account_id": "ann", "city": city} for city in ("Oslo", "Rome")]
    data = {"accounts": rows, "purchases": [order(amount=1), order(amount=2)]}
    report = await ingest(db, write(tmp_path / "data", data), settings)
    again = "purchase_id and product_id repeat with another amount; first seen on line 2"
    assert (report.files["accounts.csv"].changed, rejects(tmp_path / "data")) == (
        1,
        [f"purchases.csv:3: amount: {again}"],
    )


async def test_the_report_tells_what_became_of_each_file(db: Database, tmp_path: Path, settings: Settings) -> None:
    bad = "".join(f"ann,face,{number},x\n" for number in range(12))
    folder = sample(tmp_path / "data", accounts="account_id\nann\n", sightings=HEADER + GOOD + GOOD + bad)
    report = await ingest(db, folder, settings)
    lines = list(report.lines())
    assert lines[1] == "sightings.csv: 14 rows, 2 good, 12 rejected, 1 repeated, 0 changed"
    assert lines[2] == "  sightings.csv:4: kind: not one of device, network, address, payment"
    assert lines[12].startswith("  … 2 more in ")
    assert (tmp_path / "report" / "report.json").read_text().count("rejected") == 2
