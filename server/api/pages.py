"""Relay connections: cursors, page sizes and what they have in common."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from typing import Any

import graphene
import orjson

from server.api.errors import BadInputError, LimitError
from server.api.limits import LIMITS

Row = dict[str, Any]


class PageInfo(graphene.ObjectType):
    """Where a page stands in its list."""

    has_next_page = graphene.Boolean(required=True, description="Whether more follow; ask with `after: endCursor`.")
    has_previous_page = graphene.Boolean(
        required=True, description="Whether the page was asked `after` a cursor; lists are read forwards only."
    )
    start_cursor = graphene.String(description="The cursor of the first edge; null on an empty page.")
    end_cursor = graphene.String(description="The cursor of the last edge; null on an empty page.")


def arguments(what: str) -> dict[str, Any]:
    """The paging arguments of a list of `what`."""
    return {
        "first": graphene.Int(
            default_value=LIMITS.page, description=f"How many {what} at most, 1 to {LIMITS.largest_page}."
        ),
        "after": graphene.String(description="The cursor to go on after: `endCursor` of the page before."),
    }


def size(first: int | None) -> int:
    """The page size asked for.

    Raises LimitError outside 1 to the largest page.
    """
    if first is None:
        return LIMITS.page
    if not 1 <= first <= LIMITS.largest_page:
        raise LimitError(f"`first` must be from 1 to {LIMITS.largest_page}.")
    return first


def cursor(*parts: Any) -> str:
    """An opaque cursor that holds the sort key and id of a row."""
    return urlsafe_b64encode(orjson.dumps(parts)).decode()


def parts(given: str, *types: type | tuple[type, ...]) -> list[Any]:
    """What a cursor holds.

    Raises BadInputError when it is none of the list it is used on.
    """
    try:
        found = orjson.loads(urlsafe_b64decode(given))
    except ValueError:
        found = None
    if not isinstance(found, list) or len(found) != len(types) or not all(map(isinstance, found, types)):
        raise wrong_cursor()
    return found


def wrong_cursor() -> BadInputError:
    """The error for a cursor that is damaged, or from another list or order."""
    return BadInputError("`after` is not a cursor of this list in this order.")


def connection(rows: Sequence[Row], first: int, after: str | None, mark: Callable[[Row], str]) -> Row:
    """A page from up to `first` + 1 rows; the one too many says that more follow. `mark` makes a row's cursor."""
    edges = [{"cursor": mark(row), "node": row} for row in rows[:first]]
    return {
        "edges": edges,
        "pageInfo": {
            "hasNextPage": len(rows) > first,
            "hasPreviousPage": after is not None,
            "startCursor": edges[0]["cursor"] if edges else None,
            "endCursor": edges[-1]["cursor"] if edges else None,
        },
    }
