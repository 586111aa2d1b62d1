"""What a client may read of an error: the one boundary between failures and answers."""

from __future__ import annotations

import logging
import secrets
from typing import Any

from graphql import GraphQLError

from server.errors import DatabaseError, RequestError

log = logging.getLogger("hearth.api")


class BadInputError(RequestError):
    """An argument that cannot be used as it is."""

    code = "BAD_INPUT"


class LimitError(RequestError):
    """A request beyond a limit of server.api.limits."""

    code = "LIMIT"


class TooDeepError(LimitError):
    """A field asked further from the root than one statement reads."""

    code = "LIMIT_REACH"


def answer(error: GraphQLError) -> dict[str, Any]:
    """An error in the form of the GraphQL specification, with `extensions.code` and nothing internal."""
    cause = error.original_error
    if cause is None or isinstance(cause, GraphQLError):
        return {**error.formatted, "extensions": {"code": "BAD_REQUEST", **(error.extensions or {})}}
    if isinstance(cause, RequestError):
        return _with(error, str(cause), getattr(cause, "code", "BAD_REQUEST"))
    number = secrets.token_hex(4)
    if isinstance(cause, DatabaseError):
        log.error("%s: %s", number, cause.message)
        return _with(error, "The database did not answer; try again.", "UNAVAILABLE", number)
    log.error("%s", number, exc_info=cause)
    return _with(error, "Internal error", "INTERNAL", number)


def _with(error: GraphQLError, message: str, code: str, number: str | None = None) -> dict[str, Any]:
    extensions = {"code": code} | ({"id": number} if number else {})
    return {**error.formatted, "message": message, "extensions": extensions}


def refusal(message: str, code: str, **more: str) -> dict[str, Any]:
    """An error about the request as a whole."""
    return {"message": message, "extensions": {"code": code, **more}}
