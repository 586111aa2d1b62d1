"""Conversion paths in the API: purchases with what led to them, and what was counted of all."""

from __future__ import annotations

import re
from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from server.api.accounts import Account
from server.api.errors import BadInputError
from server.api.nodes import Node, held, implements, raw_id
from server.api.pages import PageInfo
from server.api.scalars import DateTime
from server.paths.attribution import MODELS
from server.paths.read import SIDES

Row = dict[str, Any]


class PathStep(graphene.ObjectType):
    """A touch that is judged to have led to a purchase."""

    step = graphene.Int(required=True, description="Its place in the path, from 1.")
    account = graphene.Field(Account, required=True, description="Who touched.")
    category = graphene.String(required=True, description="The category that was touched and bought.")
    action = graphene.String(required=True, description="`view`, `search`, `favourite`, `cart`, `share` or `play`.")
    channel = graphene.String(description="Where, as the source says.")
    at = graphene.Field(DateTime, required=True, description="When; to the hour where no more is known.")
    hours_before = graphene.Float(required=True, description="How long before the purchase.")
    own = graphene.Boolean(required=True, description="Whether it was the buyer, by whatever account.")
    probability = graphene.Float(required=True, description="How probable it is that it led to the purchase.")

    @staticmethod
    def resolve_hours_before(root: Row, _: GraphQLResolveInfo) -> Any:
        """Take the hours."""
        return root["hours"]


class Purchase(graphene.ObjectType):
    """One order."""

    Meta = implements(Node)

    purchase_id = graphene.ID(required=True, description="The platform's id.", resolver=raw_id)
    at = graphene.Field(DateTime, required=True, description="When it was placed.")
    amount = graphene.Float(description="The sum of its lines; null when no line has one.")
    currency = graphene.String(description="Of the amount.")
    buyer = graphene.Field(Account, required=True, description="Who placed it.")
    cross_account = graphene.Boolean(required=True, description="Whether another human being's touch led to it.")
    path = graphene.List(
        graphene.NonNull(PathStep),
        required=True,
        description="The touches that led to it, by category and in order; empty when none is known, 200 at most.",
    )

    @staticmethod
    def resolve_path(root: Row, _: GraphQLResolveInfo) -> Any:
        """List the steps that were read along."""
        return held(root, "steps")

    @staticmethod
    def resolve_cross_account(root: Row, _: GraphQLResolveInfo) -> bool:
        """Look for a step by another."""
        return any(not step["own"] for step in held(root, "steps"))


class PurchaseEdge(graphene.ObjectType):
    """A purchase in a list."""

    cursor = graphene.String(required=True, description="Where the list goes on after this purchase.")
    node = graphene.Field(Purchase, required=True, description="The purchase.")


class PurchaseConnection(graphene.ObjectType):
    """A page of purchases."""

    edges = graphene.List(graphene.NonNull(PurchaseEdge), required=True, description="The purchases of this page.")
    page_info = graphene.Field(PageInfo, required=True, description="Where the page stands in the list.")


class ConversionGroup(graphene.Enum):
    """By what conversions are counted."""

    MONTH = "month"
    CATEGORY = "category"
    ACTORS = "actors"
    ACTION = "action"
    LAG = "lag"

    @property
    def description(self) -> str:
        """Say what the groups are."""
        return {
            "month": "By month.",
            "category": "By category; only over all categories.",
            "actors": "By the age bands of the other member and the buyer, such as `adult > elder`.",
            "action": "By what the other member did.",
            "lag": "By how long before the purchase the first step by another member was; has no lift.",
        }[self.value]


class Lift(graphene.ObjectType):
    """How much likelier a purchase is in the week after another member's touch than by chance."""

    lift = graphene.Float(required=True, description="The ratio; 1 is chance.")
    low = graphene.Float(required=True, description="The lower end of its 95 % interval.")
    high = graphene.Float(required=True, description="The upper end of its 95 % interval.")


class ConversionStat(graphene.ObjectType):
    """What was counted of a group of purchases."""

    group = graphene.String(required=True, description="The group.")
    purchases = graphene.Int(required=True, description="Purchases of households with another member (of the group).")
    cross_account = graphene.Int(required=True, description="Those among them that another member's touch led to.")
    rate = graphene.Float(description="The share of those; null without a purchase.")
    observed = graphene.Int(required=True, description="Pairs of another's touch and a purchase in the week after.")
    expected = graphene.Float(required=True, description="How many of those there would be by chance.")
    lift = graphene.Field(Lift, description="Observed over expected; null where there are too few to say.")


class Wait(graphene.ObjectType):
    """How many households waited so long for a second active member."""

    group = graphene.String(required=True, description="How long, such as `1 to 7 days`.")
    households = graphene.Int(required=True, description="How many.")


class HouseholdMonth(graphene.ObjectType):
    """What was counted of households in one local month."""

    month = graphene.String(required=True, description="The month, such as `2026-05`.")
    households = graphene.Int(
        required=True, description="Of several people, in which somebody did something for the first time."
    )
    activated = graphene.Int(required=True, description="Those of them in which a second person has since.")
    median_days = graphene.Float(description="The median of the days that took; null where none has.")
    waits = graphene.List(graphene.NonNull(Wait), required=True, description="Those by how long it took.")
    recommended = graphene.Int(
        required=True, description="Households, categories and days with a touch by a channel that recommends."
    )
    followed = graphene.Int(
        required=True, description="Those of them where the household bought in that category within 14 days."
    )
    followed_exactly = graphene.Int(required=True, description="Those where it bought what had been touched.")
    followed_by_others = graphene.Int(
        required=True, description="Those where somebody else bought than who had touched."
    )
    rate = graphene.Float(description="Followed of recommended; null where nothing was recommended.")

    @staticmethod
    def resolve_median_days(root: Row, _: GraphQLResolveInfo) -> Any:
        """Take the median."""
        return root.get("median")

    @staticmethod
    def resolve_followed_exactly(root: Row, _: GraphQLResolveInfo) -> Any:
        """Take the count."""
        return root["exactly"]

    @staticmethod
    def resolve_followed_by_others(root: Row, _: GraphQLResolveInfo) -> Any:
        """Take the count."""
        return root["others"]


class AttributionModel(graphene.Enum):
    """How the credit for a conversion is shared out among the steps of its path."""

    FIRST, LAST, LINEAR, TIME_DECAY, MARKOV, SHAPLEY = MODELS

    @property
    def description(self) -> str:
        """Say it in words."""
        return {
            "first": "All to the first touch.",
            "last": "All to the last touch.",
            "linear": "Alike to every touch.",
            "time_decay": "By how recent a touch was, with a half-life of seven days.",
            "markov": "By how much less probable a conversion is without the touches of this kind.",
            "shapley": "In equal parts to the kinds of touches on the path: the Shapley value.",
        }[self.value]


class AttributionSide(graphene.Enum):
    """What a touch is counted for."""

    WHO, ACTION, CHANNEL = SIDES

    @property
    def description(self) -> str:
        """Say it in words."""
        return {"who": "The buyer, or another by age band.", "action": "What was done.", "channel": "Where."}[
            self.value
        ]


class AttributionCredit(graphene.ObjectType):
    """What touches of one kind earned."""

    who = graphene.String(description="The buyer, or another by age band; null when not asked by it.")
    action = graphene.String(description="What was done; null when not asked by it.")
    channel = graphene.String(description="Where; null when not asked by it.")
    credit = graphene.Float(required=True, description="The conversions earned; all credits add up to all conversions.")
    share = graphene.Float(required=True, description="Of all conversions.")


def month(given: str | None) -> str | None:
    """A month as its text.

    Raises BadInputError for anything else.
    """
    if given is not None and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", given):
        raise BadInputError("A month is written like 2026-05.")
    return given
