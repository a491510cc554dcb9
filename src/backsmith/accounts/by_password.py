"""`POST /auth/sign-in`: by e-mail address and password.

In: both. Out: a session, or the flow of a second factor. An address that nobody has is refused as a wrong password is:
in the same words, after the same statements and the same hashing.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from backsmith import errors
from backsmith.accounts.api_keys import list_keys
from backsmith.accounts.endpoint import Answer, Body, Call, Endpoint, SignedInShown
from backsmith.accounts.passwords import LONGEST
from backsmith.accounts.people import normal_email
from backsmith.accounts.proofs import began, paced
from backsmith.accounts.services import Services
from backsmith.accounts.sessions import Method
from backsmith.accounts.signing_in import SecondFactorNeeded, complete, note_refused, wrong_credentials
from backsmith.accounts.states import Standing, standing_of
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError

PasswordText = Annotated[str, msgspec.Meta(max_length=LONGEST)]
EmailGiven = Annotated[str, msgspec.Meta(max_length=254)]


class SignIn(Body, frozen=True):
    """E-mail address and password."""

    email: EmailGiven
    password: PasswordText


async def sign_in(call: Call, body: SignIn) -> Answer:
    """Sign in."""
    services, start, email = call.services, began(), normal_email(body.email)
    need_way(call, "password")
    client = call.client
    await services.throttle.take("sign-in", account=email, address=client.address)

    async def look(transaction: Transaction) -> Standing:
        return await standing_of(services, transaction, await services.people.by_email(transaction, email))

    found = await services.database.transact(look, retry=True)
    checked = await services.passwords.check(body.password, found.hash)
    fits = checked.fits and found.open

    async def work(transaction: Transaction) -> Answer | None:
        if found.person is None or not fits:
            await note_refused(call, transaction, email, found.person)
            return None
        row = await services.tables.passwords.one(transaction, lock=True, account=found.account)
        if row is None or row["hash"] != found.hash:  # it was changed a moment ago
            return None
        if checked.hash is not None:
            await services.tables.passwords.update(transaction, {"account": found.account}, hash=checked.hash)
        return await complete(call, transaction, found.person, ("password",))

    answer = await services.database.transact(work, retry=True)
    if answer is None:
        await services.throttle.failed("sign-in", account=email, address=client.address)
        await paced(start)
        raise wrong_credentials()
    await services.throttle.succeeded("sign-in", account=email, address=client.address)
    return answer


async def tell_of_new_password(services: Services, transaction: Transaction, found: Standing, address: str) -> None:
    """Send the mail about another password, which says how many API keys open the account as before."""
    assert found.person is not None
    values = {"name": found.person.name, "keys": len(await list_keys(services, transaction, found.account))}
    await services.outbox.put(transaction, "password.changed", address, values)


def need_way(call: Call, way: Method) -> None:
    """Raise RequestError FORBIDDEN where nobody signs in that way."""
    if way not in call.services.settings.sign_in:
        raise RequestError(
            errors.FORBIDDEN, f"Nobody signs in by {way} here", hint="The setting sign_in says by what one does."
        )


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("POST", "/sign-in", "Sign in by password", sign_in, SignIn, SignedInShown | SecondFactorNeeded),
)
