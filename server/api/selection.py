"""What a request selects below a root field, so that the one statement behind it reads no more."""

from __future__ import annotations

from graphql import (
    FieldNode,
    FragmentSpreadNode,
    GraphQLIncludeDirective,
    GraphQLResolveInfo,
    GraphQLSkipDirective,
    InlineFragmentNode,
    SelectionNode,
)
from graphql.execution.values import get_directive_values

from server.accounts import Wanted

HOMES = frozenset({"household", "memberships", "history"})  # fields that lead from an account to its households


def names(info: GraphQLResolveInfo) -> frozenset[str]:
    """The name of every field selected anywhere below the root field."""
    own, theirs = _walk(info)
    return own | theirs


def wanted(info: GraphQLResolveInfo) -> Wanted:
    """The names selected about an account, and apart from them those selected about its households."""
    return Wanted(*_walk(info))


def _walk(info: GraphQLResolveInfo) -> tuple[frozenset[str], frozenset[str]]:
    found: tuple[set[str], set[str]] = (set(), set())
    entered: set[tuple[str, bool]] = set()
    stack = [(node.selection_set, False) for node in info.field_nodes if node.selection_set]
    while stack:
        selections, home = stack.pop()
        for node in selections.selections:
            if node.directives and not _included(node, info):
                continue
            if isinstance(node, FieldNode):
                found[home].add(node.name.value)
                if node.selection_set:
                    stack.append((node.selection_set, home or node.name.value in HOMES))
            elif isinstance(node, InlineFragmentNode):
                stack.append((node.selection_set, home))
            elif isinstance(node, FragmentSpreadNode) and (node.name.value, home) not in entered:
                entered.add((node.name.value, home))
                stack.append((info.fragments[node.name.value].selection_set, home))
    return frozenset(found[False]), frozenset(found[True])


def _included(node: SelectionNode, info: GraphQLResolveInfo) -> bool:
    skip = get_directive_values(GraphQLSkipDirective, node, info.variable_values)
    include = get_directive_values(GraphQLIncludeDirective, node, info.variable_values)
    return not (skip and skip["if"]) and not (include and not include["if"])
