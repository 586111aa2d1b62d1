"""Neo4j's own influence maximisation (CELF of Graph Data Science) beside ours, on one graph with one probability.

    python -m benchmarks.bench_celf [--accounts 2000 10000] [--seeds 20]

CELF knows a single probability for all relationships, so both get that. Reach is that of an independent simulation over
the same network. Prints seconds and reach, and writes results/celf.json. The plugin is fetched for this benchmark only,
into the user's cache, with the checksums of gds.lock.toml.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from jgo.env import EnvironmentBuilder, EnvironmentSpec, LockedDependency, LockFile
from jgo.maven import MavenContext

from benchmarks.measure import keep
from benchmarks.spreading import large, reached
from server.db import conf
from server.db.database import Database, connect
from server.db.install import cache, faulty, fetch, install, locked, name
from server.errors import DatabaseError
from server.referrals.cover import best
from server.referrals.graph import Ints, Network, network

SPEC = Path(__file__).with_name("gds.toml")
LOCK = Path(__file__).with_name("gds.lock.toml")
CHANCE = 0.1
WORLDS = 100  # simulations per candidate of CELF, its default
JUDGES = 2_000  # worlds in which both are judged
WITHIN = 120  # seconds for the server to come up
Figures = dict[str, Any]

MAKE = """UNWIND range(0, $size - 1) AS number
CREATE (:Account {number: number})"""
INDEX = "CREATE INDEX number FOR (a:Account) ON a.number"
TIE = """UNWIND $pairs AS pair
MATCH (a:Account {number: pair[0]})
MATCH (b:Account {number: pair[1]})
CREATE (a)-[:REFERRED]->(b)"""
PROJECT = "CALL gds.graph.project('net', 'Account', 'REFERRED')"
CELF = """CALL gds.influenceMaximization.celf.stream('net',
  {seedSetSize: $count, monteCarloSimulations: $worlds, propagationProbability: $chance, concurrency: 2})
YIELD nodeId, spread
RETURN gds.util.asNode(nodeId).number AS account
ORDER BY spread DESC"""


def main() -> None:
    """Measure each size, and keep the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--accounts", type=int, nargs="+", default=[2_000, 10_000])
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--lock", action="store_true", help="Resolve gds.toml anew and write gds.lock.toml.")
    options = parser.parse_args()
    if options.lock:
        lock()
        return
    keep("celf", {"seeds": options.seeds, "sizes": [both(size, options.seeds) for size in options.accounts]})


def lock() -> None:
    """Resolve the plugin and what it needs, without what the server brings along."""
    context = MavenContext(timeout=60)
    wanted = EnvironmentBuilder(context).spec_to_dependencies(EnvironmentSpec.load(SPEC))
    given, implied = context.resolver.resolve(wanted)
    needed = [*given, *(one for one in implied if one.scope in ("compile", "runtime"))]
    has = {(jar.groupId, jar.artifactId) for jar in locked()}
    LockFile.from_resolved_dependencies(
        [jar for jar in needed if (jar.groupId, jar.artifactId) not in has], "gds"
    ).save(LOCK)


def both(size: int, count: int) -> Figures:
    """Seconds and reach of CELF and of ours."""
    net = network(large(size, size * 3 // 2))
    chance = np.full(len(net.referee), CHANCE)
    best(net, chance, 2)  # compiles
    began = time.perf_counter()
    ours = best(net, chance, count).seeds
    spent = time.perf_counter() - began
    theirs, took = asyncio.run(_celf(net, count))
    reach = {
        who: float(reached(net, chance, seeds, JUDGES, 5).mean()) for who, seeds in (("ours", ours), ("celf", theirs))
    }
    return {"accounts": size, "seconds": {"ours": round(spent, 2), "celf": round(took, 2)}, "reach": reach}


async def _celf(net: Network, count: int) -> tuple[Ints, float]:
    with TemporaryDirectory() as folder:
        port, process = _start(Path(folder))
        try:
            login = f"bolt://127.0.0.1:{port}", conf.USER, conf.password(Path(folder))
            await _answers(process, *login)
            async with connect(*login) as db:
                await _run(db, INDEX)
                await _run(db, MAKE, size=net.size)
                pairs = np.stack([net.referrer, net.referee], axis=1).tolist()
                for begin in range(0, len(pairs), 10_000):
                    await _run(db, TIE, pairs=pairs[begin : begin + 10_000])
                await _run(db, PROJECT)
                began = time.perf_counter()
                rows = await _run(db, CELF, count=count, worlds=WORLDS, chance=CHANCE)
                return np.array([row["account"] for row in rows]), time.perf_counter() - began
        finally:
            process.terminate()
            process.wait()


def _start(folder: Path) -> tuple[int, subprocess.Popen[bytes]]:
    """Start the locked Neo4j with the plugin on its class path."""
    ports = conf.free_ports(conf.USUAL_PORTS)
    plugin = _plugin()
    command = conf.write(folder, ports, [*plugin, *install(print)])
    with (folder / "conf" / "neo4j.conf").open("a") as file:
        file.write(f"dbms.security.procedures.unrestricted=gds.*\nserver.directories.plugins={plugin[0].parent}\n")
    log = (folder / "logs" / "console.log").open("wb")
    return ports.bolt, subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)


def _plugin() -> list[Path]:
    folder = cache().with_name("gds")
    folder.mkdir(parents=True, exist_ok=True)
    jars: list[LockedDependency] = LockFile.load(LOCK).dependencies
    if lacking := faulty(folder, jars):
        fetch(lacking, folder)
    return [folder / name(jar) for jar in jars]


async def _answers(process: subprocess.Popen[bytes], *login: str) -> None:
    for _ in range(WITHIN):
        try:
            async with connect(*login):
                return
        except DatabaseError:
            if process.poll() is not None:
                raise
            await asyncio.sleep(1)


async def _run(db: Database, text: Any, **parameters: Any) -> list[dict[str, Any]]:
    records, _, _ = await db.driver.execute_query(text, parameters, database_=db.name)
    return [record.data() for record in records]


if __name__ == "__main__":
    main()
