"""`hearth` as a person uses it: real processes, on the session's Neo4j."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import click
import pytest

from server.cli import cli
from server.db.database import Database
from server.db.local import Server
from tests.conftest import sample

Hearth = Callable[..., subprocess.CompletedProcess[str]]

HEARTH = (sys.executable, "-c", "from server.cli import main; main()")


def whole(environment: Mapping[str, str]) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("HEARTH_")}
    return {**own, **environment}


def invoke(*arguments: str, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    command = [*HEARTH, *arguments]
    return subprocess.run(command, env=whole(environment), capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture
def given(server: Server, db: Database, tmp_path: Path) -> Mapping[str, str]:
    """The variables that name the session's Neo4j, whose graph is empty."""
    return {
        "HEARTH_HOME": str(tmp_path / "home"),
        "HEARTH_NEO4J_URI": server.uri,
        "HEARTH_NEO4J_USER": server.user,
        "HEARTH_NEO4J_PASSWORD": server.password,
        "HEARTH_HASH_KEY": "only for tests",
    }


@pytest.fixture
def hearth(given: Mapping[str, str]) -> Hearth:
    """Run `hearth` with arguments against the session's Neo4j and an empty graph."""
    return lambda *arguments: invoke(*arguments, environment=given)


def test_from_files_to_households_in_a_few_commands(hearth: Hearth, tmp_path: Path) -> None:
    data = str(tmp_path / "tiny")
    assert hearth("seed", "tiny", data).stderr == f"Wrote {data}. Load it with: hearth ingest {data}\n"
    assert "0 rejected" in hearth("ingest", data).stderr
    for early in (("export", "households"), ("evaluate", "--truth", f"{data}/truth.csv"), ("roles",)):
        assert "Run `hearth detect` first" in hearth(*early).stderr
    assert "3 households with 10 accounts" in hearth("detect").stdout
    again = hearth("detect", "--check").stdout
    assert "Nothing has changed" in again
    assert "A full run would change nothing." in again
    assert json.loads(hearth("evaluate", "--truth", f"{data}/truth.csv").stdout)["pairwise"]["f1"] == 1.0
    taken = hearth("export", "households")
    assert (taken.stdout.count("\n"), taken.stderr) == (11, "")
    assert hearth("explain", "ada", "ben").stdout.startswith("Together.\n")
    assert "There is no such account" in hearth("explain", "ada", "nobody").stderr


def test_a_bad_row_is_named_with_file_and_line_and_nothing_personal(hearth: Hearth, tmp_path: Path) -> None:
    rows = "account_id,kind,identifier,at\nada,device,SECRET,2026-05-01T10:00:00\n"
    folder = sample(tmp_path / "data", accounts="account_id\nada\n", sightings=rows)
    result = hearth("ingest", str(folder))
    assert "sightings.csv:2: " in result.stderr
    assert "SECRET" not in result.stderr + result.stdout


def test_an_error_is_two_lines_and_exit_code_one(hearth: Hearth, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    result = hearth("ingest", str(tmp_path / "data"))
    assert result.returncode == 1
    assert result.stderr.startswith("hearth: ")
    assert "Traceback" not in result.stderr


def test_a_place_that_cannot_be_written_is_named(hearth: Hearth, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    failed = hearth("seed", "tiny", str(tmp_path / "file" / "in"))
    assert failed.returncode == 1
    assert f"hearth: {tmp_path / 'file' / 'in'}: Not a directory" in failed.stderr


def test_a_full_disk_is_told_in_a_line_and_later_all_goes_on(hearth: Hearth, tmp_path: Path) -> None:
    data = str(tmp_path / "tiny")
    hearth("seed", "tiny", data)
    for size, words in ((8192, ["ingest", data]), (512, ["detect"]), (512, ["train", "--out", f"{data}/model.json"])):
        with _room(size):
            failed = hearth(*words)
        assert (failed.returncode, "Traceback" in failed.stderr) == (1, False)
        assert "could not be written" in failed.stderr or "File too large" in failed.stderr
        hearth("ingest", data)
    assert "A full run would change nothing." in hearth("detect", "--check").stdout


@contextmanager
def _room(size: int) -> Iterator[None]:
    """No file that a process started here writes may be larger."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_file_that_is_not_there_is_told_before_any_work(tmp_path: Path) -> None:
    lost, nowhere = str(tmp_path / "lost.csv"), {"HEARTH_NEO4J_URI": "bolt://127.0.0.1:1"}
    for command in (("export", "roles"), ("train",)):
        told = invoke(*command, "--out", str(tmp_path / "no" / "file"), environment=nowhere).stderr
        assert f"there is no folder {tmp_path / 'no'}" in told
    assert f"File '{lost}' does not exist" in invoke("evaluate", "--truth", lost, environment=nowhere).stderr


def test_detect_on_an_empty_graph_says_what_to_do(hearth: Hearth) -> None:
    assert "hearth ingest DIR" in hearth("detect").stderr


def test_ctrl_c_is_how_a_watch_ends(given: Mapping[str, str]) -> None:
    command = [*HEARTH, "detect", "--every", "1s"]
    heard = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a shell lets what it runs behind not hear it
    with subprocess.Popen(command, env=whole(given), stderr=subprocess.PIPE, text=True, preexec_fn=heard) as watch:
        assert watch.stderr is not None
        assert watch.stderr.readline() == "Looking for changes every 1 seconds …\n"
        watch.send_signal(signal.SIGINT)
        try:
            assert (watch.wait(60), watch.stderr.read()) == (0, "")
        finally:
            watch.kill()


def test_a_time_without_offset_is_refused(hearth: Hearth) -> None:
    assert "a time needs its offset" in hearth("detect", "--as-of", "2026-05-01T00:00:00").stderr


def test_its_own_database_is_refused_when_another_is_named(hearth: Hearth) -> None:
    assert "HEARTH_NEO4J_URI names a Neo4j that Hearth does not run" in hearth("db", "start").stderr


def test_a_database_that_does_not_answer_says_so(tmp_path: Path) -> None:
    result = invoke("detect", environment={"HEARTH_NEO4J_URI": "bolt://127.0.0.1:1", "HEARTH_HOME": str(tmp_path)})
    assert result.returncode == 1
    assert "hearth: Neo4j does not answer" in result.stderr


def test_a_wrong_password_is_named_as_such(server: Server, tmp_path: Path) -> None:
    login = {"HEARTH_NEO4J_URI": server.uri, "HEARTH_NEO4J_PASSWORD": "wrong", "HEARTH_HOME": str(tmp_path)}
    assert "Neo4j refused the user or the password" in invoke("detect", environment=login).stderr


def commands(group: click.Group, context: click.Context) -> Iterator[tuple[str, click.Command]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command, name
        yield name, command
        if isinstance(command, click.Group):
            yield from commands(command, context)


def test_every_command_is_found_under_its_name_and_teaches() -> None:
    for name, command in commands(cli, click.Context(cli)):
        assert command.help, name
        assert command.name == name


def test_help_lists_commands_and_imports_none() -> None:
    looked = "from server.cli import cli; cli(['--help'], standalone_mode=False); assert 'neo4j' not in sys.modules"
    told = subprocess.run([sys.executable, "-c", f"import sys; {looked}"], capture_output=True, text=True, check=True)
    assert "  detect        Find the households, or bring them up to date.\n" in told.stdout


def test_seed_list_says_what_there_is(hearth: Hearth) -> None:
    assert {line.split()[0] for line in hearth("seed", "list").stdout.splitlines()} >= {"tiny", "kenya", "city"}


def test_who_brings_others_and_what_they_are_worth(hearth: Hearth, tmp_path: Path) -> None:
    data = str(tmp_path / "tiny")
    assert hearth("seed", "tiny", data).returncode == 0
    assert "0 rejected" in hearth("ingest", data).stderr
    measures = hearth("export", "referrals").stdout.splitlines()
    assert measures[0] == "account_id,direct,converted,subtree,reach,pagerank,core,intra_household,flag"
    assert hearth("export", "value").stdout.startswith("account_id,purchase,lifetime,network\n")
    named = hearth("referrers", "--first", "2", "--until", "2030-01-01T00:00:00+08:00")
    assert named.stdout.startswith("account_id,marginal_reach,reach,certificate\n")
    assert "accounts had changed" in hearth("referrals").stdout
    assert "a time needs its offset" in hearth("referrers", "--until", "2026-05-01").stderr
    assert "no purchase was paid in that currency" in hearth("export", "value", "--currency", "XTS").stderr
