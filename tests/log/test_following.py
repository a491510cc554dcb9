"""Reading and following: every entry once, to any number of readers, while others write."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import Counter
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import pytest

from backsmith import errors
from backsmith.databases import Database
from backsmith.errors import RequestError
from backsmith.log import Entry, Filter, Log
from backsmith.log.entry import PositionError
from tests.engine.client import Client
from tests.log.conftest import ANN, Shop, opened, post, told

pytestmark = pytest.mark.every_postgres


def log_of(shop: Shop) -> Log:
    assert shop.application.change_log is not None
    return shop.application.change_log


async def first(count: int, entries: AsyncGenerator[Entry]) -> list[Entry]:
    found: list[Entry] = []
    async with aclosing(entries):
        async for entry in entries:
            found.append(entry)
            if len(found) == count:
                return found
    raise AssertionError("it ended")


def test_pages_follow_one_another(filled: Shop, run: Any) -> None:
    filled.done("POST", "/api/drafts", {"text": "not logged"})
    filled.done("POST", "/api/orders", [{"number": str(number)} for number in range(5)])
    log = log_of(filled)
    one = run(log.read(None, 2))
    two = run(log.read(one.upto, 2))
    three = run(log.read(two.upto, 2))
    keys = [[entry.key for entry in page.entries] for page in (one, two, three)]
    assert keys == [[(1,), (2,)], [(3,), (4,)], [(5,)]]
    assert [page.complete for page in (one, two, three)] == [False, False, True]
    assert run(log.read(three.upto, 2)).entries == ()
    assert [entry.key for entry in run(log.latest(2)).entries] == [(4,), (5,)]


def test_of_one_entity_and_of_one_row(filled: Shop, run: Any) -> None:
    filled.done("POST", "/api/orders", [{"number": "1"}, {"number": "2"}])
    filled.done("POST", "/api/notes", {"text": "n"})
    filled.done("PATCH", "/api/orders/2", {"status": "placed"})
    ids = {entity.name: entity.id for entity in filled.application.blueprint.entities}
    of_orders = filled.entries(only=Filter(ids["Order"]))
    assert [(entry.verb, entry.key) for entry in of_orders] == [("create", (1,)), ("create", (2,)), ("update", (2,))]
    assert [entry.verb for entry in filled.entries(only=Filter(ids["Order"], "[2]"))] == ["create", "update"]
    page = run(log_of(filled).read(None, 10, Filter(ids["Note"])))
    assert page.upto == filled.entries()[-1].position, "what was passed over needs no second look"
    last = filled.entries()[-1]
    assert filled.entries(only=Filter(since=last.at)) == [last]
    assert run(log_of(filled).position_at(last.at)) is None


def test_a_position_that_the_log_has_not_reached(filled: Shop, run: Any) -> None:
    filled.done("POST", "/api/orders", {"number": "1"})
    with pytest.raises(PositionError, match=r"^The log ends at position 1, before 7: this is another database"):
        run(log_of(filled).read(7))


async def test_followers_get_what_is_there_and_what_comes(filled: Shop) -> None:
    log = log_of(filled)
    await post(filled.client, "/api/orders", {"number": "1"})
    readers = [asyncio.ensure_future(first(3, log.follow())) for _ in range(5)]
    late = asyncio.ensure_future(first(2, log.follow(1)))
    await asyncio.sleep(0.05)  # now they wait
    await post(filled.client, "/api/orders", {"number": "2"})
    await post(filled.client, "/api/orders", {"number": "3"})
    found = await asyncio.gather(*readers)
    assert [[entry.key for entry in entries] for entries in found] == [[(1,), (2,), (3,)]] * 5
    assert [entry.key for entry in await late] == [(2,), (3,)]


async def test_what_another_process_writes_is_followed(filled: Shop, database_url: str) -> None:
    async with opened(database_url) as other:
        reader = asyncio.ensure_future(first(1, log_of(filled).follow()))
        await asyncio.sleep(0.05)  # now it waits
        await post(other, "/api/notes", {"text": "n"})
        (entry,) = await reader
    assert (entry.entity, entry.key) == ("Note", (1,))


@pytest.mark.parametrize("isolation", ["read_committed", "serializable"])
async def test_many_writers_and_a_follower(database_url: str, isolation: str) -> None:
    """Every change is there once, and the changes of each row make a chain: each begins with what the one before it
    left, whichever of the transactions that changed it began first."""
    seats, writers, rounds = 3, 6, 8

    async def write(client: Client, writer: int) -> None:
        for number in range(rounds):
            pair = sorted(((writer + number) % seats, (writer + number + 1) % seats))
            body = {"facts": f"{writer}-{number}"}
            operations = [{"method": "PATCH", "path": f"/seats/a,{seat}", "body": body} for seat in pair]
            encoded = json.dumps({"operations": operations}).encode()
            while True:
                answer = await client.ask("/api/batch", ANN, "POST", encoded, content_type="application/json")
                if answer.status != 503:  # others change the same rows
                    assert answer.status == 200, answer.text
                    break

    async with opened(database_url, isolation=isolation) as client:
        log = client.application.change_log
        assert log is not None
        await post(client, "/api/seats", [{"row": "a", "number": number, "facts": 0} for number in range(seats)])
        total = seats + writers * rounds * 2
        reader = asyncio.ensure_future(first(total, log.follow()))
        await asyncio.gather(*(write(client, writer) for writer in range(writers)))
        entries = await reader
        assert (await log.read(entries[-1].position)).entries == ()
    assert len({entry.position for entry in entries}) == total
    changed = [told(entry)[4]["facts"] for entry in entries if entry.verb == "update"]
    assert Counter(changed) == {f"{w}-{n}": 2 for w, n in itertools.product(range(writers), range(rounds))}
    for number in range(seats):
        chain = [entry for entry in entries if entry.key == ("a", number)]
        assert all(one.after == next.before for one, next in itertools.pairwise(chain))


async def test_large_entries_come_in_small_pages(database_url: str) -> None:
    async with opened(database_url, max_reply=200_000) as client:
        for number in range(8):
            await post(client, "/api/notes", {"text": str(number) * 40_000})
        log = client.application.change_log
        assert log is not None
        entries = await first(8, log.follow())
    assert [entry.key for entry in entries] == [(number,) for number in range(1, 9)]


async def test_a_follower_waits_for_a_database_that_is_away(filled: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    database: Database = filled.application.database
    fetch, refusals = type(database).fetch, [2]

    async def away(self: Database, sql: str, params: Any) -> Any:
        if refusals[0]:
            refusals[0] -= 1
            raise RequestError(errors.DATABASE_UNAVAILABLE, "away")
        return await fetch(self, sql, params)

    monkeypatch.setattr(type(database), "fetch_now", lambda self, sql, params: None)  # all go by fetch
    monkeypatch.setattr(type(database), "fetch", away)
    reader = asyncio.ensure_future(first(1, log_of(filled).follow()))
    await asyncio.sleep(0.05)
    await post(filled.client, "/api/notes", {"text": "n"})
    assert [entry.key for entry in await reader] == [(1,)]
    assert refusals == [0]
