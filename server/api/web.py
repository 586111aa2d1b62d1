"""What every answer gets: security headers, a line in the access log, and no word about a failure."""

from __future__ import annotations

import logging
import secrets
from collections.abc import MutableMapping
from time import perf_counter
from typing import Any
from urllib.parse import quote

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from server.api.errors import refusal

log = logging.getLogger("hearth.access")

HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}


async def failed(_: Request, error: Exception) -> Response:
    """Answer what nothing foresaw: with a number that the log explains, and nothing else."""
    number = secrets.token_hex(4)
    logging.getLogger("hearth.api").error("%s", number, exc_info=error)
    return JSONResponse({"errors": [refusal("Internal error", "INTERNAL", id=number)]}, 500)


def guarded(app: ASGIApp) -> ASGIApp:
    """Wrap an application; the log holds method, path, status, time and operation name, never variables."""

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return
        begun = perf_counter()
        seen: MutableMapping[str, Any] = {"status": None}

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        try:
            await app(scope, receive, sending)
        except Exception:  # the application answered it with `failed`, and raises it for whoever logs
            if seen["status"] is None:
                raise
        finally:
            took = (perf_counter() - begun) * 1000
            path, operation = quote(scope["path"]), scope.get("operation", "-")
            log.info("%s %s %s %.1f ms %s", scope["method"], path, seen["status"] or "-", took, operation)

    return wrapped
