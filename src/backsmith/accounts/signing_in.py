"""The one way into a session: `complete`, whatever it was that showed who somebody is.

In: an account, and how they showed that it is theirs. Out: a session; or, where the account has a second factor and
they haven't shown it yet, the handle of a flow that POST /auth/second-factor ends.
"""

from __future__ import annotations

from typing import Literal

from backsmith import errors
from backsmith.accounts.endpoint import Answer, Body, Call
from backsmith.accounts.factors import factors_of
from backsmith.accounts.sessions import Method
from backsmith.accounts.states import is_open
from backsmith.blueprint.asker import Person
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError

ENOUGH: frozenset[Method] = frozenset({"passkey", "totp", "recovery"})
"""Beside these no second factor is asked for. A passkey is two by itself: it takes what one has, and, since the user
has to be verified, what one knows or is."""

WAYS: frozenset[Method] = frozenset({"password", "passkey", "oidc"})
"""First factors that the setting sign_in may leave out, whoever asks; a code also confirms a sign-up, so that its own
endpoint asks the setting."""


class SecondFactorNeeded(Body, frozen=True):
    """The reply to who showed the first factor of an account with a second one."""

    flow: str
    """For POST /auth/second-factor."""
    methods: tuple[str, ...]
    """What it takes: one of these, or a recovery code."""
    next: Literal["second-factor"] = "second-factor"


async def complete(call: Call, transaction: Transaction, person: Person, methods: tuple[Method, ...]) -> Answer:
    """Sign somebody in who showed by these methods that the account is theirs.

    Raises RequestError WRONG_CREDENTIALS for an account that nobody may sign in to, FORBIDDEN for a way that is none
    here.
    """
    services, account = call.services, call.services.people.text(person.key)
    if methods[0] in WAYS and methods[0] not in services.settings.sign_in:
        raise RequestError(errors.FORBIDDEN, f"Nobody signs in by {methods[0]} here", hint="See the setting sign_in.")
    # Held, so that who disables or deletes the account a moment later finds the session and ends it.
    if not is_open(await services.tables.states.one(transaction, lock=True, account=account)):
        raise wrong_credentials()
    factors = await factors_of(services, transaction, account)
    if factors and ENOUGH.isdisjoint(methods):
        begun = await services.flows.begin(
            transaction, "factor", services.clock(), account=account, content={"methods": methods}
        )
        return Answer(200, SecondFactorNeeded(flow=begun.handle, methods=factors))
    signed_in = await services.sessions.begin(transaction, person.key, methods, call.client, call.transport)
    await services.trail.note(
        transaction,
        "sign-in",
        client=call.client,
        request_id=call.request_id,
        account=person.key,
        details={"methods": methods, "session": signed_in.id},
    )
    return Answer(200, signed_in=signed_in)


def wrong_credentials() -> RequestError:
    """The refusal of a sign-in: in the same words whether there is such an account or not, and whatever is wrong."""
    return RequestError(
        errors.WRONG_CREDENTIALS,
        "The e-mail address and the password don't fit.",
        hint="POST /auth/code signs in by mail; POST /auth/reset sets a new password.",
    )


async def note_refused(call: Call, transaction: Transaction, email: str, person: Person | None) -> None:
    """Somebody didn't get in. Equal work for a known and for an unknown address."""
    who = call.services.trail.unknown(email)
    await call.services.trail.note(
        transaction,
        "sign-in.failed",
        client=call.client,
        request_id=call.request_id,
        account=None if person is None else person.key,
        details={"who": who},
    )
