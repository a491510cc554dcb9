"""Codes of an app as a second factor (TOTP, RFC 6238): turned on, turned off, and looked at.

In: six digits. Out: whether they are right, once: each step of 30 seconds is good for one code only, whoever sends it
how many times at once. The secret is sealed at rest. Parameters are those that every authenticator app knows (SHA-1,
six digits, 30 seconds); SHA-1 is sound in HMAC.
"""

from __future__ import annotations

import hmac
import secrets as random
from base64 import b32encode, b64decode, b64encode
from datetime import datetime
from typing import TYPE_CHECKING

from backsmith.accounts import recovery_codes
from backsmith.accounts.endpoint import Answer, Body, Call, Endpoint
from backsmith.accounts.factors import person_of, tell
from backsmith.accounts.flows import Flow, spent
from backsmith.accounts.passkeys import party_of
from backsmith.accounts.services import Services
from backsmith.databases.own_rows import Before
from backsmith.databases.transaction import Transaction
from backsmith.errors import WRONG_CREDENTIALS, RequestError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.twofactor.totp import TOTP

STEP = 30
"""Seconds for which an app shows a code."""
DIGITS = 6
WINDOW = 1
"""Steps before and after the present one whose codes are good too: clocks differ, people are slow (RFC 6238, 5.2)."""
SECRET_BYTES = 20
"""As long as the hash (RFC 4226, 4)."""
_SEAL = "totp"


class TotpBegun(Body, frozen=True):
    """What an authenticator app has to be told."""

    flow: str
    secret: str
    """Base32, to type in."""
    address: str
    """The same as an address, `otpauth://…`, for an app on the same device."""
    qr: str
    """The same as a picture for the app's camera: SVG."""


class TotpConfirmation(Body, frozen=True):
    """The first code of the app."""

    flow: str
    code: str


async def begin(call: Call) -> Answer:
    """A new secret, which does nothing before a code made of it has come back."""
    services, secret = call.services, random.token_bytes(SECRET_BYTES)
    account = services.people.text(call.asker.id)

    async def work(transaction: Transaction) -> tuple[str, str]:
        person = await person_of(services, transaction, account)
        begun = await services.flows.begin(
            transaction, "totp", services.clock(), account=account, content={"secret": b64encode(secret).decode()}
        )
        return begun.handle, person.email or person.name or account

    handle, name = await services.database.transact(work, retry=True)
    address = _totp(secret).get_provisioning_uri(name, party_of(services.settings))
    return Answer(200, TotpBegun(flow=handle, secret=b32encode(secret).decode(), address=address, qr=_picture(address)))


async def confirm(call: Call, body: TotpConfirmation) -> Answer:
    """Turn it on: from now on signing in takes a code too."""
    services, account = call.services, call.services.people.text(call.asker.id)
    await services.throttle.take("factor", account=account, address=call.client.address)

    async def work(transaction: Transaction) -> recovery_codes.RecoveryCodes | None:
        now = services.clock()
        flow = await services.flows.look(transaction, "totp", body.flow, now)
        if flow is None or flow.account != account:
            raise spent()
        secret = b64decode(flow.content["secret"])
        step = step_of(secret, body.code, now)
        if step is None:
            await services.flows.miss(transaction, flow.id)
            return None
        await services.flows.take(transaction, "totp", flow.id, now)
        await _turn_on(call, transaction, flow, secret, step)
        return recovery_codes.RecoveryCodes(codes=await recovery_codes.make(services, transaction, account))

    codes = await services.database.transact(work, retry=True)
    if codes is None:
        await services.throttle.failed("factor", account=account, address=call.client.address)
        raise wrong_code()
    await services.throttle.succeeded("factor", account=account, address=call.client.address)
    return Answer(200, codes)


async def _turn_on(call: Call, transaction: Transaction, flow: Flow, secret: bytes, step: int) -> None:
    services, account = call.services, str(flow.account)
    await services.tables.totp.put(
        transaction,
        account=account,
        secret=services.secrets.seal(_SEAL, secret, about=account),
        last_step=step,
        created_at=services.clock(),
    )
    await tell(call, transaction, await person_of(services, transaction, account), "totp.added")


async def remove(call: Call) -> Answer:
    """Turn it off."""
    services, account = call.services, call.services.people.text(call.asker.id)

    async def work(transaction: Transaction) -> None:
        if await services.tables.totp.delete(transaction, account=account):
            await services.tables.recovery_codes.delete(transaction, account=account)
            await services.flows.forget(transaction, account, "totp")
            await tell(call, transaction, await person_of(services, transaction, account), "totp.removed")

    await services.database.transact(work, retry=True)
    return Answer(204)


async def use(services: Services, transaction: Transaction, account: str, code: str, now: datetime) -> bool:
    """Whether that is a code of the account's app that nobody has used; from now on it is used, and all before it."""
    row = await services.tables.totp.one(transaction, account=account)
    if row is None:
        return False
    step = step_of(services.secrets.open(_SEAL, row["secret"], about=account), code, now)
    if step is None:
        return False
    used = await services.tables.totp.update(
        transaction, {"account": account, "last_step": Before(step)}, last_step=step
    )
    return bool(used)


def step_of(secret: bytes, code: str, now: datetime) -> int | None:
    """The step whose code that is, of those that are good at the moment."""
    given, present, app = "".join(code.split()).encode(), int(now.timestamp()) // STEP, _totp(secret)
    found = None
    for step in range(present - WINDOW, present + WINDOW + 1):
        if hmac.compare_digest(app.generate(step * STEP), given):
            found = step
    return found


def wrong_code() -> RequestError:
    """The refusal of a code, whatever it was that was wrong with it."""
    return RequestError(
        WRONG_CREDENTIALS,
        "That code isn't right",
        hint="Each code is good once, for half a minute: wait for the next one. Is the clock of the device right? "
        "A recovery code is good once.",
    )


def _totp(secret: bytes) -> TOTP:
    from cryptography.hazmat.primitives.hashes import SHA1  # noqa: PLC0415  slow to import
    from cryptography.hazmat.primitives.twofactor.totp import TOTP  # noqa: PLC0415  slow to import

    return TOTP(secret, DIGITS, SHA1(), STEP)


def _picture(address: str) -> str:
    import segno  # noqa: PLC0415  slow to import

    return segno.make(address, error="m", micro=False).svg_inline(scale=5, dark="#000", light="#fff")


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "POST", "/totp", "Begin to use an authenticator app as a second factor", begin, reply=TotpBegun,
        access="confirmed",
    ),
    Endpoint(
        "POST", "/totp/confirm", "Turn the second factor on by its first code", confirm, TotpConfirmation,
        recovery_codes.RecoveryCodes, access="confirmed",
    ),
    Endpoint("DELETE", "/totp", "Turn the second factor off", remove, status=204, access="confirmed"),
)  # fmt: skip
