"""How far a load is: a bar with rate and time left on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Protocol

from rich.console import Console
from rich.progress import BarColumn, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

QUIET = 5.0  # seconds between plain lines of one stage


class Progress(Protocol):
    """What a load tells about itself."""

    def stage(self, name: str, total: int) -> None:
        """Begin a stage of `total` units: bytes while reading, rows while writing."""

    def advance(self, units: int, rows: int) -> None:
        """So many more units are done, and with them so many rows."""


class Silent:
    """Says nothing."""

    def stage(self, name: str, total: int) -> None:
        """Begin a stage."""

    def advance(self, units: int, rows: int) -> None:
        """Go on."""


class Lines:
    """A plain line at the start of a stage, and one every few seconds."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say

    def stage(self, name: str, total: int) -> None:
        """Begin a stage."""
        self._name, self._total, self._done, self._rows = name, max(1, total), 0, 0
        self._began = self._said = time.monotonic()
        self._say(name)

    def advance(self, units: int, rows: int) -> None:
        """Go on."""
        self._done, self._rows = self._done + units, self._rows + rows
        now = time.monotonic()
        if now - self._said >= QUIET:
            self._said = now
            rate = self._rows / (now - self._began)
            self._say(f"{self._name}: {min(1, self._done / self._total):.0%}, {rate:,.0f} rows/s")


class Bar:
    """A bar for the present stage, with rows a second and the time left."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._task: TaskID | None = None

    def stage(self, name: str, total: int) -> None:
        """Begin a stage; the bar of the one before it stays, full."""
        self._finish()
        self._task = self._bars.add_task(name, total=max(1, total), rows=0, rate=0)

    def advance(self, units: int, rows: int) -> None:
        """Go on."""
        if self._task is not None:
            task = self._bars.tasks[self._task]
            rows += task.fields["rows"]
            self._bars.update(self._task, advance=units, rows=rows, rate=rows / (task.elapsed or 1))

    def _finish(self) -> None:
        if self._task is not None:
            self._bars.update(self._task, completed=self._bars.tasks[self._task].total)


@contextmanager
def showing(console: Console) -> Iterator[Progress]:
    """Bars on a terminal, plain lines elsewhere."""
    if not console.is_terminal:
        yield Lines(console.print)
        return
    columns = (
        TextColumn("{task.description:<24}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f}%  {task.fields[rows]:,} rows  {task.fields[rate]:,.0f}/s"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Bars(*columns, console=console) as bars:
        bar = Bar(bars)
        yield bar
        bar._finish()
