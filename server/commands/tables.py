"""Tables that commands write."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import pyarrow as pa

from server import export
from server.commands.database import with_households
from server.db.database import Database


def write_table(made: Callable[[Database], Awaitable[pa.Table]], form: str, out: Path | None) -> None:
    """Write what is `made` of the database as `csv` or `parquet`: to a file, or to stdout."""
    export.write(with_households(made), out or sys.stdout.buffer, form)
