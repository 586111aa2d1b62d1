"""Parsed, validated and measured documents, kept for the requests that repeat them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

from graphql import DocumentNode, GraphQLError, GraphQLSchema, parse, specified_rules, validate
from graphql.validation.specified_rules import recommended_rules

from server.api.limits import LIMITS, Limits, check_text, refuse
from server.api.measure import Measure


class Refused(Exception):  # noqa: N818 - it carries the errors, and is none itself
    """The errors of a document that will not be executed."""

    def __init__(self, errors: list[GraphQLError]) -> None:
        super().__init__(len(errors))
        self.errors = errors


class Documents:
    """The valid documents used last, by their text; what was refused is not kept, so it cannot push others out."""

    def __init__(self, schema: GraphQLSchema, limits: Limits = LIMITS) -> None:
        self.schema = schema
        self.limits = limits
        self.kept: OrderedDict[str, tuple[DocumentNode, Measure]] = OrderedDict()

    def get(self, text: str, operation: str | None, variables: Mapping[str, Any]) -> DocumentNode:
        """Return the document, ready to execute with these variables.

        Raises Refused with the errors of its syntax, its validation or its limits.
        """
        kept = self.kept.get(text)
        if kept is None:
            kept = self.kept[text] = self._prepare(text)
            if len(self.kept) > self.limits.documents:
                self.kept.popitem(last=False)
        else:
            self.kept.move_to_end(text)
        document, measure = kept
        _raise(measure.check_size(operation, variables))
        return document

    def _prepare(self, text: str) -> tuple[DocumentNode, Measure]:
        document = self._parse(text)
        _raise(check_text(document, self.limits))
        _raise(validate(self.schema, document, [*specified_rules, *recommended_rules], max_errors=20))
        measure = Measure(self.schema, document, self.limits)
        _raise(measure.check_shape())
        return document, measure

    def _parse(self, text: str) -> DocumentNode:
        most = self.limits.tokens
        try:
            return parse(text, max_lexical_tokens=most, max_comments=most)
        except GraphQLError as error:
            many = error.message.endswith("Parsing aborted.")
            raise Refused([refuse("tokens", self.limits) if many else _unreadable(error)]) from None


def _unreadable(error: GraphQLError) -> GraphQLError:
    return GraphQLError(error.message, None, error.source, error.positions, extensions={"code": "SYNTAX"})


def _raise(errors: list[GraphQLError]) -> None:
    if errors:
        raise Refused(errors)
