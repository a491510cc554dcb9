"""What is known of an account hangs on its key: who gets the key of another one gets nothing with it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from backsmith.accounts.sessions import Client
from backsmith.databases.transaction import Transaction
from tests.accounts.application import Answer, Served, serve

MODEL = '''
    from typing import Annotated

    from backsmith import Account, Entity, OnDelete, allow

    class Firm(Entity):
        """Where people work."""
        name: str

        @allow("read", "create", "delete")
        def all(self) -> bool:
            return True

    class User(Account, key="login"):
        """Somebody, by the name that they chose."""
        login: str
        firm: Annotated[Firm, OnDelete("cascade")] | None

        @allow("read", "create", "update", "delete")
        def all(self, user: Account) -> bool:
            return True
'''


@pytest.fixture(scope="module")
def site(
    shared_database_url: str, tmp_path_factory: pytest.TempPathFactory, run: Callable[..., Any]
) -> Iterator[Served]:
    one = run(serve(MODEL, shared_database_url, tmp_path_factory.mktemp("site"), sign_up="closed"))
    run(person(one, "root", "admin"))  # so that the others aren't the last who administer accounts
    yield one
    run(one.application.close())


class Person:
    """Somebody with a session and a password."""

    def __init__(self, site: Served, login: str, token: str) -> None:
        self.site = site
        self.login = login
        self.token = token

    async def ask(self, method: str, target: str, body: Any = None, **headers: str) -> Answer:
        return await self.site.ask(method, target, body, authorization=f"Bearer {self.token}", **headers)


async def person(site: Served, login: str, *roles: str, firm: int | None = None) -> Person:
    assert site.application.accounts is not None
    services = site.application.accounts.services

    async def work(transaction: Transaction) -> Person:
        values = {"login": login, "email": f"{login}@shop.example", "firm_id": firm}
        key = (await services.people.create(transaction, values, "")).key
        account, now = services.people.text(key), services.clock()
        await services.tables.passwords.insert(transaction, account=account, hash="x", changed_at=now)
        for role in roles:
            await services.tables.roles.put(transaction, account=account, role=role, granted_at=now)
        begun = await services.sessions.begin(transaction, key, ("password",), Client("192.0.2.1", ""), "token")
        assert begun.access_token is not None
        return Person(site, login, begun.access_token)

    return await services.database.transact(work)


@asynccontextmanager
async def nothing_left(site: Served, login: str) -> AsyncGenerator[None]:
    """Afterwards nothing is kept of that key."""
    yield
    assert site.application.accounts is not None
    services = site.application.accounts.services
    for rows in services.tables.of_account.values():
        assert await rows.find(services.database, account=services.people.text(login)) == []


@pytest.mark.parametrize(
    ("method", "target", "headers"),
    [
        ("PATCH", "/api/users/ann", {}),
        ("PATCH", "/api/users?login=eq.ann", {}),
        ("POST", "/api/users?on_conflict=email", {"prefer": "resolution=merge-duplicates"}),
    ],
)
async def test_an_account_keeps_its_key(site: Served, method: str, target: str, headers: dict[str, str]) -> None:
    """Else whoever takes the key that was left would have the sessions, roles and password of the one before; or
    somebody would wait with a session under a name that a newcomer is going to choose."""
    ann = await person(site, "ann", "admin")
    body = {"login": "ann2", "email": "ann@shop.example"}
    answer = await ann.ask(method, target, body, **headers)
    assert (answer.status, answer.json["message"]) == (
        409,
        "login is the key of an account, and sessions and roles hang on it: it can't be changed",
    )
    assert (await ann.ask("PATCH", "/api/users/ann", {"login": "ann", "name": "Ann"})).status == 204
    assert (await ann.ask("GET", "/auth/me")).json["roles"] == ["admin"]
    assert (await ann.ask("DELETE", "/api/users/ann")).status == 204


async def test_a_key_that_is_used_again_brings_nothing_of_the_one_before(site: Served) -> None:
    async with nothing_left(site, "bob"):
        before = await person(site, "bob", "admin")
        assert (await before.ask("DELETE", "/api/users/bob")).status == 204
    carl = await person(site, "carl")
    assert (await carl.ask("POST", "/api/users", {"login": "bob"})).status == 201
    assert (await before.ask("GET", "/auth/me")).status == 401


async def test_an_account_that_goes_with_another_row_takes_its_sessions_along(site: Served) -> None:
    firm = int((await site.ask("POST", "/api/firms", {"name": "Firm"})).header("location").rpartition("/")[2])  # type: ignore[union-attr]
    async with nothing_left(site, "dora"):
        dora = await person(site, "dora", "admin", firm=firm)
        assert (await dora.ask("GET", "/auth/me")).status == 200
        assert (await site.ask("DELETE", f"/api/firms/{firm}")).status == 204
        assert (await dora.ask("GET", "/auth/me")).status == 401
    eve = await person(site, "eve")
    assert (await eve.ask("POST", "/api/users", {"login": "dora"})).status == 201
    assert (await dora.ask("GET", "/auth/me")).status == 401
