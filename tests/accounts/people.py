"""People who are signed in, for tests that aren't about how: `sign_in` makes an account and a session."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from backsmith.accounts.sessions import Client
from backsmith.databases.transaction import Transaction
from tests.accounts.application import Answer, Served


class Known(NamedTuple):
    """Somebody who is signed in."""

    served: Served
    key: Any
    email: str
    token: str
    session: str

    async def ask(self, method: str, target: str, body: Any = None, **headers: str) -> Answer:
        """Send a request as they."""
        return await self.served.ask(method, target, body, authorization=f"Bearer {self.token}", **headers)


async def sign_in(served: Served, email: str, *, roles: Sequence[str] = (), verified: bool = True) -> Known:
    """An account of that e-mail address, which is there or made, and a session of it."""
    accounts = served.application.accounts
    assert accounts is not None
    services = accounts.services

    async def work(transaction: Transaction) -> Known:
        person = await services.people.by_email(transaction, email)
        if person is None:
            person = await services.people.create(transaction, {"email": email}, "")
        text = services.people.text(person.key)
        await services.tables.states.put(
            transaction,
            account=text,
            kind="person",
            disabled_at=None,
            verified_email=email if verified else None,
            created_at=services.clock(),
        )
        for role in roles:
            await services.tables.roles.put(transaction, account=text, role=role, granted_at=services.clock())
        client = Client("192.0.2.1", "tests")
        begun = await services.sessions.begin(transaction, person.key, ("password",), client, "token")
        assert begun.access_token is not None
        return Known(served, person.key, email, begun.access_token, begun.id)

    return await services.database.transact(work)


async def write_email(served: Served, key: Any, email: str) -> None:
    """Write another address into an account's row, as the application's own code may."""
    accounts = served.application.accounts
    assert accounts is not None
    people = accounts.services.people
    await accounts.services.database.transact(
        lambda transaction: people.update(transaction, key, {"email": email}, "request")
    )


class Mail(NamedTuple):
    """A mail that was put into the outbox."""

    template: str
    to: str
    values: dict[str, Any]

    @property
    def token(self) -> str:
        """The token of its link."""
        return self.values["link"].partition("#")[2]


def mails(served: Served) -> list[Mail]:
    """The mails that are put into the outbox from now on."""
    accounts = served.application.accounts
    assert accounts is not None
    outbox, found = accounts.services.outbox, list[Mail]()
    put = outbox.put

    async def noted(transaction: Transaction, template: str, to: str, values: dict[str, Any]) -> None:
        await put(transaction, template, to, values)  # the template has to fit them
        found.append(Mail(template, to, values))

    outbox.put = noted
    return found


async def trail(served: Served, *events: str) -> list[dict[str, Any]]:
    """The entries of the audit trail of these events, the oldest first."""
    accounts = served.application.accounts
    assert accounts is not None
    rows = await accounts.services.tables.audit_log.find(accounts.services.database, order="number", event=events)
    names = ("event", "account", "actor", "details")
    return [{name: row[name] for name in names} for row in rows]
