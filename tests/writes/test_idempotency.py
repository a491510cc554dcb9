"""Idempotency-Key: what is sent twice is done once and replied to twice, also in races, and nobody gets another's."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.databases import Database
from backsmith.databases.own_table import statements
from backsmith.databases.own_tables import IDEMPOTENCY
from backsmith.databases.transaction import Transaction
from backsmith.engine.writing import idempotency
from backsmith.engine.writing.idempotency import Idempotency, UndoneError, identity_of
from backsmith.errors import RequestError
from backsmith.http.reply import Reply
from backsmith.http.request import Request
from tests.writes.conftest import Both

ADA, BO = Asker(1, frozenset(), "token"), Asker(2, frozenset(), "token")
BOSS = Asker(1, frozenset({"staff"}), "token")
KEY = "3d0ab7f4-9b8c-4d7c-8a55-0d5f5a3a6c11"
BENCH = '{"name": "Bench"}'
TAG = '{"slug": "bench", "title": "Bench"}'


def names(both: Both) -> list[str]:
    return both.ask("GET", "/api/projects?select=name&name=eq.Bench", asker=ADA).json


def test_the_second_time_the_first_reply_comes_again(both: Both) -> None:
    prefer = "return=representation"
    first = both.ask("POST", "/api/projects?select=id,name", BENCH, ADA, idempotency_key=KEY, prefer=prefer)
    again = both.ask("POST", "/api/projects?select=id,name", BENCH, ADA, idempotency_key=KEY, prefer=prefer)
    assert (first.status, first.json) == (201, [{"id": 4, "name": "Bench"}])
    assert (again.status, again.json) == (201, [{"id": 4, "name": "Bench"}])
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["location"] == first.headers["location"]
    assert again.headers["content-type"] == first.headers["content-type"]
    assert names(both) == [{"name": "Bench"}]


@pytest.mark.parametrize(
    ("method", "target", "body"),
    [
        ("PATCH", "/api/projects/1", '{"budget": 7}'),
        ("DELETE", "/api/tags/wood", ""),
        ("PUT", "/api/places/B,1", '{"room": "B", "number": 1}'),
        ("POST", "/api/batch", '{"operations": [{"method": "PATCH", "path": "/projects/1", "body": {"budget": 7}}]}'),
    ],
)
def test_of_every_method_that_writes(both: Both, method: str, target: str, body: str) -> None:
    first = both.ask(method, target, body, ADA, idempotency_key=KEY)
    after = both.rows()
    again = both.ask(method, target, body, ADA, idempotency_key=KEY)
    assert first.status < 300
    assert (again.status, again.body) == (first.status, first.body)
    assert again.headers["idempotency-replayed"] == "true"
    assert both.rows() == after


def test_a_precondition_that_held_the_first_time_is_not_asked_again(both: Both) -> None:
    """What If-Match is for would otherwise refuse the very request that was sent again."""
    etag = both.ask("GET", "/api/projects/1", asker=ADA).headers["etag"]
    for _ in range(2):
        answer = both.ask("PATCH", "/api/projects/1", '{"budget": 7}', ADA, idempotency_key=KEY, if_match=etag)
        assert answer.status == 204
    assert both.ask("PATCH", "/api/projects/1", '{"budget": 8}', ADA, if_match=etag).status == 412


@pytest.mark.parametrize(
    ("target", "body", "headers"),
    [
        ("/api/projects", '{"name": "Stool"}', {}),
        ("/api/projects?select=id", BENCH, {}),
        ("/api/projects", BENCH, {"prefer": "return=representation"}),
        ("/api/projects", BENCH, {"accept": "text/csv"}),
        ("/api/projects", "name\nBench", {"content_type": "text/csv"}),
    ],
)
def test_a_key_for_two_requests_is_refused(both: Both, target: str, body: str, headers: dict[str, str]) -> None:
    assert both.ask("POST", "/api/projects", BENCH, ADA, idempotency_key=KEY).status == 201
    answer = both.ask("POST", target, body, ADA, idempotency_key=KEY, **headers)
    assert (answer.status, answer.json["type"]) == (422, "/errors/idempotency-mismatch")
    assert names(both) == [{"name": "Bench"}]


def test_nobody_gets_the_reply_to_another(both: Both) -> None:
    prefer = "return=representation"
    both.ask("POST", "/api/projects", '{"name": "Bench", "open": false}', ADA, idempotency_key=KEY, prefer=prefer)
    answer = both.ask("POST", "/api/projects", BENCH, BO, idempotency_key=KEY, prefer=prefer)
    assert (answer.status, answer.json["code"]) == (409, "23505")  # asked of the rows, where there is a Bench


def test_a_key_of_lesser_rights_does_not_get_what_a_greater_one_got(both: Both) -> None:
    """Both act for the same account: a token of all its rights, and one of few."""
    prefer = "return=representation"
    assert both.ask("POST", "/api/projects", BENCH, BOSS, idempotency_key=KEY, prefer=prefer).status == 201
    answer = both.ask("POST", "/api/projects", BENCH, ADA, idempotency_key=KEY, prefer=prefer)
    assert (answer.status, answer.json["type"]) == (422, "/errors/idempotency-mismatch")


def test_the_same_key_serves_another_address(both: Both) -> None:
    assert both.ask("POST", "/api/projects", BENCH, ADA, idempotency_key=KEY).status == 201
    assert both.ask("POST", "/api/wishes", '{"text": "a bench"}', ADA, idempotency_key=KEY).status == 201
    assert both.ask("PATCH", "/api/projects/1", '{"budget": 1}', ADA, idempotency_key=KEY).status == 204
    assert both.ask("PATCH", "/api/projects/3", '{"budget": 1}', ADA, idempotency_key=KEY).status == 204


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ('{"slug": "bench"', 400),
        ('{"slug": "bench", "titel": "Bench"}', 422),
        ('{"slug": "bench", "title": null}', 422),
        ('{"slug": "wood", "title": "Bench"}', 409),
    ],
)
def test_what_was_refused_may_be_sent_again_mended(both: Both, body: str, status: int) -> None:
    assert both.ask("POST", "/api/tags", body, ADA, idempotency_key=KEY).status == status
    assert both.ask("POST", "/api/tags", TAG, ADA, idempotency_key=KEY).status == 201
    assert len(both.rows()["Tag"]) == 3


def test_what_was_undone_is_not_remembered(both: Both) -> None:
    undone = both.ask("POST", "/api/tags", TAG, ADA, idempotency_key=KEY, prefer="tx=rollback")
    assert undone.status == 201
    assert len(both.rows()["Tag"]) == 2
    done = both.ask("POST", "/api/tags", TAG, ADA, idempotency_key=KEY, prefer="tx=rollback, return=minimal")
    assert (done.status, "idempotency-replayed" in done.headers) == (201, False)
    assert both.ask("POST", "/api/tags", TAG, ADA, idempotency_key=KEY).status == 201


@pytest.mark.parametrize("key", ["", "x" * 256, "a\tb"])
def test_a_key_that_can_not_be_one_is_refused(both: Both, key: str) -> None:
    answer = both.ask("POST", "/api/projects", BENCH, ADA, idempotency_key=key)
    assert (answer.status, answer.json["type"]) == (400, "/errors/bad-idempotency-key")


def test_who_is_not_signed_in_needs_a_key_that_nobody_guesses(both: Both) -> None:
    wish = '{"text": "tea"}'
    assert both.ask("POST", "/api/wishes", wish, idempotency_key="1").status == 400
    assert both.ask("POST", "/api/wishes", wish, ADA, idempotency_key="1").status == 201
    for _ in range(2):
        assert both.ask("POST", "/api/wishes", wish, idempotency_key=KEY).status == 201
    assert len(both.rows()["Wish"]) == 3


def test_reading_passes_over_it(both: Both) -> None:
    for _ in range(2):
        answer = both.ask("GET", "/api/projects/1", asker=ADA, idempotency_key=KEY)
        assert (answer.status, "idempotency-replayed" in answer.headers) == (200, False)


def test_of_a_thousand_at_once_one_is_done(both: Both, run: Any) -> None:
    """None of the others sees anything but the first one's reply, or hears that it is being worked on."""
    for client in both.clients.values():

        async def ask(client: Any = client) -> Any:
            headers = {"idempotency_key": KEY, "content_type": "application/json", "prefer": "return=representation"}
            return await client.ask("/api/projects?select=id,name", ADA, "POST", BENCH.encode(), **headers)

        async def race() -> list[Any]:
            return await asyncio.gather(*(ask() for _ in range(1000)))

        answers = run(race())
        done = [answer for answer in answers if answer.status == 201]
        others = [answer for answer in answers if answer.status != 201]
        assert len([answer for answer in done if "idempotency-replayed" not in answer.headers]) == 1
        assert {answer.body for answer in done} == {done[0].body}
        assert {(answer.status, answer.json["type"]) for answer in others} <= {(409, "/errors/idempotency-in-flight")}
    assert names(both) == [{"name": "Bench"}]


# Below HTTP ---------------------------------------------------------------------------------------------------------


def request(key: str = KEY, body: bytes = b"{}", method: str = "POST") -> Request:
    return Request(method, ("orders",), "/api/orders", "", {"idempotency-key": key}, body)


async def ready(database: Database) -> Idempotency:
    await database.execute(";\n".join(statements(IDEMPOTENCY, database.dialect)))
    await database.execute("CREATE TABLE done (what text)")
    return Idempotency(database)


async def rows(database: Database, sql: str) -> list[Any]:
    return [row[0] for row in await database.fetch(sql, ())]


def work(what: str, status: int = 201, body: bytes = b"done") -> idempotency.Work:
    async def do(transaction: Transaction) -> Reply:
        await transaction.fetch(f"INSERT INTO done (what) VALUES ('{what}')")
        return Reply(status, [("x-a", "b"), ("content-length", str(len(body))), ("set-cookie", "secret")], body)

    return do


async def test_while_one_is_in_work_the_others_hear_so_at_once_or_wait(database: Database, database_kind: str) -> None:
    once = await ready(database)
    identity = identity_of(request(), ADA)
    begun, go = asyncio.Event(), asyncio.Event()

    async def slow(transaction: Transaction) -> Reply:
        reply = await work("slow")(transaction)
        begun.set()
        await go.wait()
        return reply

    first = asyncio.create_task(once.run(identity, slow, retry=True))
    await begun.wait()
    second = asyncio.create_task(once.run(identity, work("second"), retry=True))
    if database_kind == "sqlite":  # transactions that write come one after another
        await asyncio.sleep(0.01)
        assert not second.done()
    else:
        with pytest.raises(RequestError, match="is being worked on"):
            await second
    go.set()
    assert (await first).body == b"done"
    if database_kind == "sqlite":
        assert ("idempotency-replayed", "true") in (await second).headers
    assert await rows(database, "SELECT what FROM done") == ["slow"]


async def test_what_fails_leaves_neither_the_write_nor_the_record(database: Database) -> None:
    once = await ready(database)
    identity = identity_of(request(), ADA)

    async def failing(transaction: Transaction) -> Reply:
        await work("half")(transaction)
        raise ValueError

    async def undone(transaction: Transaction) -> Reply:
        raise UndoneError(await work("undone")(transaction))

    with pytest.raises(ValueError):
        await once.run(identity, failing, retry=True)
    assert (await once.run(identity, undone, retry=True)).status == 201
    assert await rows(database, "SELECT what FROM done") == []
    assert await rows(database, "SELECT status FROM backsmith_idempotency") == []
    assert (await once.run(identity, work("whole"), retry=True)).status == 201
    assert await rows(database, "SELECT what FROM done") == ["whole"]


async def test_a_failure_of_the_server_is_not_remembered(database: Database) -> None:
    once = await ready(database)
    identity = identity_of(request(), ADA)
    assert (await once.run(identity, work("a", 503), retry=True)).status == 503
    assert (await once.run(identity, work("b"), retry=True)).status == 201


async def test_it_is_kept_for_a_day_without_its_cookies(database: Database) -> None:
    once = await ready(database)
    identity = identity_of(request(), ADA)
    before = datetime.now(UTC)
    await once.run(identity, work("a"), retry=True)
    again = await once.run(identity, work("b"), retry=True)
    assert again == Reply(201, [("x-a", "b"), ("idempotency-replayed", "true"), ("content-length", "4")], b"done")
    kept = (before + timedelta(hours=24)).isoformat(), (datetime.now(UTC) + timedelta(hours=24)).isoformat()
    (until,) = await rows(database, "SELECT CAST(expires_at AS text) FROM backsmith_idempotency")
    assert kept[0][:10] <= until[:10] <= kept[1][:10]


async def test_after_that_the_key_is_a_new_one(database: Database) -> None:
    once = await ready(database)
    identity = identity_of(request(), ADA)
    await once.run(identity, work("a"), retry=True)
    old = "'2020-01-01T00:00:00+00:00'"
    await database.execute(f"UPDATE backsmith_idempotency SET expires_at = {old}")
    assert ("idempotency-replayed", "true") not in (await once.run(identity, work("b"), retry=True)).headers
    assert await rows(database, "SELECT what FROM done ORDER BY what") == ["a", "b"]
    assert await rows(database, "SELECT count(*) FROM backsmith_idempotency") == [1]


async def test_what_has_expired_is_forgotten_as_others_come(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "FORGET_EVERY", 10)
    once = await ready(database)
    for number in range(10):
        await once.run(identity_of(request(f"old {number}"), ADA), work("old"), retry=True)
    await database.execute("UPDATE backsmith_idempotency SET expires_at = '2020-01-01T00:00:00+00:00'")
    await once.run(identity_of(request("new"), ADA), work("new"), retry=True)
    assert await rows(database, "SELECT count(*) FROM backsmith_idempotency") == [1]


async def test_a_reply_that_is_too_large_is_not_kept_but_that_it_was_done(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idempotency, "LARGEST_BODY", 3)
    once = await ready(database)
    identity = identity_of(request(), ADA)
    await once.run(identity, work("a"), retry=True)
    with pytest.raises(RequestError) as raised:
        await once.run(identity, work("b"), retry=True)
    assert (raised.value.kind.slug, raised.value.members) == ("idempotency-not-kept", {"first": 201})
    assert await rows(database, "SELECT what FROM done") == ["a"]


def test_what_makes_two_requests_the_same() -> None:
    one = identity_of(request(), ADA)
    assert one == identity_of(request(), ADA)
    assert one is not None
    others = [
        identity_of(request(key="other"), ADA),
        identity_of(request(method="PUT"), ADA),
        identity_of(request(), BO),
        identity_of(request(), Asker("1", via="token")),
        identity_of(request(), NOBODY),
        identity_of(request(), Asker(None, via="key", name="1")),
    ]
    assert len({other.scope for other in others if other} | {one.scope}) == 7
    assert identity_of(request()._replace(headers={}), ADA) is None
    assert identity_of(request(method="GET"), ADA) is None
