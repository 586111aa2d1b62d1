"""Runs of detection in the API."""

from __future__ import annotations

from typing import Any

import graphene
from graphql import GraphQLError, GraphQLResolveInfo

from server import runs
from server.api import pages
from server.api.nodes import Node, implements, raw_id
from server.api.pages import PageInfo
from server.api.scalars import DateTime

Row = dict[str, Any]


def mark(after: str) -> runs.Mark:
    """The place that a cursor names.

    Raises BadInputError when it holds no time that the database takes.
    """
    at, run = pages.parts(after, str, str)
    try:
        DateTime.parse_value(at)  # which cuts it to the microsecond, so it is kept as it was given
    except GraphQLError:
        raise pages.wrong_cursor() from None
    return runs.Mark(at, run)


class RunCount(graphene.ObjectType):
    """One number that a run reports."""

    name = graphene.String(required=True, description="What was counted.")
    value = graphene.Float(required=True, description="How many.")


class DetectionRun(graphene.ObjectType):
    """One run of detection that changed something."""

    Meta = implements(Node)

    run_id = graphene.ID(required=True, description="Hearth's id.", resolver=raw_id)
    started_at = graphene.Field(DateTime, description="When it began, by the wall clock.")
    finished_at = graphene.Field(DateTime, description="When it ended, by the wall clock.")
    as_of = graphene.Field(DateTime, description="The time it looked from: the latest in the data, or as asked.")
    model = graphene.String(description="The name of the model that weighed the evidence.")
    counts = graphene.List(graphene.NonNull(RunCount), required=True, description="What it read and wrote.")

    @staticmethod
    def resolve_counts(root: Row, _: GraphQLResolveInfo) -> list[Row]:
        """Read the JSON of the node."""
        return runs.counts(root)


class DetectionRunEdge(graphene.ObjectType):
    """A run in a list."""

    cursor = graphene.String(required=True, description="Where the list goes on after this run.")
    node = graphene.Field(DetectionRun, required=True, description="The run.")


class DetectionRunConnection(graphene.ObjectType):
    """A page of runs."""

    edges = graphene.List(graphene.NonNull(DetectionRunEdge), required=True, description="The runs of this page.")
    page_info = graphene.Field(PageInfo, required=True, description="Where the page stands in the list.")
