"""GraphQL over HTTP: methods, media types, statuses, and what surrounds the endpoint."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
import pytest_asyncio
from neo4j import AsyncGraphDatabase

from server import app, model
from server.api import http, limits
from server.db.database import Database, connect
from server.db.local import Server
from tests.api_graphs import GRAPHQL, JSON, client, household, post

NAME = {"query": "{ __typename }"}


async def test_a_post_is_answered(db: Database) -> None:
    answer = await post(db, NAME)
    assert (answer.status_code, answer.json()) == (200, {"data": {"__typename": "Query"}})
    assert answer.headers["content-type"] == f"{GRAPHQL}; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("accept", "media"),
    [("*/*", JSON), (JSON, JSON), (GRAPHQL, GRAPHQL), (f"{JSON}, text/html", JSON), (f"{GRAPHQL}, */*", GRAPHQL)],
)
def test_the_client_chooses_the_media_type(accept: str, media: str) -> None:
    assert http.accepted(accept) == media


async def test_a_client_that_accepts_neither_is_told(db: Database) -> None:
    answer = await post(db, NAME, accept="text/csv")
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (406, "NOT_ACCEPTABLE")


async def test_get_is_for_queries(db: Database) -> None:
    async with client(db) as api:
        variables = {"query": "query($n: String!) { __type(name: $n) { name } }", "variables": '{"n": "Account"}'}
        answer = await api.get("/graphql", params=variables)
        assert answer.json() == {"data": {"__type": {"name": "Account"}}}
        refused = await api.get("/graphql", params={"query": "mutation { __typename }"}, headers={"accept": GRAPHQL})
        assert 400 <= refused.status_code < 500


async def test_other_methods_are_refused(db: Database) -> None:
    async with client(db) as api:
        answer = await api.put("/graphql", json=NAME)
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


@pytest.mark.parametrize(
    "body",
    [
        [NAME],
        {},
        {"query": 1},
        {**NAME, "variables": []},
        {**NAME, "operationName": 7},
        {**NAME, "extensions": "x"},
    ],
)
async def test_a_malformed_request_is_refused_in_either_media_type(db: Database, body: Any) -> None:
    assert (await post(db, body, accept=JSON)).status_code == 400
    assert (await post(db, body)).status_code == 400


async def test_a_body_that_is_no_json_is_refused(db: Database) -> None:
    async with client(db) as api:
        broken = await api.post("/graphql", content=b'{"query', headers={"content-type": JSON})
        form = await api.post("/graphql", data={"query": "{ __typename }"})
    assert (broken.status_code, form.status_code) == (400, 415)


@pytest.mark.parametrize("query", ["{", "{ nothing }", "query($n: String!) { __type(name: $n) { name } }"])
async def test_a_query_that_cannot_run_has_no_data(db: Database, query: str) -> None:
    strict, lenient = await post(db, {"query": query}), await post(db, {"query": query}, accept=JSON)
    assert (strict.status_code, lenient.status_code) == (400, 200)
    assert "data" not in strict.json()
    assert strict.json() == lenient.json()


async def test_a_failed_field_is_an_answer(db: Database) -> None:
    answer = await post(db, {"query": '{ household(id: "QWNjb3VudDpi") { size } }'})
    assert (answer.status_code, answer.json()["data"]) == (200, {"household": None})
    assert answer.json()["errors"][0]["extensions"] == {"code": "BAD_INPUT"}


async def test_a_large_body_is_not_read_to_its_end(db: Database) -> None:
    answer = await post(db, {"query": "x" * limits.LIMITS.body})
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (413, "LIMIT_BODY")


async def test_a_body_that_does_not_arrive_is_not_waited_for(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async def stalled() -> AsyncIterator[bytes]:
        yield b'{"query": '
        await asyncio.sleep(60)

    monkeypatch.setattr(http, "ARRIVAL", 0.1)
    async with client(db) as api:
        answer = await api.post("/graphql", content=stalled(), headers={"content-type": JSON})
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (408, "TIMEOUT")
    assert answer.headers["connection"] == "close"


async def test_a_failure_of_ours_tells_nothing_but_a_number(
    db: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("server.api.schema.households.one", None)
    answer = await post(db, {"query": '{ household(id: "secret") { size } }'})
    error = answer.json()["errors"][0]
    assert (error["message"], error["extensions"]["code"]) == ("Internal error", "INTERNAL")
    assert error["extensions"]["id"] in caplog.text
    assert "secret" not in caplog.text


async def test_a_failure_outside_execution_tells_nothing_either(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "read", None)
    answer = await post(db, NAME)
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (500, "Internal error")


@pytest_asyncio.fixture(loop_scope="session")
async def nowhere() -> AsyncIterator[Database]:
    """A database at an address where none answers."""
    async with AsyncGraphDatabase.driver("bolt://127.0.0.1:9", connection_timeout=0.5) as driver:
        yield Database(driver)


async def test_without_a_database_the_answer_names_no_internals(nowhere: Database) -> None:
    answer = await post(nowhere, {"query": '{ household(id: "h") { size } }'})
    error = answer.json()["errors"][0]
    assert error["message"] == "The database did not answer; try again."
    assert error["extensions"]["code"] == "UNAVAILABLE"


@asynccontextmanager
async def relay(server: Server) -> AsyncIterator[int]:
    """A port that passes everything on to the database, until it closes."""
    ends: list[asyncio.StreamWriter] = []

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while some := await reader.read(65536):
            writer.write(some)
        writer.close()

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there, back = await asyncio.open_connection(*server.uri.removeprefix("bolt://").split(":"))
        ends.extend((writer, back))
        await asyncio.gather(pump(reader, back), pump(there, writer))

    listener = await asyncio.start_server(meet, "127.0.0.1", 0)
    try:
        yield listener.sockets[0].getsockname()[1]
    finally:
        listener.close()
        for writer in ends:
            writer.close()


async def test_a_mutation_whose_database_went_away_says_so_before_it_takes_too_long(
    db: Database, server: Server
) -> None:
    await household(db, "h", "a", "b")
    text = 'mutation { bind(input: {accountA: "a", accountB: "b", kind: FAMILY_CARD}) { pending } }'
    async with AsyncExitStack() as stack:
        async with relay(server) as port:
            login = (server.user, server.password, server.database)
            uri = f"bolt://127.0.0.1:{port}"
            gone = await stack.enter_async_context(connect(uri, *login, read_timeout=1.0))
            assert (await post(gone, {"query": text})).json()["data"]["bind"]["pending"]
        error = (await post(gone, {"query": text})).json()["errors"][0]
    assert error["extensions"]["code"] == "UNAVAILABLE"


async def test_not_ready_without_a_database(nowhere: Database) -> None:
    async with client(nowhere) as api:
        answer = await api.get("/readyz")
        assert (await api.get("/healthz")).status_code == 200
    assert (answer.status_code, answer.json()["ready"]) == (503, False)


async def test_there_are_no_subscriptions(db: Database) -> None:
    answer = await post(db, {"query": "subscription { __typename }"})
    assert (answer.status_code, "data" in answer.json()) == (400, False)


async def test_mutations_come_by_post_alone(db: Database) -> None:
    text = {"query": 'mutation { leaveHousehold(input: {account: "a", household: "h"}) { pending } }'}
    async with client(db) as api:
        answer = await api.get("/graphql", params=text)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (405, "METHOD")
    assert (await post(db, text)).json()["errors"][0]["extensions"]["code"] == "UNKNOWN_ACCOUNT"


async def test_the_access_log_holds_no_variables(db: Database, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "hearth.access")
    query = "query Home($id: ID!) { account(id: $id) { id } }"
    async with client(db) as api:
        await api.get("/graphql", params={"query": query, "variables": '{"id": "secret"}'})
    line = next(record.message for record in caplog.records if record.name == "hearth.access")
    assert line.startswith("GET /graphql 200 ")
    assert line.endswith(" Home")


async def test_the_page_for_browsers_needs_no_other_host(db: Database) -> None:
    async with client(db) as api:
        page = await api.get("/graphql", headers={"accept": "text/html,*/*"})
        script = await api.get("/graphql/static/graphiql/graphiql.min.js")
    assert "graphiql.min.js" in page.text
    assert "http" not in page.headers["content-security-policy"] + page.text
    assert script.status_code == 200


async def test_every_answer_has_security_headers(db: Database) -> None:
    async with client(db) as api:
        for path in ("/", "/healthz", "/graphql", "/nowhere"):
            headers = (await api.get(path)).headers
            assert headers["x-content-type-options"] == "nosniff"
            assert "default-src 'none'" in headers["content-security-policy"]


async def test_the_start_page_leads_to_graphql(db: Database) -> None:
    async with client(db) as api:
        assert (await api.get("/")).headers["location"] == "/graphql"


async def test_alive_and_ready(db: Database) -> None:
    async with client(db) as api:
        assert (await api.get("/healthz")).json() == {"alive": True}
        assert (await api.get("/readyz")).json() == {"ready": True}


async def test_not_ready_without_the_schema(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "NODES", (*model.NODES, replace(model.NODES[0], label="Nowhere")))
    async with client(db) as api:
        answer = await api.get("/readyz")
    assert (answer.status_code, answer.json()["ready"]) == (503, False)
    assert "hearth migrate" in answer.json()["reason"]


async def test_a_repeated_document_is_parsed_once(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    await household(db, "h1", "a", "b")
    async with client(db) as api:
        body = {"query": '{ household(id: "h1") { size } }'}
        first = await api.post("/graphql", json=body)
        monkeypatch.setattr("server.api.documents.parse", None)
        assert (await api.post("/graphql", json=body)).json() == first.json()
