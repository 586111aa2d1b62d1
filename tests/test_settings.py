"""Settings from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from server.errors import SettingsError
from server.settings import Settings


def test_nothing_set_gives_the_defaults() -> None:
    settings = Settings.from_environment({})
    assert (settings.neo4j_uri, settings.port, settings.home) == (None, 8000, Path(".hearth").absolute())


def test_an_empty_variable_counts_as_unset() -> None:
    assert Settings.from_environment({"HEARTH_NEO4J_URI": ""}).neo4j_uri is None


@pytest.mark.parametrize("port", ["abc", "70000", "-1"])
def test_a_port_that_is_none_is_refused(port: str) -> None:
    with pytest.raises(SettingsError, match="HEARTH_PORT must be a port number"):
        Settings.from_environment({"HEARTH_PORT": port})


@pytest.mark.parametrize("uri", ["localhost:7687", "bolt://host:port", "bolt://", "http://host:7474"])
def test_a_uri_that_names_no_neo4j_is_refused(uri: str) -> None:
    with pytest.raises(SettingsError, match="HEARTH_NEO4J_URI cannot be used"):
        Settings.from_environment({"HEARTH_NEO4J_URI": uri})


@pytest.mark.parametrize("name", ["k1\r", "my key", "k\t1"])
def test_a_key_id_is_one_word(name: str) -> None:
    with pytest.raises(SettingsError, match="HEARTH_HASH_KEY_ID must not contain white space"):
        Settings.from_environment({"HEARTH_HASH_KEY_ID": name})


def test_secrets_do_not_show() -> None:
    settings = Settings.from_environment({"HEARTH_NEO4J_PASSWORD": "secret-1", "HEARTH_HASH_KEY": "secret-2"})
    assert "secret" not in repr(settings)
