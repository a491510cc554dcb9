"""`/auth/identities`: the accounts at other providers that one signs in by."""

from __future__ import annotations

from datetime import datetime

from backsmith import errors
from backsmith.accounts.endpoint import Answer, Body, Call, Endpoint
from backsmith.accounts.factors import person_of, tell
from backsmith.accounts.services import Services
from backsmith.accounts.states import is_verified
from backsmith.blueprint.asker import Person
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError


class IdentityShown(Body, frozen=True):
    """An account at another provider."""

    id: str
    provider: str
    email: str | None
    """As the provider said last."""
    created_at: datetime
    used_at: datetime | None


class Identities(Body, frozen=True):
    """All of an account."""

    identities: list[IdentityShown]


async def show(call: Call) -> Answer:
    """Those of who asks."""
    services, account = call.services, call.services.people.text(call.asker.id)
    rows = await services.tables.identities.find(services.database, order="created_at", account=account)
    return Answer(
        200,
        Identities(
            identities=[
                IdentityShown(
                    id=row["id"],
                    provider=row["provider"],
                    email=row["email"],
                    created_at=row["created_at"],
                    used_at=row["used_at"],
                )
                for row in rows
            ]
        ),
    )


async def remove(call: Call) -> Answer:
    """Take a link away, unless nothing else is left to sign in by."""
    services, account = call.services, call.services.people.text(call.asker.id)

    async def work(transaction: Transaction) -> None:
        rows = await services.tables.identities.delete(transaction, id=call.parameters["id"], account=account)
        if not rows:
            raise RequestError(
                errors.NOT_FOUND, "Your account has no such link", hint="GET /auth/identities lists them."
            )
        person = await person_of(services, transaction, account)
        if not await _can_sign_in(services, transaction, account, person):
            raise RequestError(
                errors.REFUSED,
                "Nobody could sign in to this account any more",
                hint="Add a passkey first, or an e-mail address that you verify.",
            )
        provider = services.providers.find(rows[0]["provider"])
        title = rows[0]["provider"] if provider is None else provider.title
        await tell(call, transaction, person, "identity.unlinked", provider=title)

    await services.database.transact(work, retry=True)
    return Answer(204)


async def _can_sign_in(services: Services, transaction: Transaction, account: str, person: Person) -> bool:
    tables = services.tables
    for rows in (tables.identities, tables.passkeys, tables.passwords):
        if await rows.one(transaction, account=account) is not None:
            return True
    return is_verified(await tables.states.one(transaction, account=account), person)


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/identities", "Your accounts at other providers", show, reply=Identities, access="account"),
    Endpoint("DELETE", "/identities/{id}", "Sign in by that account no more", remove, status=204, access="confirmed"),
)
