"""Roles in the API: of a household, of an account, and decision makers in pages."""

from __future__ import annotations

from typing import Any

import graphene

from server.api.accounts import Account
from server.api.pages import PageInfo
from server.roles.decide import ROLES

Row = dict[str, Any]

MEANINGS = {
    "initiator": "Who touches first.",
    "influencer": "Whose touches raise the chance that another member buys.",
    "decision_maker": "Whose touches the purchase follows most closely and steadily, or the buyer; never a child.",
    "buyer": "Who places the order.",
    "user": "Whom the purchase is for.",
}


class Role(graphene.Enum):
    """What somebody is in what a household buys of a category."""

    INITIATOR, INFLUENCER, DECISION_MAKER, BUYER, USER = ROLES

    @property
    def description(self) -> str:
        """Say what the role is."""
        return MEANINGS[self.value]


class HouseholdRole(graphene.ObjectType):
    """How probable it is that a member has a role in what the household buys of a category."""

    account = graphene.Field(Account, required=True, description="The member; accounts of one person share his roles.")
    household = graphene.Field("server.api.households.Household", required=True, description="The household.")
    category = graphene.String(required=True, description="The category.")
    role = graphene.Field(Role, required=True, description="The role.")
    score = graphene.Float(required=True, description="The probability.")
    low = graphene.Float(required=True, description="The lower end of its 90 % interval.")
    high = graphene.Float(required=True, description="The upper end of its 90 % interval.")
    purchases = graphene.Int(required=True, description="How many purchases of the household it rests on.")
    reasons = graphene.List(
        graphene.NonNull(graphene.String), required=True, description="What it rests on, in plain words."
    )


class RoleShare(graphene.ObjectType):
    """How much of a household's spending a member has a say in, over all categories with enough data."""

    account = graphene.Field(Account, required=True, description="The member.")
    decides = graphene.Float(required=True, description="The expected share of the spending that he decides on.")
    influences = graphene.Float(required=True, description="The expected share of the spending that he sways.")


class DecisionMakerEdge(graphene.ObjectType):
    """A decision maker in a list."""

    cursor = graphene.String(required=True, description="Where the list goes on after this one.")
    node = graphene.Field(HouseholdRole, required=True, description="Who decides, in which household.")


class DecisionMakerConnection(graphene.ObjectType):
    """A page of decision makers."""

    edges = graphene.List(graphene.NonNull(DecisionMakerEdge), required=True, description="Those of this page.")
    page_info = graphene.Field(PageInfo, required=True, description="Where the page stands in the list.")


def arguments() -> dict[str, Any]:
    """The arguments of a list of roles."""
    return {
        "category": graphene.String(description="Only this category."),
        "min_confidence": graphene.Float(default_value=0.0, description="Only from this probability on."),
    }
