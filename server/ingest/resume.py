"""What a load that breaks off leaves for the next try: a whole stage, its report, and a journal of written batches."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Collection
from dataclasses import asdict
from pathlib import Path
from typing import Any

import orjson

from server.ingest import edges, outgoing, staged
from server.ingest.files import DataSet
from server.ingest.hashing import Key
from server.ingest.report import Counts, Rejects

Kept = dict[str, Any]

_WHOLE = "whole.json"  # written last: a stage without it is of no use
_REJECTS = "rejects.csv"


class Journal:
    """The names of the batches that are in the graph, one a line; a line that broke off counts for nothing."""

    def __init__(self, path: Path) -> None:
        kept = path.read_bytes() if path.exists() else b""
        whole = kept[: kept.rfind(b"\n") + 1]
        path.write_bytes(whole)
        self._written = set(whole.decode().splitlines())
        self._path = path

    def __contains__(self, name: str) -> bool:
        return name in self._written

    def note(self, name: str) -> None:
        """Remember a batch whose transaction has ended well."""
        with self._path.open("a", encoding="utf-8") as stream:
            stream.write(f"{name}\n")


def fingerprint(data: DataSet, key: Key, timezone: str | None, sizes: tuple[int, ...]) -> str:
    """What must be as it was for a stage to be used again: files, key, time zone, program and sizes of batches."""
    files = [(str(source.path), source.path.stat().st_size, source.path.stat().st_mtime_ns) for source in data.sources]
    program = [vars(module).get(name) for module, name in _PROGRAM]
    return hashlib.sha256(repr((files, key.id, key.check, timezone, sizes, program)).encode()).hexdigest()


_PROGRAM = [
    (staged, "TABLES"),
    (staged, "STAGED"),
    (edges, "HOURS"),
    (edges, "EDGES"),
    (outgoing, "ACCOUNTS"),
    (outgoing, "LISTED"),
    (outgoing, "AFTER_SIGHTINGS"),
]


def kept(folder: Path, fingerprint: str, keys: Collection[str]) -> Kept | None:
    """What was kept of an earlier try with this fingerprint, on a graph that still has the keys it had then."""
    try:
        found: Kept = orjson.loads((folder / _WHOLE).read_bytes())
    except (OSError, orjson.JSONDecodeError):
        return None
    return found if found["fingerprint"] == fingerprint and set(found["keys"]) <= set(keys) else None


def keep(folder: Path, fingerprint: str, keys: Collection[str], rejects: Rejects) -> None:
    """Declare the stage in `folder` whole, with what the report says so far."""
    report = rejects.report
    rejects.stream.flush()
    shutil.copyfile(report.folder / "rejects.csv", folder / _REJECTS)
    files = {name: asdict(counts) for name, counts in report.files.items()}
    told = {"fingerprint": fingerprint, "keys": sorted(keys), "files": files, "warnings": report.warnings}
    (folder / "part.json").write_bytes(orjson.dumps(told))
    (folder / "part.json").replace(folder / _WHOLE)


def is_whole(folder: Path) -> bool:
    """Whether a load that breaks off now can be taken up again."""
    return (folder / _WHOLE).exists()


def recall(folder: Path, kept: Kept, rejects: Rejects) -> None:
    """Say in the report what it said when the stage was made."""
    rejects.report.files = {name: Counts(**counts) for name, counts in kept["files"].items()}
    rejects.report.warnings = kept["warnings"]
    with (folder / _REJECTS).open(encoding="utf-8", newline="") as stream:
        next(stream)
        shutil.copyfileobj(stream, rejects.stream)
