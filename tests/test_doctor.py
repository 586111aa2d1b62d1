"""The doctor finds what is wrong and says how to mend it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from server import doctor
from server.db import install
from server.db.local import Server
from server.settings import Settings


@contextmanager
def answering(body: bytes) -> Iterator[int]:
    """Serve one body at every path; yield the port."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        yield server.server_port
        server.shutdown()


def test_a_machine_that_runs_the_tests_is_well(server: Server, settings: Settings) -> None:
    checks = {check.name: check for check in doctor.examine(settings)}
    assert checks["python"].ok
    assert checks["database"].ok
    assert server.uri in checks["database"].detail


def test_each_failure_says_how_to_mend_it() -> None:
    checks = [doctor.python((3, 10, 4)), doctor.memory(2**29), doctor.java(Path("/nowhere/java"))]
    assert not any(check.ok for check in checks)
    assert all(check.mend for check in checks)


def test_python_3_11_is_enough() -> None:
    assert doctor.python((3, 11, 0)).ok


def test_the_disk_of_a_home_that_does_not_exist_yet_is_that_of_its_parent(tmp_path: Path) -> None:
    assert str(tmp_path) in doctor.disk(tmp_path / "not" / "yet").detail


def test_a_port_that_another_program_took_is_told() -> None:
    with answering(b"something else") as port:
        check = doctor.port("127.0.0.1", port)
    assert not check.ok
    assert "HEARTH_PORT" in check.mend


def test_a_port_without_http_is_told_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        mute.settimeout(0)
        assert not doctor.port("127.0.0.1", mute.getsockname()[1]).ok


def test_a_port_where_hearth_serves_is_well() -> None:
    with answering(b'{"alive":true}') as port:
        assert doctor.port("0.0.0.0", port).ok


def test_jars_that_are_not_here_yet_are_no_fault(tmp_path: Path) -> None:
    check = doctor.jars(tmp_path)
    assert check.ok
    assert "next start" in check.detail


def test_a_broken_jar_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / install.name(install.locked()[0])).write_bytes(b"half")
    assert not doctor.jars(tmp_path).ok


def test_a_hash_key_that_others_can_read_is_a_fault(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    assert doctor.hash_key(settings).ok
    (tmp_path / "hash.key").write_text("secret")
    (tmp_path / "hash.key").chmod(0o644)
    check = doctor.hash_key(settings)
    assert not check.ok
    assert "secret" not in f"{check}"


def test_a_given_hash_key_is_named_by_its_id_alone() -> None:
    check = doctor.hash_key(Settings(hash_key="secret", hash_key_id="k7"))
    assert check.ok
    assert "k7" in check.detail
    assert "secret" not in check.detail


def test_nothing_runs_under_an_empty_home(tmp_path: Path) -> None:
    check = doctor.own_database(tmp_path)
    assert check.ok
    assert "hearth up" in check.detail


def test_a_named_database_that_does_not_answer_is_a_fault() -> None:
    check = doctor.other_database(Settings(neo4j_uri="bolt://127.0.0.1:1", neo4j_password="secret"))
    assert not check.ok
    assert "secret" not in f"{check}"


@pytest.mark.parametrize("right", [True, False])
def test_a_named_database_must_take_the_password(server: Server, right: bool) -> None:
    settings = Settings(neo4j_uri=server.uri, neo4j_password=server.password if right else "wrong")
    assert doctor.other_database(settings).ok == right
