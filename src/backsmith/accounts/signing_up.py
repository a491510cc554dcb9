"""`/auth/sign-up`: an account for who hasn't got one.

In: an e-mail address, perhaps a password and values of the account's fields; then what came by mail. Out: the account,
and a session. No reply tells whether there is such an account already: the mail does, which only its owner reads.

The account is made once the address is confirmed, so nobody has one of somebody else's address beforehand. And the
password counts only where it is confirmed by who chose it: with the code, or with the link together with the flow that
only they know. Who opens a link alone, perhaps of what somebody else began, chooses their own.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from backsmith import errors
from backsmith.accounts import invitations
from backsmith.accounts.by_password import EmailGiven, PasswordText
from backsmith.accounts.endpoint import Answer, Body, Call, Endpoint, SignedInShown
from backsmith.accounts.flows import spent
from backsmith.accounts.people import normal_email
from backsmith.accounts.problems import invalid
from backsmith.accounts.proofs import ByMail, MailSent, began, begin, limit, paced, take
from backsmith.accounts.sessions import Method
from backsmith.accounts.signing_in import SecondFactorNeeded, complete
from backsmith.accounts.states import verified
from backsmith.blueprint.asker import Person
from backsmith.blueprint.blueprint import Blueprint
from backsmith.blueprint.naming import did_you_mean
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError, UsageError
from backsmith.mail.texts import application_name
from backsmith.settings import Settings

_log = logging.getLogger("backsmith.accounts")


class SignUp(Body, frozen=True):
    """A new account."""

    email: EmailGiven
    password: PasswordText | None = None
    """Who has none signs in by mail, or by a passkey made later."""
    name: str | None = None
    fields: Mapping[str, Any] = {}
    """Values of further fields of the account: those of the setting sign_up_fields."""
    invitation: str | None = None
    """The token of the link by which they were invited: the account is made at once."""


class SignUpConfirmed(ByMail, frozen=True, kw_only=True):
    """What came by mail. With `token`, `flow` shows that it is confirmed where it was begun."""

    password: PasswordText | None = None
    """Where it is confirmed elsewhere: the password that the account gets."""


def check_fields(settings: Settings, blueprint: Blueprint) -> None:
    """Raise UsageError where the setting sign_up_fields names what nobody is to give who signs up. Where it lacks what
    an account can't be without, that is logged in development, where an application may be half written, and refused in
    production."""
    entity = next((each for each in blueprint.entities if each.name == blueprint.account), None)
    if entity is None:
        return
    fields = {field.name: field for field in entity.fields}
    for name in settings.sign_up_fields:
        field = fields.get(name)
        if field is None or field.hidden or field.identity or field.computed is not None or name in entity.key:
            givable = [each.name for each in entity.fields if not (each.hidden or each.computed)]
            raise UsageError(
                f"sign_up_fields: {entity.name} has no field '{name}' that who signs up could give."
                f"{did_you_mean(name, givable)}"
            )
    if settings.sign_up == "closed":
        return
    given = {*settings.sign_up_fields, "email"}
    for field in entity.fields:
        if field.name in given or field.nullable or field.identity or field.deprecated or field.computed is not None:
            continue
        if field.default is None:
            add = "" if field.hidden else f"Add '{field.name}' to the setting, or g"
            message = (
                f"sign_up_fields: {entity.name} needs '{field.name}', which who signs up doesn't give, so that nobody "
                f'can sign up. {add or "G"}ive it a default, make it "| None", or set sign_up to "closed".'
            )
            if not settings.development:
                raise UsageError(message)
            _log.warning("%s", message)


async def sign_up(call: Call, body: SignUp) -> Answer:
    """Begin a new account, or make it where an invitation shows whose address it is."""
    services, start, address = call.services, began(), normal_email(body.email)
    _refuse_closed(call, body)
    values = _values(call, body) | {"email": address}
    services.people.check(values)
    await _refuse_bad(call, body.password, [address, values.get("name")])
    # Hashing is dear on purpose: nobody gets more of it for nothing than the limits allow.
    if body.invitation is not None:
        await services.throttle.take("code", address=call.client.address)
        return await _by_invitation(call, body.invitation, values, await _hashed(call, body.password))
    await limit(call, "sign-up", address)
    await limit(call, "mail", address)
    hash = await _hashed(call, body.password)

    async def work(transaction: Transaction) -> str:
        known = await services.people.by_email(transaction, address) is not None
        content = {"values": values, "hash": hash}
        begun, said = await begin(call, transaction, "sign-up", account=None, content=content)
        await services.outbox.put(transaction, "sign-up.known" if known else "sign-up", address, {} if known else said)
        return begun.handle

    handle = await services.database.transact(work, retry=True)
    await paced(start)
    return Answer(202, MailSent(flow=handle))


async def confirm(call: Call, body: SignUpConfirmed) -> Answer:
    """Make the account, and sign in."""
    services, client = call.services, call.client
    if services.settings.sign_up != "open":
        raise _closed()
    await services.throttle.take("code", address=client.address)
    await _refuse_bad(call, body.password, [])
    chosen = await _hashed(call, body.password)

    async def work(transaction: Transaction) -> Answer | None:
        flow = await take(call, transaction, "sign-up", body)
        if flow is None:
            return None
        values: dict[str, Any] = flow.content["values"]
        if body.password is not None:
            services.passwords.refuse_known(body.password, [values["email"], values.get("name")])
        here = body.token is None or body.flow == flow.id
        hash = chosen if chosen is not None else flow.content["hash"] if here else None
        return await _made(call, transaction, values, hash, "code")

    answer = await services.database.transact(work, retry=True)
    if answer is None:
        await services.throttle.failed("code", address=client.address)
        raise spent()
    await services.throttle.succeeded("code", address=client.address)
    return answer


async def _by_invitation(call: Call, token: str, values: dict[str, Any], hash: str | None) -> Answer:
    """The account of who was invited: the invitation came by mail to the address."""
    services = call.services

    async def work(transaction: Transaction) -> Answer:
        invitation = await invitations.look(services, transaction, token)
        if invitation is None:
            raise spent()
        if invitation.email != values["email"]:
            raise invalid("/email", "The invitation is for another e-mail address", "Sign up with the one it came to.")
        return await _made(call, transaction, values, hash, "invitation", token)

    return await services.database.transact(work, retry=True)


async def _made(
    call: Call,
    transaction: Transaction,
    values: dict[str, Any],
    hash: str | None,
    method: Method,
    invitation: str | None = None,
) -> Answer:
    """Make an account whose address is known to be theirs, and sign in to it.

    Raises RequestError DUPLICATE where there is one by now, and whatever the application refuses.
    """
    services, address = call.services, values["email"]
    if await services.people.by_email(transaction, address) is not None:
        raise RequestError(
            errors.DUPLICATE,
            "There is an account with this e-mail address",
            hint="Sign in; POST /auth/code does so by mail.",
        )
    person: Person = await services.people.create(transaction, values, call.request_id)
    account = services.people.text(person.key)
    await verified(services, transaction, account, address)
    if hash is not None:
        await services.tables.passwords.insert(transaction, account=account, hash=hash, changed_at=services.clock())
    await services.trail.note(
        transaction, "sign-up", client=call.client, request_id=call.request_id, account=person.key
    )
    if invitation is not None:
        await invitations.accept(call, transaction, invitation, person.key)
    return await complete(call, transaction, person, (method,))


def _values(call: Call, body: SignUp) -> dict[str, Any]:
    """What is given of the account's fields. Raises RequestError INVALID for what nobody gives who signs up."""
    given = {**body.fields} if body.name is None else {"name": body.name, **body.fields}
    allowed = call.services.settings.sign_up_fields
    for name in given:
        if name not in allowed or name == "email":
            raise invalid(
                f"/fields/{name[:200].replace('~', '~0').replace('/', '~1')}",
                f"Who signs up doesn't give {name[:200]}",
                f"They give {', '.join(allowed)}." if allowed else None,
            )
    return given


async def _refuse_bad(call: Call, password: str | None, words: list[str | None]) -> None:
    """Raise RequestError INVALID for a password that isn't taken."""
    if password is None:
        return
    settings, passwords = call.services.settings, call.services.passwords
    if "password" not in settings.sign_in:
        raise invalid("/password", "Nobody signs in by password here", "Leave it out.")
    await passwords.refuse_bad(password, [*words, application_name(settings)])


async def _hashed(call: Call, password: str | None) -> str | None:
    """The hash of a password. Raises RequestError OVERLOADED."""
    return None if password is None else await call.services.passwords.hash(password)


def _refuse_closed(call: Call, body: SignUp) -> None:
    allowed = call.services.settings.sign_up
    if allowed == "closed" or (allowed == "invited" and body.invitation is None):
        raise _closed(invited=allowed == "invited")


def _closed(*, invited: bool = True) -> RequestError:
    return RequestError(
        errors.FORBIDDEN,
        "Only who was invited signs up here" if invited else "Nobody signs up here",
        hint="Follow the link of the invitation." if invited else None,
    )


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("POST", "/sign-up", "Sign up", sign_up, SignUp, MailSent, status=202),
    Endpoint(
        "POST",
        "/sign-up/confirm",
        "Finish signing up by a code by mail",
        confirm,
        SignUpConfirmed,
        SignedInShown | SecondFactorNeeded,
    ),
)
