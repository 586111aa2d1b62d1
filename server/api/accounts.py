"""Accounts, persons and their memberships in the API."""

from __future__ import annotations

from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from server import influence
from server.accounts import IDENTIFIERS
from server.api.evidence import Bond
from server.api.identifiers import Address, Device, Network, Payment, listed
from server.api.ids import to_global
from server.api.influence import AccountReferrals, CustomerValue
from server.api.nodes import Node, held, implements, raw_id
from server.api.scalars import DateTime
from server.detect.changes import person_id
from server.roles.read import listed as listed_roles

Row = dict[str, Any]


class AgeBand(graphene.Enum):
    """The age of the person who uses an account, as the platform knows it."""

    CHILD = "child"
    TEEN = "teen"
    ADULT = "adult"
    ELDER = "elder"

    @property
    def description(self) -> str:
        """Say which years a band spans."""
        return {"child": "Under 12.", "teen": "12 to 17.", "adult": "18 to 59.", "elder": "60 and over."}[self.value]


class Gender(graphene.Enum):
    """The gender of the person who uses an account, as the platform knows it."""

    FEMALE = "female"
    MALE = "male"
    OTHER = "other"

    @property
    def description(self) -> str:
        """Spell the value out."""
        return f"{self.value.capitalize()}."


class Person(graphene.ObjectType):
    """One human being behind one or more accounts."""

    Meta = implements(Node)

    person_id = graphene.ID(required=True, description="Hearth's id, also in `hearth export households`.")
    accounts = graphene.List(
        graphene.NonNull(lambda: Account),
        required=True,
        description="The person's accounts; in a household's list of persons, those that are members of it.",
    )

    @staticmethod
    def resolve_id(root: Row, _: GraphQLResolveInfo) -> str:
        """A person with one account is found by that account, as no node stands for them."""
        return to_global("Person", root["id"] or f"of:{root['accounts'][0]['id']}")

    @staticmethod
    def resolve_person_id(root: Row, _: GraphQLResolveInfo) -> str:
        """Give the id the graph has, or would have if a second account turned up."""
        return str(root["id"] or person_id([root["accounts"][0]["id"]]))

    @staticmethod
    def resolve_accounts(root: Row, _: GraphQLResolveInfo) -> Any:
        """List what was read with the person."""
        return held(root, "accounts")


class Membership(graphene.ObjectType):
    """An account's place in one household."""

    Meta = implements(Bond)

    household = graphene.Field(
        "server.api.households.Household", required=True, description="The household the account lives or lived in."
    )


def _seen(root: Row, info: GraphQLResolveInfo) -> list[Row]:
    """What an account was seen with, of the kind that the field names."""
    kind = IDENTIFIERS[info.field_name]
    return [identifier for identifier in held(root, "seen") if identifier["kind"] == kind]


class Account(graphene.ObjectType):
    """One account of one platform."""

    Meta = implements(Node)

    account_id = graphene.ID(required=True, description="The platform's id.", resolver=raw_id)
    platform = graphene.String(description="Where the account lives.")
    age_band = graphene.Field(AgeBand, description="The age of the person who uses it, as the platform knows it.")
    gender = graphene.Field(Gender, description="The gender of that person, as the platform knows it.")
    city = graphene.String(description="The city the platform names.")
    registered_at = graphene.Field(DateTime, description="When the account was opened.")
    last_seen_at = graphene.Field(DateTime, description="The latest time in any data about it.")
    person = graphene.Field(Person, required=True, description="The human being behind the account.")
    household = graphene.Field(
        "server.api.households.Household", description="Where the account lives most probably; null when nowhere known."
    )
    memberships = graphene.List(
        graphene.NonNull(Membership),
        required=True,
        description="All present memberships, the most probable first; a child of two homes has two.",
    )
    history = graphene.List(
        graphene.NonNull(Membership),
        required=True,
        description="All memberships, also those that ended, the latest to begin first, 100 at most.",
    )
    roles = graphene.List(
        graphene.NonNull("server.api.roles.HouseholdRole"),
        required=True,
        description="Its roles in its households, by category.",
        category=graphene.String(description="Only this category."),
        min_confidence=graphene.Float(default_value=0.0, description="Only from this probability on."),
    )
    devices = listed(Device, "The devices the account was seen on, the most seen first, 100 at most.")
    networks = listed(Network, "The networks the account was seen on, the most seen first, 100 at most.")
    addresses = listed(Address, "The addresses the account's parcels go to, the most seen first, 100 at most.")
    payments = listed(Payment, "What the account pays with, the most seen first, 100 at most.")

    referrals = graphene.Field(AccountReferrals, description="Whom it brought; null when nothing was measured.")
    value = graphene.Field(CustomerValue, description="What it is worth; null when nothing was measured.")

    @staticmethod
    def resolve_referrals(root: Row, _: GraphQLResolveInfo) -> Any:
        """Take the measures that were read along."""
        return held(root, "measured")

    @staticmethod
    def resolve_value(root: Row, _: GraphQLResolveInfo) -> Any:
        """Add up the parts that were read along."""
        return influence.value(held(root, "measured"))

    @staticmethod
    def resolve_person(root: Row, _: GraphQLResolveInfo) -> Any:
        """Take the person who was read along, or the one behind this account alone."""
        return held(root, "person") or {"id": None, "accounts": [root]}

    @staticmethod
    def resolve_roles(
        root: Row, _: GraphQLResolveInfo, min_confidence: float | None, category: str | None = None
    ) -> list[Row]:
        """Unfold what was read along, role by role."""
        return [{**row, "account": root} for row in listed_roles(held(root, "plays"), category, min_confidence or 0)]

    @staticmethod
    def resolve_memberships(root: Row, _: GraphQLResolveInfo) -> Any:
        """List the memberships that were read along."""
        return held(root, "memberships")

    @staticmethod
    def resolve_history(root: Row, _: GraphQLResolveInfo) -> Any:
        """List the memberships of all time that were read along."""
        return held(root, "history")

    @staticmethod
    def resolve_household(root: Row, _: GraphQLResolveInfo) -> Any:
        """Take the household of the most probable membership."""
        memberships = held(root, "memberships")
        return memberships[0]["household"] if memberships else None

    resolve_devices = resolve_networks = resolve_addresses = resolve_payments = _seen
