"""The server of a test: clients who act as anyone, rows made past the rules, mails, on both databases."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal

import pytest

from backsmith.checks.testing.server import Server, served
from backsmith.errors import UsageError
from tests.checks.testing.conftest import Model


@pytest.fixture(scope="module")
def server(model: Model, database_kind: str, new_url: Callable[[str], str]) -> Iterator[Server]:
    with served(*model, new_url(database_kind)) as server:
        yield server


@pytest.fixture(scope="module")
def plain(model: Model, new_url: Callable[[str], str]) -> Iterator[Server]:
    with served(*model, new_url("sqlite")) as server:
        yield server


def test_somebody_sees_what_is_theirs(server: Server) -> None:
    ann = server.put("accounts", name="Ann", email="ann@example.org")
    ben = server.put("accounts", name="Ben", email="ben@example.org")
    milk = server.put("notes", author=ann, text="Milk", price=Decimal("0.30"), due=date(2026, 2, 1))
    rest = {"text": "Milk", "price": Decimal("0.30"), "due": "2026-02-01", "done": False}
    assert milk == {"id": milk["id"], "author_id": ann["id"], **rest}
    address = f"/api/notes/{milk['id']}"
    assert server.client(ann).get(address).json()["text"] == "Milk"
    assert server.client(ben["id"]).get(address).status_code == 404
    assert server.client().get(address).status_code == 401
    assert server.client(ann).post(f"{address}/finish").status_code == 204
    assert [row["done"] for row in server.rows("notes", id=f"eq.{milk['id']}")] == [True]
    assert server.client(ann).delete(address).status_code == 403
    assert server.client(ann, roles={"keeper"}).delete(address).status_code == 204


def test_the_same_for_tests_that_await(server: Server) -> None:
    async def count() -> int:
        async with server.async_client() as client:
            return (await client.get("/api/rpc/count")).json()

    assert asyncio.run(count()) == 1


def test_people_sign_up_by_the_code_in_their_mail(server: Server) -> None:
    client, address = server.client(), "cleo@example.org"
    begun = client.post("/auth/sign-up", json={"email": address, "password": "correct horse battery", "name": "Cleo"})
    assert begun.status_code == 202, begun.text
    body = server.await_mail(address, subject="code").get_body(("plain",))
    assert body is not None
    code = re.search(r"\d{4} \d{4}", body.get_content())
    assert code is not None
    done = client.post("/auth/sign-up/confirm", json={"flow": begun.json()["flow"], "code": code[0].replace(" ", "")})
    assert done.status_code in (200, 201), done.text
    assert [row["name"] for row in server.rows("accounts", email=f"eq.{address}")] == ["Cleo"]


MISTAKES: dict[str, Callable[[Server], object]] = {
    "There is no collection tees. There are accounts, notes.": lambda server: server.put("tees"),
    "notes: text is missing. author_id is missing. Give author_id, or author.": lambda server: server.put("notes"),
    "Nobody has no roles. Say who: client(ada, roles={…}).": lambda server: server.client(roles={"keeper"}),
    "A client is of a row of accounts, which has id.": lambda server: server.client({"name": "Ann"}),
}


@pytest.mark.parametrize("message", MISTAKES, ids=[f"mistake{number}" for number in range(len(MISTAKES))])
def test_what_cannot_be(message: str, plain: Server) -> None:
    with pytest.raises(UsageError) as raised:
        MISTAKES[message](plain)
    assert str(raised.value) == message
