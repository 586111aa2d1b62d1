"""What a load did: counts per file, warnings and damage, and every rejected row in a file of its own."""

from __future__ import annotations

import csv
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TextIO

import orjson

from server.ingest.blocks import Reject

SHOWN = 10  # rejected rows of a file that the summary shows


@dataclass
class Counts:
    """What became of the rows of one file.

    `repeated` rows said what an earlier row of the load had said of the same key; `changed` ones said of an
    account something else than before.
    """

    read: int = 0
    good: int = 0
    rejected: int = 0
    repeated: int = 0
    changed: int = 0
    damage: str = ""
    examples: list[str] = field(default_factory=list)


@dataclass
class Report:
    """What a load did; also written to `report.json`, with `rejects.csv` (file, line, reason) beside it.

    A load that was `resumed` used what an earlier try had staged, and `skipped` the rows that it had written.
    """

    folder: Path
    files: dict[str, Counts] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    written: dict[str, int] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    resumed: bool = False
    skipped: int = 0

    @property
    def read(self) -> int:
        """Rows of all files."""
        return sum(counts.read for counts in self.files.values())

    @property
    def rejected(self) -> int:
        """Rejected rows of all files."""
        return sum(counts.rejected for counts in self.files.values())

    @property
    def damaged(self) -> dict[str, str]:
        """Why a file was not read to its end, by name."""
        return {name: counts.damage for name, counts in self.files.items() if counts.damage}

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Note how long a stage takes."""
        began = time.monotonic()
        yield
        self.seconds[stage] = time.monotonic() - began

    def lines(self) -> Iterator[str]:
        """The report for a person, line by line."""
        for name, counts in self.files.items():
            yield (
                f"{name}: {counts.read:,} rows, {counts.good:,} good, {counts.rejected:,} rejected, "
                f"{counts.repeated:,} repeated, {counts.changed:,} changed"
            )
            yield from counts.examples
            if counts.rejected > SHOWN:
                yield f"  … {counts.rejected - SHOWN:,} more in {self.folder / 'rejects.csv'}"
        yield from (f"damaged: {name}: {damage}" for name, damage in self.damaged.items())
        yield from (f"warning: {warning}" for warning in self.warnings)
        if self.resumed:
            yield f"taken up where a load broke off: nothing read again, {self.skipped:,} rows were there already"
        yield f"{_rate(self.read, self.seconds['reading'])} read, {self.rejected:,} of them rejected"
        yield f"{_rate(sum(self.written.values()), self.seconds['writing'])} written to the graph"


def _rate(rows: int, seconds: float) -> str:
    return f"{rows:,} rows in {seconds:.1f} s ({rows / max(seconds, 0.001):,.0f}/s)"


class Rejects:
    """The open `rejects.csv`; counts what it writes in the report."""

    def __init__(self, report: Report, stream: TextIO) -> None:
        self.report = report
        self.stream = stream
        self._writer = csv.writer(stream)

    def add(self, file: str, rejects: Sequence[Reject]) -> None:
        """Write rejected rows of one file."""
        counts = self.report.files[file]
        counts.rejected += len(rejects)
        counts.examples += [f"  {file}:{line}: {reason}" for line, reason in rejects[: SHOWN - len(counts.examples)]]
        self._writer.writerows((file, line, reason) for line, reason in rejects)


@contextmanager
def reporting(folder: Path) -> Iterator[Rejects]:
    """An empty report whose rejects go to `folder` as they come; `report.json` is written at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    report = Report(folder)
    with (folder / "rejects.csv").open("w", encoding="utf-8", newline="") as stream:
        rejects = Rejects(report, stream)
        csv.writer(stream).writerow(("file", "line", "reason"))
        yield rejects
    text = orjson.dumps(asdict(report), default=str, option=orjson.OPT_INDENT_2)
    (folder / "report.json").write_bytes(text)
