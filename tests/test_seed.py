"""The seeds: complete, in the exchange format, and telling nothing of the truth."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from seed import SEEDS, kenya


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("name", ["tiny", "kenya"])
def test_every_account_has_a_truth_and_every_row_an_account(name: str, tmp_path: Path) -> None:
    SEEDS[name].build(tmp_path)
    accounts = {row["account_id"] for row in rows(tmp_path / "accounts.csv")}
    assert {row["account_id"] for row in rows(tmp_path / "truth.csv")} == accounts
    pairs = rows(tmp_path / "interactions.csv")
    assert {row[side] for row in pairs for side in ("from_account", "to_account")} <= accounts


def test_kenya_has_all_people_and_contacts(tmp_path: Path) -> None:
    kenya.build(tmp_path)
    assert len(rows(tmp_path / "accounts.csv")) == 75
    assert sum(int(row["count"]) for row in rows(tmp_path / "interactions.csv")) == 32_425 + 218


def test_kenya_is_the_same_each_time(tmp_path: Path) -> None:
    for folder in ("one", "other"):
        kenya.build(tmp_path / folder)
    assert (tmp_path / "one/interactions.csv").read_bytes() == (tmp_path / "other/interactions.csv").read_bytes()


def test_kenyas_ids_tell_nothing_of_the_household() -> None:
    assert kenya.account(("H", "1"))[:8] != kenya.account(("H", "2"))[:8]
    assert "H" not in kenya.account(("H", "1"))
