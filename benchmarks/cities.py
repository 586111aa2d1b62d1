"""The simulated cities on which loading and detection are measured, each with its graph in a folder of its own."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from seed import city
from server.db import local
from server.db.bulk import filler
from server.db.database import Database, connect
from server.db.migrate import migrate
from server.ingest import load
from server.ingest.progress import Silent
from server.settings import Settings


@dataclass(frozen=True)
class City:
    """A city: `told` says what it is, `data` holds its rows, `home` is where the Neo4j with its graph lives."""

    told: dict[str, Any]
    data: Path
    home: Path


def parser(about: str | None) -> argparse.ArgumentParser:
    """A command line that says which cities to measure."""
    found = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    found.add_argument("--accounts", type=int, nargs="+", default=[10_000, 100_000])
    found.add_argument("--profile", choices=list(city.PROFILES), default="city")
    found.add_argument("--density", type=float, default=1.0)
    found.add_argument("--seed", type=int, default=21)
    found.add_argument("--folder", type=Path, help="keep the cities and their graphs here; default: a temporary one")
    return found


def cities(options: argparse.Namespace) -> Iterator[City]:
    """Each city that was asked for, built unless the folder has it."""
    for accounts in options.accounts:
        told = {"accounts": accounts, **{name: getattr(options, name) for name in ("profile", "seed", "density")}}
        with _folder(options.folder) as folder:
            place = folder / "-".join(str(part) for part in told.values())
            data = place / "data"
            if not data.exists():
                alone(city.build, data, **told, format="parquet")
            yield City(told, data, place / "home")


@contextmanager
def graph(city: City, fill: Callable[[Path, Path], None] | None = None) -> Iterator[None]:
    """Have the city in its graph, loaded unless the folder has it, or as `fill` makes it; its Neo4j ends with this."""
    try:
        if not city.home.exists():
            alone(fill or _load, city.home, city.data)
        yield
    finally:
        local.stop(city.home)


def _load(home: Path, data: Path) -> None:
    asyncio.run(connected(home, lambda db: loaded(db, home, data)))


def alone(work: Callable[..., Any], *given: Any, **more: Any) -> Any:
    """Do some work in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *given, **more).result()


async def connected(home: Path, work: Callable[[Database], Awaitable[Any]]) -> Any:
    """Do some work with the Neo4j under a home, which goes on after it."""
    server = local.start(home, owned=False, say=print)
    async with connect(server.uri, server.user, server.password) as db:
        return await work(db)


async def loaded(db: Database, home: Path, data: Path) -> None:
    """Load rows into an empty graph, as a user's first load does."""
    settings = Settings(home=home, hash_key="benchmark")
    await migrate(db)
    fill = filler(settings, print)
    await load(db, data, settings=settings, timezone=None, report_to=home, progress=Silent(), fill=fill)


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept:
        yield kept
        return
    with TemporaryDirectory() as folder:
        yield Path(folder)
