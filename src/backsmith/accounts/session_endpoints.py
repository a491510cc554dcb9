"""Sessions over HTTP: renew one by its refresh token, list one's own, end one or all of them; the public keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from backsmith import errors
from backsmith.accounts.endpoint import Answer, Body, Call, Endpoint, SignedInShown
from backsmith.accounts.sessions import Method, Reused, Session, SignedIn, Transport, ended
from backsmith.accounts.signing_keys import FETCHED
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError


class Refresh(Body, frozen=True):
    """What renews a session."""

    refresh_token: str


class SessionShown(Body, frozen=True):
    """Where somebody is signed in."""

    id: str
    current: bool
    """It is the session of this request."""
    transport: Transport
    methods: tuple[Method, ...]
    """How they showed who they are."""
    impersonated: bool
    """An administrator acts as this account."""
    created_at: datetime
    confirmed_at: datetime
    """When they last proved who they are."""
    seen_at: datetime
    expires_at: datetime
    address: str | None
    user_agent: str | None


class SessionsShown(Body, frozen=True):
    """All sessions, the last used ones first."""

    sessions: list[SessionShown]


class Ended(Body, frozen=True):
    """How many sessions ended."""

    ended: int


class KeySet(Body, frozen=True):
    """A JSON Web Key Set (RFC 7517)."""

    keys: list[dict[str, Any]]


async def refresh(call: Call, body: Refresh) -> Answer:
    """Renew a session."""
    services, client = call.services, call.client
    await services.throttle.take("refresh", address=client.address)

    async def work(transaction: Transaction) -> SignedIn | Reused | None:
        found = await services.sessions.refresh(transaction, body.refresh_token, client)
        if isinstance(found, Reused):
            await services.trail.note(
                transaction,
                "refresh.reused",
                client=client,
                request_id=call.request_id,
                account=found.account,
                details={"session": found.id, "ended": found.ended},
            )
        return found

    match await services.database.transact(work, retry=True):
        case SignedIn() as signed_in:
            return Answer(200, signed_in=signed_in)
        case Reused(ended=False):
            raise RequestError(
                errors.BAD_TOKEN,
                "This refresh token was used a moment ago",
                hint="Use the one that came instead of it; a client refreshes once at a time.",
            )
        case Reused():
            raise RequestError(
                errors.BAD_TOKEN,
                "This refresh token was used before, so that somebody may have stolen it: the session has ended",
                hint="Sign in again.",
            )
        case None:
            await services.throttle.failed("refresh", address=client.address)
            raise ended()


async def sign_out(call: Call) -> Answer:
    """End the session of the request; where there is none, there is nothing to end."""
    services, asker = call.services, call.asker
    session = asker.session
    if session is not None:

        async def work(transaction: Transaction) -> None:
            if await services.sessions.end(transaction, asker.id, session):
                await _note(call, transaction, "sign-out", {"session": session})

        await services.database.transact(work, retry=True)
    return Answer(204, signed_out=True)


async def sign_out_everywhere(call: Call) -> Answer:
    """End all sessions of who asks."""
    services = call.services

    async def work(transaction: Transaction) -> int:
        count = await services.sessions.end_all(transaction, call.asker.id)
        await _note(call, transaction, "sign-out.everywhere", {"sessions": count})
        return count

    return Answer(200, Ended(ended=await services.database.transact(work, retry=True)), signed_out=True)


async def show(call: Call) -> Answer:
    """The open sessions of who asks."""
    found = await call.services.sessions.list(call.services.database, call.asker.id)
    return Answer(200, SessionsShown(sessions=[_shown(call, each) for each in found]))


async def end(call: Call) -> Answer:
    """End one of the sessions of who asks."""
    services, id = call.services, call.parameters["id"]

    async def work(transaction: Transaction) -> bool:
        found = await services.sessions.end(transaction, call.asker.id, id)
        if found:
            await _note(call, transaction, "session.ended", {"session": id})
        return found

    if not await services.database.transact(work, retry=True):
        raise RequestError(errors.NOT_FOUND, "You have no such session", hint="GET /auth/sessions lists them.")
    return Answer(204, signed_out=id == call.asker.session)


async def keys(call: Call) -> Answer:
    """The public keys that check access tokens."""
    found = KeySet(keys=await call.services.signing.published())
    return Answer(200, found, headers=(("cache-control", f"public, max-age={FETCHED}"),))


async def _note(call: Call, transaction: Transaction, event: str, details: dict[str, Any]) -> None:
    asker = call.asker
    await call.services.trail.note(
        transaction,
        event,
        client=call.client,
        request_id=call.request_id,
        account=asker.id,
        actor=asker.impersonator,
        details=details,
    )


def _shown(call: Call, session: Session) -> SessionShown:
    return SessionShown(
        id=session.id,
        current=session.id == call.asker.session,
        transport=session.transport,
        methods=session.methods,
        impersonated=session.impersonator is not None,
        created_at=session.created_at,
        confirmed_at=session.confirmed_at,
        seen_at=session.seen_at,
        expires_at=session.expires_at,
        address=session.address,
        user_agent=session.user_agent,
    )


ENDPOINTS: tuple[Endpoint, ...] = (
    Endpoint("POST", "/token", "Renew a session by its refresh token", refresh, Refresh, SignedInShown),
    Endpoint("POST", "/sign-out", "End the session of this request", sign_out, status=204),
    Endpoint(
        "POST", "/sign-out-everywhere", "End all of your sessions", sign_out_everywhere, reply=Ended, access="account"
    ),
    Endpoint("GET", "/sessions", "Where you are signed in", show, reply=SessionsShown, access="account"),
    Endpoint("DELETE", "/sessions/{id}", "End one of your sessions", end, status=204, access="account"),
    Endpoint("GET", "/jwks.json", "The public keys that check access tokens", keys, reply=KeySet),
)
