"""The examples of all pages and of GraphiQL run, and the figures of docs/graphql.md are true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from server.api.documents import Documents
from server.api.graphiql import STATIC
from server.api.limits import LIMITS
from server.api.schema import schema
from server.db.database import Database
from tests.api_graphs import ask, household

DOCS = Path(__file__).parent.parent / "docs"
PAGE = (DOCS / "graphql.md").read_text("utf-8")
PAGES = [DOCS.parent / "README.md", *sorted(DOCS.glob("*.md"))]
EXAMPLES = [text for page in PAGES for text in re.findall(r"```graphql\n(.*?)```", page.read_text("utf-8"), re.DOTALL)]
TABS = re.findall(r"  `(.*?)`,\n", (STATIC / "page.js").read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("text", [*EXAMPLES, *TABS], ids=lambda text: re.split(r"[{(]", text)[0][-20:])
async def test_every_example_runs(db: Database, text: str) -> None:
    await household(db, "h", "ada", "ben", "finn")
    await household(db, "h7a4be6ab5df12112", "ben", "finn")
    Documents(schema).get(text, None, {})
    assert await ask(db, text, {"household": "h", "id": "x"})


def test_the_examples_were_found() -> None:
    assert (len(EXAMPLES), len(TABS)) == (14, 4)


COUNTED = ("body", "tokens", "fields", "aliases", "directives", "root_fields", "depth", "objects")


@pytest.mark.parametrize("name", COUNTED)
def test_the_table_of_limits_is_current(name: str) -> None:
    row = next(line for line in PAGE.splitlines() if f"`LIMIT_{name.upper()}`" in line)
    assert f" {getattr(LIMITS, name):,} " in row


def test_page_sizes_are_current() -> None:
    assert f"`first` ({LIMITS.page} when left out, {LIMITS.largest_page} at most)" in PAGE
