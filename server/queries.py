"""The named statements of `cypher/`: found, checked and handed out by name.

A file holds statements of this form; its path and the statement's name make the full name, so `facts` in
`cypher/roles.cypher` is `roles.facts` and `groups` in `cypher/detect/device.cypher` is `detect.device.groups`:

    // name: facts(household)
    // What each member of a household does. (A description is mandatory.)
    MATCH (:Household {id: $household})<-[:MEMBER_OF]-(a:Account)
    RETURN a.id AS account;
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from server.errors import QueryFileError

FOLDER = Path(__file__).parent.parent / "cypher"

# These hold what a person pastes or what runs once, in order; they are not statements with a name.
UNNAMED = ("browser", "migrations", "schema.cypher")

_HEADER = re.compile(r"// name: (?P<name>[a-z_]+)\((?P<parameters>[a-zA-Z_, ]*)\)$")
_NOT_CODE = re.compile(r"//[^\n]*|/\*.*?\*/|'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\"", re.DOTALL)
_PARAMETER = re.compile(r"\$([a-zA-Z_]\w*)")


@dataclass(frozen=True)
class Query:
    """One statement: its full name, what it is for, the parameters it takes and where it stands."""

    name: str
    description: str
    parameters: frozenset[str]
    text: str
    path: Path
    line: int


@cache
def load(folder: Path = FOLDER) -> Mapping[str, Query]:
    """Read every named statement below `folder`, by full name.

    Raises QueryFileError, with file and line, for the first statement that breaks a rule.
    """
    queries: dict[str, Query] = {}
    for path in sorted(folder.rglob("*.cypher")):
        relative = path.relative_to(folder)
        if relative.parts[0] in UNNAMED:
            continue
        for query in parse(path.read_text("utf-8"), path, ".".join(relative.with_suffix("").parts)):
            if query.name in queries:
                raise _error(path, query.line, f"the name {query.name} is taken already")
            queries[query.name] = query
    return queries


def parse(text: str, path: Path, prefix: str) -> Iterator[Query]:
    """Split one file into its statements; see the module's docstring for the form."""
    lines = text.splitlines()
    starts = [number for number, line in enumerate(lines) if line.startswith("// name:")]
    if not starts or any(line.strip() for line in lines[: starts[0]]):
        raise _error(path, 1, "a file begins with '// name: statement(parameters)'")
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield _statement(lines[start:end], path, start + 1, prefix)


def _statement(lines: list[str], path: Path, line: int, prefix: str) -> Query:
    header = _HEADER.match(lines[0].rstrip())
    if header is None:
        raise _error(path, line, "a header reads '// name: statement(parameter, parameter)'")
    body = 1
    while body < len(lines) and lines[body].startswith("//"):
        body += 1
    description = " ".join(text.removeprefix("//").strip() for text in lines[1:body]).strip()
    if not description:
        raise _error(path, line + 1, "a statement needs a description: a comment below its name")
    text = "\n".join(lines[body:]).strip()
    if not text.endswith(";"):
        raise _error(path, line + len(lines) - 1, "a statement ends with ';'")
    text = text[:-1]
    declared = frozenset(name.strip() for name in header["parameters"].split(",") if name.strip())
    used = frozenset(_PARAMETER.findall(_NOT_CODE.sub(" ", text)))
    for wrong, rule in (
        (used - declared, "uses but does not declare"),
        (declared - used, "declares but does not use"),
    ):
        if wrong:
            raise _error(path, line, f"the statement {rule} ${', $'.join(sorted(wrong))}")
    return Query(f"{prefix}.{header['name']}", description, declared, text, path, line)


def _error(path: Path, line: int, rule: str) -> QueryFileError:
    return QueryFileError(f"{path.parent.name}/{path.name}:{line}: {rule}")


def page() -> str:
    """Every statement with its description as a page of Markdown, for `docs/queries.md`."""
    lines = ["# The statements", "", "Generated from `cypher/` by `make generate`; do not edit.", ""]
    lines += ["| statement | parameters | what it is for |", "|---|---|---|"]
    for query in load().values():
        parameters = ", ".join(f"`{name}`" for name in sorted(query.parameters))
        lines.append(f"| `{query.name}` | {parameters} | {query.description} |")
    return "\n".join(lines) + "\n"
