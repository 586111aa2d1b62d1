"""How times leave the service."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import graphene
from graphql import GraphQLError, StringValueNode, ValueNode

FARTHEST = timedelta(hours=18)  # from UTC, that Neo4j knows


class DateTime(graphene.Scalar):
    """A time as ISO 8601 text with its offset, such as `2026-05-01T19:30:00+08:00`."""

    @staticmethod
    def serialize(value: Any) -> str:
        """Write a time of the database, given as its own object or text, to the microsecond."""
        if isinstance(value, str):
            return datetime.fromisoformat(value.partition("[")[0]).isoformat()
        return str(value.to_native().isoformat())

    @staticmethod
    def parse_value(value: Any) -> str:
        """Read a time with its offset, as text that the database takes."""
        try:
            moment = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            moment = None
        offset = moment.utcoffset() if moment else None
        if moment is None or offset is None or abs(offset) > FARTHEST or offset % timedelta(minutes=1):
            raise GraphQLError("A time needs its offset, such as 2026-05-01T19:30:00+08:00.")
        return moment.isoformat()

    @classmethod
    def parse_literal(cls, node: ValueNode, _: Any = None) -> str:
        """Read the same as it stands in a query."""
        return cls.parse_value(node.value if isinstance(node, StringValueNode) else None)
