"""Recovery codes: for who has lost the device with the second factor. Ten of them, shown once, each good once."""

from __future__ import annotations

import secrets as random
from base64 import b32encode
from re import sub

from backsmith import errors
from backsmith.accounts.endpoint import Answer, Body, Call, Endpoint
from backsmith.accounts.factors import factors_of, person_of, tell
from backsmith.accounts.services import Services
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError

COUNT = 10
CODE_BYTES = 10
"""80 random bits a code: nobody guesses one (NIST SP 800-63B-4, 3.1.2, asks for 64 where attempts aren't limited)."""
_DIGEST = "recovery code"
_LOOK_ALIKE = {ord("0"): "o", ord("1"): "l"}
"""No code has these digits."""


class RecoveryCodes(Body, frozen=True):
    """The codes, this once."""

    codes: tuple[str, ...]
    """`mfzw-42dk-…`: letters and digits in fours."""


async def make(services: Services, transaction: Transaction, account: str) -> tuple[str, ...]:
    """New codes of an account; those before are good no more."""
    codes = tuple(_new_code() for _ in range(COUNT))
    await services.tables.recovery_codes.delete(transaction, account=account)
    for code in codes:
        await services.tables.recovery_codes.insert(
            transaction, account=account, digest=_digest(services, account, code)
        )
    return codes


async def use(services: Services, transaction: Transaction, account: str, code: str) -> bool:
    """Whether that is a code of the account's; it is gone then, so of many who bring it at once one is right."""
    digest = _digest(services, account, code)
    return bool(await services.tables.recovery_codes.delete(transaction, account=account, digest=digest))


async def left(services: Services, transaction: Transaction, account: str) -> int:
    """How many codes the account has still."""
    return len(await services.tables.recovery_codes.find(transaction, account=account))


async def renew(call: Call) -> Answer:
    """New codes of who asks."""
    services, account = call.services, call.services.people.text(call.asker.id)

    async def work(transaction: Transaction) -> tuple[str, ...]:
        if not await factors_of(services, transaction, account):
            raise RequestError(
                errors.REFUSED,
                "This account has no second factor that recovery codes could stand in for",
                hint="Turn one on first: POST /auth/totp.",
            )
        codes = await make(services, transaction, account)
        await tell(call, transaction, await person_of(services, transaction, account), "recovery-codes.renewed")
        return codes

    return Answer(200, RecoveryCodes(codes=await services.database.transact(work, retry=True)))


def _new_code() -> str:
    text = b32encode(random.token_bytes(CODE_BYTES)).decode().lower()
    return "-".join(text[start : start + 4] for start in range(0, len(text), 4))


def _digest(services: Services, account: str, code: str) -> bytes:
    """Of the code as people type it: capitals, spaces and dashes make no difference, nor does 0 for o and 1 for l."""
    plain = sub(r"[\s-]", "", code).lower().translate(_LOOK_ALIKE)
    return services.secrets.digest(_DIGEST, account, plain)


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint(
        "POST", "/recovery-codes", "Make new recovery codes in place of those before", renew, reply=RecoveryCodes,
        access="confirmed",
    ),
)  # fmt: skip
