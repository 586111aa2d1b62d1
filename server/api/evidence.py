"""Memberships in the API, with the evidence that explains each."""

from __future__ import annotations

from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from server import accounts
from server.api.nodes import held
from server.api.scalars import DateTime


class Status(graphene.Enum):
    """How a membership came about."""

    INFERRED = "inferred"
    CONFIRMED = "confirmed"
    BOUND = "bound"
    DECLINED = "declined"
    LEFT = "left"

    @property
    def description(self) -> str:
        """Say what a status means."""
        return {
            "inferred": "Detected; nobody has said yes or no to it.",
            "confirmed": "The member said yes.",
            "bound": "Declared by the platform's own family group or parental control.",
            "declined": "Ended because the account said no to it.",
            "left": "Ended otherwise: the account said that it left, or evidence did.",
        }[self.value]


class Pending(graphene.Enum):
    """What an account has said of a membership that the next run of detection has yet to take up."""

    CONFIRM = "confirm"
    DECLINE = "decline"
    LEAVE = "leave"

    @property
    def description(self) -> str:
        """Say what will become of the membership."""
        return {
            "confirm": "It will be confirmed.",
            "decline": "It will end as declined.",
            "leave": "It will end as left.",
        }[self.value]


class Evidence(graphene.ObjectType):
    """One thing that speaks for or against a membership; the weights of all add up to its score."""

    kind = graphene.String(required=True, description="The kind of evidence, such as `device` or `no network`.")
    identifier = graphene.ID(description="The keyed hash of what is shared; null when no identifier is.")
    detail = graphene.String(description="More about the kind, such as `family_group` of a binding.")
    weight = graphene.Float(required=True, description="Its log-odds: above 0 it speaks for, below 0 against.")
    shared_with = graphene.Int(required=True, description="With how many other members it is shared.")
    text = graphene.String(required=True, description="The same in plain words.")


class Bond(graphene.Interface):
    """What ties an account to a household, or has tied it."""

    confidence = graphene.Float(description="The probability that it lives with another member drawn at random.")
    status = graphene.Field(Status, required=True, description="How the membership came about.")
    since = graphene.Field(DateTime, description="When the membership was first seen, as-of time of that run.")
    until = graphene.Field(DateTime, description="When it ended, as-of time of that run; null while it lasts.")
    pending = graphene.Field(Pending, description="What the account said that the status does not show yet.")
    score = graphene.Float(description="Log-odds: the sum of the weights of its evidence.")
    evidence = graphene.List(
        graphene.NonNull(Evidence), required=True, description="What speaks for and against it, strongest first."
    )

    @staticmethod
    def resolve_evidence(root: dict[str, Any], _: GraphQLResolveInfo) -> list[dict[str, Any]]:
        """Take apart the text of the edge."""
        return accounts.evidence(root)

    @staticmethod
    def resolve_pending(root: dict[str, Any], _: GraphQLResolveInfo) -> str | None:
        """Leave out what the status shows already."""
        word: str | None = held(root, "pending")
        return None if root.get("until") or (word == "confirm" and root["status"] == "confirmed") else word
