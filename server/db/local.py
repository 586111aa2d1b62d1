"""The Neo4j that Hearth runs itself: start, stop, status, and `running` for the length of a block."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from neo4j import GraphDatabase
from neo4j.exceptions import AuthError, DriverError, Neo4jError

from server.db import conf
from server.db.install import Say, alone, cache, install, version
from server.errors import LocalDatabaseError
from server.settings import Settings

KEEPER = Path(__file__).with_name("keeper.py")
START_SECONDS = 300.0  # a large store that was not closed is mended before it opens
STOP_SECONDS = 60.0
TRIES = 3  # another process may take a free port before Neo4j does

HINTS = {  # what a log says → what to do
    "already in use": "Another program took its port meanwhile: start again.",
    "Could not reserve enough space": "Set HEARTH_NEO4J_HEAP and HEARTH_NEO4J_PAGE_CACHE to less, e.g. 512m.",
    "exceeds physical memory": "Set HEARTH_NEO4J_HEAP and HEARTH_NEO4J_PAGE_CACHE to less, e.g. 512m.",
    "OutOfMemoryError": "Set HEARTH_NEO4J_HEAP to more, e.g. 2g.",
    "Invalid maximum heap size": "Set HEARTH_NEO4J_HEAP to a size such as 2g.",
    "memory.pagecache.size": "Set HEARTH_NEO4J_PAGE_CACHE to a size such as 2g.",
    "No space left": "Make room on the disk.",
}
ELSE_HINT = "`hearth doctor` checks memory, disk and ports. If the store is broken, move {folder} away and load again."

_children: dict[Path, subprocess.Popen[bytes]] = {}  # kept, because only its Popen can reap a child


@dataclass(frozen=True)
class Server:
    """A Neo4j to connect to; `browser` is empty and `pid` 0 when Hearth does not run it."""

    uri: str
    browser: str
    user: str
    password: str = field(repr=False)
    database: str
    pid: int


@contextmanager
def running(settings: Settings, say: Say) -> Iterator[Server]:
    """Yield the Neo4j that the settings name, the one that runs under their home, or one for this block alone."""
    if settings.neo4j_uri:
        user, password = settings.neo4j_user, settings.neo4j_password
        yield Server(settings.neo4j_uri, "", user, password, settings.neo4j_database, 0)
        return
    server, is_ours = _ensure(settings.home, owned=True, say=say)
    try:
        yield server
    finally:
        if is_ours:
            stop(settings.home)


def start(home: Path, *, owned: bool = True, say: Say) -> Server:
    """Return the Neo4j under this home, started if need be; an owned one ends with this process.

    Raises LocalDatabaseError, with the last lines of its log, when it does not start.
    """
    return _ensure(home, owned=owned, say=say)[0]


def stop(home: Path) -> bool:
    """End the Neo4j under this home and wait until it has closed its store; tell whether one ran."""
    folder = path(home)
    if not processes(folder):
        return False
    _end(folder)
    return True


def status(home: Path) -> Server | None:
    """Return the Neo4j that runs and answers under this home, if any."""
    folder = path(home)
    found, ports = processes(folder), conf.ports(folder)
    if not found or not ports:
        return None
    server = _server(folder, ports, found[0].pid)
    return server if _answers(server, folder) else None


@contextmanager
def closed(home: Path, say: Say) -> Iterator[tuple[Path, int]]:
    """End the Neo4j under this home and keep others from starting it for a block; yield its folder and the lock."""
    folder = path(home)
    with alone(folder / "start.lock", say) as lock:
        _end(folder)
        yield folder, lock


def owner(home: Path) -> int:
    """Return the id of the process with which the Neo4j under this home ends; 0 when it runs on its own, or not."""
    commands = [process.cmdline() for process in processes(path(home))]
    owners = [int(command[command.index(str(KEEPER)) + 1]) for command in commands if str(KEEPER) in command]
    return owners[0] if owners else 0


def half_filled(folder: Path) -> Path:
    """The mark of a store whose filling has begun and not ended: such a store is of no use."""
    return folder / "data" / "half-filled"


def path(home: Path) -> Path:
    """Return the folder of the Neo4j under this home."""
    return home.expanduser().resolve() / "neo4j"


def processes(folder: Path) -> list[psutil.Process]:
    """Find Java and its keeper by their command line: a process id on disk may be another's by now."""
    marks = {conf.ENTRY, f"--home-dir={folder}"}
    return [one for one in psutil.process_iter(["cmdline"]) if marks <= set(one.info["cmdline"] or ())]


def log(folder: Path, lines: int = 12) -> str:
    """Return the last lines that Neo4j wrote since its last start, without the frames of Java."""
    told = [line for line in _console(folder).splitlines() if not line.startswith(("\t", " "))]
    return "\n".join(told[-lines:])


def _console(folder: Path) -> str:
    file = folder / "logs" / "console.log"
    return file.read_text("utf-8", "replace") if file.exists() else ""


def _ensure(home: Path, *, owned: bool, say: Say) -> tuple[Server, bool]:
    """Return the server, and whether this call started it."""
    if server := status(home):
        return server, False
    try:
        return _prepare(home, owned, say)
    except OSError as error:
        raise LocalDatabaseError(
            f"Neo4j could not be prepared: {error}",
            f"Make sure that {home} and {cache()} can be written to and that their disk has room.",
        ) from error


def _prepare(home: Path, owned: bool, say: Say) -> tuple[Server, bool]:
    folder = path(home)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    jars = install(say)
    with alone(folder / "start.lock", say):
        if server := _settled(home):
            return server, False
        say(f"Starting Neo4j {version()}")
        server = _start(folder, jars, owned)
    say(f"Neo4j is ready: {server.uri}, Browser {server.browser}")
    return server, True


def _settled(home: Path) -> Server | None:
    """Wait while a Neo4j runs without an answer: it closes, is busy, or was left by a start that was killed."""
    deadline = time.monotonic() + START_SECONDS
    while processes(path(home)):
        if server := status(home):
            return server
        if time.monotonic() > deadline:
            raise LocalDatabaseError("Neo4j runs and does not answer", "End it with: hearth db stop")
        time.sleep(0.2)
    return None


def _start(folder: Path, jars: list[Path], owned: bool) -> Server:
    _forget_half_filled(folder)
    for _ in range(TRIES):
        ports = conf.free_ports(conf.ports(folder) or conf.USUAL_PORTS)
        process = _launch(folder, conf.write(folder, ports, jars), owned)
        server = _server(folder, ports, process.pid)
        try:
            if _comes_up(process, server, folder):
                return server
        except BaseException:
            _end(folder)
            raise
        if "already in use" not in _console(folder):
            break
    raise _failure(folder)


def _forget_half_filled(folder: Path) -> None:
    mark = half_filled(folder)
    if mark.exists():
        for part in ("databases", "transactions"):
            shutil.rmtree(folder / "data" / part / "neo4j", ignore_errors=True)
        mark.unlink()


def _launch(folder: Path, command: list[str], owned: bool) -> subprocess.Popen[bytes]:
    keeper = [sys.executable, "-I", "-S", str(KEEPER), str(os.getpid())] if owned else []
    with (folder / "logs" / "console.log").open("wb") as console:
        _children[folder] = subprocess.Popen(
            [*keeper, *command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=console,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for Hearth, which then stops Neo4j in its own time
        )
    return _children[folder]


def _comes_up(process: subprocess.Popen[bytes], server: Server, folder: Path) -> bool:
    """Wait for Neo4j; tell whether it answers or has ended."""
    deadline = time.monotonic() + START_SECONDS
    while process.poll() is None:
        if _answers(server, folder):
            return True
        if time.monotonic() > deadline:
            raise _failure(folder)
        time.sleep(0.05)
    return False


def _answers(server: Server, folder: Path) -> bool:
    if "Started." not in _console(folder):  # only then are Bolt and Browser open, and nobody else's
        return False
    try:
        auth = (server.user, server.password)
        with GraphDatabase.driver(server.uri, auth=auth, connection_timeout=5) as driver:
            driver.verify_connectivity()
    except AuthError:
        raise LocalDatabaseError(
            f"Neo4j does not take the password in {folder / 'password'}",
            "If it was changed in Neo4j Browser, write the new one into that file.",
        ) from None
    except (DriverError, Neo4jError):
        return False
    return True


def _end(folder: Path) -> None:
    found = processes(folder)
    for process in found:
        with suppress(psutil.NoSuchProcess):
            process.terminate()
    for process in left(found, STOP_SECONDS):
        process.kill()
    left(found, STOP_SECONDS)
    if child := _children.pop(folder, None):
        child.wait()


def left(found: Sequence[psutil.Process], seconds: float) -> list[psutil.Process]:
    """Those that still run after so long; one that its parent has not taken note of yet has ended all the same."""
    deadline = time.monotonic() + seconds
    while (running := [one for one in found if _runs(one)]) and time.monotonic() < deadline:
        time.sleep(0.05)
    return running


def _runs(process: psutil.Process) -> bool:
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def _server(folder: Path, ports: conf.Ports, pid: int) -> Server:
    uri, browser = f"bolt://127.0.0.1:{ports.bolt}", f"http://127.0.0.1:{ports.http}/browser/"
    return Server(uri, browser, conf.USER, conf.password(folder), "neo4j", pid)


def _failure(folder: Path) -> LocalDatabaseError:
    end = log(folder)
    hint = next((hint for words, hint in HINTS.items() if words in end), ELSE_HINT.format(folder=folder / "data"))
    return LocalDatabaseError(f"Neo4j did not start. The end of {folder / 'logs' / 'console.log'}:\n{end}", hint)
