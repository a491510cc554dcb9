"""`POST /auth/password`: another password, or a first one; and `POST /auth/confirm`: prove again who one is.

In: the password that is set now, and what takes its place. Out: nothing but a mail that tells of it. Other sessions of
the account end, and so does whatever was begun and not finished.
"""

from __future__ import annotations

from backsmith import errors
from backsmith.accounts import recovery_codes, totp
from backsmith.accounts.by_password import PasswordText, need_way, tell_of_new_password
from backsmith.accounts.endpoint import Answer, Body, Call, Endpoint, SignedInShown
from backsmith.accounts.factors import factors_of, person_of
from backsmith.accounts.problems import invalid
from backsmith.accounts.sessions import Method, SignedIn
from backsmith.accounts.states import Standing, notice_address, standing_of
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError
from backsmith.mail.texts import application_name


class NewPassword(Body, frozen=True):
    """Another password."""

    password: PasswordText
    current: PasswordText | None = None
    """The one that is set now; null where there is none."""


class Confirmation(Body, frozen=True):
    """What one signed in with; with a second factor a code of it too."""

    password: PasswordText
    code: str | None = None
    """Six digits of the app."""
    recovery_code: str | None = None


async def change(call: Call, body: NewPassword) -> Answer:
    """Set another password."""
    services = call.services
    need_way(call, "password")
    found = await _owner(call, body.current, "/current")
    person, application = found.person, application_name(services.settings)
    assert person is not None
    await services.passwords.refuse_bad(body.password, [person.email, person.name, application])
    hash = await services.passwords.hash(body.password)

    async def work(transaction: Transaction) -> None:
        await _unchanged(call, transaction, found)
        await services.tables.passwords.put(transaction, account=found.account, hash=hash, changed_at=services.clock())
        await services.sessions.end_all(transaction, person.key, but=call.asker.session)
        await services.flows.forget(transaction, found.account)
        address = await notice_address(services, transaction, found.account)
        if address is not None:
            await tell_of_new_password(services, transaction, found, address)
        await services.trail.note(
            transaction, "password.changed", client=call.client, request_id=call.request_id, account=person.key
        )

    await services.database.transact(work, retry=True)
    return Answer(204)


async def confirm(call: Call, body: Confirmation) -> Answer:
    """Prove again who one is, for what needs that."""
    services, session = call.services, call.asker.session
    assert session is not None  # who calls has one
    found = await _owner(call, body.password, "/password")
    await services.throttle.take("factor", account=found.account, address=call.client.address)

    async def work(transaction: Transaction) -> SignedIn | None:
        await _unchanged(call, transaction, found)
        methods: tuple[Method, ...] = ("password",)
        if await factors_of(services, transaction, found.account):
            second = await _second(call, transaction, found.account, body)
            if second is None:
                return None
            methods = ("password", second)
        await services.trail.note(
            transaction,
            "session.confirmed",
            client=call.client,
            request_id=call.request_id,
            account=call.asker.id,
            details={"session": session, "methods": methods},
        )
        return await services.sessions.proven(transaction, session, methods)

    signed_in = await services.database.transact(work, retry=True)
    if signed_in is None:
        await services.throttle.failed("factor", account=found.account, address=call.client.address)
        raise invalid("/code", "Your account has a second factor, and this is no code of it")
    await services.throttle.succeeded("factor", account=found.account, address=call.client.address)
    return Answer(200, signed_in=signed_in)


async def _owner(call: Call, password: str | None, pointer: str) -> Standing:
    """Who calls, where that is their password, or they have none. Raises RequestError INVALID, TOO_MANY."""
    services, account = call.services, call.services.people.text(call.asker.id)
    client = call.client

    async def look(transaction: Transaction) -> Standing:
        return await standing_of(services, transaction, await person_of(services, transaction, account))

    found = await services.database.transact(look, retry=True)
    if found.hash is None and password is None:
        return found
    name = account if found.person is None else found.person.email or account
    await services.throttle.take("sign-in", account=name, address=client.address)
    if password is None or not (await services.passwords.check(password, found.hash)).fits:
        await services.throttle.failed("sign-in", account=name, address=client.address)
        raise invalid(pointer, "This isn't the account's password")
    await services.throttle.succeeded("sign-in", account=name, address=client.address)
    return found


async def _unchanged(call: Call, transaction: Transaction, found: Standing) -> None:
    """Raise RequestError REFUSED where the password was changed a moment ago."""
    row = await call.services.tables.passwords.one(transaction, lock=True, account=found.account)
    if (None if row is None else row["hash"]) != found.hash:
        raise RequestError(errors.REFUSED, "The password was changed a moment ago", hint="Sign in with the new one.")


async def _second(call: Call, transaction: Transaction, account: str, body: Confirmation) -> Method | None:
    services = call.services
    if body.code is not None and await totp.use(services, transaction, account, body.code, services.clock()):
        return "totp"
    given = body.recovery_code
    return "recovery" if given and await recovery_codes.use(services, transaction, account, given) else None


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("POST", "/password", "Set another password", change, NewPassword, status=204, access="confirmed"),
    Endpoint(
        "POST",
        "/confirm",
        "Prove again who you are, for what needs that",
        confirm,
        Confirmation,
        SignedInShown,
        access="account",
    ),
)
