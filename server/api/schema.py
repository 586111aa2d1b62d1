"""The schema: root fields, each with one statement behind it; `python -m server.api.schema` prints it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import graphene
from graphene.types.resolver import set_default_resolver
from graphql import GraphQLResolveInfo, GraphQLSchema, print_schema

from server import accounts, explanations, households, influence, nodes, runs, suggestions
from server.api import pages
from server.api.accounts import Account
from server.api.behaviour import BehaviourQuery
from server.api.errors import LimitError
from server.api.households import Household, HouseholdConnection, HouseholdFilter, HouseholdOrder, cursor, mark, only
from server.api.identifiers import Address, Device, Network, Payment
from server.api.ids import from_global, to_raw
from server.api.influence import KeyReferrer, RankedBy, ReferralStats
from server.api.limits import LIMITS
from server.api.nodes import Node
from server.api.reasons import MOST_QUESTIONS, PairExplanation, Suggestion, explained
from server.api.runs import DetectionRun, DetectionRunConnection
from server.api.runs import mark as run_mark
from server.api.scalars import DateTime
from server.api.selection import names, wanted
from server.api.words import Mutation
from server.db.database import Database
from server.households import Order
from server.paths import read as paths

Row = dict[str, Any]


@dataclass(frozen=True)
class Context:
    """What every resolver may use."""

    db: Database


def _of_map(_: str, default: Any, root: Mapping[str, Any], info: GraphQLResolveInfo) -> Any:
    return root.get(info.field_name, default)


set_default_resolver(_of_map)


def _id(description: str) -> Any:
    return graphene.ID(required=True, description=f"{description}: the raw id or the global one.")


class Query(BehaviourQuery, graphene.ObjectType):
    """What can be asked. Each root field that lists or names things is one statement in the database."""

    account = graphene.Field(
        Account, id=_id("Which account"), description="One account; null when there is none of this id."
    )
    household = graphene.Field(
        Household,
        id=_id("Which household"),
        as_of=DateTime(description="List the members of this time instead of now; all else is as it is now."),
        description="One household, also a closed one; null when there is none.",
    )
    households = graphene.Field(
        HouseholdConnection,
        required=True,
        description="All households in pages; each page costs the same.",
        filter=HouseholdFilter(description="Which of them; without it, all that are not closed."),
        order_by=HouseholdOrder(default_value=Order.ID, required=True, description="In which order."),
        **pages.arguments("households"),
    )
    detection_runs = graphene.Field(
        DetectionRunConnection,
        required=True,
        description="The runs of detection that changed something, newest first.",
        **pages.arguments("runs"),
    )
    node = graphene.Field(
        Node,
        id=graphene.ID(required=True, description="The global id."),
        description="Any object by its global id; null when there is none.",
    )

    explain = graphene.Field(
        PairExplanation,
        account_a=_id("One account"),
        account_b=_id("The other account"),
        description="Why two accounts live together, or why not. Weighs all that is around them.",
    )
    household_suggestions = graphene.List(
        graphene.NonNull(Suggestion),
        required=True,
        account=_id("Whom to ask"),
        first=graphene.Int(default_value=3, description=f"How many questions at most, 1 to {MOST_QUESTIONS}."),
        description="What to ask a person, best question first: the answer that settles most. Weighs all around them.",
    )

    key_referrers = graphene.List(
        graphene.NonNull(KeyReferrer),
        required=True,
        first=graphene.Int(default_value=LIMITS.page, description="How many at most, 1 to 100."),
        by=RankedBy(default_value="best", required=True, description="How they are chosen."),
        campaign=graphene.String(
            description="For this campaign only, with `by: BEST`, if it is a large one; without it, for all."
        ),
        budget=graphene.Float(description="Stop before they together reach more accounts than can be rewarded."),
        description="The accounts that together bring most others, in order, as `hearth referrals` chose them.",
    )
    referral_stats = graphene.Field(
        ReferralStats,
        required=True,
        campaign=graphene.String(description="Of this campaign only."),
        since=graphene.Argument(DateTime, name="from", description="From the day of this time on, by the local clock."),
        until=DateTime(description="Before the day of this time."),
        description="How many referrals there were, as `hearth referrals` counted them.",
    )

    @staticmethod
    async def resolve_key_referrers(
        _: None,
        info: GraphQLResolveInfo,
        first: int | None,
        by: str,
        campaign: str | None = None,
        budget: float | None = None,
    ) -> list[Row]:
        """Read what was kept."""
        return await influence.named(info.context.db, getattr(by, "value", by), campaign, pages.size(first), budget)

    @staticmethod
    async def resolve_referral_stats(
        _: None,
        info: GraphQLResolveInfo,
        campaign: str | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> Row:
        """Add up what was counted by day."""
        days = [moment and moment[:10] for moment in (since, until)]
        return await influence.stats(info.context.db, campaign, *days)

    @staticmethod
    async def resolve_account(_: None, info: GraphQLResolveInfo, id: str) -> Row | None:  # noqa: A002
        """Read it with what was asked about it."""
        return await accounts.read(info.context.db, to_raw(id, "Account"), wanted(info))

    @staticmethod
    async def resolve_household(
        _: None,
        info: GraphQLResolveInfo,
        id: str,  # noqa: A002
        as_of: str | None = None,
    ) -> Row | None:
        """Read it with what was asked about it."""
        return await households.one(info.context.db, to_raw(id, "Household"), names(info), as_of)

    @staticmethod
    async def resolve_households(
        _: None,
        info: GraphQLResolveInfo,
        first: int | None,
        order_by: Order,
        after: str | None = None,
        filter: Row | None = None,  # noqa: A002
    ) -> Row:
        """Read one household more than asked, to know whether more follow."""
        size = pages.size(first)
        place = mark(order_by, after)
        page = households.Page(order_by, only(filter), place, size + 1)
        rows = await households.page(info.context.db, page, names(info))
        return pages.connection(rows, size, after, lambda row: cursor(order_by, row))

    @staticmethod
    async def resolve_detection_runs(
        _: None, info: GraphQLResolveInfo, first: int | None, after: str | None = None
    ) -> Row:
        """Read one run more than asked, to know whether more follow."""
        size = pages.size(first)
        place = run_mark(after) if after is not None else None
        rows = await runs.page(info.context.db, place, size + 1)
        return pages.connection(rows, size, after, lambda row: pages.cursor(row["at"], row["id"]))

    @staticmethod
    async def resolve_explain(_: None, info: GraphQLResolveInfo, account_a: str, account_b: str) -> Row:
        """Weigh what is around the two."""
        one, other = to_raw(account_a, "Account"), to_raw(account_b, "Account")
        return explained(await explanations.explain(info.context.db, one, other))

    @staticmethod
    async def resolve_household_suggestions(
        _: None, info: GraphQLResolveInfo, account: str, first: int | None
    ) -> list[Row]:
        """Weigh what is around the account."""
        size = 3 if first is None else first
        if not 1 <= size <= MOST_QUESTIONS:
            raise LimitError(f"`first` must be from 1 to {MOST_QUESTIONS}.")
        return [vars(one) for one in await suggestions.suggest(info.context.db, to_raw(account, "Account"), size)]

    @staticmethod
    async def resolve_node(_: None, info: GraphQLResolveInfo, id: str) -> Row | None:  # noqa: A002
        """Read what the id names, as its own root field would."""
        named = from_global(id)
        found = await _read(info, *named) if named else None
        return {**found, "__typename": named[0]} if named and found else None


async def _read(info: GraphQLResolveInfo, type_name: str, raw: str) -> Row | None:
    db: Database = info.context.db
    if type_name == "Household":
        return await households.one(db, raw, names(info))
    if type_name == "Account":
        return await accounts.read(db, raw, wanted(info))
    if type_name == "Purchase":
        return await paths.purchase(db, raw)
    if type_name == "DetectionRun":
        return await runs.one(db, raw)
    if type_name != "Person":
        return await nodes.identifier(db, type_name.lower(), raw)
    if not raw.startswith("of:"):
        return await nodes.person(db, raw)
    asked = wanted(info)  # a second account may have turned up since the id was given out
    account = await accounts.read(db, raw.removeprefix("of:"), replace(asked, own=asked.own | {"person"}))
    return account["person"] if account else None


schema: GraphQLSchema = graphene.Schema(
    query=Query, mutation=Mutation, types=[Device, Network, Address, Payment, DetectionRun]
).graphql_schema


def sdl() -> str:
    """The schema in GraphQL's own language, as `schema.graphql` has it."""
    return print_schema(schema) + "\n"


if __name__ == "__main__":
    print(sdl(), end="")  # noqa: T201
