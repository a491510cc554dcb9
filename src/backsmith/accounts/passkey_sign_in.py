"""`/auth/sign-in/passkey`: signing in by a passkey.

It takes two requests: options with a challenge, which is good once, and the browser's answer. Nobody gives a name: the
passkey says whose it is. Its signature is checked outside of transactions.
"""

from __future__ import annotations

import secrets as random
from base64 import b64decode, b64encode
from typing import Any

from backsmith import errors
from backsmith.accounts.by_password import need_way
from backsmith.accounts.endpoint import Answer, Body, Call, Endpoint, SignedInShown
from backsmith.accounts.factors import person_of
from backsmith.accounts.passkey_endpoints import Ceremony
from backsmith.accounts.passkeys import (
    CHALLENGE_BYTES,
    Answered,
    BadPasskey,
    Known,
    answered,
    is_copied,
    sign_in_options,
)
from backsmith.accounts.services import Services
from backsmith.accounts.signing_in import complete
from backsmith.databases.own_rows import Found
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError


class PasskeySignIn(Body, frozen=True):
    """The browser's answer."""

    flow: str
    credential: dict[str, Any]
    """`PublicKeyCredential.toJSON()`"""


async def begin_sign_in(call: Call) -> Answer:
    """Options for whoever has a passkey; the same for everybody but for the challenge."""
    need_way(call, "passkey")
    services, challenge = call.services, random.token_bytes(CHALLENGE_BYTES)
    await services.throttle.take("passkey", address=call.client.address)

    async def work(transaction: Transaction) -> str:
        content = {"challenge": b64encode(challenge).decode()}
        return (await services.flows.begin(transaction, "passkey", services.clock(), content=content)).handle

    flow = await services.database.transact(work, retry=True)
    return Answer(200, Ceremony(flow=flow, options=sign_in_options(services.settings, challenge)))


async def sign_in(call: Call, body: PasskeySignIn) -> Answer:
    """Sign in by a passkey."""
    need_way(call, "passkey")
    services, given = call.services, body.credential.get("id")
    await services.throttle.take("passkey", address=call.client.address)

    async def spend(transaction: Transaction) -> tuple[bytes, Found | None, Found | None]:
        flow = await services.flows.take(transaction, "passkey", body.flow, services.clock())
        row = await services.tables.passkeys.one(transaction, id=given) if isinstance(given, str) else None
        handle = None
        if row is not None:
            handle = await services.tables.passkey_handles.one(transaction, account=row["account"])
        return b64decode(flow.content["challenge"]), row, handle

    challenge, row, handle = await services.database.transact(spend, retry=True)
    if row is None or handle is None:
        raise await _refused(call, None, "unknown")
    try:
        said = answered(
            services.settings, challenge, body.credential, Known(row["id"], row["public_key"], handle["handle"])
        )
    except BadPasskey as reason:
        raise await _refused(call, row["account"], "not valid") from reason

    async def work(transaction: Transaction) -> Answer | None:
        if not await _counted(services, transaction, row["id"], row["account"], said):
            return None
        return await complete(call, transaction, await person_of(services, transaction, row["account"]), ("passkey",))

    answer = await services.database.transact(work, retry=True)
    if answer is None:
        raise await _refused(call, row["account"], "counter went back")
    await services.throttle.succeeded("passkey", address=call.client.address)
    return answer


async def _counted(services: Services, transaction: Transaction, id: str, account: str, said: Answered) -> bool:
    """Keep what the passkey says of itself; False where that can't be, or it is gone."""
    passkeys = services.tables.passkeys
    row = await passkeys.one(transaction, lock=True, id=id, account=account)
    if row is None or is_copied(row["sign_count"], said.sign_count):
        return False
    await passkeys.update(
        transaction, {"id": id}, sign_count=said.sign_count, backed_up=said.backed_up, used_at=services.clock()
    )
    return True


async def _refused(call: Call, account: str | None, why: str) -> RequestError:
    """The refusal, in the same words whatever the reason is; the trail says more."""
    services = call.services
    key = None if account is None else services.people.key(account)

    async def work(transaction: Transaction) -> None:
        await services.trail.note(
            transaction,
            "sign-in.failed",
            client=call.client,
            request_id=call.request_id,
            account=key,
            details={"method": "passkey", "passkey": why},
        )

    await services.database.transact(work, retry=True)
    await services.throttle.failed("passkey", address=call.client.address)
    return RequestError(
        errors.WRONG_CREDENTIALS,
        "That passkey isn't good here",
        hint="Try again, or sign in another way and look at your passkeys.",
    )


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("POST", "/sign-in/passkey/options", "Begin to sign in by passkey", begin_sign_in, reply=Ceremony),
    Endpoint("POST", "/sign-in/passkey", "Sign in by passkey", sign_in, PasskeySignIn, SignedInShown),
)
