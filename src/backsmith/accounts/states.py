"""What is known of an account beside its row: whether somebody may sign in to it, and by which e-mail address.

In: a row's `Person`. Out: a `Standing`. An address counts as somebody's own only while it is the one that was verified:
the application may change `email` by its own rules, to an address of somebody else too.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from backsmith.accounts.people import normal_email
from backsmith.accounts.services import Services
from backsmith.blueprint.asker import Person
from backsmith.databases.own_rows import Found
from backsmith.databases.transaction import Transaction

NO_ACCOUNT = "null"
"""Stands in for the account where there is none, so that the same statements are run: no row has such a key."""


class Standing(NamedTuple):
    """What signing in has to know of whoever an e-mail address belongs to; nobody: of no account."""

    person: Person | None
    account: str
    """As `People.text` writes it, or NO_ACCOUNT."""
    open: bool
    """It is a person's account, and not disabled."""
    verified: bool
    """Its e-mail address was verified."""
    unclaimed: bool
    """The application made the row, and nobody has ever signed in to it: whoever gets its mail may be the first."""
    hash: str | None
    """Of its password."""

    @property
    def by_mail(self) -> Person | None:
        """Who it is, where a mail to the address is as good as they are."""
        return self.person if self.open and (self.verified or self.unclaimed) else None


async def standing_of(services: Services, transaction: Transaction, person: Person | None) -> Standing:
    """What is known of an account. The statements are the same for nobody."""
    tables = services.tables
    account = NO_ACCOUNT if person is None else services.people.text(person.key)
    state = await tables.states.one(transaction, account=account)
    password = await tables.passwords.one(transaction, account=account)
    ways = [
        await tables.passkeys.one(transaction, account=account),
        await tables.identities.one(transaction, account=account),
        await tables.totp.one(transaction, account=account),
        *await tables.api_keys.find(transaction, limit=1, account=account),
    ]
    return Standing(
        person,
        account,
        person is not None and is_open(state),
        person is not None and is_verified(state, person),
        person is not None and state is None and password is None and not any(ways),
        None if password is None else password["hash"],
    )


def is_open(state: Found | None) -> bool:
    """Whether a person may sign in to the account of that row of `states`."""
    return state is None or (state["disabled_at"] is None and state["kind"] == "person")


def is_verified(state: Found | None, person: Person) -> bool:
    """Whether the address that the account has now is the one that was verified."""
    return state is not None and person.email is not None and state["verified_email"] == normal_email(person.email)


async def notice_address(services: Services, transaction: Transaction, account: str) -> str | None:
    """Where to tell an account's owner what happens to it: the address that was verified last, whatever the row says
    now. Whoever may write the row mustn't turn notices away from its owner, nor on somebody who has no account."""
    state = await services.tables.states.one(transaction, account=account)
    return None if state is None else state["verified_email"]


async def verified(services: Services, transaction: Transaction, account: str, email: str) -> None:
    """Whoever has the account gets the mail of that address: remember it."""
    address = normal_email(email)
    if not await services.tables.states.update(transaction, {"account": account}, verified_email=address):
        await services.tables.states.insert(transaction, **_state(services, account, address))


def _state(services: Services, account: str, verified_email: str) -> dict[str, Any]:
    return {
        "account": account,
        "kind": "person",
        "disabled_at": None,
        "verified_email": verified_email,
        "created_at": services.clock(),
    }
