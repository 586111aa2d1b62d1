"""Times as DuckDB macros: ISO 8601 text into the instant and the distance of the local clock from UTC."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import duckdb

from server.errors import SettingsError

HOUR = 3_600_000_000  # microseconds

_DATE = r"\d{4}-\d{2}-\d{2}"
_LOCAL = _DATE + r"[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?"
_OFFSET = r"(Z|[+-](0\d|1[0-7])(:?[0-5]\d)?)"  # Neo4j knows offsets below 18 hours


def install(connection: duckdb.DuckDBPyConnection, timezone: str | None) -> None:
    """Define macros over a text `t`: `utc(t)`, microseconds since 1970, null when `t` is no time that can be
    placed; `time_fault(t)`, why not; `ahead(t, utc)`, the seconds by which the local clock is ahead of UTC.

    `timezone` reads times with Z or without an offset. Raises SettingsError when there is no such zone.
    """  # noqa: D205
    zone = f"'{_known(connection, timezone)}'" if timezone else "NULL::VARCHAR"
    connection.execute(f"""
        CREATE MACRO utc(t) AS CASE
            WHEN regexp_full_match(t, '{_LOCAL}{_OFFSET}') THEN epoch_us(try_cast(t AS TIMESTAMPTZ))
            WHEN {zone} IS NOT NULL AND regexp_full_match(t, '{_LOCAL}')
            THEN epoch_us(timezone({zone}, try_cast(t AS TIMESTAMP))) END;
        CREATE MACRO sign_at(t) AS greatest(instr(substr(t, 12), '+'), instr(substr(t, 12), '-'));
        CREATE MACRO seconds(sign, h, m) AS
            CASE WHEN sign = '-' THEN -60 ELSE 60 END::BIGINT * (60 * h::BIGINT + m::BIGINT);
        CREATE MACRO short_offset(o) AS
            seconds(left(o, 1), substr(o, 2, 2), CASE WHEN length(o) > 3 THEN right(o, 2) ELSE '0' END);
        CREATE MACRO ahead(t, instant) AS CASE
            WHEN substr(t, -6, 1) IN ('+', '-') AND substr(t, -3, 1) = ':'
            THEN seconds(substr(t, -6, 1), substr(t, -5, 2), right(t, 2))
            WHEN sign_at(t) > 0 THEN short_offset(substr(t, 11 + sign_at(t)))
            -- A year that stands for no time stays as it is: in the zone it could be a fifth digit's.
            WHEN {zone} IS NULL OR left(t, 4) IN ('0000', '9999') THEN 0::BIGINT
            ELSE (epoch_us(timezone({zone}, make_timestamptz(instant))) - instant) // 60000000 * 60 END;
        CREATE MACRO time_fault(t) AS CASE
            WHEN regexp_full_match(t, '{_DATE}') THEN 'a date without a time of day'
            WHEN regexp_full_match(t, '{_LOCAL}') AND try_cast(t AS TIMESTAMP) IS NOT NULL
            THEN 'a time without offset needs --timezone'
            ELSE 'not a time such as 2026-05-01T19:30:00+08:00' END;
        CREATE MACRO hour_of(instant, ahead) AS floor((instant + 1000000 * ahead) / {HOUR})::INTEGER;
    """)


def _known(connection: duckdb.DuckDBPyConnection, timezone: str) -> str:
    try:
        name = ZoneInfo(timezone).key
        connection.execute("SELECT timezone($1, make_timestamptz(0))", [name])  # knows other names than Python
        return name
    except (ValueError, OSError, KeyError, duckdb.Error) as error:
        hint = "Use a name such as Asia/Shanghai."
        raise SettingsError("--timezone names no time zone", hint) from error
