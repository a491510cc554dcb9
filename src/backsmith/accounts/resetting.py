"""`/auth/reset`: a new password for who forgot theirs, by a code or link that comes by mail.

In: an e-mail address; then what came there, and the new password. Out: no session. All sessions of the account end, and
whoever resets signs in afterwards, with the second factor where there is one.
"""

from __future__ import annotations

from typing import Literal

from backsmith.accounts.by_password import PasswordText, need_way, tell_of_new_password
from backsmith.accounts.codes import Code, ask_by_mail, owner_of
from backsmith.accounts.endpoint import Answer, Body, Call, Endpoint
from backsmith.accounts.flows import spent
from backsmith.accounts.proofs import ByMail, MailSent, take
from backsmith.accounts.states import verified
from backsmith.databases.transaction import Transaction
from backsmith.mail.texts import application_name


class Reset(ByMail, frozen=True, kw_only=True):
    """What came by mail, and the new password."""

    password: PasswordText


class SignInNext(Body, frozen=True):
    """The password is set; signing in comes next."""

    next: Literal["sign-in"] = "sign-in"


async def ask(call: Call, body: Code) -> Answer:
    """Send a code and a link to set a new password with."""
    need_way(call, "password")
    return await ask_by_mail(call, "reset", body.email)


async def confirm(call: Call, body: Reset) -> Answer:
    """Set a new password by what came by mail."""
    services, client = call.services, call.client
    need_way(call, "password")
    application = application_name(services.settings)
    await services.throttle.take("code", address=client.address)
    await services.passwords.refuse_bad(body.password, [application])
    hash = await services.passwords.hash(body.password)

    async def work(transaction: Transaction) -> bool:
        flow = await take(call, transaction, "reset", body)
        if flow is None:
            return False
        found = await owner_of(call, transaction, flow)
        person = found.person
        assert person is not None
        services.passwords.refuse_known(body.password, [person.email, person.name])
        await services.tables.passwords.put(transaction, account=found.account, hash=hash, changed_at=services.clock())
        await verified(services, transaction, found.account, flow.content["email"])
        await services.sessions.end_all(transaction, person.key)
        await services.flows.forget(transaction, found.account)
        await tell_of_new_password(services, transaction, found, flow.content["email"])
        await services.trail.note(
            transaction, "password.reset", client=client, request_id=call.request_id, account=person.key
        )
        return True

    if not await services.database.transact(work, retry=True):
        await services.throttle.failed("code", address=client.address)
        raise spent()
    await services.throttle.succeeded("code", address=client.address)
    return Answer(200, SignInNext())


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("POST", "/reset", "Send a code to set a new password with by mail", ask, Code, MailSent, status=202),
    Endpoint("POST", "/reset/confirm", "Set a new password by a code by mail", confirm, Reset, SignInNext),
)
