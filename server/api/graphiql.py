"""GraphiQL, the page to try queries on, from files of our own: it needs no other host."""

from __future__ import annotations

from pathlib import Path

from starlette.responses import HTMLResponse
from starlette.types import Receive, Scope, Send

STATIC = Path(__file__).parent / "static"

# Everything from this server alone; the editor sets styles on elements, and draws its icons from data.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)


def wanted(scope: Scope) -> bool:
    """Whether a request comes from a person who opened the address in a browser."""
    accept = next((value for name, value in scope["headers"] if name == b"accept"), b"")
    return scope["method"] == "GET" and b"text/html" in accept and b"query=" not in scope["query_string"]


async def page(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the page."""
    text = (STATIC / "index.html").read_text("utf-8")
    response = HTMLResponse(text, headers={"content-security-policy": POLICY})
    await response(scope, receive, send)
