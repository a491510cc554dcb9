"""The second half of a sign-in to an account with a second factor: `POST /auth/second-factor`.

In: the handle of what the first half began, and a code of the app or a recovery code. Out: a session. However the first
half was done (password, code by mail, reset, another provider), there is no way around this one. A wrong code counts,
and after a few of them one begins again with the first half.
"""

from __future__ import annotations

from typing import Any

from backsmith.accounts import recovery_codes, totp
from backsmith.accounts.endpoint import Answer, Body, Call, Endpoint, SignedInShown
from backsmith.accounts.factors import factors_of, person_of, tell
from backsmith.accounts.flows import Flow, spent
from backsmith.accounts.sessions import Method
from backsmith.accounts.signing_in import complete
from backsmith.databases.transaction import Transaction


class SecondFactor(Body, frozen=True):
    """One of the two codes."""

    flow: str
    """As the first half of the sign-in gave it."""
    code: str | None = None
    """Six digits of the app."""
    recovery_code: str | None = None

    def __post_init__(self) -> None:
        if (self.code is None) == (self.recovery_code is None):
            raise ValueError("Give either `code` or `recovery_code`")


class Factors(Body, frozen=True):
    """How an account is protected beside its first factor."""

    totp: bool
    recovery_codes: int
    """How many are left."""


async def show(call: Call) -> Answer:
    """The second factors of who asks."""
    services, account = call.services, call.services.people.text(call.asker.id)

    async def work(transaction: Transaction) -> Factors:
        factors = await factors_of(services, transaction, account)
        return Factors(totp="totp" in factors, recovery_codes=await recovery_codes.left(services, transaction, account))

    return Answer(200, await services.database.transact(work, retry=True))


async def finish(call: Call, body: SecondFactor) -> Answer:
    """Finish a sign-in."""
    services = call.services

    async def look(transaction: Transaction) -> Flow | None:
        return await services.flows.look(transaction, "factor", body.flow, services.clock())

    begun = await services.database.transact(look, retry=True)
    account = None if begun is None else begun.account
    await services.throttle.take("factor", account=account, address=call.client.address)
    if account is None:
        raise spent()

    async def work(transaction: Transaction) -> Answer | None:
        now = services.clock()
        flow = await services.flows.look(transaction, "factor", body.flow, now)
        if flow is None:
            raise spent()
        method = await _method(call, transaction, account, body)
        person = await person_of(services, transaction, account)
        if method is None:
            await services.flows.miss(transaction, flow.id)
            await services.trail.note(
                transaction,
                "second-factor.failed",
                client=call.client,
                request_id=call.request_id,
                account=person.key,
            )
            return None
        await services.flows.take(transaction, "factor", flow.id, now)
        if method == "recovery":
            left = await recovery_codes.left(services, transaction, account)
            await tell(call, transaction, person, "recovery-code.used", left=left)
        return await complete(call, transaction, person, (*_methods(flow.content), method))

    answer = await services.database.transact(work, retry=True)
    if answer is None:
        await services.throttle.failed("factor", account=account, address=call.client.address)
        raise totp.wrong_code()
    await services.throttle.succeeded("factor", account=account, address=call.client.address)
    return answer


async def _method(call: Call, transaction: Transaction, account: str, body: SecondFactor) -> Method | None:
    """What the code is of; None: it is wrong."""
    services = call.services
    if body.code is not None:
        return "totp" if await totp.use(services, transaction, account, body.code, services.clock()) else None
    given = body.recovery_code or ""
    return "recovery" if await recovery_codes.use(services, transaction, account, given) else None


def _methods(content: dict[str, Any]) -> tuple[Method, ...]:
    return tuple(content["methods"])


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/second-factor", "The second factors of your account", show, reply=Factors, access="account"),
    Endpoint("POST", "/second-factor", "Finish signing in with a second factor", finish, SecondFactor, SignedInShown),
)
