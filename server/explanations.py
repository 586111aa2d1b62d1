"""Why two accounts live together, or why not: for the API and for the command line."""

from __future__ import annotations

from server.db.database import Database
from server.detect import explain as reasons
from server.detect.explain import Explanation
from server.detect.read import traits
from server.errors import RefusedError, UnknownAccountError
from server.neighbourhood import around


async def explain(db: Database, one: str, other: str) -> Explanation:
    """Explain a pair of accounts by what is in the graph now, words included that no run has taken up yet.

    Raises UnknownAccountError, or RefusedError for one account given twice.
    """
    if one == other:
        raise RefusedError("SAME_ACCOUNT", "Both accounts are the same.", "Name two, to learn why they live together.")
    if len(await traits(db, {one, other})) < 2:
        raise UnknownAccountError
    near = await around(db, one, other)
    if not {one, other} <= near.place.keys():
        return reasons.nothing(near.model)
    return reasons.explain(near.gathered, near.made, near.model, one, other)
