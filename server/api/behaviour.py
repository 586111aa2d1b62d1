"""The root fields about roles and paths, each with one statement behind it."""

from __future__ import annotations

from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from server.api import pages
from server.api.accounts import AgeBand, Gender
from server.api.ids import to_raw
from server.api.paths import (
    AttributionCredit,
    AttributionModel,
    AttributionSide,
    ConversionGroup,
    ConversionStat,
    HouseholdMonth,
    Purchase,
    month,
)
from server.api.roles import DecisionMakerConnection
from server.paths import read as paths
from server.roles.read import Deciders, decision_makers

Row = dict[str, Any]


def _value(given: Any) -> Any:
    """What an enum's member stands for; a default is that already."""
    return getattr(given, "value", given)


class BehaviourQuery:
    """What can be asked of roles and paths."""

    purchase = graphene.Field(
        Purchase,
        id=graphene.ID(required=True, description="Which purchase: the raw id or the global one."),
        description="One purchase with the touches that led to it; null when there is none of this id.",
    )
    decision_makers = graphene.Field(
        DecisionMakerConnection,
        required=True,
        description="Who decides on a category, with a probability of at least one half. Each page costs the same: one "
        "of a rare kind may be short, or empty, and yet have a next one.",
        category=graphene.String(required=True, description="The category."),
        gender=Gender(description="Only people of this gender."),
        age_band=AgeBand(description="Only people of this age band."),
        structure=graphene.String(description="Only in households of exactly this structure."),
        **pages.arguments("decision makers"),
    )
    conversion_stats = graphene.List(
        graphene.NonNull(ConversionStat),
        required=True,
        description="Cross-account paths, counted by the latest full run of `hearth roles`.",
        category=graphene.String(description="Only this category."),
        since=graphene.String(description="From this month on, such as `2026-01`.", name="from"),
        until=graphene.String(description="Before this month."),
        group_by=ConversionGroup(default_value="month", required=True, description="By what."),
    )
    household_months = graphene.List(
        graphene.NonNull(HouseholdMonth),
        required=True,
        description="How soon a second member joins in, and whether recommendations are followed, month by month, as "
        "the latest full run of `hearth roles` counted; 240 months at most.",
        since=graphene.String(description="From this month on, such as `2026-01`.", name="from"),
        until=graphene.String(description="Before this month."),
    )
    attribution = graphene.List(
        graphene.NonNull(AttributionCredit),
        required=True,
        description="What touches earned of the conversions, as the latest full run of `hearth roles` counted.",
        model=AttributionModel(required=True, description="By which model."),
        category=graphene.String(description="Only this category."),
        by=graphene.List(
            graphene.NonNull(AttributionSide),
            default_value=["who"],
            required=True,
            description="What touches are counted for.",
        ),
    )

    @staticmethod
    async def resolve_purchase(_: None, info: GraphQLResolveInfo, id: str) -> Row | None:  # noqa: A002
        """Read it with its path."""
        return await paths.purchase(info.context.db, to_raw(id, "Purchase"))

    @staticmethod
    async def resolve_decision_makers(
        _: None,
        info: GraphQLResolveInfo,
        category: str,
        first: int | None,
        after: str | None = None,
        **only: Any,
    ) -> Row:
        """Read one more than asked, to know whether more follow."""
        size = pages.size(first)
        place = pages.parts(after, str)[0] if after is not None else ""
        plain = {name: _value(value) for name, value in only.items()}
        rows, last = await decision_makers(info.context.db, Deciders(category, place, size + 1, **plain))
        page = pages.connection(rows, size, after, lambda row: pages.cursor(row["place"]))
        if len(rows) <= size and last is not None:  # the look ended before the page was full
            page["pageInfo"] |= {"hasNextPage": True, "endCursor": pages.cursor(last)}
        return page

    @staticmethod
    async def resolve_conversion_stats(
        _: None,
        info: GraphQLResolveInfo,
        group_by: Any,
        category: str | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> list[Row]:
        """Sum the months that were counted."""
        return await paths.stats(info.context.db, category, month(since), month(until), _value(group_by))

    @staticmethod
    async def resolve_household_months(
        _: None, info: GraphQLResolveInfo, since: str | None = None, until: str | None = None
    ) -> list[Row]:
        """Read what was counted."""
        return await paths.months(info.context.db, month(since), month(until))

    @staticmethod
    async def resolve_attribution(
        _: None, info: GraphQLResolveInfo, model: Any, by: list[Any], category: str | None = None
    ) -> list[Row]:
        """Sum the credit that was counted."""
        return await paths.attribution(info.context.db, _value(model), category, [_value(side) for side in by])
