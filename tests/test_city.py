"""The simulated city: deterministic, to the contract, hard for the reasons it names, and true to its truth."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import networkx as nx
import numpy as np
import pytest

from seed.city import PROFILES, build
from seed.city.clock import DAYS
from seed.city.decisions import decide
from seed.city.draws import pairs_within, stream
from seed.city.households import CHILD
from seed.city.kinds import KINDS
from seed.city.timeline import Timeline
from seed.city.world import World, create

Ask = Callable[[str], list[tuple[Any, ...]]]
COLUMNS = {
    "accounts": "account_id platform registered_at age_band gender city",
    "sightings": "account_id kind identifier at detail count",
    "purchases": "purchase_id account_id at product_id category amount currency quantity address payment "
    "recipient_account",
    "touches": "account_id at action category product_id channel query",
    "interactions": "from_account to_account at kind count",
    "referrals": "referrer referee at channel campaign converted_at",
    "bindings": "account_a account_b kind at ended_at",
}
WORDS: dict[tuple[str, str], set[str | None]] = {
    ("accounts", "age_band"): {"child", "teen", "adult", "elder", None},
    ("sightings", "kind"): {"device", "network", "address", "payment"},
    ("touches", "action"): {"view", "search", "favourite", "cart", "share", "play", "login"},
    ("bindings", "kind"): {"family_group", "parental_control", "family_card", "same_person"},
}
ACCOUNTS = {
    "sightings": ("account_id",),
    "purchases": ("account_id", "recipient_account"),
    "touches": ("account_id",),
    "interactions": ("from_account", "to_account"),
    "referrals": ("referrer", "referee"),
    "bindings": ("account_a", "account_b"),
}
KEYS = {
    "sightings": 'account_id, kind, identifier, "at"',
    "purchases": "purchase_id, product_id",
    "touches": 'account_id, action, category, product_id, "at"[:13]',
    "referrals": "referrer, referee, campaign",
}
SWAY = """
SELECT coalesce(sum(after), 0) / sum(expected) FROM (
    SELECT count(DISTINCT o.purchase_id) AS after, any_value(r.n) * 5 / 180 AS expected
    FROM truth_influence i
    JOIN (SELECT account_id, category, count(DISTINCT purchase_id) AS n FROM purchases GROUP BY ALL) r
        ON r.account_id = to_account AND r.category = i.category
    JOIN touches t ON t.account_id = from_account AND t.category = i.category
    LEFT JOIN purchases o ON o.account_id = to_account AND o.category = i.category
        AND o.at::TIMESTAMPTZ BETWEEN t.at::TIMESTAMPTZ AND t.at::TIMESTAMPTZ + INTERVAL 5 DAY
    WHERE lift::DOUBLE {} GROUP BY from_account, to_account, i.category, t.at, lift)
"""


def view(folder: Path) -> duckdb.DuckDBPyConnection:
    """Every file of a built city as a view of its name."""
    db = duckdb.connect()
    for path in sorted(folder.glob("*.parquet")):
        db.execute(f"CREATE VIEW {path.stem} AS FROM '{path}'")
    for path in sorted(folder.glob("truth*.csv")):
        db.execute(f"CREATE VIEW {path.stem} AS FROM read_csv('{path}', all_varchar = true, header = true)")
    return db


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("city")
    build(out, accounts=2000, profile="city", seed=7)
    return out


@pytest.fixture(scope="module")
def ask(folder: Path) -> Ask:
    db = view(folder)
    return lambda text: db.execute(text).fetchall()


@pytest.fixture(scope="module")
def world() -> World:
    return create(2000, PROFILES["city"], seed=7)


def contents(out: Path, seed: int, **options: Any) -> dict[str, bytes]:
    build(out, accounts=600, profile="city", seed=seed, **options)
    return {str(p.relative_to(out)): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}


def test_equal_arguments_give_equal_bytes(tmp_path: Path) -> None:
    assert contents(tmp_path / "a", 1) == contents(tmp_path / "b", 1)


def test_another_seed_is_another_city(tmp_path: Path) -> None:
    assert contents(tmp_path / "a", 1)["sightings.parquet"] != contents(tmp_path / "b", 2)["sightings.parquet"]


@pytest.mark.parametrize("profile", PROFILES)
def test_every_profile_has_exactly_the_accounts_asked_for(profile: str, tmp_path: Path) -> None:
    build(tmp_path, accounts=400, profile=profile, seed=3)
    rows = json.loads((tmp_path / "truth_world.json").read_text())["rows"]
    assert rows["accounts"] == 400
    assert all(rows.values())


def test_unknown_profile_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="sparse"):
        build(tmp_path, accounts=600, profile="village", seed=1)


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_are_those_of_the_exchange_format(name: str, ask: Ask) -> None:
    assert " ".join(row[0] for row in ask(f"DESCRIBE {name}")) == COLUMNS[name]


@pytest.mark.parametrize(("name", "column"), WORDS)
def test_words_are_those_of_the_exchange_format(name: str, column: str, ask: Ask) -> None:
    assert {row[0] for row in ask(f"SELECT DISTINCT {column} FROM {name}")} <= WORDS[name, column]


@pytest.mark.parametrize("name", ACCOUNTS)
def test_rows_name_known_accounts_in_the_period(name: str, ask: Ask) -> None:
    for column in ACCOUNTS[name]:
        assert ask(f"SELECT count(*) FROM {name} WHERE {column} NOT IN (SELECT account_id FROM accounts)") == [(0,)]
    first, last = ask(f'SELECT min("at"), max("at") FROM {name}')[0]
    assert first >= "2025-11-21T00:00:00+08:00"
    assert last < "2026-05-20T00:00:00+08:00"


@pytest.mark.parametrize("name", KEYS)
def test_keys_are_unique(name: str, ask: Ask) -> None:
    assert ask(f"SELECT count(*) FROM (FROM {name} SELECT 1 GROUP BY {KEYS[name]} HAVING count(*) > 1)") == [(0,)]


@pytest.mark.parametrize("form", ["csv", "csv.gz"])
def test_other_formats_hold_the_same_rows(form: str, tmp_path: Path) -> None:
    first, second = contents(tmp_path / "a", 1), contents(tmp_path / "b", 1, format=form)
    csv = duckdb.execute(f"FROM read_csv('{tmp_path}/b/sightings.{form}', all_varchar = true)").fetchall()
    parquet = duckdb.execute(f"FROM '{tmp_path}/a/sightings.parquet'").fetchall()
    assert first["truth_world.json"] == second["truth_world.json"]
    assert [row[:4] for row in csv] == [row[:4] for row in parquet]


def test_lower_density_gives_fewer_rows_in_the_same_homes(tmp_path: Path) -> None:
    full, thin = contents(tmp_path / "a", 1), contents(tmp_path / "b", 1, density=0.5)
    rows = [json.loads(c["truth_world.json"])["rows"] for c in (full, thin)]
    assert rows[1]["sightings"] == pytest.approx(rows[0]["sightings"] / 2, rel=0.1)
    assert rows[1]["truth"] == rows[0]["truth"]


def test_every_account_has_a_household_at_the_end(ask: Ask) -> None:
    assert ask("SELECT count(DISTINCT account_id) FROM truth WHERE until IS NULL") == [(2000,)]


def test_ids_and_order_say_nothing_about_homes(ask: Ask) -> None:
    text = "SELECT household_id = lag(household_id) OVER (ORDER BY account_id) AS same FROM truth"
    assert ask(f"SELECT avg(same::INT) < 0.01 FROM ({text})") == [(True,)]


def test_a_move_between_households_leaves_no_gap(ask: Ask) -> None:
    text = """SELECT count(*) FROM truth x JOIN truth y USING (account_id) WHERE x.until = y."from" """
    assert ask(text)[0][0] > 0


def test_a_child_of_two_homes_has_overlapping_rows(ask: Ask) -> None:
    text = "SELECT count(*) FROM truth WHERE until IS NULL GROUP BY account_id HAVING count(*) > 1"
    assert len(ask(text)) > 5


def test_every_hard_thing_is_there(ask: Ask) -> None:
    assert {row[0] for row in ask("SELECT DISTINCT kind FROM truth_kinds")} == set(KINDS)


def test_pairs_of_one_household_have_no_other_kind(ask: Ask) -> None:
    text = """SELECT count(*) FROM truth_kinds JOIN truth x ON x.account_id = account_a
    JOIN truth y ON y.account_id = account_b AND y.household_id = x.household_id
    WHERE x.until IS NULL AND y.until IS NULL"""
    assert ask(text) == [(0,)]


def test_hubs_hold_hundreds(ask: Ask) -> None:
    text = "SELECT count(DISTINCT account_id) AS n FROM sightings WHERE kind = '{}' GROUP BY identifier ORDER BY n DESC"
    assert ask(text.format("network"))[0][0] > 200
    assert ask(text.format("address"))[0][0] > 20


def test_activity_runs_from_hardly_ever_to_heavy(ask: Ask) -> None:
    counts = [row[0] for row in ask("SELECT count(*) FROM sightings GROUP BY account_id")]
    assert np.quantile(counts, 0.05) < 8
    assert np.quantile(counts, 0.95) > 120
    assert 50 < np.mean(counts) < 70


def test_detail_is_wrong_or_empty_in_a_tenth_to_a_fifth(ask: Ask) -> None:
    text = """SELECT avg((detail IS DISTINCT FROM usual)::INT) FROM (SELECT detail, mode(detail)
    FILTER (detail <> '') OVER (PARTITION BY identifier) AS usual, count(*) OVER (PARTITION BY identifier) AS n
    FROM sightings WHERE kind <> 'payment') WHERE n > 9"""
    assert 0.10 < ask(text)[0][0] < 0.20


def test_a_twelfth_of_the_families_declared_themselves(ask: Ask) -> None:
    text = """SELECT count(DISTINCT household_id) FILTER (account_id IN (FROM bindings SELECT account_a
    WHERE kind = 'family_group')) / count(DISTINCT household_id) FROM truth WHERE until IS NULL AND household_id IN
    (SELECT household_id FROM truth GROUP BY 1 HAVING count(DISTINCT person_id) > 1)"""
    assert 0.03 < ask(text)[0][0] < 0.12


def test_components_of_rare_identifiers_percolate(ask: Ask) -> None:
    few = "SELECT identifier FROM sightings GROUP BY 1 HAVING count(DISTINCT account_id) BETWEEN 2 AND 10"
    graph = nx.Graph(ask(f"SELECT DISTINCT account_id, identifier FROM sightings WHERE identifier IN ({few})"))
    largest = max(nx.connected_components(graph), key=len)
    assert sum(name.startswith("a0") for name in largest) > 1000


def test_influence_raises_the_chance_of_a_purchase(ask: Ask) -> None:
    assert 1.6 < ask(SWAY.format("> 1"))[0][0] < 6


def test_bystanders_raise_nothing(ask: Ask) -> None:
    assert 0.7 < ask(SWAY.format("= 1"))[0][0] < 1.3


def test_causal_steps_come_before_their_purchase_from_its_household(ask: Ask) -> None:
    text = """SELECT count(*) FROM truth_chains c JOIN purchases p USING (purchase_id)
    WHERE causal = 'yes' AND (c.at > p.at OR NOT EXISTS (FROM truth x JOIN truth y USING (household_id)
    WHERE x.account_id = c.account_id AND y.account_id = p.account_id))"""
    assert ask(text) == [(0,)]


def test_children_sway_and_never_decide(world: World) -> None:
    cells, age = decide(stream(1, "cells"), world), world.people.age
    assert CHILD in age[cells.influencer[cells.influencer >= 0]]
    assert CHILD not in age[cells.decider]
    assert CHILD not in age[cells.buyer]


def test_a_few_referrers_bring_many(ask: Ask) -> None:
    rows = sorted((row[0] for row in ask("SELECT count(converted_at) FROM referrals GROUP BY referrer")), reverse=True)
    assert sum(rows[: len(rows) // 10]) > 0.35 * sum(rows)


def test_gaming_is_marked(ask: Ask) -> None:
    assert {row[0] for row in ask("SELECT DISTINCT flag FROM truth_spread WHERE flag <> ''")} == {
        "ring",
        "burst",
        "self",
    }


def test_no_address_is_lent_to_two_homes_at_once(world: World) -> None:
    homes = np.arange(len(world.homes.kind))
    for hour in range(0, DAYS * 24, 499):
        assert len(np.unique(world.homes.lease.at(homes, hour))) == len(homes)


def test_addresses_pass_from_home_to_home(world: World) -> None:
    home, _, _, address = world.homes.lease.spells()
    pairs = np.unique(np.stack([address, home]), axis=1)
    assert np.bincount(np.unique(pairs[0], return_counts=True)[1])[3:].sum() > 50


def test_timeline_holds_until_the_next_change() -> None:
    line = Timeline.of(np.array([5, 6]), np.array([1]), np.array([10]), np.array([7]))
    assert line.at(np.array([0, 1, 1]), np.array([50, 9, 10])).tolist() == [5, 6, 7]


def test_pairs_within_groups_are_all_pairs_once() -> None:
    group = stream(1, "groups").integers(-1, 6, 40)
    left, right = pairs_within(group)
    wanted = {(i, j) for i in range(40) for j in range(i + 1, 40) if group[i] == group[j] >= 0}
    assert sorted(zip(left.tolist(), right.tolist(), strict=True)) == sorted(wanted)
