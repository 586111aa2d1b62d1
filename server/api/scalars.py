"""How times leave the service."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import graphene


class DateTime(graphene.Scalar):
    """A time as ISO 8601 text with its offset, such as `2026-05-01T19:30:00+08:00`."""

    @staticmethod
    def serialize(value: Any) -> str:
        """Write a time of the database, given as its own object or text, to the microsecond."""
        if isinstance(value, str):
            return datetime.fromisoformat(value.partition("[")[0]).isoformat()
        return str(value.to_native().isoformat())
