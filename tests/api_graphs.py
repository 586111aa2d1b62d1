"""Small graphs for the tests of the API, and one way to ask it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx

from server.app import create_app
from server.db.database import Database
from tests.conftest import run

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"
AS_OF = "2026-05-01T08:00:00+08:00"
REACH = {"device": "USES", "network": "CONNECTS_FROM", "address": "SHIPS_TO", "payment": "PAYS_WITH"}


async def household(db: Database, id: str, *accounts: str, **properties: object) -> None:  # noqa: A002
    """A household and its members, each with the same three items of evidence."""
    await run(
        db,
        """CREATE (h:Household {id: $id, createdAt: datetime($at), size: $size, confidence: 0.9, structure: 'couple'})
        SET h += $properties
        WITH h
        UNWIND $accounts AS account
        MERGE (a:Account {id: account})
        ON CREATE SET a.ageBand = 'adult', a.platform = 'shop'
        CREATE (a)-[:MEMBER_OF {status: 'inferred', confidence: 0.9, since: datetime($at), run: 'r1', score: 2.5,
            evidence: $evidence}]->(h)""",
        id=id,
        at=AS_OF,
        evidence="3.0 2 network:k1:n\n0.5 1 binding:family_group\n-1.0 1 prior",
        size=len(accounts) or 2,
        accounts=list(accounts),
        properties=properties,
    )


async def households(db: Database, count: int) -> None:
    """Many households of two, sizes 2 to 5 by turns, confidence in tenths."""
    await run(
        db,
        """UNWIND range(0, $count - 1) AS i
        CREATE (h:Household {id: 'h' + right('00000' + i, 6), createdAt: datetime($at), size: 2 + i % 4,
            confidence: (i % 10) / 10.0, structure: CASE i % 2 WHEN 0 THEN 'couple' ELSE 'single' END})
        WITH h
        UNWIND ['a', 'b'] AS letter
        CREATE (:Account {id: h.id + letter})-[:MEMBER_OF {status: 'inferred', confidence: 0.9, since: datetime($at),
            score: 0.0, evidence: ''}]->(h)""",
        count=count,
        at=AS_OF,
    )


async def seen(db: Database, kind: str, identifier: str, *accounts: str, count: int = 1, detail: str = "") -> None:
    """An identifier that these accounts were seen with."""
    label = kind.capitalize()
    await run(
        db,
        f"""MERGE (i:Identifier:{label} {{id: $identifier}})
        SET i.detail = $detail, i.accounts = coalesce(i.accounts, 0) + size($accounts)
        WITH i
        UNWIND $accounts AS account
        MERGE (a:Account {{id: account}})
        CREATE (a)-[:{REACH[kind]} {{count: $count, firstSeen: datetime($at), lastSeen: datetime($at)}}]->(i)""",
        identifier=identifier,
        accounts=list(accounts),
        count=count,
        detail=detail,
        at=AS_OF,
    )


async def person(db: Database, id: str, *accounts: str) -> None:  # noqa: A002
    """One human being behind these accounts."""
    await run(
        db,
        """CREATE (p:Person {id: $id})
        WITH p
        UNWIND $accounts AS account
        MERGE (a:Account {id: account})
        CREATE (a)-[:IS {confidence: 0.9, status: 'inferred', since: datetime($at)}]->(p)""",
        id=id,
        accounts=list(accounts),
        at=AS_OF,
    )


def client(db: Database) -> httpx.AsyncClient:
    """A client that speaks to a new application on this database."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=create_app(db)), base_url="http://test")


async def post(db: Database, body: Any, **headers: str) -> httpx.Response:
    """POST one body as JSON."""
    async with client(db) as http:
        return await http.post("/graphql", json=body, headers={"accept": GRAPHQL, **headers})


async def ask(db: Database, query: str, variables: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """The data of an answer that has no errors."""
    answer = (await post(db, {"query": query, "variables": variables})).json()
    assert "errors" not in answer, answer["errors"]
    return dict(answer["data"])


async def code(db: Database, query: str, variables: Mapping[str, Any] | None = None) -> str:
    """The code of the first error of an answer."""
    answer = (await post(db, {"query": query, "variables": variables})).json()
    return str(answer["errors"][0]["extensions"]["code"])
