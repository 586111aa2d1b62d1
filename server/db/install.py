"""The jars of Neo4j: locked with checksums, fetched once for each user, checked before every start."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import requests
from jgo.constants import MAVEN_CENTRAL_URL
from jgo.env import EnvironmentBuilder, EnvironmentSpec, LockedDependency, LockFile
from jgo.maven import MavenContext
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from server.errors import LocalDatabaseError

Say = Callable[[str], None]

SPEC = Path(__file__).with_name("neo4j.toml")
LOCK = Path(__file__).with_name("neo4j.lock.toml")
CONNECTIONS = 16
PAUSES = (0, 1, 2, 4, 8)  # seconds before each try to fetch a jar
CHUNK = 2**16  # bytes


def cache() -> Path:
    """Return the folder of the jars: in the user's cache, so that every HEARTH_HOME shares them."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hearth" / "neo4j"


def locked() -> list[LockedDependency]:
    """Read the lock: coordinates and SHA-256 of every jar."""
    return LockFile.load(LOCK).dependencies


def version() -> str:
    """Return the locked version of Neo4j."""
    return next(jar.version for jar in locked() if jar.artifactId == "neo4j")


def name(jar: LockedDependency) -> str:
    """Return a jar's file name."""
    classifier = f"-{jar.classifier}" if jar.classifier else ""
    return f"{jar.artifactId}-{jar.version}{classifier}.{jar.packaging}"


def install(say: Say) -> list[Path]:
    """Return the class path of Neo4j, after fetching the jars that are missing or broken.

    Raises LocalDatabaseError when a jar cannot be fetched, or only with another checksum than the locked one.
    """
    folder, jars = cache(), locked()
    if faulty(folder, jars):
        folder.mkdir(parents=True, exist_ok=True)
        with alone(folder / "install.lock", say):
            if lacking := faulty(folder, jars):
                say(f"Downloading Neo4j {version()}: {len(lacking)} of {len(jars)} jars, once")
                fetch(lacking, folder)
    return [folder / name(jar) for jar in jars]


def faulty(folder: Path, jars: Sequence[LockedDependency]) -> list[LockedDependency]:
    """Return those of the jars that are missing in the folder or differ from their checksum."""
    with ThreadPoolExecutor() as threads:
        checksums = list(threads.map(lambda jar: _checksum(folder / name(jar)), jars))
    return [jar for jar, checksum in zip(jars, checksums, strict=True) if checksum != jar.sha256]


def fetch(jars: Sequence[LockedDependency], folder: Path) -> None:
    """Fetch jars into a folder; each appears there only whole and with the right checksum.

    jgo opens a connection for each file, and another for its checksum: half a minute where a shared pool takes
    seconds. So jgo resolves and locks, and this fetches what it locked.
    """
    partial = folder / "partial"
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir()
    with requests.Session() as session, ThreadPoolExecutor(CONNECTIONS) as threads, _progress() as progress:
        session.mount("https://", requests.adapters.HTTPAdapter(pool_maxsize=CONNECTIONS))
        bar = progress.add_task("jars", total=len(jars))
        for path in threads.map(lambda jar: _fetch(session, jar, partial), jars):
            path.replace(folder / path.name)
            progress.advance(bar)
    partial.rmdir()


@contextmanager
def alone(lock: Path, say: Say) -> Iterator[int]:
    """Hold a lock that one process can hold at a time, and yield its file descriptor.

    The system frees it when the process ends, and every child that was given the descriptor.
    """
    with lock.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another process is preparing Neo4j; waiting for it")
            fcntl.flock(file, fcntl.LOCK_EX)
        yield file.fileno()


def _progress() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


def _fetch(session: requests.Session, jar: LockedDependency, folder: Path) -> Path:
    path = folder / name(jar)
    url = "/".join((MAVEN_CENTRAL_URL, *jar.groupId.split("."), jar.artifactId, jar.version, path.name))
    problem = ""
    for pause in PAUSES:
        time.sleep(pause)
        try:
            _download(session, url, path)
        except OSError as error:  # of the network, as requests raises them, or of the disk
            problem = str(error)
            continue
        if _checksum(path) == jar.sha256:
            return path
        problem = "its SHA-256 is not the locked one"
    raise LocalDatabaseError(
        f"{path.name} could not be fetched: {problem}",
        "Check the connection and the disk, then run the command again; jars that are here already stay.",
    )


def _download(session: requests.Session, url: str, path: Path) -> None:
    with session.get(url, stream=True, timeout=60) as response, path.open("wb") as file:
        response.raise_for_status()
        for chunk in response.iter_content(CHUNK):
            file.write(chunk)


def _checksum(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except FileNotFoundError:
        return ""


def lock() -> None:
    """Resolve `neo4j.toml` anew and write `neo4j.lock.toml`."""
    context = MavenContext(timeout=60)
    wanted = EnvironmentBuilder(context).spec_to_dependencies(EnvironmentSpec.load(SPEC))
    given, implied = context.resolver.resolve(wanted)
    needed = [*given, *(one for one in implied if one.scope in ("compile", "runtime"))]
    LockFile.from_resolved_dependencies(needed, "hearth-neo4j").save(LOCK)


if __name__ == "__main__":
    lock()
