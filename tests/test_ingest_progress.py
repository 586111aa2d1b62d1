"""What a load tells about itself while it runs."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from server.ingest import progress
from server.ingest.progress import Lines, showing


def test_a_terminal_gets_bars() -> None:
    stream = io.StringIO()
    with showing(Console(file=stream, force_terminal=True, width=100)) as bars:
        bars.stage("reading accounts.csv", 10)
        bars.advance(5, 1000)
        bars.stage("writing accounts", 10)
        bars.advance(10, 2000)
    assert "reading accounts.csv" in stream.getvalue()
    assert "2,000 rows" in stream.getvalue()


def test_a_pipe_gets_plain_lines() -> None:
    stream = io.StringIO()
    with showing(Console(file=stream)) as lines:
        lines.stage("reading accounts.csv", 10)
        lines.advance(5, 1000)
    assert stream.getvalue() == "reading accounts.csv\n"


def test_a_long_stage_says_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr(progress, "QUIET", 0)
    lines = Lines(said.append)
    lines.stage("reading", 10)
    lines.advance(5, 1000)
    assert said[1].startswith("reading: 50%, ")
