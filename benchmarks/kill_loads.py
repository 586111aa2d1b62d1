"""Loads killed with SIGKILL at random moments and run again: each must end in the graph of an undisturbed load.

    python -m benchmarks.kill_loads [--loads 50] [--accounts 300] [--victims …] [--seed 1] [--at-once]

With --at-once the loads go by way of Neo4j's importer, as large first loads do, and it may be killed too.
Prints a line per load (what was killed and when, how it ended) and a total; fails when a graph differs.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

from seed.city import build
from server.db import local
from server.db.bulk import Fill
from server.db.database import Database, connect
from server.db.local import Server
from server.db.migrate import migrate
from server.ingest import Report, load
from server.ingest.progress import Silent
from server.settings import Settings
from tests.checksum import checksum
from tests.conftest import run

VICTIMS = ("loader", "database", "both")
KILLS = 3  # at most so many kills in one load
RESUMED = "taken up where"


def main() -> int:
    """Kill and compare; return how many loads ended in another graph."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--loads", type=int, default=50)
    parser.add_argument("--accounts", type=int, default=300)
    parser.add_argument("--victims", nargs="+", choices=VICTIMS, default=list(VICTIMS))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--at-once", action="store_true")
    options = parser.parse_args()
    dice = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as name:
        folder, home = Path(name) / "data", Path(name) / "home"
        build(folder, accounts=options.accounts, profile="city", seed=1, density=0.3, format="csv")
        try:
            wrong = sum(_rounds(folder, home, dice, options.loads, options.victims, options.at_once))
        finally:
            local.stop(home)
    print(f"{options.loads} loads, {wrong} ended in another graph")
    return wrong


def _rounds(
    folder: Path, home: Path, dice: random.Random, loads: int, victims: Sequence[str], at_once: bool
) -> list[bool]:
    settings = _settings(home)
    server = local.start(home, owned=False, say=lambda _: None)
    asyncio.run(emptied(server))
    began = time.monotonic()
    finish(start(folder, settings, server, at_once))
    server = local.start(home, owned=False, say=lambda _: None)
    seconds = time.monotonic() - began
    expected = asyncio.run(summed(server))
    print(f"undisturbed: {seconds:.1f} s, checksum {expected[:12]}", flush=True)
    wrong = []
    for number in range(loads):
        server = local.start(home, owned=False, say=lambda _: None)
        asyncio.run(emptied(server))
        story, server = _one(folder, settings, server, dice, victims, seconds, at_once)
        wrong.append(asyncio.run(summed(server)) != expected)
        print(f"{number + 1}: {'; '.join(story)}: {'ANOTHER GRAPH' if wrong[-1] else 'the same graph'}", flush=True)
    return wrong


def _one(
    folder: Path,
    settings: Settings,
    server: Server,
    dice: random.Random,
    victims: Sequence[str],
    seconds: float,
    at_once: bool,
) -> tuple[list[str], Server]:
    """One load, killed up to KILLS times and run to its end; what happened, and the server that has the graph."""
    story = []
    for _ in range(dice.randint(1, KILLS)):
        victim, after = dice.choice(victims), dice.uniform(0, seconds)
        loader = start(folder, settings, server, at_once)
        time.sleep(after)
        done = kill(loader, settings.home, victim)
        story.append(f"{victim} killed after {after:.1f} s{' (it had ended)' if done else ''}")
        server = local.start(settings.home, owned=False, say=lambda _: None)
    story.append("resumed" if RESUMED in finish(start(folder, settings, server, at_once)) else "read again")
    return story, local.start(settings.home, owned=False, say=lambda _: None)


def kill(loader: subprocess.Popen[str], home: Path, victim: str) -> bool:
    """Kill one or both at once, and wait until the loader is gone; tell whether it had ended before."""
    done = loader.poll() is not None
    if victim in ("database", "both"):
        running = [*local.processes(local.path(home)), *_importers(home)]
        for process in running:
            process.kill()
        if local.left(running, 30):
            raise RuntimeError("a killed process goes on")
    if victim in ("loader", "both"):
        loader.send_signal(signal.SIGKILL)
    loader.communicate()
    return done


def _importers(home: Path) -> list[psutil.Process]:
    mark = str(local.path(home) / "logs" / "import.report")
    everybody = psutil.process_iter(["cmdline"])
    return [one for one in everybody if any(mark in word for word in one.info["cmdline"] or ())]


def start(folder: Path, settings: Settings, server: Server, at_once: bool = False) -> subprocess.Popen[str]:
    """Start a load in a process of its own."""
    given = {"HEARTH_HASH_KEY": settings.hash_key, "KILL_URI": server.uri, "KILL_USER": server.user}
    environment = {**os.environ, **given, "KILL_PASSWORD": server.password, "KILL_DATABASE": server.database}
    command = [sys.executable, "-m", "benchmarks.kill_loads_one", str(folder), str(settings.home)]
    command += ["at once"] if at_once else []
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(loader: subprocess.Popen[str]) -> str:
    """Wait for a load that nobody kills, and return its report; raises RuntimeError when it fails."""
    told, wrong = loader.communicate()
    if loader.returncode:
        raise RuntimeError(wrong)
    return told


async def one(folder: Path, settings: Settings, server: Server, fill: Fill | None = None) -> Report:
    """Load into a server."""
    async with connect(server.uri, server.user, server.password, server.database) as db:
        report_to = settings.home / "report"
        return await load(
            db, folder, settings=settings, timezone=None, report_to=report_to, progress=Silent(), fill=fill
        )


async def emptied(server: Server) -> None:
    """Empty the graph, but for its migrations."""
    async with connect(server.uri, server.user, server.password, server.database) as db:
        await migrate(db)
        await empty(db)


async def empty(db: Database) -> None:
    """Empty a graph, a part at a time."""
    await db.run("MATCH ()-[r]->() CALL (r) { DELETE r } IN TRANSACTIONS OF 20000 ROWS")
    await run(db, "MATCH (n) WHERE NOT n:Migration DELETE n")


async def summed(server: Server) -> str:
    """The checksum of a server's graph."""
    async with connect(server.uri, server.user, server.password, server.database) as db:
        return await checksum(db)


def _settings(home: Path) -> Settings:
    return Settings.from_environment({"HEARTH_HASH_KEY": "only for kills", "HEARTH_HOME": str(home)})


if __name__ == "__main__":
    sys.exit(main())
