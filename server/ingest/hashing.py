"""Raw identifiers in, keyed hashes out: normalisation, HMAC-SHA-256, and the same as DuckDB macros."""

from __future__ import annotations

import hashlib
import hmac
import os
import re
import secrets
import sys
import unicodedata
from dataclasses import dataclass, field
from functools import cache

import duckdb
import numpy as np
import pyarrow as pa
from duckdb.func import PythonUDFType
from numpy.typing import NDArray

from server.errors import SettingsError
from server.settings import Settings

HEX = 32  # hexadecimal characters kept of the 64; 128 bits keep a billion identifiers apart
REMEMBERED = 500_000  # identifiers whose hashes are kept from batch to batch
CHECKED = "hearth key check"

_NONE_REMEMBERED = "CREATE OR REPLACE TEMP TABLE remembered (kind VARCHAR, identifier VARCHAR, hash BLOB)"
_SPACE = r"[\s\x1c-\x1f]+"
_ASCII_SPACE = r"[\t-\r\x1c-\x20]+"
_ASCII_PUNCTUATION = r"([!-#%-*,-/:;?@\[-\]_{}])[!-#%-*,-/:;?@\[-\]_{}]+"


@dataclass(frozen=True)
class Key:
    """A secret and the public id that stands before the colon of every hash made with it."""

    id: str
    secret: bytes = field(repr=False)

    @property
    def check(self) -> str:
        """What tells this key from another with the same id, and tells nothing else."""
        return digest(self, CHECKED)


def key_of(settings: Settings) -> Key:
    """The key of the settings, or the one that HEARTH_HOME keeps, made now if there is none."""
    if settings.hash_key:
        return Key(settings.hash_key_id, settings.hash_key.encode())
    path = settings.home / "hash.key"
    settings.home.mkdir(parents=True, exist_ok=True)
    try:
        file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        secret = path.read_bytes().strip()
        if not secret:  # who made it has just begun or was killed; anybody could find hashes without a secret
            hint = "Bring the key back, or delete the file if nothing was loaded yet."
            raise SettingsError(f"{path.name} under HEARTH_HOME is empty", hint) from None
        return Key("local", secret)
    with os.fdopen(file, "w") as stream:
        stream.write(secrets.token_hex(32))
    return Key("local", path.read_bytes())


def normalise(value: str) -> str:
    """Unicode NFKC, lower case, trimmed; each run of white space becomes one space, and each run of
    punctuation (Unicode category P) its first character.
    """  # noqa: D205
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).lower())
    return _punctuation().sub(r"\1", re.sub(_SPACE, " ", folded)).strip(" ")


def digest(key: Key, text: str) -> str:
    """HMAC-SHA-256 of a text, cut to 32 hexadecimal characters."""
    return hmac.new(key.secret, text.encode(), hashlib.sha256).hexdigest()[:HEX]


def hashed(key: Key, kind: str, value: str) -> str:
    """The id in the graph of one raw identifier."""
    return f"{key.id}:{digest(key, f'{kind}:{normalise(value)}')}"


def install(connection: duckdb.DuckDBPyConnection, key: Key) -> None:
    """Define `hashed(kind, value)` in DuckDB: the digest of `hashed` above, without the key's id.

    HMAC is SHA-256 twice over blocks of 64 bytes (RFC 2104). Values beyond ASCII are normalised in Python.
    """
    block = hashlib.sha256(key.secret).digest() if len(key.secret) > 64 else key.secret
    block = block.ljust(64, b"\0")
    inner, outer = (_blob(bytes(byte ^ pad for byte in block)) for pad in (0x36, 0x5C))
    connection.create_function("normalise_unicode", _normalise_all, ["VARCHAR"], "VARCHAR", type=PythonUDFType.ARROW)
    connection.execute(f"""
        CREATE MACRO normalise(value) AS CASE
            WHEN strlen(value) = length(value)
            THEN trim(regexp_replace(regexp_replace(lower(value), '{_ASCII_SPACE}', ' ', 'g'),
                                     '{_ASCII_PUNCTUATION}', '\\1', 'g'), ' ')
            ELSE normalise_unicode(value) END;
        CREATE MACRO hashed(kind, value) AS
            left(sha256({outer} || unhex(sha256({inner} || encode(kind || ':' || normalise(value))))), {HEX});
    """)
    connection.execute(_NONE_REMEMBERED)


def digests(connection: duckdb.DuckDBPyConnection, pairs: pa.Table) -> NDArray[np.void]:
    """The hashes, 16 bytes each, of pairs of a `kind` and an `identifier`; those that come again are remembered."""
    connection.register("pairs", pairs.append_column("place", pa.array(np.arange(len(pairs)))))
    connection.execute("""
        CREATE OR REPLACE TEMP TABLE named AS
        SELECT place, kind, identifier, coalesce(hash, unhex(hashed(kind, identifier))) AS hash, hash IS NULL AS new
        FROM pairs LEFT JOIN remembered USING (kind, identifier)
    """)
    if connection.execute("SELECT count(*) > $1 FROM remembered", [REMEMBERED]).fetchall() == [(True,)]:
        connection.execute(_NONE_REMEMBERED)
    connection.execute("INSERT INTO remembered SELECT DISTINCT kind, identifier, hash FROM named WHERE new")
    connection.unregister("pairs")
    place, hashes = connection.sql("SELECT place, hash FROM named").to_arrow_table().combine_chunks().columns
    digests = np.empty(len(pairs), f"V{HEX // 2}")
    plain = hashes.cast(pa.binary(HEX // 2)).combine_chunks()
    digests[place.to_numpy()] = np.frombuffer(plain.buffers()[1], digests.dtype, len(plain), plain.offset * HEX // 2)
    return digests


def _blob(value: bytes) -> str:
    return f"unhex('{value.hex()}')"


def _normalise_all(values: pa.ChunkedArray) -> pa.Array:
    return pa.array([None if value is None else normalise(value) for value in values.to_pylist()], pa.string())


@cache
def _punctuation() -> re.Pattern[str]:
    """A run of punctuation: Python's `re` has no class for it, so every such character is named."""
    marks = (chr(code) for code in range(sys.maxunicode + 1) if unicodedata.category(chr(code)).startswith("P"))
    members = re.escape("".join(marks))
    return re.compile(f"([{members}])[{members}]+")
