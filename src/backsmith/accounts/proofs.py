"""What comes by mail, and back: a code that is typed in, or a link that is opened.

In: a kind of flow and an address. Out: a mail with both. What comes back ends the flow, once (`flows`). Opening a link
shows a page, which asks before it goes on: programs that look at mails for viruses open links too.

Nothing tells whether there is an account of an address: the same is done for both, and replies wait for the next tenth
of a second (`paced`), since one row more or less takes a little longer.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any, Literal

from backsmith.accounts.browsers import own_address
from backsmith.accounts.endpoint import Body, Call
from backsmith.accounts.flows import CODE_LIFETIME, Begun, Flow, Kind
from backsmith.accounts.people import normal_email
from backsmith.databases.transaction import Transaction

STEP = 0.1
"""Seconds: replies that mustn't tell anything by their time come at a multiple of it after their request."""

_PAGES: dict[Kind, str] = {
    "sign-up": "sign-up/confirm",
    "code": "code/confirm",
    "reset": "reset/confirm",
    "verify": "verify/confirm",
    "email": "email/confirm",
    "undo": "email/undo",
}
"""Where the link of a mail leads to, below /auth."""


class MailSent(Body, frozen=True):
    """The reply to who asked for a code or link by mail: the same whether there is such an account or not."""

    flow: str
    """For the endpoint that takes the code."""
    next: Literal["confirm"] = "confirm"


class ByMail(Body, frozen=True):
    """What came by mail: the code, together with the flow that it is of; or the token of the link alone."""

    flow: str | None = None
    code: str | None = None
    token: str | None = None
    """What stands behind # in the link."""

    def __post_init__(self) -> None:
        if (self.token is None) == (self.code is None) or (self.code is not None and self.flow is None):
            raise ValueError("Give either `flow` and `code`, or `token`")


async def begin(
    call: Call,
    transaction: Transaction,
    kind: Kind,
    *,
    account: str | None,
    content: dict[str, Any],
    lifetime: timedelta = CODE_LIFETIME,
) -> tuple[Begun, dict[str, Any]]:
    """A flow, and what its mail says: code and link."""
    services = call.services
    begun = await services.flows.begin(
        transaction, kind, services.clock(), account=account, content=content, lifetime=lifetime
    )
    return begun, {"code": begun.code, "link": f"{own_address(services.settings)}/auth/{_PAGES[kind]}#{begun.token}"}


async def limit(call: Call, what: str, email: str) -> None:
    """Count a wish for a mail. Raises RequestError TOO_MANY."""
    await call.services.throttle.take(what, account=normal_email(email), address=call.client.address)


async def take(call: Call, transaction: Transaction, kind: Kind, proof: ByMail) -> Flow | None:
    """The flow of what came back, which is spent with it. None where the code is wrong, which counts: the transaction
    has to end well, and the request is refused (`flows.spent`) after it. Raises RequestError SPENT for a link."""
    flows, now = call.services.flows, call.services.clock()
    if proof.token is not None:
        return await flows.take_by_token(transaction, kind, proof.token, now)
    return await flows.take_by_code(transaction, kind, proof.flow or "", proof.code or "", now)


def began() -> float:
    """When the work on a request began, for `paced`."""
    return asyncio.get_running_loop().time()


async def paced(since: float) -> None:
    """Wait until a multiple of STEP after `since`."""
    passed = asyncio.get_running_loop().time() - since
    await asyncio.sleep(STEP - passed % STEP)
