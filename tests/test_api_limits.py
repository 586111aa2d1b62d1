"""The bounds of a request: each is named when it is passed, and nothing gets around them."""

from __future__ import annotations

import pytest
from graphql import get_introspection_query

from server.api.documents import Documents, Refused
from server.api.limits import Limits
from server.api.schema import schema

PAGE = "{ households(first: %s) { edges { node { members(first: %s) { edges { node { devices { id } } } } } } } }"


def codes(text: str, limits: Limits = Limits(), **variables: object) -> set[str]:  # noqa: B008
    """The codes with which a document is refused."""
    try:
        Documents(schema, limits).get(text, None, variables)
    except Refused as refused:
        return {(error.extensions or {}).get("code", "INVALID") for error in refused.errors}
    return set()


def test_an_ordinary_query_passes() -> None:
    assert codes(PAGE % (20, 20)) == set()


def test_tokens() -> None:
    assert codes("{ " + "__typename " * 1_000 + "}") == {"LIMIT_TOKENS"}


def test_fields_repeated_to_make_validation_slow() -> None:
    assert codes("{ " + "__typename " * 251 + "}") == {"LIMIT_FIELDS"}


def test_comments_count_as_tokens() -> None:
    assert codes("# x\n" * 1_001 + "{ __typename }") == {"LIMIT_TOKENS"}


def test_aliases() -> None:
    text = '{ account(id: "a") { %s } }'
    assert codes(text % " ".join(f"a{i}: id" for i in range(15))) == set()
    assert codes(text % " ".join(f"a{i}: id" for i in range(16))) == {"LIMIT_ALIASES"}


def test_directives() -> None:
    assert codes("{ __typename " + "@include(if: true) " * 51 + "}") == {"LIMIT_DIRECTIVES"}


def test_root_fields_also_within_fragments() -> None:
    fields = " ".join(f'a{i}: account(id: "{i}") {{ id }}' for i in range(11))
    assert codes(f"{{ {fields} }}") == {"LIMIT_ROOT_FIELDS"}
    assert codes(f"{{ ...F ... on Query {{ ...F }} }} fragment F on Query {{ {fields} }}") == {"LIMIT_ROOT_FIELDS"}


def test_depth_also_within_fragments() -> None:
    chain = "".join(f"fragment F{i} on Account {{ person {{ accounts {{ ...F{i + 1} }} }} }} " for i in range(6))
    assert codes(f'{{ account(id: "a") {{ ...F0 }} }} {chain} fragment F6 on Account {{ id }}') == {"LIMIT_DEPTH"}


def test_a_cost_is_counted_by_the_sizes_of_lists() -> None:
    assert codes(PAGE % (100, 100)) == {"LIMIT_OBJECTS"}
    assert codes(PAGE % (100, 10)) == set()


def test_a_size_in_a_variable_counts_as_its_value() -> None:
    text = "query($n: Int = 100) " + PAGE % ("$n", "100")
    assert codes(text) == {"LIMIT_OBJECTS"}
    assert codes(text, n=10) == set()
    assert codes(text, n=100.0) == {"LIMIT_OBJECTS"}  # the Int 100 as well


def test_fragments_cannot_multiply_unseen() -> None:
    doubling = "".join(
        f"fragment F{i} on Account {{ memberships {{ household {{ persons {{ accounts {{ ...F{i + 1} }} }} }} }} "
        f"household {{ persons {{ accounts {{ ...F{i + 1} }} }} }} }} "
        for i in range(2)
    )
    text = f'{{ account(id: "a") {{ ...F0 }} }} {doubling} fragment F2 on Account {{ devices {{ id }} }}'
    assert codes(text, Limits(depth=99)) == {"LIMIT_OBJECTS"}


@pytest.mark.parametrize(
    "text",
    [
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
        "{ ...A } fragment A on Query { __typename ...A }",
        "{ ...Missing }",
        "{ account(id: " + "[" * 450 + "]" * 450 + ") { id } }",
        "{ account { " * 150 + "}" * 300,
        "query A { __typename } query A { __typename }",
        "",
        "}",
        "\x00",
    ],
)
def test_hostile_documents_are_refused_and_nothing_breaks(text: str) -> None:
    assert codes(text)


def test_deep_introspection_is_refused() -> None:
    text = "fields { type { " * 4 + "name" + " } }" * 4
    assert codes(f"{{ __schema {{ types {{ {text} }} }} }}") == {"INVALID"}


def test_the_introspection_of_tools_passes() -> None:
    assert codes(get_introspection_query(input_value_deprecation=True)) == set()


def test_only_so_many_valid_documents_are_kept() -> None:
    documents = Documents(schema, Limits(documents=2))
    for name in ("A", "B", "C"):
        documents.get(f"query {name} {{ __typename }}", None, {})
    with pytest.raises(Refused):
        documents.get("{ nothing }", None, {})
    assert [text[6] for text in documents.kept] == ["B", "C"]


def test_a_message_names_its_limit() -> None:
    with pytest.raises(Refused) as refused:
        Documents(schema, Limits(tokens=3)).get("{ __typename }" * 9, None, {})
    assert refused.value.errors[0].message == "A request may have at most 3 tokens."
