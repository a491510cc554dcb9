"""Batches that call the application's functions: actions in the batch's transaction, queries that see it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backsmith.blueprint.asker import NOBODY, Asker
from tests.engine.client import Answer
from tests.writes import desk
from tests.writes.conftest import Both, served
from tests.writes.rows import begin_anew

ADA = Asker(1, frozenset(), "token")
KEY = "3d0ab7f4-9b8c-4d7c-8a55-0d5f5a3a6c11"


@pytest.fixture(scope="session")
def desks(database_kinds: list[str], new_url: Callable[[str], str], run: Any) -> Iterator[Both]:
    one = Both({kind: served(new_url(kind), run, desk) for kind in database_kinds}, run)
    yield one
    for client in one.clients.values():
        run(client.application.close())


@pytest.fixture
def both(desks: Both, run: Any) -> Both:
    for client in desks.clients.values():
        run(begin_anew(client.application.database, client.application.blueprint, {"Ticket": []}))
    return desks


def batch(both: Both, *operations: dict[str, Any], asker: Asker = ADA, **headers: str) -> Answer:
    return both.ask("POST", "/api/batch", json.dumps({"operations": operations}), asker, **headers)


OPEN = {"id": "t", "method": "POST", "path": "/tickets?select=id", "body": {"title": "leak"}}
CLOSE = {"method": "POST", "path": "/tickets/${t.id}/close", "body": {"why": "done"}}


def test_an_action_is_a_part_of_the_transaction(both: Both) -> None:
    answer = batch(both, OPEN, CLOSE, {"method": "GET", "path": "/rpc/states"})
    results = answer.json["results"]
    assert [each["status"] for each in results] == [201, 200, 200]
    assert results[1]["body"] == {"id": 1, "title": "leak", "state": "closed: done"}
    assert results[2]["body"] == ["closed: done"]


def test_what_an_action_refuses_takes_the_whole_batch_with_it(both: Both) -> None:
    answer = batch(both, OPEN, CLOSE, CLOSE)
    assert (answer.status, answer.json["message"], answer.json["operation"]) == (409, "This ticket is closed.", 2)
    assert both.rows()["Ticket"] == []


def test_its_body_may_refer_and_be_referred_to(both: Both) -> None:
    answer = batch(
        both,
        {**OPEN, "path": "/tickets?select=id,title"},
        {**CLOSE, "id": "closed", "body": {"why": {"$result": "t.title"}}},
        {"method": "POST", "path": "/rpc/open_many", "body": {"titles": ["a", {"$result": "closed.state"}]}},
        {"method": "GET", "path": "/tickets?select=title&order=id"},
    )
    assert answer.json["results"][2]["body"] == 2
    assert answer.json["results"][3]["body"] == [{"title": "leak"}, {"title": "a"}, {"title": "closed: leak"}]


@pytest.mark.parametrize(
    ("operation", "asker", "status"),
    [
        ({"method": "POST", "path": "/rpc/open_many", "body": {"titles": []}}, NOBODY, 401),
        ({"method": "POST", "path": "/rpc/open_many", "body": {"titel": []}}, ADA, 422),
        ({"method": "GET", "path": "/rpc/open_many"}, ADA, 405),
        ({"method": "POST", "path": "/rpc/nothing", "body": {}}, ADA, 404),
        ({"method": "POST", "path": "/tickets/9/close", "body": {"why": "x"}}, ADA, 404),
        ({"method": "POST", "path": "/tickets/${t.id}/take", "body": {}}, ADA, 400),
        ({"method": "POST", "path": "/own/path", "body": {}}, ADA, 400),
    ],
)
def test_what_can_not_be_called_alone_can_not_in_a_batch(
    both: Both, operation: dict[str, Any], asker: Asker, status: int
) -> None:
    answer = batch(both, OPEN, operation, asker=asker)
    assert (answer.status, answer.json["operation"]) == (status, 1)
    assert both.rows()["Ticket"] == []


def test_an_action_alone_is_done_once_for_a_key(both: Both) -> None:
    for replayed in (False, True):
        answer = both.ask("POST", "/api/rpc/open_many", '{"titles": ["a"]}', ADA, idempotency_key=KEY)
        assert (answer.status, answer.json) == (200, 1)
        assert ("idempotency-replayed" in answer.headers) is replayed
    assert len(both.rows()["Ticket"]) == 1
