"""Simulated worlds for the benches: built once into a folder, read into groups without a database."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb
import pyarrow as pa

from seed import city, kenya
from seed.city.profiles import Profile
from server.detect.groups import Groups, unite
from server.detect.pack import NAMED, PAIRED, SHARED, pack
from server.detect.traits import Traits
from server.evaluate import read_truth
from server.ingest.check import CLAIM, DETAILS_OF_KIND
from server.model import MUTUAL

CACHE = Path.home() / ".cache" / "hearth" / "worlds"
HOUR = "floor(epoch(({})[:19]::timestamp) / 3600)::bigint"
AT = HOUR.format('"at"')
END = "2026-05-20T00:00:00+08:00"

# As loads make the graph of it: of an order once, and of an identifier what is said of it in most hours.
VIEWS = f"""
CREATE TABLE bought AS
SELECT min(account_id) AS account, min({AT}) AS hour, min(address) AS address, min(payment) AS payment,
       min(recipient_account) AS recipient
FROM '{{0}}/purchases.parquet' GROUP BY purchase_id;
CREATE TABLE hours AS
SELECT kind, identifier, account, hour, max(claim) AS claim FROM (
  SELECT kind, identifier, account_id AS account, {AT} AS hour,
         greatest({CLAIM}, 0) AS claim
  FROM '{{0}}/sightings.parquet'
  UNION ALL
  SELECT 'payment', payment, account, hour, 0 FROM bought WHERE payment IS NOT NULL
  UNION ALL
  SELECT 'address', address, coalesce(recipient, account), hour, 0 FROM bought WHERE address IS NOT NULL
) GROUP BY ALL;
CREATE TABLE seen AS
SELECT kind, identifier, account, list_sort(list(hour)) AS hours FROM hours GROUP BY ALL;
CREATE TABLE claims AS
SELECT kind, identifier, ({DETAILS_OF_KIND})[claim + 1] AS detail FROM hours WHERE claim > 0
GROUP BY kind, identifier, claim
QUALIFY row_number() OVER (PARTITION BY kind, identifier ORDER BY count(*) DESC, claim) = 1;
"""
HELD = """
SELECT identifier, coalesce(detail, '') AS detail, count(*) OVER (PARTITION BY identifier) AS accounts,
       account AS member, hours
FROM seen LEFT JOIN claims USING (kind, identifier) WHERE kind = ? QUALIFY accounts <= ? ORDER BY identifier, account
"""
MET = f"""
SELECT kind AS detail, CASE WHEN turned THEN to_account ELSE from_account END AS one,
       CASE WHEN turned THEN from_account ELSE to_account END AS other, list_sort(list(DISTINCT {AT})) AS hours,
       NULL AS since, NULL AS until
FROM (SELECT *, kind IN {MUTUAL} AND from_account > to_account AS turned FROM {{0}}) GROUP BY ALL ORDER BY ALL
"""
BOUND = f"""
SELECT kind AS detail, account_a AS one, account_b AS other, []::BIGINT[] AS hours, {AT} AS since,
       {HOUR.format("ended_at")} AS until
FROM '{{0}}/bindings.parquet'
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


def parser(about: str | None, seeds: Sequence[int]) -> argparse.ArgumentParser:
    """A command line that says on which worlds to measure."""
    found = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    found.add_argument("--cache", type=Path, default=CACHE)
    found.add_argument("--accounts", type=int, default=6000)
    found.add_argument("--seeds", type=int, nargs="+", default=list(seeds))
    found.add_argument("--profiles", nargs="+", choices=list(city.PROFILES), default=list(city.PROFILES))
    return found


def world(
    cache: Path, profile: str, seed: int, accounts: int = 6000, density: float = 1.0, rates: Profile | None = None
) -> Path:
    """The folder of a simulated city, which is built when it is not there yet; `rates` go with a name of their own."""
    folder = cache / f"{profile}-{seed}-{density}-{accounts}"
    if not (folder / "truth_world.json").exists():
        city.build(folder, accounts=accounts, profile=rates or profile, seed=seed, density=density)
    return folder


def read(folder: Path, cap: int) -> World:
    """Read a data set in Parquet; identifiers of more than `cap` accounts stay out."""
    with duckdb.connect() as db:
        db.execute(VIEWS.format(folder))
        parts = [pack(kind, _rows(db, HELD, SHARED, [kind, cap])) for kind in NAMED]
        parts.append(pack("interaction", _rows(db, MET.format(f"'{folder}/interactions.parquet'"), PAIRED)))
        parts.append(pack("binding", _rows(db, BOUND.format(folder), PAIRED)))
        traits = {name: Traits(*more) for name, *more in db.execute(WHO.format(folder)).fetchall()}
    end = datetime.fromisoformat(END).isoformat()
    return World(unite(parts), traits, read_truth(folder / "truth.csv", end))


def contacts_of() -> World:
    """The Kenyan contacts, which are real."""
    with TemporaryDirectory() as name, duckdb.connect() as db:
        folder = Path(name)
        kenya.build(folder)
        contacts = f"read_csv('{folder}/interactions.csv', all_varchar = true)"
        met = _rows(db, MET.format(contacts), PAIRED)
        people = db.execute(f"SELECT account_id, gender, platform FROM '{folder}/accounts.csv'").fetchall()
        traits = {name: Traits("", gender or "", platform or "") for name, gender, platform in people}
        return World(unite([pack("interaction", met)]), traits, read_truth(folder / "truth.csv", None))


def _rows(db: duckdb.DuckDBPyConnection, query: str, form: pa.Schema, given: Sequence[object] = ()) -> pa.Table:
    return db.sql(query, params=given).to_arrow_table().cast(form)
