"""The schema as a published thing: described, committed, and Relay's own conventions kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLScalarType,
    is_introspection_type,
)

from server.api.graphiql import STATIC
from server.api.schema import schema, sdl

BUILT_IN = {"ID", "String", "Int", "Float", "Boolean"}


def described() -> Iterator[tuple[str, str | None]]:
    """The name and description of everything that a client can see."""
    for name, kind in schema.type_map.items():
        if is_introspection_type(kind) or name in BUILT_IN:
            continue
        yield name, kind.description
        if isinstance(kind, GraphQLEnumType):
            yield from ((f"{name}.{value}", kind.values[value].description) for value in kind.values)
        elif not isinstance(kind, GraphQLScalarType):
            yield from _fields(name, kind)


def _fields(name: str, kind: object) -> Iterator[tuple[str, str | None]]:
    assert isinstance(kind, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType)
    for field, definition in kind.fields.items():
        yield f"{name}.{field}", definition.description
        for argument, of in getattr(definition, "args", {}).items():
            yield f"{name}.{field}({argument}:)", of.description


def test_everything_has_a_description() -> None:
    assert [name for name, description in described() if not description] == []


def test_every_description_is_a_sentence() -> None:
    assert [name for name, text in described() if text and not text.rstrip("`").endswith((".", "?", ")"))] == []


def test_the_committed_schema_is_the_schema() -> None:
    assert (STATIC.parent / "schema.graphql").read_text("utf-8") == sdl()


def test_every_edge_has_a_cursor_and_every_connection_a_page_info() -> None:
    for name, kind in schema.type_map.items():
        assert not name.endswith("Edge") or {"cursor", "node"} <= set(getattr(kind, "fields", {}))
        assert not name.endswith("Connection") or {"edges", "pageInfo"} <= set(getattr(kind, "fields", {}))


def test_the_files_of_others_are_unmodified() -> None:
    lines = (STATIC / "SHA256SUMS").read_text("utf-8").splitlines()
    for line in lines:
        digest, name = line.split()
        assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == digest, name
    listed = {Path(line.split()[1]).parent.name for line in lines}
    assert listed == {path.name for path in STATIC.iterdir() if path.is_dir()}
