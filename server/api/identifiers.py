"""What accounts are seen with: devices, networks, addresses and payments, by their keyed hashes only."""

from __future__ import annotations

from typing import Any

import graphene

from server.api.nodes import Node, implements, raw_id
from server.api.scalars import DateTime


class Identifier(graphene.Interface):
    """Something accounts are seen with, known by a keyed hash; the value itself never enters the graph."""

    id = graphene.ID(required=True, description="The global id.")
    identifier = graphene.ID(required=True, description="The keyed hash, after the id of its key.", resolver=raw_id)
    detail = graphene.String(description="What sources call it, such as `phone` or `wifi`; they can be wrong.")
    accounts = graphene.Int(description="How many accounts were ever seen with it; a café's network has many.")
    count = graphene.Int(
        description="How often the account, or the household's members together, were seen with it; null in `node`."
    )
    first_seen = graphene.Field(DateTime, description="When they were first seen with it; null in `node`.")
    last_seen = graphene.Field(DateTime, description="When they were last seen with it; null in `node`.")
    members = graphene.List(
        graphene.NonNull("server.api.accounts.Account"),
        description="In a household's list: its members seen with it. Null elsewhere.",
    )


class Device(graphene.ObjectType):
    """A phone, tablet, television, watch or speaker."""

    Meta = implements(Node, Identifier)


class Network(graphene.ObjectType):
    """A wireless network, mobile cell or IP address."""

    Meta = implements(Node, Identifier)


class Address(graphene.ObjectType):
    """A place that parcels go to."""

    Meta = implements(Node, Identifier)


class Payment(graphene.ObjectType):
    """A card or wallet that pays."""

    Meta = implements(Node, Identifier)


def listed(kind: Any, description: str) -> Any:
    """A field that lists identifiers of one kind, resolved by the class it stands in."""
    return graphene.List(graphene.NonNull(kind), required=True, description=description)
