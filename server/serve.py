"""The service as one process: database, schema, sample data if asked, and HTTP until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn

import seed
from server import runs
from server.app import create_app
from server.behaviour import refresh
from server.db.database import Database, connect
from server.db.local import Server, running
from server.db.migrate import migrate
from server.detect.keep import Shelf
from server.detect.run import detect
from server.errors import SettingsError
from server.ingest import load
from server.ingest.progress import Silent
from server.referrals.store import keep
from server.settings import Settings

Say = Callable[[str], None]

READ_TIMEOUT = 10.0  # seconds for one read of the database: under the patience of any client
DETECT = (sys.executable, "-c", "from server.cli import main; main()", "detect")
GRACE = 10  # seconds for requests under way when the service is told to stop
QUESTION = '{ account(id: "ada") { household { size members { edges { confidence node { accountId } } } } } }'


def up(
    settings: Settings, *, host: str | None, port: int | None, sample: bool, every: float | None = None, say: Say
) -> None:
    """Serve until SIGINT or SIGTERM; a database that was started here stops too.

    Looks for changes, and detects, each time that `every` seconds have passed since it last did.

    Raises SettingsError when the port was asked for and is taken.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)-7s %(message)s", datefmt="%H:%M:%S")
    with running(settings, say) as server, listen(host or settings.host, port, settings.port) as listener:
        asyncio.run(_serve(settings, server, listener, sample, every, say))


async def _serve(
    settings: Settings, server: Server, listener: socket.socket, sample: bool, every: float | None, say: Say
) -> None:
    login = (server.uri, server.user, server.password, server.database)
    async with connect(*login, read_timeout=READ_TIMEOUT) as db:
        await migrate(db)
        if sample:
            async with connect(*login) as patient:
                await _load_sample(patient, settings, say)
        config = uvicorn.Config(
            create_app(db), log_level="warning", access_log=False, lifespan="on", timeout_graceful_shutdown=GRACE
        )
        say(_welcome(server, listener))
        detecting = asyncio.create_task(keep_detecting(every)) if every else None
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # uvicorn sends it again once it has stopped; that is no failure
        try:
            await uvicorn.Server(config).serve([listener])
        finally:
            say("Stopping …")
            if detecting:
                detecting.cancel()
                await asyncio.wait([detecting])


async def keep_detecting(every: float) -> None:
    """Look for changes every so many seconds, in a process of its own: here it would keep requests waiting.

    One that ends is begun again.
    """
    while True:
        run = await asyncio.create_subprocess_exec(
            *DETECT,
            *("--every", f"{every}s"),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for the service, which then ends this
        )
        try:
            while run.stdout and (line := await run.stdout.readline()):
                logging.info("%s", line.decode().rstrip())
            logging.warning("Detection ended with exit code %s; it begins again", await run.wait())
            await asyncio.sleep(every)
        except asyncio.CancelledError:
            with contextlib.suppress(ProcessLookupError):
                run.terminate()
            await run.wait()
            raise


async def _load_sample(db: Database, settings: Settings, say: Say) -> None:
    if await db.read_one("ingest.bulk.anything"):
        say("The graph holds accounts already; the sample data stays out.")
        if not await runs.page(db, None, 1):
            say("Nobody has looked for households yet. Run: hearth detect, hearth roles, hearth referrals")
        return
    for name, one in seed.SEEDS.items():
        say(f"Loading {one.about} …")
        with TemporaryDirectory() as folder:
            one.build(Path(folder))
            where = settings.home / "loads" / name
            await load(db, Path(folder), settings=settings, timezone=None, report_to=where, progress=Silent())
    summary = await detect(db, say=say, shelf=Shelf(settings.home))
    for line in summary.lines() if summary else ():
        say(line)
    for line in (await refresh(db, say)).lines():
        say(line)
    await keep(db, say)


@contextlib.contextmanager
def listen(host: str, port: int | None, usual: int) -> Iterator[socket.socket]:
    """Listen on the port that was asked for, or on the usual one, or on a free one when that is taken."""
    for wanted in (port,) if port is not None else (usual, 0):
        try:
            listener = socket.create_server((host, wanted), backlog=2048)
        except OSError:
            continue
        with listener:
            yield listener
        return
    raise SettingsError(
        f"Port {port} of {host} cannot be used", "Is another service there? --port 0 takes any free one."
    )


def _welcome(server: Server, listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    url = f"http://{host}:{port}"
    lines = [
        "",
        f"  GraphQL and GraphiQL  {url}/graphql",
        f"  Neo4j Browser         {server.browser}   user {server.user}, password: hearth db status",
        "",
        "  Try it:",
        f"  curl -s {url}/graphql -H 'content-type: application/json' \\",
        f'    -d \'{{"query": "{QUESTION.replace(chr(34), chr(92) + chr(34))}"}}\'',
        "",
        "  Ctrl-C stops it.",
    ]
    return "\n".join(line for line in lines if server.browser or "Browser" not in line)
