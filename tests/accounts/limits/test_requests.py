"""Requests: each asker has as many as the settings say, in all processes together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from backsmith.accounts.limits.rates import Rates
from backsmith.accounts.limits.requests import RequestLimits
from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.databases import Database, open_database
from backsmith.errors import RequestError, UsageError
from backsmith.http.request import Request
from backsmith.settings import read_settings

LIMITS = {"anonymous": "10/minute", "signed_in": "100/minute", "key": "50/minute", "staff": "1000/minute"}
ANN = Asker(id=7, via="session")


class Clock:
    def __init__(self) -> None:
        self.now = 1_700_000_040.0  # the beginning of a minute

    def __call__(self) -> float:
        return self.now


def _request(address: str = "192.0.2.1:4711") -> Request:
    return Request("GET", ("notes",), "/api/notes", "", {}, client=address)


@asynccontextmanager
async def _processes(url: str, count: int, limits: dict[str, str] = LIMITS) -> AsyncIterator[list[RequestLimits]]:
    """So many processes, which exchange counts when they have to or are told to."""
    clock, found, databases = Clock(), list[RequestLimits](), list[Database]()
    for _ in range(count):
        database = open_database(url)
        await database.open()
        databases.append(database)
        found.append(RequestLimits(Rates(limits), database, count, clock))
        await found[-1].start()
        found[-1]._exchanging.cancel()  # type: ignore[union-attr]
    try:
        yield found
    finally:
        for database in databases:
            await database.close()


async def _sent(limits: RequestLimits, asker: Asker, count: int, address: str = "192.0.2.1:4711") -> int:
    """Send so many requests; how many got through."""
    through = 0
    for _ in range(count):
        try:
            await limits.charge(asker, _request(address), 1)
            through += 1
        except RequestError as error:
            assert error.status == 429
    return through


async def test_one_process_lets_through_exactly_as_many_as_it_may(database_url: str) -> None:
    async with _processes(database_url, 1) as (one,):
        assert await _sent(one, NOBODY, 30) == 10
        assert await _sent(one, ANN, 300) == 100
        assert await _sent(one, Asker(id=7, roles=frozenset({"staff"}), via="session"), 300) == 300
        assert await _sent(one, Asker(id=7, via="key", name="reports"), 300) == 50
        one._clock.now += 60  # type: ignore[attr-defined]
        assert await _sent(one, ANN, 300) == 100


async def test_askers_are_counted_apart_and_addresses_together(database_url: str) -> None:
    async with _processes(database_url, 1) as (one,):
        assert await _sent(one, NOBODY, 10, "192.0.2.1:1") == 10
        assert await _sent(one, NOBODY, 10, "192.0.2.1:2") == 0
        assert await _sent(one, NOBODY, 10, "[2001:db8::1]:1") == 10
        assert await _sent(one, NOBODY, 10, "[2001:db8::2]:1") == 0
        assert await _sent(one, NOBODY, 10, "192.0.2.2") == 10
        assert await _sent(one, Asker(id=8, via="token"), 100) == 100
        assert await _sent(one, ANN, 100) == 100
        assert await _sent(one, Asker(id="7", via="token"), 100) == 100


@pytest.mark.parametrize("processes", [2, 3])
async def test_processes_that_take_turns_overshoot_nothing(database_url: str, processes: int) -> None:
    async with _processes(database_url, processes) as several:
        through = 0
        for _ in range(100):
            for each in several:
                through += await _sent(each, ANN, 1)
            for each in several:
                await each.exchange()
        assert through == 100


async def test_processes_at_the_same_time_overshoot_by_a_share_at_most(database_url: str) -> None:
    """Two machines of one worker each, with no exchange but those that they need."""
    async with _processes(database_url, 1) as (one,), _processes(database_url, 1) as (two,):
        through = await asyncio.gather(*(_sent(each, ANN, 20) for each in (one, two) for _ in range(10)))
        assert 100 <= sum(through) <= 100 + 25


async def test_the_worst_that_can_happen_is_a_share_of_each(database_url: str) -> None:
    """One process uses up all that is left, while others hold shares of what was left before."""
    async with _processes(database_url, 1) as (one,), _processes(database_url, 1) as (two,):
        for each in (one, two):
            each._count(ANN, _request())  # both know of nothing: each may let through 25 by itself
        assert await _sent(one, ANN, 200) == 100
        assert await _sent(two, ANN, 200) == 25


async def test_a_batch_counts_as_its_parts_and_all_or_nothing(database_url: str) -> None:
    async with _processes(database_url, 1) as (one,):
        await one.charge(ANN, _request(), 60)
        with pytest.raises(RequestError) as error:
            await one.charge(ANN, _request(), 41)
        assert error.value.message == "These are more than 100 requests in 60 seconds, of which this one is 41"
        await one.charge(ANN, _request(), 40)
        with pytest.raises(RequestError):
            await one.charge(ANN, _request(), 1)
        with pytest.raises(RequestError) as error:
            await one.charge(Asker(id=9, via="token"), _request(), 101)
        assert error.value.hint == "Send fewer operations at once."


async def test_a_refusal_says_when_to_come_back(database_url: str) -> None:
    async with _processes(database_url, 1) as (one,):
        one._clock.now += 13  # type: ignore[attr-defined]
        assert await _sent(one, NOBODY, 10) == 10
        with pytest.raises(RequestError) as error:
            await one.charge(NOBODY, _request(), 1)
        assert error.value.headers == (
            ("Retry-After", "47"),
            ("ratelimit-policy", '"anonymous";q=10;w=60'),
            ("RateLimit", '"anonymous";r=0;t=47'),
        )
        assert error.value.members == {"violated-policies": ["anonymous"]}


async def test_without_the_table_requests_go_on(database_url: str) -> None:
    async with _processes(database_url, 1) as (one,):
        await one._database.execute("DROP TABLE backsmith_requests")
        assert await _sent(one, ANN, 30) > 20


async def test_most_requests_cost_no_statement(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with _processes(database_url, 1, {"signed_in": "10000/minute"}) as (one,):
        transactions = 0
        transact = one._database.transact

        async def counted(*given: object, **named: object) -> object:
            nonlocal transactions
            transactions += 1
            return await transact(*given, **named)  # type: ignore[arg-type]

        monkeypatch.setattr(one._database, "transact", counted)
        assert await _sent(one, ANN, 2000) == 2000
        await one.exchange()
        assert transactions == 1


async def test_a_process_remembers_a_bounded_number_of_askers(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backsmith.accounts.limits.requests.MOST_REMEMBERED", 50)
    async with _processes(database_url, 1) as (one,):
        for number in range(200):
            await _sent(one, NOBODY, 1, f"10.0.0.{number}")
        assert len(one._counts) <= 51
        await one.exchange()
        rows = await one._database.read("SELECT count(*), sum(count) FROM backsmith_requests")
        assert [tuple(map(int, row)) for row in rows] == [(200, 200)]


def test_the_setting_says_what_is_wrong() -> None:
    with pytest.raises(UsageError, match=r"limits is a table of rates by role"):
        read_settings(flags={"limits": {"anonymous": "many"}}, environment={})
    assert read_settings(environment={"BACKSMITH_LIMITS": '{"anonymous": "60/minute"}'}).limits == {
        "anonymous": "60/minute"
    }
