"""`GET /auth/me`: who is signed in, and how they can be."""

from __future__ import annotations

from typing import Any

from backsmith.accounts.endpoint import Answer, Body, Call, Endpoint
from backsmith.accounts.factors import factors_of, person_of
from backsmith.accounts.states import standing_of
from backsmith.databases.transaction import Transaction


class Me(Body, frozen=True):
    """An account as its owner sees it."""

    id: Any
    """Its key."""
    email: str | None
    verified: bool
    """The e-mail address is known to be theirs."""
    name: str | None
    roles: tuple[str, ...]
    methods: tuple[str, ...]
    """How they can sign in."""
    factors: tuple[str, ...]
    """Second factors."""


async def show(call: Call) -> Answer:
    """Who is signed in."""
    services, account = call.services, call.services.people.text(call.asker.id)

    async def work(transaction: Transaction) -> Me:
        person = await person_of(services, transaction, account)
        found = await standing_of(services, transaction, person)
        tables = services.tables
        ways = {
            "password": found.hash is not None,
            "code": found.by_mail is not None,
            "passkey": await tables.passkeys.one(transaction, account=account) is not None,
            "oidc": await tables.identities.one(transaction, account=account) is not None,
        }
        return Me(
            id=person.key,
            email=person.email,
            verified=found.verified,
            name=person.name,
            roles=tuple(sorted(call.asker.roles)),
            methods=tuple(way for way in services.settings.sign_in if ways[way]),
            factors=await factors_of(services, transaction, account),
        )

    return Answer(200, await services.database.transact(work, retry=True))


ENDPOINTS: tuple[Endpoint, ...] = (Endpoint("GET", "/me", "Who you are", show, reply=Me, access="account"),)
