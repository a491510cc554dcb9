"""Impersonation: an administrator acts as somebody else for an hour at most, and every trace says who it really was.

Such a session is the account's, with its rights; it can't change how the account signs in, and nobody acts as another
administrator. It ends with the role, the session or the account of whoever acts.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

from backsmith import errors
from backsmith.accounts.administration import find
from backsmith.accounts.credentials import ADMINISTRATOR
from backsmith.accounts.endpoint import Answer, Body, Call, Endpoint, SignedInShown
from backsmith.accounts.roles import by_caller, roles_of
from backsmith.accounts.sessions import SignedIn
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError


class Reason(Body, frozen=True):
    """Why somebody acts as somebody else, for the audit trail."""

    reason: Annotated[str, Meta(min_length=3, max_length=500)]


async def begin(call: Call, body: Reason) -> Answer:
    """Act as an account."""
    services, me = call.services, call.asker.id

    async def work(transaction: Transaction) -> SignedIn:
        person = await find(services, transaction, call.parameters["account"])
        state = await services.tables.states.one(transaction, account=services.people.text(person.key))
        if person.key == me or ADMINISTRATOR in await roles_of(services, transaction, person.key):
            raise RequestError(errors.FORBIDDEN, "Nobody acts as themselves, or as an administrator")
        if state is not None and (state["disabled_at"] is not None or state["kind"] == "service"):
            raise RequestError(errors.FORBIDDEN, "The account is disabled, or a program's")
        begun = await services.sessions.begin(
            transaction, person.key, ("impersonation",), call.client, call.transport, impersonator=me
        )
        await by_caller(call).note(
            services, transaction, "impersonation.begun", person.key, session=begun.id, reason=body.reason
        )
        return begun

    return Answer(201, signed_in=await services.database.transact(work, retry=True))


async def end(call: Call) -> Answer:
    """Act as oneself again."""
    services, asker = call.services, call.asker
    if asker.impersonator is None or asker.session is None:
        raise RequestError(errors.FORBIDDEN, "You don't act as somebody else")
    session = asker.session

    async def work(transaction: Transaction) -> None:
        await services.sessions.end(transaction, asker.id, session)
        await services.trail.note(
            transaction,
            "impersonation.ended",
            client=call.client,
            request_id=call.request_id,
            account=asker.id,
            actor=asker.impersonator,
            details={"session": session},
        )

    await services.database.transact(work, retry=True)
    return Answer(204, signed_out=True)


ENDPOINTS = (
    Endpoint(
        "POST",
        "/admin/accounts/{account}/impersonate",
        "Act as an account for an hour at most",
        begin,
        Reason,
        SignedInShown,
        201,
        "administrator",
    ),
    Endpoint("POST", "/impersonation/end", "Stop acting as somebody else", end, status=204),
)
