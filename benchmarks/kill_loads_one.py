"""One load in a process of its own, to be killed: `python -m benchmarks.kill_loads_one FOLDER HOME [at once]`."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from benchmarks.kill_loads import one
from server.db.bulk import filler
from server.db.local import Server
from server.ingest import bulk
from server.settings import Settings


def main() -> None:
    """Load, at once if asked to, and print the report."""
    folder, home = Path(sys.argv[1]), sys.argv[2]
    settings = Settings.from_environment({"HEARTH_HASH_KEY": os.environ["HEARTH_HASH_KEY"], "HEARTH_HOME": home})
    given = [os.environ[f"KILL_{name}"] for name in ("USER", "PASSWORD", "DATABASE")]
    server = Server(os.environ["KILL_URI"], "", given[0], given[1], given[2], 0)
    fill = filler(settings, print) if sys.argv[3:] else None
    bulk.WORTH = 0
    print(*asyncio.run(one(folder, settings, server, fill)).lines(), sep="\n")


if __name__ == "__main__":
    main()
