"""Whose account it is that somebody signed in to by another provider.

In: an `Identity`, which the provider vouched for. Out: the account. An identity is the provider's issuer and subject,
for ever; an e-mail address decides once at most, and only where both sides have seen that it is the person's own:
otherwise whoever can write any address at some provider would get the account of that address here, and whoever signs
up here with somebody else's address would get what that person does later.
"""

from __future__ import annotations

import secrets as random

from backsmith import errors
from backsmith.accounts.endpoint import Call
from backsmith.accounts.factors import person_of, tell
from backsmith.accounts.oidc.provider import Identity, OtherProvider
from backsmith.accounts.people import normal_email, same_letters
from backsmith.accounts.states import standing_of, verified
from backsmith.blueprint.asker import Person
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError

_LINK = "Sign in another way, by a code by mail for instance, and link the provider to your account there."


async def account_of(call: Call, transaction: Transaction, provider: OtherProvider, identity: Identity) -> Person:
    """The account that the identity signs in to: linked before, linked now, or made now.

    Raises RequestError NOT_LINKED, and whatever making an account is refused with.
    """
    services = call.services
    where = {"issuer": identity.issuer, "subject": identity.subject}
    rows = await services.tables.identities.update(
        transaction, where, used_at=services.clock(), email=identity.email, provider=provider.name
    )
    if rows:
        return await person_of(services, transaction, rows[0]["account"])
    # An address that nobody has verified is as good as none: it neither finds an account nor takes the address.
    # Nor is one that the normal form makes another of than the provider has looked at (Unicode look-alikes).
    email = normal_email(identity.email) if identity.email and identity.email_verified else None
    if email is not None and identity.email is not None and not same_letters(identity.email, email):
        email = None
    found = None if email is None else await services.people.by_email(transaction, email)
    if found is None:
        return await _made(call, transaction, provider, identity, email)
    standing = await standing_of(services, transaction, found)
    if standing.by_mail is None or email is None:
        raise RequestError(
            errors.NOT_LINKED,
            f"The account here with the e-mail address of your account at {provider.title} isn't linked to it",
            hint=_LINK,
        )
    await verified(services, transaction, standing.account, email)
    await _keep(call, transaction, provider, identity, found)
    await tell(call, transaction, found, "identity.linked", provider=provider.title)
    return found


async def _made(
    call: Call, transaction: Transaction, provider: OtherProvider, identity: Identity, email: str | None
) -> Person:
    """A new account. It has the e-mail address if the provider has verified that."""
    services = call.services
    if services.settings.sign_up != "open":
        raise RequestError(
            errors.NOT_LINKED,
            f"No account here is linked to your account at {provider.title}, and not everybody may sign up",
            hint=_LINK,
        )
    name = identity.name if "name" in services.settings.sign_up_fields else None
    values = {field: value for field, value in (("email", email), ("name", name)) if value}
    try:
        person = await services.people.create(transaction, values, call.request_id)
    except RequestError as error:
        if error.kind is not errors.INVALID:
            raise
        raise RequestError(
            errors.NOT_LINKED,
            f"An account here needs more than {provider.title} says of you",
            hint="Sign up with an e-mail address, and link the provider to your account then.",
            errors=error.errors,
        ) from error
    await services.tables.states.put(
        transaction,
        account=services.people.text(person.key),
        kind="person",
        disabled_at=None,
        verified_email=email,
        created_at=services.clock(),
    )
    await _keep(call, transaction, provider, identity, person)
    await services.trail.note(
        transaction,
        "sign-up",
        client=call.client,
        request_id=call.request_id,
        account=person.key,
        details={"provider": provider.name},
    )
    return person


async def link(call: Call, transaction: Transaction, provider: OtherProvider, identity: Identity, account: str) -> None:
    """Let the identity sign in to the account from now on. Raises RequestError DUPLICATE."""
    services = call.services
    row = await services.tables.identities.one(transaction, issuer=identity.issuer, subject=identity.subject)
    if row is not None and row["account"] == account:
        return
    if row is not None:
        raise RequestError(
            errors.DUPLICATE,
            f"That account at {provider.title} is linked to another account here",
            hint="Sign in by it, and take the link away there first.",
        )
    person = await person_of(services, transaction, account)
    await _keep(call, transaction, provider, identity, person)
    await tell(call, transaction, person, "identity.linked", provider=provider.title)


async def _keep(
    call: Call, transaction: Transaction, provider: OtherProvider, identity: Identity, person: Person
) -> None:
    services, now = call.services, call.services.clock()
    await services.tables.identities.insert(
        transaction,
        issuer=identity.issuer,
        subject=identity.subject,
        id=random.token_urlsafe(16),
        account=services.people.text(person.key),
        provider=provider.name,
        email=identity.email,
        created_at=now,
        used_at=now,
    )
