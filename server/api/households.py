"""Households in the API: one, and pages of them."""

from __future__ import annotations

from bisect import bisect_right
from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from server import households, influence
from server.accounts import IDENTIFIERS
from server.api import pages
from server.api.accounts import Account, Person
from server.api.evidence import Bond
from server.api.identifiers import Address, Device, Network, Payment, listed
from server.api.influence import CustomerValue
from server.api.nodes import Node, held, implements, raw_id
from server.api.pages import PageInfo
from server.api.paths import PurchaseConnection
from server.api.roles import HouseholdRole, RoleShare
from server.api.roles import arguments as role_arguments
from server.api.scalars import DateTime
from server.households import Filter, Mark, Order
from server.roles.read import listed as listed_roles
from server.roles.read import summary

Row = dict[str, Any]


class MemberEdge(graphene.ObjectType):
    """An account in a household."""

    Meta = implements(Bond)

    cursor = graphene.String(required=True, description="Where the list goes on after this member.")
    node = graphene.Field(Account, required=True, description="The account.")


class MemberConnection(graphene.ObjectType):
    """A page of a household's members."""

    edges = graphene.List(graphene.NonNull(MemberEdge), required=True, description="The members of this page.")
    page_info = graphene.Field(PageInfo, required=True, description="Where the page stands in the list.")
    total_count = graphene.Int(required=True, description="How many accounts are members, on all pages.")


class Succession(graphene.ObjectType):
    """That a household went on as another."""

    at = graphene.Field(DateTime, description="When, as-of time of the run.")
    reason = graphene.String(description="`merged` or `split`.")
    household = graphene.Field(lambda: Household, required=True, description="What it went on as.")


def _shared(root: Row, info: GraphQLResolveInfo) -> list[Row]:
    return households.identifiers(held(root, "members"), IDENTIFIERS[info.field_name])


class Household(graphene.ObjectType):
    """People who live together, as detected and confirmed; its id outlives changes of members."""

    Meta = implements(Node)

    household_id = graphene.ID(required=True, description="Hearth's id.", resolver=raw_id)
    created_at = graphene.Field(DateTime, description="When it was first seen, as-of time of that run.")
    closed_at = graphene.Field(DateTime, description="When it ended; null while it lasts.")
    confidence = graphene.Float(description="The mean confidence of its members, a probability.")
    structure = graphene.String(description="Its shape by age band, such as `couple_with_children`.")
    size = graphene.Int(description="How many persons, not accounts, live in it.")
    members = graphene.Field(
        MemberConnection,
        required=True,
        description="The accounts that live in it now, ordered by id; those that declined or left are not listed.",
        **pages.arguments("members"),
    )
    persons = graphene.List(graphene.NonNull(Person), required=True, description="The human beings behind its members.")
    devices = listed(Device, "The devices its members were seen on; those that more of them share come first.")
    networks = listed(Network, "The networks its members were seen on; those that more of them share come first.")
    addresses = listed(Address, "Where its members' parcels go; addresses that more of them share come first.")
    payments = listed(Payment, "What its members pay with; what more of them share comes first.")
    successors = graphene.List(
        graphene.NonNull(Succession), required=True, description="What it went on as, when it merged or split."
    )

    roles = graphene.List(
        graphene.NonNull(HouseholdRole),
        required=True,
        description="Who has which role, by category; none for a category that was bought only once.",
        **role_arguments(),
    )
    role_summary = graphene.List(
        graphene.NonNull(RoleShare),
        required=True,
        description="Who decides and sways how much, whoever decides most first.",
    )
    conversion_paths = graphene.Field(
        PurchaseConnection,
        required=True,
        description="Its purchases that touches led to, the latest first, of each category; 200 at most.",
        **pages.arguments("purchases"),
    )

    @staticmethod
    def resolve_roles(
        root: Row, _: GraphQLResolveInfo, min_confidence: float | None, category: str | None = None
    ) -> list[Row]:
        """Unfold what was read along, role by role."""
        return [{**row, "household": root} for row in listed_roles(held(root, "plays"), category, min_confidence or 0)]

    @staticmethod
    def resolve_role_summary(root: Row, _: GraphQLResolveInfo) -> list[Row]:
        """Sum what was read along."""
        return summary(held(root, "plays"))

    @staticmethod
    def resolve_conversion_paths(root: Row, _: GraphQLResolveInfo, first: int | None, after: str | None = None) -> Row:
        """Cut the page out of the purchases that were read along."""
        rows, size = held(root, "paths"), pages.size(first)
        start = 0
        if after is not None:
            start = bisect_right(rows, tuple(pages.parts(after, (int, float), str, str)), key=_latest_first)
        return pages.connection(
            rows[start : start + size + 1], size, after, lambda row: pages.cursor(*_latest_first(row))
        )

    value = graphene.Field(
        CustomerValue, description="What its members are worth together; null when nothing was measured."
    )

    @staticmethod
    def resolve_value(root: Row, _: GraphQLResolveInfo) -> Any:
        """Add up what was read of its members."""
        return influence.together(held(root, "measured"))

    @staticmethod
    def resolve_members(root: Row, _: GraphQLResolveInfo, first: int, after: str | None = None) -> Row:
        """Cut the page out of the members that were read with the household."""
        members, size = held(root, "members"), pages.size(first)
        start = bisect_right(members, pages.parts(after, str)[0], key=_account) if after is not None else 0
        page = pages.connection(members[start : start + size + 1], size, after, lambda one: pages.cursor(_account(one)))
        edges = [{**edge["node"], **edge, "node": edge["node"]["account"]} for edge in page["edges"]]
        return {**page, "edges": edges, "totalCount": len(members)}

    @staticmethod
    def resolve_persons(root: Row, _: GraphQLResolveInfo) -> list[Row]:
        """Group the members that were read with the household."""
        return households.persons(held(root, "members"))

    @staticmethod
    def resolve_successors(root: Row, _: GraphQLResolveInfo) -> Any:
        """List those that were read with the household."""
        return held(root, "successors")

    resolve_devices = resolve_networks = resolve_addresses = resolve_payments = _shared


def _latest_first(path: Row) -> tuple[float, str, str]:
    """Where a path stands in the order of its statement."""
    return -path["at"].to_native().timestamp(), path["id"], path["category"]


def _account(member: Row) -> str:
    return str(member["account"]["id"])


class HouseholdEdge(graphene.ObjectType):
    """A household in a list."""

    cursor = graphene.String(required=True, description="Where the list goes on after this household.")
    node = graphene.Field(Household, required=True, description="The household.")


class HouseholdConnection(graphene.ObjectType):
    """A page of households."""

    edges = graphene.List(graphene.NonNull(HouseholdEdge), required=True, description="The households of this page.")
    page_info = graphene.Field(PageInfo, required=True, description="Where the page stands in the list.")


class HouseholdFilter(graphene.InputObjectType):
    """Which households a list holds; all that is given must hold."""

    min_size = graphene.Int(description="At least so many persons.")
    max_size = graphene.Int(description="At most so many persons.")
    min_confidence = graphene.Float(description="At least this confidence.")
    structure = graphene.String(description="Exactly this structure.")
    include_closed = graphene.Boolean(description="Also households that ended.")


ORDERS = {
    None: "The order of a list of households.",
    Order.ID: "By id, which says nothing else: the order to read all of them in.",
    Order.SIZE_DESC: "The largest first, then by id, downwards.",
    Order.CONFIDENCE_DESC: "The most certain first, then by id, downwards.",
}
HouseholdOrder = graphene.Enum.from_enum(Order, name="HouseholdOrder", description=ORDERS.__getitem__)


def only(given: Row | None) -> Filter:
    """The filter of an argument; a field that is null or absent does not filter."""
    return Filter(**{name: value for name, value in (given or {}).items() if value is not None})


def cursor(order: Order, row: Row) -> str:
    """The cursor of a household in a list of this order."""
    mark = households.mark(order, row)
    return pages.cursor(order.value, mark.key, mark.id)


def mark(order: Order, after: str | None) -> Mark | None:
    """The place that a cursor names.

    Raises BadInputError when the cursor is of another order.
    """
    if after is None:
        return None
    key = type(None) if order is Order.ID else (int, float)
    name, value, household = pages.parts(after, str, key, str)
    if name != order.value:
        raise pages.wrong_cursor()
    return Mark(value, household)
