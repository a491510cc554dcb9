"""People who are signed in, without having gone through a sign-in: `joined(served, "ann")`."""

from __future__ import annotations

from base64 import b32decode
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from backsmith.accounts.services import Services
from backsmith.accounts.sessions import Client
from backsmith.databases.transaction import Transaction
from tests.accounts.application import Answer, Served

_numbers = count(1)


class StoppedClock:
    """The time of services and of apps: it stands still, so that no test ends in another step of 30 seconds."""

    def __init__(self) -> None:
        self.moment = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.moment

    def stop(self, served: Served) -> None:
        """Stop the time of the application now."""
        accounts = served.application.accounts
        assert accounts is not None
        self.moment = datetime.now(UTC)
        accounts.services = accounts.services._replace(clock=self)
        accounts.endpoints._services = accounts.services


CLOCK = StoppedClock()


@dataclass
class Member:
    """Somebody with an account, and a session of it."""

    served: Served
    key: Any
    email: str
    token: str

    @property
    def account(self) -> str:
        return services_of(self.served).people.text(self.key)

    async def ask(self, method: str, target: str, body: Any = None, **headers: str) -> Answer:
        """A request with the session."""
        return await self.served.ask(method, target, body, authorization=f"Bearer {self.token}", **headers)


def services_of(served: Served) -> Services:
    accounts = served.application.accounts
    assert accounts is not None
    return accounts.services


async def joined(served: Served, name: str, *, verified: bool = True) -> Member:
    """A new account with an e-mail address of that name."""
    services, email = services_of(served), f"{name}{next(_numbers)}@shop.example"

    async def work(transaction: Transaction) -> Member:
        person = await services.people.create(transaction, {"email": email, "name": name.title()}, "a-request")
        await services.tables.states.put(
            transaction,
            account=services.people.text(person.key),
            kind="person",
            disabled_at=None,
            verified_email=email if verified else None,
            created_at=services.clock(),
        )
        client = Client("192.0.2.1", "tests")
        signed_in = await services.sessions.begin(transaction, person.key, ("password",), client, "token")
        return Member(served, person.key, email, signed_in.access_token or "")

    return await services.database.transact(work)


async def begun(member: Member, *methods: str) -> str:
    """The handle of a sign-in whose first half was done by these."""
    services = services_of(member.served)

    async def work(transaction: Transaction) -> str:
        content = {"methods": methods or ["password"]}
        return (
            await services.flows.begin(transaction, "factor", services.clock(), account=member.account, content=content)
        ).handle

    return await services.database.transact(work)


def code_of(secret: str, steps: int = 0) -> str:
    """What an app with that secret shows, or will show after some steps."""
    return TOTP(b32decode(secret), 6, SHA1(), 30).generate(int(CLOCK().timestamp()) + 30 * steps).decode()


async def with_totp(member: Member) -> tuple[str, list[str]]:
    """Turn the second factor on, by the code of the step before this one; its secret and the recovery codes."""
    begun = await member.ask("POST", "/auth/totp")
    assert begun.status == 200, begun.text
    secret = begun.json["secret"]
    confirmed = await member.ask(
        "POST", "/auth/totp/confirm", {"flow": begun.json["flow"], "code": code_of(secret, -1)}
    )
    assert confirmed.status == 200, confirmed.text
    return secret, confirmed.json["codes"]
