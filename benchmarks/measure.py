"""What every benchmark notes: the machine, the commit, peak memory, and where results go."""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import time
from collections.abc import Awaitable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import psutil

from server.db.local import path, processes

RESULTS = Path(__file__).parent / "results"
GIGABYTE = 2**30
Result = TypeVar("Result")


def machine() -> dict[str, Any]:
    """Cores, memory in GB, how busy it was (load over 5 minutes), Python, and the commit."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False).stdout
    return {
        "cores": os.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / GIGABYTE, 1),
        "load": round(os.getloadavg()[1], 2),
        "system": platform.system(),
        "python": platform.python_version(),
        "commit": commit.strip(),
    }


async def timed(work: Awaitable[Result]) -> tuple[Result, float, float]:
    """What some work gives, the seconds that it took, and those of the processor in this process."""
    began, busy = time.perf_counter(), time.process_time()
    result = await work
    return result, round(time.perf_counter() - began, 2), round(time.process_time() - busy, 2)


def python_peak() -> float:
    """The most memory that this process has had, in GB."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20, 2)


def neo4j_peak(home: Path) -> float:
    """The most memory that the Neo4j under this home has had, in GB; Linux only, else 0."""
    peaks = [0]
    for process in processes(path(home)):
        status = Path(f"/proc/{process.pid}/status")
        lines = status.read_text().splitlines() if status.exists() else []
        peaks += [int(line.split()[1]) for line in lines if line.startswith("VmHWM")]
    return round(max(peaks) / 2**20, 2)


def keep(name: str, figures: Mapping[str, Any]) -> None:
    """Print the figures, and write them with the machine to `results/name.json`."""
    text = json.dumps({"machine": machine(), **figures}, indent=2)
    print(text)
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(text + "\n", "utf-8")
