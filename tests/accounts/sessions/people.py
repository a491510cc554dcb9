"""People who are signed in: made in the database, without any way of signing in."""

from __future__ import annotations

from typing import Any

from backsmith.accounts.services import Services
from backsmith.accounts.sessions import Client, SignedIn, Transport
from backsmith.databases.transaction import Transaction
from tests.accounts.application import Answer, Served

HERE = Client("192.0.2.1", "test")
OWN = "http://localhost:8000"
"""The origin of the application's own pages in these tests."""


def services(served: Served) -> Services:
    assert served.application.accounts is not None
    return served.application.accounts.services


async def account(served: Served, name: str, *roles: str) -> int:
    """A new account; its key."""

    async def work(transaction: Transaction) -> int:
        found = services(served)
        person = await found.people.create(transaction, {"name": name, "email": f"{name}@example.org"}, "test")
        text = found.people.text(person.key)
        for role in roles:
            await found.tables.roles.put(transaction, account=text, role=role, granted_at=found.clock())
        return person.key

    return await services(served).database.transact(work)


async def sign_in(served: Served, key: Any, transport: Transport = "token", client: Client = HERE) -> SignedIn:
    """A new session of that account."""
    found = services(served)
    return await found.database.transact(
        lambda transaction: found.sessions.begin(transaction, key, ("password",), client, transport)
    )


async def change(served: Served, table: str, where: dict[str, Any], **values: Any) -> None:
    """Change rows of a table of accounts behind everybody's back."""
    rows = getattr(services(served).tables, table)
    await services(served).database.transact(lambda transaction: rows.update(transaction, where, **values))


class Browser:
    """Sends the cookie of a session, from our own pages."""

    def __init__(self, served: Served, signed_in: SignedIn) -> None:
        self.served = served
        self.cookie = signed_in.cookie
        self.id = signed_in.id

    async def ask(self, method: str, target: str, body: Any = None, **headers: Any) -> Answer:
        sent = {"cookie": f"__Host-session={self.cookie}", "origin": OWN, **headers}
        answer = await self.served.ask(method, target, body, **{k: v for k, v in sent.items() if v is not None})
        if "__Host-session" in answer.cookies:
            self.cookie = answer.cookies["__Host-session"]
        return answer


class Program:
    """Sends an access token or an API key."""

    def __init__(self, served: Served, credential: str | None) -> None:
        self.served = served
        self.credential = credential

    async def ask(self, method: str, target: str, body: Any = None, **headers: Any) -> Answer:
        return await self.served.ask(method, target, body, authorization=f"Bearer {self.credential}", **headers)
