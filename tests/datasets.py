"""Small data sets in every form of the exchange format, and one that says something of everything."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from seed.city import build
from server.db.database import Database
from server.ingest import Report, load
from server.ingest.progress import Silent
from server.settings import Settings

Row = dict[str, Any]
DataSet = Mapping[str, Sequence[Row]]

MAY = "2026-05-{:02}T{}+08:00"


def accounts(*names: str) -> list[Row]:
    return [{"account_id": name} for name in names]


def sighting(account: str = "ann", kind: str = "device", identifier: str = "D-1", at: str = "", **more: Any) -> Row:
    return {
        "account_id": account,
        "kind": kind,
        "identifier": identifier,
        "at": at or MAY.format(1, "19:30:00"),
        **more,
    }


def order(purchase: str = "p1", account: str = "ann", product: str = "milk", **more: Any) -> Row:
    row = {"purchase_id": purchase, "account_id": account, "at": MAY.format(2, "10:00:00"), "product_id": product}
    return row | {"category": "food"} | more


def touch(account: str = "ann", action: str = "view", at: str = "", **more: Any) -> Row:
    return {"account_id": account, "at": at or MAY.format(3, "10:20:00"), "action": action, "category": "food", **more}


def interaction(source: str = "ann", target: str = "bob", kind: str = "message", at: str = "", **more: Any) -> Row:
    row = {"from_account": source, "to_account": target, "at": at or MAY.format(4, "10:00:00"), "kind": kind}
    return row | more


def referral(at: str = "", **more: Any) -> Row:
    return {"referrer": "ann", "referee": "bob", "at": at or MAY.format(5, "10:00:00"), **more}


def binding(a: str = "ann", b: str = "bob", kind: str = "family_group", **more: Any) -> Row:
    return {"account_a": a, "account_b": b, "kind": kind, "at": MAY.format(6, "10:00:00"), **more}


def everything() -> dict[str, list[Row]]:
    """A data set with every file and every column, several rows a key, none of them contradicting another."""
    late = MAY.format(1, "20:15:00")
    return {
        "accounts": [
            {"account_id": "ann", "platform": "shop", "registered_at": "2025-01-01T10:00:00+01:00"},
            {"account_id": "bob", "age_band": "adult", "gender": "male", "city": "Oslo"},
            {"account_id": "cy", "platform": "video", "age_band": "child"},
        ],
        "sightings": [
            sighting(detail="phone", count=2),
            sighting(detail="tablet", count=1, at=MAY.format(1, "19:50:00")),
            sighting("bob", detail="tablet", at=late),
            sighting("bob", identifier=" d--1 ", detail="tablet", at=MAY.format(2, "20:15:00")),
            *(sighting(name, "network", "Home  Net", late, detail="wifi") for name in ("ann", "bob", "cy")),
            *(sighting("cy", "network", "home net", MAY.format(day, "21:00:00")) for day in range(1, 20)),
            sighting("cy", "address", "Elm 3", late, detail="home"),
        ],
        "purchases": [
            order(amount=2.5, currency="EUR", quantity=1, address="Main St. 1", payment="visa 1"),
            order(product="bread", amount=1.1, currency="EUR"),
            order(product="eggs", amount=0.3),
            order("p2", amount=1, address="Elm 3", recipient_account="bob"),
            order("p2", amount=1, address="Elm 3", recipient_account="bob"),
            order("p3", "bob", payment="visa 1", recipient_account="bob"),
        ],
        "touches": [
            touch(channel="app", query="secret words"),
            touch(at=MAY.format(3, "08:10:00"), channel="web"),
            touch(at=MAY.format(4, "08:10:00")),
            touch(action="cart", product_id="milk"),
            touch("bob", product_id="skis", category="sport"),
        ],
        "interactions": [
            interaction(count=2),
            interaction("bob", "ann", at=MAY.format(4, "10:30:00"), count=3),
            interaction("bob", "ann", at=MAY.format(5, "10:30:00")),
            interaction("bob", "ann", "gift"),
        ],
        "referrals": [
            referral(channel="link", converted_at=MAY.format(9, "10:00:00")),
            referral(MAY.format(4, "10:00:00"), channel="code", converted_at=MAY.format(8, "10:00:00")),
            referral(campaign="spring"),
        ],
        "bindings": [
            binding(),
            binding("bob", "ann", ended_at=MAY.format(20, "10:00:00")),
            binding("cy", "ann", "parental_control"),
        ],
    }


def write(folder: Path, data: DataSet, form: str = ".csv") -> Path:
    """Write a data set into `folder`, which is made, in one of the four forms."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in data.items():
        path = folder / f"{name}{form}"
        if form == ".parquet":
            names = dict.fromkeys(key for row in rows for key in row)
            pq.write_table(pa.table({key: [row.get(key) for row in rows] for key in names}), path)
        elif form == ".ndjson":
            path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
        else:
            text = _csv(rows).encode()
            path.write_bytes(gzip.compress(text) if form == ".csv.gz" else text)
    return folder


def _csv(rows: Sequence[Row]) -> str:
    stream = io.StringIO()
    writer = csv.DictWriter(stream, dict.fromkeys(key for row in rows for key in row))
    writer.writeheader()
    writer.writerows(rows)
    return stream.getvalue()


async def ingest(db: Database, folder: Path, settings: Settings, timezone: str | None = None, **more: Any) -> Report:
    """Load a folder, with the report in `report` beside it."""
    report_to = folder.parent / "report"
    return await load(db, folder, settings=settings, timezone=timezone, report_to=report_to, progress=Silent(), **more)


def rejects(folder: Path) -> list[str]:
    """The lines of the rejects file, as file:line: reason."""
    with (folder.parent / "report" / "rejects.csv").open(encoding="utf-8", newline="") as stream:
        return ["{file}:{line}: {reason}".format(**row) for row in csv.DictReader(stream)]


def city(folder: Path, seed: int, accounts: int, files: Sequence[str]) -> dict[str, list[Row]]:
    """A small city of some profile, as the rows of its accounts and of these files."""
    profile = random.Random(seed).choice(["city", "campus", "movers"])
    build(folder, accounts=accounts, profile=profile, seed=seed, format="csv")
    rows = {}
    for name in ("accounts", *files):
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            rows[name] = list(csv.DictReader(stream))
    return rows
