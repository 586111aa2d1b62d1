"""The account and the household that an answer is about, read with what was asked about each."""

from __future__ import annotations

from typing import Any

from graphql import GraphQLResolveInfo

from server import accounts, households
from server.api.selection import names, wanted

Row = dict[str, Any]


async def account(root: Row, info: GraphQLResolveInfo) -> Row | None:
    """Read the account whose id stands under `account`."""
    return await accounts.read(info.context.db, root["account"], wanted(info))


async def household(root: Row, info: GraphQLResolveInfo) -> Row | None:
    """Read the household whose id stands under `household`."""
    return await households.one(info.context.db, root["household"], names(info))
