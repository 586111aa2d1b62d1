"""What a person may set, read once from the environment; every name begins with HEARTH_."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from server.errors import SettingsError


@dataclass(frozen=True)
class Settings:
    """The settings of one process.

    `neo4j_uri` is None when Hearth runs its own Neo4j under `home`.
    """

    home: Path = Path(".hearth")
    neo4j_uri: str | None = None
    neo4j_user: str = "neo4j"
    neo4j_password: str = field(default="", repr=False)
    neo4j_database: str = "neo4j"
    hash_key: str = field(default="", repr=False)
    hash_key_id: str = "k1"
    host: str = "127.0.0.1"
    port: int = 8000

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Settings:
        """Read HEARTH_* variables; an empty one counts as unset.

        Raises SettingsError when a port is not a number from 0 to 65535 (0 asks for a free one).
        """
        given = {name: value for name, value in environ.items() if name.startswith("HEARTH_") and value}
        return cls(
            home=Path(given.get("HEARTH_HOME", ".hearth")).expanduser().absolute(),
            neo4j_uri=_uri("HEARTH_NEO4J_URI", given.get("HEARTH_NEO4J_URI")),
            neo4j_user=given.get("HEARTH_NEO4J_USER", "neo4j"),
            neo4j_password=given.get("HEARTH_NEO4J_PASSWORD", ""),
            neo4j_database=given.get("HEARTH_NEO4J_DATABASE", "neo4j"),
            hash_key=given.get("HEARTH_HASH_KEY", ""),
            hash_key_id=_word("HEARTH_HASH_KEY_ID", given.get("HEARTH_HASH_KEY_ID", "k1")),
            host=given.get("HEARTH_HOST", "127.0.0.1"),
            port=_port("HEARTH_PORT", given.get("HEARTH_PORT", "8000")),
        )


def _word(name: str, text: str) -> str:
    if not text.isprintable() or " " in text:
        raise SettingsError(f"{name} must not contain white space", "Use a short name such as k1.")
    return text


def _uri(name: str, text: str | None) -> str | None:
    try:
        parts = urlsplit(text or "bolt://localhost")
        good = re.fullmatch(r"(bolt|neo4j)(\+s|\+ssc)?", parts.scheme) and parts.hostname and parts.port != 0
    except ValueError:  # of a port that is no number
        good = False
    if not good:
        raise SettingsError(f"{name} cannot be used", "Write it like bolt://host:7687 or neo4j+s://host.")
    return text


def _port(name: str, text: str) -> int:
    if not text.isdecimal() or int(text) > 65535:
        raise SettingsError(f"{name} must be a port number from 0 to 65535", "Use 0 for any free port.")
    return int(text)
