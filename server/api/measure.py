"""How deep, how wide and how large the operations of a valid document are, with their fragments in place."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_list_type,
)

from server.api.limits import LIMITS, Limits, refuse

WRAPPERS = ("Connection", "Edge", "PageInfo")  # types that hold objects, and count for none


class Measure:
    """The measures of one document. Each fragment is measured once, so nested fragments cannot multiply the work."""

    def __init__(self, schema: GraphQLSchema, document: DocumentNode, limits: Limits = LIMITS) -> None:
        self.schema = schema
        self.limits = limits
        self.operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        self.fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }

    def check_shape(self) -> list[GraphQLError]:
        """Refuse operations that are too deep or too wide, whatever their variables."""
        errors = []
        for operation in self.operations:
            if self._depth(operation.selection_set, {}) > self.limits.depth:
                errors.append(refuse("depth", self.limits, operation))
            if self._width(operation.selection_set, set()) > self.limits.root_fields:
                errors.append(refuse("root_fields", self.limits, operation))
        return errors

    def check_size(self, name: str | None, variables: Mapping[str, Any]) -> list[GraphQLError]:
        """Refuse an operation whose answer may hold too many objects, with these variables."""
        for operation in self.operations:
            if name is None or (operation.name and operation.name.value == name):
                root = self.schema.get_root_type(operation.operation)
                sizes = {**_defaults(operation), **variables}
                if self._objects(operation.selection_set, root, sizes, {}) > self.limits.objects:
                    return [refuse("objects", self.limits, operation)]
        return []

    def _width(self, selections: SelectionSetNode, entered: set[str]) -> int:
        width = 0
        for node in selections.selections:
            if isinstance(node, FieldNode):
                width += 1
            elif isinstance(node, InlineFragmentNode):
                width += self._width(node.selection_set, entered)
            elif isinstance(node, FragmentSpreadNode) and node.name.value not in entered:
                entered.add(node.name.value)
                width += self._width(self.fragments[node.name.value].selection_set, entered)
        return width

    def _depth(self, selections: SelectionSetNode, known: dict[str, int]) -> int:
        return max(self._depth_of(node, known) for node in selections.selections)

    def _depth_of(self, node: SelectionNode, known: dict[str, int]) -> int:
        if isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name not in known:
                known[name] = self._depth(self.fragments[name].selection_set, known)
            return known[name]
        if isinstance(node, InlineFragmentNode):
            return self._depth(node.selection_set, known)
        # Introspection nests deeper than any query of ours; validation has a rule of its own for it.
        if isinstance(node, FieldNode) and node.selection_set and not node.name.value.startswith("__"):
            return 1 + self._depth(node.selection_set, known)
        return 1

    def _objects(
        self, selections: SelectionSetNode, parent: Any, sizes: Mapping[str, Any], known: dict[str, int]
    ) -> int:
        count = 0
        for node in selections.selections:
            if isinstance(node, FieldNode):
                count += self._objects_of(node, parent, sizes, known)
            elif isinstance(node, InlineFragmentNode):
                on = self.schema.get_type(node.type_condition.name.value) if node.type_condition else parent
                count += self._objects(node.selection_set, on, sizes, known)
            elif isinstance(node, FragmentSpreadNode):
                count += self._objects_in(self.fragments[node.name.value], sizes, known)
        return count

    def _objects_in(self, fragment: FragmentDefinitionNode, sizes: Mapping[str, Any], known: dict[str, int]) -> int:
        name = fragment.name.value
        if name not in known:
            on = self.schema.get_type(fragment.type_condition.name.value)
            known[name] = self._objects(fragment.selection_set, on, sizes, known)
        return known[name]

    def _objects_of(self, node: FieldNode, parent: Any, sizes: Mapping[str, Any], known: dict[str, int]) -> int:
        field = parent.fields.get(node.name.value) if hasattr(parent, "fields") else None
        if field is None or not node.selection_set:
            return 0
        kind = get_named_type(field.type)
        times = 1
        if "first" in field.args:
            times = _first(node, sizes, self.limits.page)
        elif is_list_type(get_nullable_type(field.type)) and not kind.name.endswith(WRAPPERS):
            times = self.limits.list
        itself = 0 if kind.name.endswith(WRAPPERS) else 1
        return times * (itself + self._objects(node.selection_set, kind, sizes, known))


def _first(field: FieldNode, sizes: Mapping[str, Any], otherwise: int) -> int:
    given = next((argument.value for argument in field.arguments if argument.name.value == "first"), None)
    size = sizes.get(given.name.value) if isinstance(given, VariableNode) else _whole(given)
    # As a variable 100.0 is the Int 100 too.
    return max(int(size), 0) if isinstance(size, int | float) else otherwise


def _whole(value: ValueNode | None) -> int | None:
    return int(value.value) if isinstance(value, IntValueNode) else None


def _defaults(operation: OperationDefinitionNode) -> dict[str, Any]:
    return {node.variable.name.value: _whole(node.default_value) for node in operation.variable_definitions}
