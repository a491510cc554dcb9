"""Limits as clients meet them: headers, refusals, batches, keys that are guessed, addresses behind proxies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.accounts.application import NOTES, Served, serve

PROXY = "10.0.0.7"


@pytest.fixture(scope="module")
def limited(
    shared_database_url: str, tmp_path_factory: pytest.TempPathFactory, run: Callable[..., Any]
) -> Iterator[Served]:
    one = run(
        serve(
            NOTES,
            shared_database_url,
            tmp_path_factory.mktemp("limited"),
            limits={"anonymous": "5/day", "signed_in": "1000/day"},
            trusted_proxies=(PROXY,),
        )
    )
    yield one
    run(one.application.close())


async def test_replies_say_how_many_requests_are_left(limited: Served) -> None:
    answers = [await limited.ask("GET", "/api/notes", address="192.0.2.10") for _ in range(6)]
    assert [answer.status for answer in answers] == [401] * 5 + [429]
    assert {answer.header("ratelimit-policy") for answer in answers} == {'"anonymous";q=5;w=86400'}
    left = [(answer.header("ratelimit") or "").split(";t=")[0] for answer in answers]
    assert left == [f'"anonymous";r={number}' for number in (4, 3, 2, 1, 0, 0)]
    refusal = answers[-1]
    assert refusal.json["code"] == "PT429"
    assert refusal.json["violated-policies"] == ["anonymous"]
    assert int(refusal.header("retry-after") or "") > 0


async def test_health_is_answered_however_often(limited: Served) -> None:
    answers = [await limited.ask("GET", "/health", address="192.0.2.11") for _ in range(10)]
    assert {answer.status for answer in answers} == {200}
    assert answers[0].header("ratelimit") is None


async def test_a_batch_counts_as_its_parts(limited: Served) -> None:
    batch = {"operations": [{"method": "GET", "path": "/notes"}] * 6}
    answer = await limited.ask("POST", "/api/batch", batch, address="192.0.2.12")
    assert answer.status == 429
    batch = {"operations": [{"method": "GET", "path": "/notes"}] * 3}
    await limited.ask("POST", "/api/batch", batch, address="192.0.2.13")
    answer = await limited.ask("GET", "/api/notes", address="192.0.2.13")
    assert (answer.header("ratelimit") or "").startswith('"anonymous";r=1;')


async def test_a_header_of_the_client_s_own_choice_gives_nobody_more(limited: Served) -> None:
    """The class of Strapi's CVE-2025-64526: limits by what the attacker chooses."""
    statuses = [
        (await limited.ask("GET", "/api/notes", address="192.0.2.14", x_forwarded_for=f"1.2.3.{number}")).status
        for number in range(6)
    ]
    assert statuses == [401] * 5 + [429]


async def test_behind_a_trusted_proxy_each_client_has_its_own(limited: Served) -> None:
    for client in ("198.51.100.1", "198.51.100.2"):
        statuses = [
            (await limited.ask("GET", "/api/notes", address=PROXY, x_forwarded_for=f"9.9.9.{number}, {client}")).status
            for number in range(6)
        ]
        assert statuses == [401] * 5 + [429]


async def test_guessed_keys_are_refused_unseen_after_a_while(served: Served) -> None:
    statuses = [
        (await served.ask("GET", "/api/notes", address="192.0.2.20", x_api_key=f"bsk_{number}")).status
        for number in range(30)
    ]
    assert statuses == [401] * 20 + [429] * 10
    assert (await served.ask("GET", "/api/notes", address="192.0.2.20")).status == 401
    assert (await served.ask("GET", "/api/notes", address="192.0.2.21", x_api_key="bsk_x")).status == 401


async def test_replies_say_nothing_of_limits_where_there_are_none(served: Served) -> None:
    answer = await served.ask("GET", "/api/notes")
    assert [name for name, _ in answer.headers if "ratelimit" in name] == []


async def test_the_application_s_own_code_sees_the_client_s_address(
    database_url: str, tmp_path: Path, run: Callable[..., Any]
) -> None:
    model = (
        NOTES
        + '''
    from backsmith import Request, route

    @route("GET", "/whence", allow="everyone")
    def whence(request: Request) -> str:
        """Where a request comes from."""
        return request.ip
'''
    )
    one = await serve(model, database_url, tmp_path, trusted_proxies=(PROXY,))
    try:
        answer = await one.ask("GET", "/whence", address=PROXY, x_forwarded_for="6.6.6.6, 192.0.2.1")
    finally:
        await one.application.close()
    assert (answer.status, answer.text) == (200, '"192.0.2.1"')
