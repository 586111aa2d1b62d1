"""The web application: GraphQL, its page, and whether the service is alive and ready."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from server.api import graphiql
from server.api.http import graphql
from server.api.web import failed, guarded
from server.db.database import Database
from server.db.migrate import MIGRATIONS, find
from server.errors import DatabaseError
from server.model import NODES


def create_app(db: Database) -> ASGIApp:
    """Make the application that answers from `db`; whoever calls connects and closes it."""
    endpoint = graphql(db)

    async def at_graphql(scope: Scope, receive: Receive, send: Send) -> None:
        answer = graphiql.page if graphiql.wanted(scope) else endpoint
        await answer(scope, receive, send)

    async def readyz(_: Request) -> Response:
        reason = await missing(db)
        return JSONResponse({"ready": not reason, **({"reason": reason} if reason else {})}, 503 if reason else 200)

    routes = [
        Route("/", lambda _: RedirectResponse("/graphql"), methods=["GET"]),
        Route("/healthz", lambda _: JSONResponse({"alive": True}), methods=["GET"]),
        Route("/readyz", readyz, methods=["GET"]),
        Mount("/graphql/static", StaticFiles(directory=graphiql.STATIC)),
        Route("/graphql", _Endpoint(at_graphql)),
    ]
    return guarded(Starlette(routes=routes, exception_handlers={Exception: failed}))


class _Endpoint:
    """Starlette passes a class or object through as it is, and wraps a function as a handler of requests."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


async def missing(db: Database) -> str:
    """Why the database cannot serve yet; empty when it can."""
    try:
        found = await db.read_one("nodes.constraints")
        applied = {row["id"] async for row in db.read("migrations.applied")}
    except DatabaseError as error:
        return error.message
    names = set(found["names"]) if found else set()
    if not names.issuperset(f"{node.label.lower()}_{node.key}" for node in NODES):
        return "The schema was not applied: run `hearth migrate`."
    if not applied.issuperset(migration.id for migration in find(MIGRATIONS)):
        return "A migration was not applied: run `hearth migrate`."
    return ""
