"""Bounds of a request, each with a message that names it; docs/graphql.md lists them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import DirectiveNode, DocumentNode, FieldNode, GraphQLError, Node


@dataclass(frozen=True)
class Limits:
    """How much one request may ask; `objects` bounds what an answer may hold, by the sizes of the lists asked."""

    body: int = 100_000  # bytes
    tokens: int = 1_000
    fields: int = 250  # as written; validation compares those of one name with each other
    aliases: int = 15
    directives: int = 50
    depth: int = 12  # fields within fields
    root_fields: int = 10
    objects: int = 10_000
    page: int = 20  # what a list with `first` gives without it
    largest_page: int = 100
    list: int = 5  # what a list without `first` is taken to hold when objects are counted
    documents: int = 1_000  # kept, parsed and validated


LIMITS = Limits()


def refuse(name: str, limits: Limits, node: Node | None = None) -> GraphQLError:
    """The error for a request beyond the limit of this name."""
    words = name.replace("_", " ")
    message = f"A request may have at most {getattr(limits, name):,} {words}."
    if name == "depth":
        message = f"Fields may be nested at most {limits.depth} deep."
    return GraphQLError(message, node, extensions={"code": f"LIMIT_{name.upper()}"})


def check_text(document: DocumentNode, limits: Limits = LIMITS) -> list[GraphQLError]:
    """Refuse what can be counted before validation, whose own cost it bounds; safe on any document."""
    nodes = list(every(document))
    fields = [node for node in nodes if isinstance(node, FieldNode)]
    found: dict[str, list[Node]] = {
        "fields": [*fields],
        "aliases": [node for node in fields if node.alias],
        "directives": [node for node in nodes if isinstance(node, DirectiveNode)],
    }
    bounds = {name: getattr(limits, name) for name in found}
    return [refuse(name, limits, found[name][most]) for name, most in bounds.items() if len(found[name]) > most]


def every(root: Node) -> Iterator[Node]:
    """All nodes of a document as it is written, each once, parents first."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        for key in reversed(node.keys):
            value = getattr(node, key, None)
            children = value if isinstance(value, list | tuple) else (value,)
            stack.extend(child for child in reversed(children) if isinstance(child, Node))
