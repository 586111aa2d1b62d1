"""The jars of Neo4j: locked, fetched whole or not at all."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from jgo.env import EnvironmentSpec, LockedDependency

from server.db import install
from server.errors import LocalDatabaseError

CONTENT = b"the bytes of a jar" * 1000
JAR = LockedDependency("org.example", "small", "1.0", sha256=hashlib.sha256(CONTENT).hexdigest())


class Quiet(SimpleHTTPRequestHandler):
    """A file server without a log."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def remote(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The jar as a repository serves it."""
    jar = tmp_path / "repository/org/example/small/1.0/small-1.0.jar"
    jar.parent.mkdir(parents=True)
    jar.write_bytes(CONTENT)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path / "repository")) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,)).start()
        monkeypatch.setattr(install, "MAVEN_CENTRAL_URL", f"http://127.0.0.1:{server.server_port}")
        monkeypatch.setattr(install, "PAUSES", (0, 0))
        yield jar
        server.shutdown()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An empty folder for jars."""
    folder = tmp_path / "jars"
    folder.mkdir()
    return folder


def test_a_jar_is_fetched_once_and_checked(remote: Path, folder: Path) -> None:
    assert install.faulty(folder, [JAR]) == [JAR]
    install.fetch([JAR], folder)
    assert install.faulty(folder, [JAR]) == []
    assert [path.name for path in folder.iterdir()] == ["small-1.0.jar"]


def test_a_half_written_jar_is_fetched_again(remote: Path, folder: Path) -> None:
    (folder / "small-1.0.jar").write_bytes(CONTENT[:100])
    assert install.faulty(folder, [JAR]) == [JAR]
    install.fetch([JAR], folder)
    assert (folder / "small-1.0.jar").read_bytes() == CONTENT


def test_what_a_killed_download_left_is_no_obstacle(remote: Path, folder: Path) -> None:
    (folder / "partial").mkdir()
    (folder / "partial" / "small-1.0.jar").write_bytes(CONTENT[:100])
    install.fetch([JAR], folder)
    assert install.faulty(folder, [JAR]) == []


def test_a_jar_with_another_checksum_never_arrives(remote: Path, folder: Path) -> None:
    remote.write_bytes(b"something else")
    with pytest.raises(LocalDatabaseError, match="SHA-256"):
        install.fetch([JAR], folder)
    assert not (folder / "small-1.0.jar").exists()


def test_a_missing_jar_is_an_error_that_says_what_to_do(remote: Path, folder: Path) -> None:
    remote.unlink()
    with pytest.raises(LocalDatabaseError, match="404") as caught:
        install.fetch([JAR], folder)
    assert "connection" in caught.value.hint


def test_every_locked_jar_has_a_checksum_and_a_name_of_its_own() -> None:
    jars = install.locked()
    assert all(jar.sha256 and len(jar.sha256) == 64 for jar in jars)
    assert len({install.name(jar) for jar in jars}) == len(jars) > 200


def test_the_lock_holds_what_was_asked_for() -> None:
    locked = {f"{jar.groupId}:{jar.artifactId}:{jar.version}" for jar in install.locked()}
    assert set(EnvironmentSpec.load(install.SPEC).coordinates) <= locked


def test_the_second_of_two_waits_for_the_first(folder: Path) -> None:
    said: list[str] = []

    def second() -> None:
        with install.alone(folder / "lock", waiting):
            said.append("second")

    def waiting(text: str) -> None:
        said.append(text)
        is_waiting.set()

    is_waiting, thread = threading.Event(), threading.Thread(target=second)
    with install.alone(folder / "lock", print):
        thread.start()
        assert is_waiting.wait(10)
        said.append("first")
    thread.join()
    assert said == ["Another process is preparing Neo4j; waiting for it", "first", "second"]
