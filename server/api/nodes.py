"""The Relay `Node` interface: every object with a global id, and how to read it again by that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import graphene
from graphql import GraphQLResolveInfo

from server.api.errors import TooDeepError
from server.api.ids import to_global


class Node(graphene.Interface):
    """An object with a global id, which `node(id:)` reads again."""

    id = graphene.ID(required=True, description="The global id: opaque, unique over all types.")

    @staticmethod
    def resolve_id(root: Mapping[str, Any], info: GraphQLResolveInfo) -> str:
        """Make the global id of any node whose own id is its raw one."""
        return to_global(info.parent_type.name, root["id"])

    @classmethod
    def resolve_type(cls, instance: Mapping[str, Any], info: GraphQLResolveInfo) -> Any:
        """Tell the type by what `node(id:)` put beside the properties."""
        return info.schema.get_type(instance["__typename"]).graphene_type  # type: ignore[union-attr]


def implements(*interfaces: Any) -> dict[str, Any]:
    """The `Meta` of a type that implements these interfaces."""
    return {"interfaces": interfaces}


def raw_id(root: Mapping[str, Any], _: GraphQLResolveInfo) -> Any:
    """The id as the graph has it."""
    return root["id"]


def held(root: Mapping[str, Any], key: str) -> Any:
    """What the statement behind the root field read; beyond its reach a field is refused, never empty.

    Raises TooDeepError.
    """
    if key not in root:
        raise TooDeepError(
            "A field this far from the root field is not read along.",
            "Ask household(id:) or account(id:) for it, in a root field of its own.",
        )
    return root[key]
