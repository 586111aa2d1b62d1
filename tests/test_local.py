"""The Neo4j that Hearth runs itself: real processes, killed in every way."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
from neo4j import GraphDatabase
from neo4j.exceptions import AuthError

from server.db import conf, local
from server.db.local import Server
from server.errors import LocalDatabaseError
from server.settings import Settings

PARENT = """
import sys, time
from pathlib import Path
from server.db import local
local.start(Path(sys.argv[1]), owned=sys.argv[2] == "owned", say=lambda _: None)
print("ready", flush=True)
time.sleep(600 if sys.argv[2] == "owned" else 0)
"""


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A HEARTH_HOME for the tests that kill; whatever they leave is stopped."""
    home = tmp_path_factory.mktemp("killed")
    yield home
    local.stop(home)


@pytest.fixture
def own(server: Server) -> Server:
    """The session's server, when it is one of ours."""
    if not server.pid:
        pytest.skip("HEARTH_NEO4J_URI names another Neo4j")
    return server


@contextmanager
def parent(home: Path, how: str = "owned") -> Iterator[subprocess.Popen[str]]:
    """Run a process that starts the database and, if it owns it, lives on."""
    command = [sys.executable, "-c", PARENT, str(home), how]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        yield process


def cypher(home: Path, text: str) -> list[object]:
    """Run a statement on the database that runs under a home; return its first column."""
    server = local.status(home)
    assert server
    with GraphDatabase.driver(server.uri, auth=(server.user, server.password)) as driver:
        return [record.value() for record in driver.execute_query(text, database_=server.database).records]


def processes(home: Path) -> list[psutil.Process]:
    """Return Java and its keeper."""
    found = local.processes(local.path(home))
    assert found
    return found


def end(processes: list[psutil.Process]) -> bool:
    """Tell whether every process ends within half a minute."""
    return not psutil.wait_procs(processes, 30)[1]


@contextmanager
def taken(ports: conf.Ports | None) -> Iterator[None]:
    """Listen on the ports for the length of a block, unless another program does so already."""
    with ExitStack() as stack:
        for port in ports or ():
            with suppress(OSError):
                stack.enter_context(socket.create_server(("127.0.0.1", port)))
        yield


def test_a_database_in_the_background_outlives_its_parent_until_it_is_killed(home: Path) -> None:
    with parent(home, "in the background") as process:
        assert process.wait(10) == 0
    cypher(home, "CREATE (:Kept {since: 'before the kill'})")
    (java,) = processes(home)
    java.kill()
    assert end([java])
    assert local.status(home) is None


def test_the_next_start_has_the_data_and_other_ports_and_closes_when_its_parent_is_killed(home: Path) -> None:
    before = conf.ports(local.path(home))
    with taken(before), parent(home) as process:
        assert cypher(home, "MATCH (k:Kept) RETURN k.since") == ["before the kill"]
        ours = processes(home)
        process.kill()
    assert len(ours) == 2
    assert end(ours)
    assert "Stopped." in local.log(local.path(home))
    assert not set(before or ()) & set(conf.ports(local.path(home)) or ())


def test_a_setting_that_cannot_be_used_is_told_with_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HEARTH_NEO4J_PAGE_CACHE", "plenty")
    with pytest.raises(LocalDatabaseError, match="'plenty' is not a valid size") as caught:
        local.start(tmp_path, say=print)
    assert "HEARTH_NEO4J_PAGE_CACHE" in caught.value.hint
    assert not local.processes(local.path(tmp_path))


def test_a_home_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LocalDatabaseError, match="could not be prepared") as caught:
        local.start(tmp_path / "file" / "home", say=print)
    assert "written to" in caught.value.hint


def test_a_log_with_nothing_known_points_to_the_doctor(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "console.log").write_text("Strange\n\tat some.Frame\n")
    error = local._failure(tmp_path)
    assert error.message.endswith("Strange")
    assert "hearth doctor" in error.hint


def test_a_running_database_is_used_and_left_running(own: Server, settings: Settings) -> None:
    with local.running(settings, print) as again:
        assert again == own
    assert local.start(settings.home, say=print) == own
    assert local.status(settings.home) == own


def test_a_named_database_is_taken_as_it_is(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path, neo4j_uri="bolt://elsewhere:7687", neo4j_password="secret")
    with local.running(settings, print) as server:
        assert (server.uri, server.password, server.pid) == ("bolt://elsewhere:7687", "secret", 0)
    assert not local.path(tmp_path).exists()


def test_nothing_runs_under_an_empty_home(tmp_path: Path) -> None:
    assert local.status(tmp_path) is None
    assert not local.stop(tmp_path)


def test_browser_is_there_and_knows_the_bolt_port(own: Server) -> None:
    address = urlsplit(own.browser)
    connection = http.client.HTTPConnection(address.hostname or "", address.port)
    connection.request("GET", address.path)
    assert b"<title>Neo4j Browser" in connection.getresponse().read()
    connection.request("GET", "/", headers={"Accept": "application/json"})
    assert own.uri.removeprefix("bolt:").encode() in connection.getresponse().read()
    connection.close()


def test_the_password_is_its_owners_alone(own: Server, settings: Settings) -> None:
    folder = local.path(settings.home)
    assert (folder / "password").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700
    assert own.password not in repr(own)
    assert not any(own.password in word for one in local.processes(folder) for word in one.cmdline())
    assert not any(own.password in log.read_text() for log in (folder / "logs").iterdir())


def test_the_default_password_does_not_open_it(own: Server) -> None:
    with GraphDatabase.driver(own.uri, auth=("neo4j", "neo4j")) as driver, pytest.raises(AuthError):
        driver.verify_connectivity()


def test_a_lost_password_is_told_before_a_start(tmp_path: Path) -> None:
    (tmp_path / "data" / "databases" / "system").mkdir(parents=True)
    with pytest.raises(LocalDatabaseError, match="password is gone"):
        conf.write(tmp_path, conf.Ports(1, 2), [])


def test_sizes_come_from_the_machine_or_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HEARTH_NEO4J_HEAP", raising=False)
    conf.write(tmp_path, conf.Ports(1, 2), [])
    options = tmp_path / "conf" / "java.options"
    assert f"-Xmx{max(512, min(conf.memory() // 4 // conf.MEGABYTE, 4096))}m\n" in options.read_text()
    monkeypatch.setenv("HEARTH_NEO4J_HEAP", "700m")
    conf.write(tmp_path, conf.Ports(1, 2), [])
    assert "-Xmx700m\n" in options.read_text()


@pytest.mark.parametrize("text", ["", "[]", "{", '{"bolt": 1}', '{"bolt": "x", "http": 2}'])
def test_an_unreadable_record_of_ports_is_no_obstacle(tmp_path: Path, text: str) -> None:
    (tmp_path / "ports.json").write_text(text)
    assert conf.ports(tmp_path) is None


def test_a_process_that_only_has_the_folder_in_its_name_is_not_ours(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "input()", f"--home-dir={tmp_path}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE) as stranger:
        assert not local.processes(tmp_path)
        stranger.kill()


def test_who_ended_before_its_parent_noticed_is_not_waited_for() -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"]) as child:
        process = psutil.Process(child.pid)
        assert local.left([process], 0.1) == [process]
        child.kill()
        assert local.left([process], 60) == []
        assert process.status() == psutil.STATUS_ZOMBIE
