"""`/auth/oidc`: a browser is sent to another provider, comes back with a code, and is signed in, or linked.

What the way back needs (verifier, nonce, where to go on) is in a flow whose handle is `state`; it is good once, in the
browser in which it began, for the provider that it was begun with. The code is exchanged outside of transactions.
"""

from __future__ import annotations

import secrets as random
from datetime import timedelta
from re import ASCII, fullmatch
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlencode

from backsmith import errors
from backsmith.accounts.browsers import own_address
from backsmith.accounts.by_password import need_way
from backsmith.accounts.endpoint import Answer, Body, Call, Endpoint
from backsmith.accounts.oidc import browser_binding
from backsmith.accounts.oidc.fetching import ProviderError
from backsmith.accounts.oidc.linking import account_of, link
from backsmith.accounts.oidc.own_paths import HOME, own_path
from backsmith.accounts.oidc.provider import Identity, OtherProvider
from backsmith.accounts.signing_in import complete
from backsmith.databases.own_rows import After
from backsmith.databases.transaction import Transaction, ViolationError
from backsmith.errors import RequestError

LIFETIME = timedelta(seconds=browser_binding.SECONDS)
_RETURNED = ("state", "code", "iss", "error")
"""What a provider may send back; anything else isn't looked at."""
_MOST = 4096
"""Characters of each of these."""


class ProviderShown(Body, frozen=True):
    """A provider that one may sign in by."""

    name: str
    title: str
    address: str
    """Where a browser begins."""


class ProvidersShown(Body, frozen=True):
    """All of them."""

    providers: list[ProviderShown]


class Linking(Body, frozen=True):
    """Where to go on afterwards."""

    to: str = HOME


class LinkBegun(Body, frozen=True):
    """Where the browser is to go now, the one that sent the request: it has a cookie for the way back."""

    address: str


class _Flow(NamedTuple):
    verifier: str
    nonce: str
    to: str
    account: str | None
    """Who wants to link; None: a sign-in."""


async def show(call: Call) -> Answer:
    """The providers."""
    shown = [
        ProviderShown(name=each.name, title=each.title, address=f"/auth/oidc/{each.name}")
        for each in call.services.providers.all()
        if "oidc" in call.services.settings.sign_in
    ]
    return Answer(200, ProvidersShown(providers=shown))


async def begin(call: Call) -> Answer:
    """Send a browser to a provider to sign in; `to` is the path where it goes on afterwards."""
    location, cookie = await _begin(call, _provider(call), own_path(call.query.get("to")), None)
    return Answer(303, location=location, cookies=(cookie,))


async def begin_link(call: Call, body: Linking) -> Answer:
    """The address that the browser of who asks is to go to, to link a provider's account."""
    account = call.services.people.text(call.asker.id)
    location, cookie = await _begin(call, _provider(call), own_path(body.to), account)
    return Answer(200, LinkBegun(address=location), cookies=(cookie,))


async def _begin(call: Call, provider: OtherProvider, to: str, account: str | None) -> tuple[str, str]:
    services, browser = call.services, browser_binding.value_of(call.request)
    await services.throttle.take("oidc", address=call.client.address)
    document = await provider.document()
    nonce, verifier = random.token_urlsafe(32), random.token_urlsafe(48)

    async def work(transaction: Transaction) -> str:
        content = {
            "provider": provider.name,
            "browser": browser_binding.digest_of(browser),
            "session": call.asker.session,
            "verifier": verifier,
            "nonce": nonce,
            "to": to,
        }
        begun = await services.flows.begin(
            transaction, "oidc", services.clock(), account=account, content=content, lifetime=LIFETIME
        )
        return begun.handle

    state = await services.database.transact(work, retry=True)
    location = provider.sign_in_address(document, _redirect(call, provider), state, nonce, verifier)
    return location, browser_binding.cookie_of(browser)


async def come_back(call: Call) -> Answer:
    """A browser comes back from a provider.

    The answer has a session and where to go on; or, as its body, the flow of a second factor, for which a page asks.
    """
    services, provider = call.services, _provider(call)
    await services.throttle.take("oidc", address=call.client.address)
    if any(len(call.query.get(name, "")) > _MOST for name in _RETURNED):
        raise RequestError(errors.TOO_LARGE, f"What the provider sends back has more than {_MOST} characters")
    flow = await _spend(call, provider)
    try:
        identity = await _identity(call, provider, flow)
    except ProviderError as error:
        await _note(call, provider, error)
        raise

    async def work(transaction: Transaction) -> Answer:
        if flow.account is not None:
            await link(call, transaction, provider, identity, flow.account)
            return Answer(303, location=flow.to)
        person = await account_of(call, transaction, provider, identity)
        return await complete(call._replace(transport="cookie"), transaction, person, ("oidc",))

    try:
        answer = await services.database.transact(work, retry=True)
    except (ViolationError, RequestError) as error:
        if isinstance(error, RequestError) and error.kind is not errors.DUPLICATE:
            raise
        # Perhaps the same new person came in two tabs at once, and the other one was faster.
        answer = await services.database.transact(work, retry=True)
    await services.throttle.succeeded("oidc", address=call.client.address)
    return answer if answer.signed_in is None else answer._replace(status=303, body=None, location=flow.to)


async def come_back_by_form(call: Call) -> Answer:
    """The same by a form that the provider's page sent (`response_mode=form_post`). Browsers send no cookies with it,
    so they come once more, by GET."""
    provider = _provider(call)
    if provider.about.response_mode != "form_post":
        raise RequestError(errors.METHOD_NOT_ALLOWED, "This provider sends browsers back by GET")
    try:
        sent = dict(parse_qsl(call.request.body.decode("ascii"), max_num_fields=20))
    except ValueError as error:
        raise RequestError(errors.BAD_BODY, "The body is no form") from error
    returned = {name: sent[name] for name in _RETURNED if len(sent.get(name, "")) <= _MOST and name in sent}
    return Answer(303, location=f"/auth/oidc/{provider.name}/callback?{urlencode(returned)}")


async def _spend(call: Call, provider: OtherProvider) -> _Flow:
    """What the browser began, which is spent with it. Raises RequestError SPENT where it began no such thing."""
    services, state = call.services, call.query.get("state", "")

    async def work(transaction: Transaction) -> _Flow:
        now = services.clock()
        found = await services.flows.look(transaction, "oidc", state, now)
        if found is None or not browser_binding.is_of(call.request, found.content["browser"]):
            raise _not_under_way()
        await services.flows.take(transaction, "oidc", state, now)
        content: dict[str, Any] = found.content
        if content["provider"] != provider.name:
            raise _not_under_way()
        if found.account is not None and not await _still_asks(call, transaction, found.account, content["session"]):
            raise _not_under_way()
        return _Flow(content["verifier"], content["nonce"], content["to"], found.account)

    return await services.database.transact(work, retry=True)


async def _still_asks(call: Call, transaction: Transaction, account: str, session: str) -> bool:
    """Whether who began to link is signed in still, and nobody else is in this browser."""
    services, asker = call.services, call.asker
    if asker.id is not None and services.people.text(asker.id) != account:
        return False
    row = await services.tables.sessions.one(
        transaction, id=session, account=account, ended_at=None, expires_at=After(services.clock())
    )
    return row is not None


async def _identity(call: Call, provider: OtherProvider, flow: _Flow) -> Identity:
    """Who signed in there. Raises ProviderError."""
    query, document = call.query, await provider.document()
    issuer = query.get("iss")  # RFC 9207: the code isn't given to another provider than the one that made it
    if issuer is None and document.authorization_response_iss_parameter_supported:
        raise ProviderError("it doesn't say that it is itself who sends you back (`iss`)")
    if issuer is not None and issuer != document.issuer:
        raise ProviderError("another provider sent you back than the one that you were sent to (`iss`)")
    error = query.get("error")
    if error is not None:
        known = error if fullmatch(r"[a-z_]{1,40}", error, ASCII) else "unknown"
        raise ProviderError("you said no there" if known == "access_denied" else f"it refused ({known})")
    code = query.get("code")
    if not code:
        raise ProviderError("it sent you back without a code")
    return await provider.exchange(code, _redirect(call, provider), flow.nonce, flow.verifier)


async def _note(call: Call, provider: OtherProvider, error: ProviderError) -> None:
    async def work(transaction: Transaction) -> None:
        await call.services.trail.note(
            transaction,
            "sign-in.failed",
            client=call.client,
            request_id=call.request_id,
            details={"method": "oidc", "provider": provider.name, "reason": error.message},
        )

    await call.services.database.transact(work, retry=True)


def _provider(call: Call) -> OtherProvider:
    found = call.services.providers.find(call.parameters["provider"])
    if found is None:
        raise RequestError(errors.NOTHING_HERE, "There is no such provider here", hint="GET /auth/oidc lists them.")
    need_way(call, "oidc")
    return found


def _redirect(call: Call, provider: OtherProvider) -> str:
    """Where the provider sends browsers back: by the settings, whatever host a request names."""
    return f"{own_address(call.services.settings)}/auth/oidc/{provider.name}/callback"


def _not_under_way() -> RequestError:
    return RequestError(
        errors.SPENT,
        "No such sign-in is under way in this browser",
        hint="It is good once and for ten minutes, with cookies on. Begin again.",
    )


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("GET", "/oidc", "The other providers that one may sign in by", show, reply=ProvidersShown),
    Endpoint("GET", "/oidc/{provider}", "Send a browser to a provider to sign in", begin, status=303),
    Endpoint("GET", "/oidc/{provider}/callback", "A browser comes back from a provider", come_back, status=303),
    Endpoint(
        "POST", "/oidc/{provider}/callback", "A browser comes back from a provider by a form", come_back_by_form,
        status=303,
    ),
    Endpoint(
        "POST", "/oidc/{provider}/link", "Begin to link a provider's account to your own", begin_link, Linking,
        LinkBegun, access="confirmed",
    ),
)  # fmt: skip
