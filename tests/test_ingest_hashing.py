"""Identifiers: made one where they mean one, and hashed the same in Python and in DuckDB."""

# ruff: noqa: RUF001  (full-width characters are what is tested)

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.errors import SettingsError
from server.ingest.hashing import Key, hashed, install, key_of, normalise
from server.settings import Settings

KEY = Key("k7", b"a secret")
ASCII = st.text(st.characters(max_codepoint=127))


@pytest.fixture(scope="module")
def duck() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect(":memory:")
    install(connection, KEY)
    return connection


@pytest.mark.parametrize(
    ("raw", "normal"),
    [
        ("  Main\t St.  1 ", "main st. 1"),
        ("Main--St..,1", "main-st.1"),
        ("ＡＢＣ１２３", "abc123"),
        ("Straße　５", "straße 5"),
        ("AA:BB:CC", "aa:bb:cc"),
        ("中山路，，１号", "中山路,1号"),
    ],
)
def test_values_that_differ_in_writing_only_become_one(raw: str, normal: str) -> None:
    assert normalise(raw) == normal


@settings(deadline=None)
@given(st.text())
def test_normalising_again_changes_nothing(value: str) -> None:
    assert normalise(normalise(value)) == normalise(value)


@settings(deadline=None)
@given(value=st.one_of(ASCII, st.text()), kind=st.sampled_from(["device", "network", "address", "payment"]))
def test_duckdb_hashes_as_python_does(duck: duckdb.DuckDBPyConnection, value: str, kind: str) -> None:
    found = duck.execute("SELECT normalise($1), hashed($2, $1)", [value, kind]).fetchone()
    assert found == (normalise(value), hashed(KEY, kind, value).removeprefix("k7:"))


@pytest.mark.parametrize("secret", [b"short", b"x" * 64, b"x" * 65])
def test_the_hash_is_hmac_sha_256_whatever_the_length_of_the_key(secret: bytes) -> None:
    connection = duckdb.connect(":memory:")
    install(connection, Key("k", secret))
    expected = hmac.new(secret, b"device:d-1", hashlib.sha256).hexdigest()[:32]
    assert connection.execute("SELECT hashed('device', 'D-1')").fetchall() == [(expected,)]


def test_the_kind_is_part_of_the_hash() -> None:
    assert hashed(KEY, "device", "x") != hashed(KEY, "network", "x")


def test_without_a_key_one_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    unset = Settings(home=tmp_path / "home")
    first, again = key_of(unset), key_of(unset)
    assert first == again
    assert first.id == "local"
    assert (tmp_path / "home" / "hash.key").stat().st_mode & 0o777 == 0o600


def test_a_key_that_is_set_comes_before_one_that_was_made(tmp_path: Path) -> None:
    unset = Settings(home=tmp_path)
    assert key_of(unset) != key_of(replace(unset, hash_key="given", hash_key_id="k2"))


def test_a_key_never_shows() -> None:
    assert "secret" not in repr(KEY)


def test_an_empty_key_hashes_nothing(tmp_path: Path) -> None:
    (tmp_path / "hash.key").touch()
    with pytest.raises(SettingsError, match=r"hash\.key under HEARTH_HOME is empty"):
        key_of(Settings(home=tmp_path))
