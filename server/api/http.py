"""GraphQL over HTTP, as its specification says: https://graphql.github.io/graphql-over-http/draft/."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from graphql import ExecutionResult, GraphQLError, OperationType, execute, get_operation_ast
from starlette.datastructures import Headers, QueryParams
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from server.api.documents import Documents, Refused
from server.api.errors import answer, refusal
from server.api.limits import LIMITS
from server.api.schema import Context, schema
from server.db.database import Database

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
ARRIVAL = 8.0  # seconds for a body to arrive in: less than a service that stops waits for requests under way
GRACE = 5.0  # seconds; the database stops a read by itself before that, so that no connection is lost over it


class RefusedRequest(Exception):  # noqa: N818 - it is an answer, and no failure of ours
    """A request that is not one of GraphQL: its status and what to tell."""

    def __init__(self, status: int, message: str, code: str = "BAD_REQUEST", **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers
        self.error = refusal(message, code)


@dataclass(frozen=True)
class Asked:
    """What a request asks: a document, which of its operations, and the variables."""

    query: str
    operation: str | None
    variables: Mapping[str, Any]
    only_queries: bool


def graphql(db: Database) -> ASGIApp:
    """Make the endpoint: POST with JSON, and GET for queries."""
    documents = Documents(schema)
    context = Context(db)

    async def endpoint(scope: Scope, receive: Receive, send: Send) -> None:
        media = JSON
        try:
            media = accepted(Headers(scope=scope).get("accept", "*/*"))
            asked = await read(scope, receive)
            status, body = await run(documents, context, asked, scope)
            response = respond(body, media, status if media == GRAPHQL or status >= 500 else 200)
        except RefusedRequest as refused:
            response = respond({"errors": [refused.error]}, media, refused.status, refused.headers)
        await response(scope, receive, send)

    return endpoint


def respond(body: Any, media: str, status: int, headers: Mapping[str, str] | None = None) -> Response:
    """Make an answer that no cache keeps."""
    content_type = f"{media}; charset=utf-8"
    return Response(
        orjson.dumps(body), status, {"cache-control": "no-store", **(headers or {})}, media_type=content_type
    )


def accepted(accept: str) -> str:
    """Choose the media type of the answer; raises RefusedRequest (406) when neither suits the client."""
    wanted = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    for media in wanted:
        if media in (GRAPHQL, JSON):
            return media
        if media in ("*/*", "application/*", ""):
            return JSON
    raise RefusedRequest(406, f"Answers are {GRAPHQL} or {JSON}.", "NOT_ACCEPTABLE")


async def read(scope: Scope, receive: Receive) -> Asked:
    """Read what a request asks; raises RefusedRequest with 400, 405, 408, 413 or 415 when it cannot be understood."""
    if scope["method"] == "GET":
        return parameters(dict(QueryParams(scope["query_string"])), only_queries=True)
    if scope["method"] != "POST":
        raise RefusedRequest(405, "Use POST, or GET for queries.", "METHOD", allow="GET, POST")
    if Headers(scope=scope).get("content-type", "").partition(";")[0].strip().lower() != JSON:
        raise RefusedRequest(415, f"The body must be {JSON}.", "MEDIA_TYPE", accept=JSON)
    try:
        async with asyncio.timeout(ARRIVAL):
            body = await _body(receive)
    except TimeoutError:
        raise RefusedRequest(408, "The body did not arrive in time.", "TIMEOUT", connection="close") from None
    return parameters(_json(body, "The body"), only_queries=False)


async def _body(receive: Receive) -> bytes:
    body = bytearray()
    while True:
        message = await receive()
        body += message.get("body", b"")
        if len(body) > LIMITS.body:
            raise RefusedRequest(413, f"A request may have at most {LIMITS.body:,} bytes.", "LIMIT_BODY")
        if not message.get("more_body"):
            return bytes(body)


def _json(text: str | bytes, what: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise RefusedRequest(400, f"{what} must be JSON in UTF-8.") from None


def parameters(given: Any, *, only_queries: bool) -> Asked:
    """Check the four parameters of a request; raises RefusedRequest (400) for the first that is wrong."""
    if not isinstance(given, dict):
        raise RefusedRequest(400, "The body must be a JSON object; requests are not batched.")
    if only_queries:
        maps = {name: _json(given[name], f"`{name}`") for name in ("variables", "extensions") if given.get(name)}
        given = {**given, "variables": None, "extensions": None, **maps}
    if not isinstance(given.get("query"), str):
        raise RefusedRequest(400, "`query` must be a string.")
    for name, kind in (("operationName", str), ("variables", dict), ("extensions", dict)):
        if not isinstance(given.get(name), kind | None):
            raise RefusedRequest(400, f"`{name}` must be {'a string' if kind is str else 'an object'} or null.")
    return Asked(given["query"], given.get("operationName") or None, given.get("variables") or {}, only_queries)


async def run(documents: Documents, context: Context, asked: Asked, scope: Scope) -> tuple[int, dict[str, Any]]:
    """Execute a request; returns the status by the specification's own media type, and the body."""
    try:
        document = documents.get(asked.query, asked.operation, asked.variables)
    except Refused as refused:
        return 400, {"errors": [answer(error) for error in refused.errors]}
    operation = get_operation_ast(document, asked.operation)
    if asked.only_queries and operation and operation.operation is not OperationType.QUERY:
        raise RefusedRequest(405, "GET is for queries; use POST.", "METHOD", allow="POST")
    scope["operation"] = operation.name.value if operation and operation.name else "-"
    try:
        async with asyncio.timeout(context.db.read_timeout and context.db.read_timeout + GRACE):
            result = execute(schema, document, None, context, dict(asked.variables), asked.operation)
            return _shape(await result if inspect.isawaitable(result) else result)
    except TimeoutError:
        return 504, {"errors": [refusal("The answer took too long; ask for less.", "TIMEOUT")]}
    except GraphQLError as error:
        return 400, {"errors": [answer(error)]}


def _shape(result: ExecutionResult) -> tuple[int, dict[str, Any]]:
    errors = [answer(error) for error in result.errors or ()]
    if result.data is None and all(error.path is None for error in result.errors or ()):
        return 400, {"errors": errors}  # it did not begin: such an answer has no `data`
    return 200, {"data": result.data, "errors": errors} if errors else {"data": result.data}
