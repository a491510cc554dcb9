"""The nouns of `/auth`: an endpoint as data, a call of it, its answer.

Every endpoint of accounts is an `Endpoint` in a tuple of its module (`ENDPOINTS`); serving, documentation and the
sign-in page are made from these.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Literal, NamedTuple

from msgspec import Struct

from backsmith.accounts.services import Services
from backsmith.accounts.sessions import Client, SignedIn, Transport
from backsmith.blueprint.asker import Asker
from backsmith.http.request import Request

Access = Literal["anyone", "account", "confirmed", "administrator"]
"""Who may call: everybody; who is signed in here, by a session of their own (no API key, nobody who impersonates);
the same, and they proved who they are a moment ago; an account with the role `admin`, who did that too."""


class Body(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The base of bodies and replies: JSON objects."""


class SignedInShown(Body, frozen=True, omit_defaults=True):
    """The reply to who signed in, or whose session was renewed."""

    account: Any
    """The account's key."""
    session: str
    """Its id, which is no secret."""
    transport: Transport
    expires_in: int
    """Seconds for which the access token, or the session of a cookie, is good."""
    token_type: Literal["Bearer"] | None = None
    access_token: str | None = None
    refresh_token: str | None = None
    """Good once: each use gives a new one."""

    @staticmethod
    def of(signed_in: SignedIn) -> SignedInShown:
        """The reply. What a cookie carries isn't in it."""
        return SignedInShown(
            account=signed_in.account,
            session=signed_in.id,
            transport=signed_in.transport,
            expires_in=signed_in.expires_in,
            token_type="Bearer" if signed_in.transport == "token" else None,
            access_token=signed_in.access_token,
            refresh_token=signed_in.refresh_token,
        )


class Call(NamedTuple):
    """A call of an endpoint."""

    services: Services
    request: Request
    request_id: str
    asker: Asker
    client: Client
    transport: Transport
    """What a session that it begins is to be carried by: browsers on our own pages get a cookie."""
    parameters: Mapping[str, str]
    """What stands in the path."""
    query: Mapping[str, str]


class Answer(NamedTuple):
    """An answer."""

    status: int = 200
    body: Struct | None = None
    signed_in: SignedIn | None = None
    """A session that was begun or renewed: its cookie is set, or its tokens are the body."""
    signed_out: bool = False
    """The cookie of the session is taken away."""
    location: str | None = None
    """Where a browser is to go on."""
    cookies: tuple[str, ...] = ()
    """Further values of Set-Cookie."""
    headers: tuple[tuple[str, str], ...] = ()
    """Further headers, with names in lower case. Without a Cache-Control among them nobody may keep the reply."""


class Endpoint(NamedTuple):
    """An endpoint below /auth."""

    method: Literal["GET", "POST", "PATCH", "DELETE"]
    path: str
    """`/sessions/{id}`"""
    summary: str
    """What it does, a sentence without full stop, for the documentation."""
    handle: Callable[..., Awaitable[Answer]]
    """Is called with the Call, and where there is a body with that."""
    body: type[Body] | None = None
    reply: Any = None
    """The type of the answer's body."""
    status: int = 200
    access: Access = "anyone"
