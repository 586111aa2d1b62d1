"""What people say, in the API: mutations that may be repeated, in the form of Relay."""

from __future__ import annotations

from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from server import words
from server.api import concerned
from server.api.accounts import Account
from server.api.evidence import Pending
from server.api.households import Household
from server.api.ids import to_raw
from server.api.scalars import DateTime

Row = dict[str, Any]

REPEATED = "Given back as it is, so that a client knows its request again."


class BindingKind(graphene.Enum):
    """How two accounts belong together."""

    FAMILY_GROUP = "family_group"
    PARENTAL_CONTROL = "parental_control"
    FAMILY_CARD = "family_card"
    SAME_PERSON = "same_person"

    @property
    def description(self) -> str:
        """Say what a kind stands for."""
        return {
            "family_group": "Both are in one family group of the platform: they live together.",
            "parental_control": "One watches over the other: they live together.",
            "family_card": "Both use one family card; the holders may live apart.",
            "same_person": "Both are accounts of one human being.",
        }[self.value]


class Binding(graphene.ObjectType):
    """That two accounts were declared to belong together."""

    kind = graphene.Field(BindingKind, required=True, description="How they belong together.")
    at = graphene.Field(DateTime, required=True, description="From when.")
    ended_at = graphene.Field(DateTime, description="Until when; null while it holds.")
    accounts = graphene.List(graphene.NonNull(Account), required=True, description="The two, in order of id.")


class BindInput(graphene.InputObjectType):
    """Which two accounts belong together, and how."""

    account_a = graphene.ID(required=True, description="One account: the raw id or the global one.")
    account_b = graphene.ID(required=True, description="The other one, likewise.")
    kind = BindingKind(required=True, description="How they belong together.")
    at = DateTime(description="From when; left out, from now on, or since when such a binding holds already.")
    client_mutation_id = graphene.String(description=REPEATED)


class BindPayload(graphene.ObjectType):
    """What `bind` did."""

    account = graphene.Field(
        Account,
        resolver=concerned.account,
        description="The account given as `accountA`, with all that can be asked of it.",
    )
    binding = graphene.Field(Binding, required=True, description="The binding as it stands now.")
    pending = graphene.Boolean(required=True, description="Whether the next run of detection has yet to take it up.")
    client_mutation_id = graphene.String(description=REPEATED)


class MembershipInput(graphene.InputObjectType):
    """Who speaks of which household."""

    account = graphene.ID(required=True, description="Who speaks: the raw id of the account or the global one.")
    household = graphene.ID(required=True, description="Of which household, likewise.")
    client_mutation_id = graphene.String(description=REPEATED)


class MembershipPayload(graphene.ObjectType):
    """What was said of a membership."""

    account = graphene.Field(Account, resolver=concerned.account, description="Who spoke.")
    household = graphene.Field(Household, resolver=concerned.household, description="Of which household.")
    pending = graphene.Field(Pending, description="What the next run has yet to take up; null when it shows already.")
    client_mutation_id = graphene.String(description=REPEATED)


def _word(how: str, description: str) -> graphene.Field:
    async def resolve(_: None, info: GraphQLResolveInfo, input: Row) -> Row:  # noqa: A002
        account, household = to_raw(input["account"], "Account"), to_raw(input["household"], "Household")
        pending = await words.say(info.context.db, account, household, how)
        return {
            "account": account,
            "household": household,
            "pending": pending,
            "clientMutationId": input.get("client_mutation_id"),
        }

    given = MembershipInput(required=True, description="Who speaks, and of which household.")
    return graphene.Field(MembershipPayload, input=given, resolver=resolve, description=description)


class Mutation(graphene.ObjectType):
    """What people can say. Each may be repeated, and takes effect with the next run of detection."""

    bind = graphene.Field(
        BindPayload,
        input=BindInput(required=True, description="Which two accounts, and how they belong together."),
        description="Declare that two accounts belong together, as the platform knows.",
    )
    confirm_membership = _word("confirm", "Say that the account lives with the members of the household.")
    decline_membership = _word("decline", "Say that the account does not live with them, and never did.")
    leave_household = _word("leave", "Say that the account does not live with them any more.")

    @staticmethod
    async def resolve_bind(_: None, info: GraphQLResolveInfo, input: Row) -> Row:  # noqa: A002
        """Write the binding, and tell how it stands."""
        one, other = to_raw(input["account_a"], "Account"), to_raw(input["account_b"], "Account")
        binding = await words.bind(info.context.db, one, other, _value(input["kind"]), input.get("at"))
        return {
            "account": one,
            "binding": binding,
            "pending": binding["pending"],
            "clientMutationId": input.get("client_mutation_id"),
        }


def _value(kind: Any) -> str:
    return str(kind.value)
