"""The form of the model: labels and relationship types with what their properties mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Node:
    """A label: its properties with what they mean; `key` is unique. `also` are further labels it carries."""

    label: str
    description: str
    properties: Mapping[str, str]
    key: str = "id"
    also: tuple[str, ...] = ()
    indexes: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Relationship:
    """A relationship type between two labels: its properties with what they mean."""

    type: str
    start: str
    end: str
    description: str
    properties: Mapping[str, str] = field(default_factory=dict)
    indexes: tuple[tuple[str, ...], ...] = ()
