"""`/auth/email` and `/auth/verify`: another e-mail address, and showing that the one there is one's own.

In: an address; then what came there by mail. Out: the account has it, verified. The address before is told, with a link
that for a day takes all of it back: a thief who changes the address mustn't be able to keep the owner out, neither by
changing it once more nor by what they added to the account.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from backsmith import errors
from backsmith.accounts.by_password import EmailGiven
from backsmith.accounts.endpoint import Answer, Body, Call, Endpoint
from backsmith.accounts.factors import person_of
from backsmith.accounts.flows import Kind, spent
from backsmith.accounts.people import normal_email
from backsmith.accounts.proofs import ByMail, MailSent, began, begin, limit, paced, take
from backsmith.accounts.resetting import SignInNext
from backsmith.accounts.states import notice_address, verified
from backsmith.accounts.ways_in import take_away
from backsmith.blueprint.asker import Person
from backsmith.databases.own_rows import After
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError

UNDONE = timedelta(days=1)
"""How long the change of an address can be taken back, and how long before it a thief may have been in the account."""


class NewEmail(Body, frozen=True):
    """Another e-mail address."""

    email: EmailGiven


class Undo(Body, frozen=True):
    """What the link of the notice holds."""

    token: str


async def ask_change(call: Call, body: NewEmail) -> Answer:
    """Send a code and a link to the new address, or the news that an account has it."""
    services, start, address = call.services, began(), normal_email(body.email)
    services.people.check({"email": address}, "update")
    await limit(call, "mail", address)

    async def work(transaction: Transaction) -> str:
        person = await _caller(call, transaction)
        holder = await services.people.by_email(transaction, address)
        known = holder is not None and holder.key != person.key
        content = {"email": address, "before": person.email}
        account = services.people.text(person.key)
        begun, said = await begin(call, transaction, "email", account=account, content=content)
        await services.outbox.put(transaction, "sign-up.known" if known else "email", address, {} if known else said)
        return begun.handle

    handle = await services.database.transact(work, retry=True)
    await paced(start)
    return Answer(202, MailSent(flow=handle))


async def confirm_change(call: Call, body: ByMail) -> Answer:
    """Give the account the address that the mail went to."""
    services = call.services

    async def do(transaction: Transaction, person: Person, content: dict[str, Any]) -> None:
        address, account = content["email"], services.people.text(person.key)
        if person.email != content["before"]:
            raise spent()
        holder = await services.people.by_email(transaction, address)
        if holder is not None and holder.key != person.key:
            raise RequestError(errors.DUPLICATE, "There is another account with this e-mail address")
        await services.people.update(transaction, person.key, {"email": address}, call.request_id)
        former = await notice_address(services, transaction, account)
        await verified(services, transaction, account, address)
        await services.sessions.end_all(transaction, person.key, but=call.asker.session)
        await services.flows.forget(transaction, account)
        if former is not None and former != address:
            _, said = await begin(
                call, transaction, "undo", account=account, content={"email": former}, lifetime=UNDONE
            )
            values = {"name": person.name, "email": address, "link": said["link"]}
            await services.outbox.put(transaction, "email.changed", former, values)
        await _note(call, transaction, person, "email.changed")

    return await _confirmed(call, "email", body, do)


async def undo(call: Call, body: Undo) -> Answer:
    """Give the account back the address that it had, to whoever gets its mail; nobody is signed in any more, the
    password is none, and what was added to sign in by since shortly before the change is gone.

    Of several changes each can be taken back, and with it all that came after it.
    """
    services, client = call.services, call.client
    await services.throttle.take("code", address=client.address)

    async def work(transaction: Transaction) -> None:
        flow = await services.flows.take_by_token(transaction, "undo", body.token, services.clock())
        assert flow.account is not None
        person = await person_of(services, transaction, flow.account)
        await services.people.update(transaction, person.key, {"email": flow.content["email"]}, call.request_id)
        await verified(services, transaction, flow.account, flow.content["email"])
        await services.tables.passwords.delete(transaction, account=flow.account)
        await take_away(services, transaction, flow.account, since=flow.expires_at - 2 * UNDONE)
        await services.sessions.end_all(transaction, person.key)
        await services.flows.forget(transaction, flow.account)
        later = {"account": flow.account, "kind": "undo", "expires_at": After(flow.expires_at)}
        await services.tables.flows.delete(transaction, **later)
        await _note(call, transaction, person, "email.change-undone")

    await services.database.transact(work, retry=True)
    return Answer(200, SignInNext())


async def ask_verification(call: Call) -> Answer:
    """Send a code and a link to the account's own address."""
    services, start = call.services, began()

    async def look(transaction: Transaction) -> str:
        email = (await _caller(call, transaction)).email
        if email is None:
            raise RequestError(errors.REFUSED, "The account has no e-mail address", hint="POST /auth/email gives one.")
        return email

    email = await services.database.transact(look, retry=True)
    await limit(call, "mail", email)

    async def work(transaction: Transaction) -> str:
        account, address = services.people.text(call.asker.id), normal_email(email)
        begun, said = await begin(call, transaction, "verify", account=account, content={"email": address})
        await services.outbox.put(transaction, "verify", address, said)  # the very one that counts as verified then
        return begun.handle

    handle = await services.database.transact(work, retry=True)
    await paced(start)
    return Answer(202, MailSent(flow=handle))


async def confirm_verification(call: Call, body: ByMail) -> Answer:
    """Remember that the account's address is its own."""
    services = call.services

    async def do(transaction: Transaction, person: Person, content: dict[str, Any]) -> None:
        if normal_email(person.email or "") != content["email"]:
            raise spent()
        await verified(services, transaction, services.people.text(person.key), content["email"])
        await _note(call, transaction, person, "email.verified")

    return await _confirmed(call, "verify", body, do)


async def _confirmed(call: Call, kind: Kind, body: ByMail, do: Any) -> Answer:
    """What the mail was about, for the account that asked for it and no other: who is signed in elsewhere and opens
    somebody's link must not give their address to that one's account."""
    services, client = call.services, call.client
    await services.throttle.take("code", address=client.address)

    async def work(transaction: Transaction) -> bool:
        flow = await take(call, transaction, kind, body)
        if flow is None:
            return False
        if flow.account != services.people.text(call.asker.id):
            raise spent()
        await do(transaction, await _caller(call, transaction), flow.content)
        return True

    if not await services.database.transact(work, retry=True):
        await services.throttle.failed("code", address=client.address)
        raise spent()
    await services.throttle.succeeded("code", address=client.address)
    return Answer(204)


async def _caller(call: Call, transaction: Transaction) -> Person:
    return await person_of(call.services, transaction, call.services.people.text(call.asker.id))


async def _note(call: Call, transaction: Transaction, person: Person, event: str) -> None:
    await call.services.trail.note(
        transaction, event, client=call.client, request_id=call.request_id, account=person.key
    )


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "POST", "/email", "Send a code to another e-mail address", ask_change, NewEmail, MailSent, 202, "confirmed"
    ),
    Endpoint(
        "POST",
        "/email/confirm",
        "Change the e-mail address by a code that came there",
        confirm_change,
        ByMail,
        status=204,
        access="account",
    ),
    Endpoint("POST", "/email/undo", "Take a change of the e-mail address back", undo, Undo, SignInNext),
    Endpoint(
        "POST",
        "/verify",
        "Send a code to your e-mail address",
        ask_verification,
        reply=MailSent,
        status=202,
        access="account",
    ),
    Endpoint(
        "POST",
        "/verify/confirm",
        "Show that your e-mail address is yours",
        confirm_verification,
        ByMail,
        status=204,
        access="account",
    ),
)
