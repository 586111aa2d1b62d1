"""Simulated worlds for the benches: built once into a folder, read into groups without a database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from seed import city, kenya
from server.detect.groups import Groups, pack, unite
from server.detect.traits import Traits
from server.evaluate import read_truth

HOUR = "(epoch(({})[:19]::timestamp) // 3600)::bigint"
AT = HOUR.format('"at"')
END = "2026-05-20T00:00:00+08:00"

VIEWS = f"""
CREATE TABLE seen AS
SELECT kind, identifier, account, list_sort(list(DISTINCT hour)) AS hours FROM (
  SELECT kind, identifier, account_id AS account, {AT} AS hour FROM '{{0}}/sightings.parquet'
  UNION ALL
  SELECT 'payment', payment, account_id, {AT} FROM '{{0}}/purchases.parquet' WHERE payment IS NOT NULL
  UNION ALL
  SELECT 'address', address, coalesce(recipient_account, account_id), {AT}
  FROM '{{0}}/purchases.parquet' WHERE address IS NOT NULL
) GROUP BY ALL;
CREATE TABLE claims AS
SELECT kind, identifier, detail FROM '{{0}}/sightings.parquet' WHERE detail IS NOT NULL
GROUP BY kind, identifier, detail
QUALIFY row_number() OVER (PARTITION BY kind, identifier ORDER BY count(*) DESC, detail) = 1;
"""
SHARED = """
SELECT identifier, coalesce(any_value(detail), ''), count(*),
       list(account ORDER BY account), list(hours ORDER BY account), NULL, NULL
FROM seen LEFT JOIN claims USING (kind, identifier) WHERE kind = ?
GROUP BY identifier HAVING count(*) <= ?
"""
MET = f"""
SELECT '', kind, 2, [from_account, to_account], [list_sort(list(DISTINCT {AT}))], NULL, NULL
FROM '{{0}}/interactions.parquet' GROUP BY kind, from_account, to_account
"""
BOUND = f"""
SELECT '', kind, 2, [account_a, account_b], [], {AT}, {HOUR.format("ended_at")} FROM '{{0}}/bindings.parquet'
"""
WHO = """
SELECT account_id, coalesce(age_band, ''), coalesce(gender, ''), coalesce(platform, '') FROM '{0}/accounts.parquet'
"""


@dataclass(frozen=True)
class World:
    """A world without a database: what detection reads, and what is true in the end."""

    groups: Groups
    traits: Mapping[str, Traits]
    truth: Mapping[str, set[str]]


def world(cache: Path, profile: str, seed: int, accounts: int = 6000, density: float = 1.0) -> Path:
    """The folder of a simulated city, which is built when it is not there yet."""
    folder = cache / f"{profile}-{seed}-{density}-{accounts}"
    if not (folder / "truth_world.json").exists():
        city.build(folder, accounts=accounts, profile=profile, seed=seed, density=density)
    return folder


def read(folder: Path, cap: int) -> World:
    """Read a data set in Parquet; identifiers of more than `cap` accounts stay out."""
    with duckdb.connect() as db:
        db.execute(VIEWS.format(folder))
        parts = [
            pack(kind, db.execute(SHARED, [kind, cap]).fetchall())
            for kind in ("device", "network", "address", "payment")
        ]
        parts.append(pack("interaction", db.execute(MET.format(folder)).fetchall()))
        parts.append(pack("binding", db.execute(BOUND.format(folder)).fetchall()))
        traits = {name: Traits(*more) for name, *more in db.execute(WHO.format(folder)).fetchall()}
    end = datetime.fromisoformat(END).isoformat()
    return World(unite(parts), traits, read_truth(folder / "truth.csv", end))


def contacts_of() -> World:
    """The Kenyan contacts, which are real."""
    with TemporaryDirectory() as name, duckdb.connect() as db:
        folder = Path(name)
        kenya.build(folder)
        rows = db.execute(
            f"SELECT '', kind, 2, [from_account, to_account], [list_sort(list(DISTINCT {AT}))], NULL, NULL "
            f"FROM read_csv('{folder}/interactions.csv', all_varchar = true) GROUP BY kind, from_account, to_account"
        ).fetchall()
        people = db.execute(f"SELECT account_id, gender, platform FROM '{folder}/accounts.csv'").fetchall()
        traits = {name: Traits("", gender or "", platform or "") for name, gender, platform in people}
        return World(unite([pack("interaction", rows)]), traits, read_truth(folder / "truth.csv", None))
