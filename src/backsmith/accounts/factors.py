"""Which second factors an account has, beside what it signs in with, and how changes of these are told.

In: an account. Out: their names; recovery codes stand in for any of them and are none by themselves. Whoever gets hold
of a session would change these first, so each change stands in the audit trail and is told to the account by mail.
"""

from __future__ import annotations

from typing import Any, Literal

from backsmith import errors
from backsmith.accounts.endpoint import Call
from backsmith.accounts.services import Services
from backsmith.accounts.states import notice_address
from backsmith.blueprint.asker import Person
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError

Event = Literal[
    "totp.added", "totp.removed", "recovery-codes.renewed", "recovery-code.used", "passkey.added", "passkey.removed",
    "identity.linked", "identity.unlinked",
]  # fmt: skip


async def factors_of(services: Services, transaction: Transaction, account: str) -> tuple[str, ...]:
    """The second factors that a sign-in to this account (`People.text`) needs one of; none: it needs none.

    A passkey is no second factor: with it one signs in by what one has and by what one knows or is, all at once.
    """
    row = await services.tables.totp.one(transaction, account=account)
    return () if row is None else ("totp",)


async def person_of(services: Services, transaction: Transaction, account: str) -> Person:
    """The account's row. Raises RequestError UNAUTHENTICATED where it is gone."""
    person = await services.people.find(transaction, services.people.key(account))
    if person is None:
        raise RequestError(errors.UNAUTHENTICATED, "Sign in first", headers=(("www-authenticate", "Bearer"),))
    return person


async def tell(call: Call, transaction: Transaction, person: Person, event: Event, **details: Any) -> None:
    """Note a change in the trail, and write to the account; `details` (a name) are for both."""
    services = call.services
    await services.trail.note(
        transaction, event, client=call.client, request_id=call.request_id, account=person.key, details=details
    )
    address = await notice_address(services, transaction, services.people.text(person.key))
    if address is not None:
        await services.outbox.put(transaction, event, address, {"name": person.name, **details})
