"""`hearth up` as a process of its own: it serves, and whatever ends it, no database stays behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from server.db.database import Database
from server.db.local import path, processes
from server.errors import SettingsError
from server.serve import _load_sample, listen
from server.settings import Settings
from tests.conftest import run

HEARTH = (sys.executable, "-c", "from server.cli import main; main()")
QUERY = '{ account(id: "ada") { household { size members { edges { node { accountId } } } } } }'


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("up")


def environment(home: Path) -> dict[str, str]:
    """What `hearth` sees where it runs a database of its own."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("HEARTH_NEO4J_URI")}
    return {**own, "HEARTH_HOME": str(home)}


@contextmanager
def hearth_up(home: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run `hearth up` and yield it with its address, once it serves."""
    command = [*HEARTH, "up", "--port", "0", *options]
    with subprocess.Popen(command, env=environment(home), stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process, _address(process)
        finally:
            process.kill()


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if found := re.search(r"http://\S+/graphql", line):
            return found[0]
    raise AssertionError("".join(said))


def ask(url: str) -> object:
    """The accounts that Ada lives with; the service listens a moment after it says so."""
    with httpx.Client(transport=httpx.HTTPTransport(retries=5)) as client:
        answer = client.post(url, json={"query": QUERY})
    household = answer.json()["data"]["account"]["household"]
    return household["size"], [edge["node"]["accountId"] for edge in household["members"]["edges"]]


def gone(home: Path, seconds: float = 90) -> bool:
    """Whether every process of the database ends in time."""
    deadline = time.monotonic() + seconds
    while processes(path(home)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return not processes(path(home))


def test_sigkill_leaves_no_database_and_after_it_it_serves_until_sigterm(home: Path) -> None:
    with hearth_up(home) as (process, _):
        process.kill()
        process.wait(10)
        assert gone(home)
    with hearth_up(home, "--sample") as (process, url):
        assert ask(url) == (3, ["ada", "ada-films", "ben", "cleo"])
        again = subprocess.run([*HEARTH, "db", "start"], env=environment(home), capture_output=True, text=True)
        assert f"It runs already until process {process.pid} ends" in again.stderr
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 128 + signal.SIGTERM
        assert processes(path(home)) == []


@pytest.mark.slow
def test_sigint_ends_it_cleanly_too(home: Path) -> None:
    with hearth_up(home, "--sample") as (process, url):
        assert ask(url) == (3, ["ada", "ada-films", "ben", "cleo"])
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0
        assert process.stderr is not None
        assert process.stderr.read().rstrip().endswith("Stopping …")
        assert processes(path(home)) == []


def test_a_taken_port_that_was_asked_for_is_refused() -> None:
    with listen("127.0.0.1", 0, 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match="cannot be used"), listen("127.0.0.1", port, 0):
            pass
        with listen("127.0.0.1", None, port) as other:
            assert other.getsockname()[1] != port


async def test_sample_data_stays_out_of_a_graph_with_accounts(db: Database, settings: Settings) -> None:
    await run(db, "CREATE (:Account {id: 'mine'})")
    said: list[str] = []
    await _load_sample(db, settings, said.append)
    assert said[0].endswith("the sample data stays out.")
    assert "hearth detect" in said[1]
    assert await run(db, "MATCH (a:Account) RETURN count(a) AS n") == [{"n": 1}]
