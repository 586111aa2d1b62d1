"""The files in `cypher/` held to their rules, on paper and against the real server."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from server import model
from server.db.database import Database
from server.errors import QueryFileError
from server.queries import FOLDER, Query, load, parse

SERVER = FOLDER.parent / "server"
READS = ("read", "read_one", "write")


def test_every_statement_is_found_and_described() -> None:
    assert len(load()) > 20
    assert all(query.description.endswith((".", "?")) for query in load().values())


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("MATCH (n) RETURN n;", "1: a file begins with '// name: statement"),
        ("// name: all\n// All.\nRETURN 1;", "1: a header reads"),
        ("// name: all()\nRETURN 1;", "2: a statement needs a description"),
        ("// name: all()\n// All.\nRETURN 1", "3: a statement ends with ';'"),
        ("// name: all()\n// All.\nRETURN $n;", "1: the statement uses but does not declare $n"),
        ("// name: all(n)\n// All.\nRETURN '$n';", "1: the statement declares but does not use $n"),
    ],
)
def test_a_file_that_breaks_a_rule_names_file_and_line(text: str, rule: str) -> None:
    with pytest.raises(QueryFileError, match=re.escape(f"cypher/roles.cypher:{rule}")):
        list(parse(text, Path("cypher/roles.cypher"), "roles"))


def test_a_name_used_twice_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.cypher").write_text("// name: all()\n// All.\nRETURN 1;\n// name: all()\n// All.\nRETURN 2;\n")
    with pytest.raises(QueryFileError, match=r"a\.cypher:4: the name a\.all is taken"):
        load(tmp_path)


def test_files_and_statements_stay_short() -> None:
    assert all(len(path.read_text().splitlines()) <= 120 for path in FOLDER.rglob("*.cypher"))
    assert [query.name for query in load().values() if query.text.count("\n") >= 40] == []


def test_every_statement_is_used_and_every_used_name_exists() -> None:
    assert set(load()) == _names_in_code()


def test_labels_types_and_properties_are_those_of_the_model() -> None:
    labels = {name for node in model.NODES for name in (node.label, *node.also)}
    types = {relationship.type for relationship in model.RELATIONSHIPS}
    for query in load().values():
        assert set(_labels(query)) <= labels, query.name
        assert set(_types(query)) <= types, query.name


@pytest.mark.parametrize("name", sorted(load()))
async def test_the_server_plans_it_without_a_notification(name: str, db: Database) -> None:
    query = load()[name]
    parameters: dict[str, object] = dict.fromkeys(query.parameters)
    async with db.driver.session(database=db.name, notifications_disabled_classifications=[]) as session:
        summary = await (await session.run(f"EXPLAIN {query.text}", parameters)).consume()
    assert [status.status_description for status in summary.gql_status_objects if status.is_notification] == []


def _names_in_code() -> set[str]:
    """Every string in the code that is the name of a statement, or is made of a prefix and the kinds of evidence."""
    strings = set()
    for path in SERVER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in READS:
                strings |= _first_string(node)
            elif isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in load():
                strings.add(node.value)
    return strings


def _first_string(call: ast.Call) -> set[str]:
    """The name that a call to read or write passes, when it is written out and looks like one."""
    if call.args and isinstance(call.args[0], ast.Constant) and "." in str(call.args[0].value):
        return {str(call.args[0].value)}
    if call.args and isinstance(call.args[0], ast.JoinedStr):
        pattern = re.compile("".join(_part(part) for part in call.args[0].values))
        return {name for name in load() if pattern.fullmatch(name)}
    return set()


def _part(part: ast.expr) -> str:
    return re.escape(str(part.value)) if isinstance(part, ast.Constant) else "[a-z_.]+"


def _labels(query: Query) -> list[str]:
    return re.findall(r"\(\w*:(\w+)", query.text)


def _types(query: Query) -> list[str]:
    return [name for names in re.findall(r"\[\w*:([\w|]+)", query.text) for name in names.split("|")]
