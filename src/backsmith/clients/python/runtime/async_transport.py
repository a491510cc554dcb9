"""A request and its reply: who asks, what is sent again and when, and refusals as errors."""

from __future__ import annotations

import asyncio
import inspect
import random
import secrets
import warnings
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Protocol, TypedDict, TypeVar

import httpx

from .errors import BacksmithError, refusal
from .values import Kind, Kinds, decoded, encoded, parsed

Self_ = TypeVar("Self_", bound="AsyncTransport")
_PASSING = frozenset({502, 503, 504})
"""Statuses of a server that is on its way back."""
_LONGEST_WAIT = 10.0
"""Seconds."""


class Tokens(TypedDict):
    """The tokens of a session."""

    access_token: str
    refresh_token: str


class TokenStorage(Protocol):
    """Where tokens are kept."""

    def load(self) -> Tokens | None:
        """Those of who is signed in."""
        ...

    def save(self, tokens: Tokens | None) -> None:
        """None: who was signed in isn't any more."""
        ...


class InMemory:
    """Keeps tokens for as long as the program runs."""

    def __init__(self, tokens: Tokens | None = None) -> None:
        self._tokens = tokens

    def load(self) -> Tokens | None:
        """As TokenStorage."""
        return self._tokens

    def save(self, tokens: Tokens | None) -> None:
        """As TokenStorage."""
        self._tokens = tokens


class AsyncTransport:
    """Sends requests. Closes with `with`, or by `aclose()`."""

    def __init__(
        self,
        address: str,
        *,
        kinds: Kinds,
        api_key: str | None = None,
        headers: Mapping[str, str] | None = None,
        storage: TokenStorage | None = None,
        retries: int = 2,
        timeout: float = 30.0,
        client: httpx.AsyncClient | None = None,
    ) -> None:
        self.kinds = kinds
        if not address.startswith(("http://", "https://")):
            raise ValueError(f"The address of the server begins with http:// or https://, unlike {address!r}.")
        if api_key is not None and not (api_key.isascii() and api_key.isprintable()):
            raise ValueError("The API key has signs that no key has. Give it as it was shown when it was made.")
        self._address = address.rstrip("/")
        self._headers = {**(headers or {}), **({"X-API-Key": api_key} if api_key else {})}
        self._storage: TokenStorage = storage or InMemory()
        self._retries = retries
        self._client = client or httpx.AsyncClient(timeout=timeout)
        self._renewing = asyncio.Lock()
        self._warned = set[str]()

    async def aclose(self) -> None:
        """Close its connections."""
        await self._client.aclose()

    async def __aenter__(self: Self_) -> Self_:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def json(self, method: str, path: str, kind: Kind | None = None, **asked: Any) -> Any:
        """What a reply holds; None where it has no body."""
        reply = await self.send(method, path, **asked)
        return None if not reply.content else decoded(parsed(reply.content), kind, self.kinds)

    async def auth(self, method: str, path: str, kind: Kind | None = None, *, ends: bool = False, **asked: Any) -> Any:
        """A call of `/auth`: a session that it begins is kept, one that it ends is forgotten."""
        found = await self.json(method, path, kind, **asked)
        if ends:
            self._storage.save(None)
        elif isinstance(found, dict) and "access_token" in found and "refresh_token" in found:
            self._storage.save({"access_token": found["access_token"], "refresh_token": found["refresh_token"]})
        return found  # pyright: ignore[reportUnknownVariableType]

    async def send(
        self,
        method: str,
        path: str,
        *,
        query: Sequence[str] = (),
        body: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        idempotent: bool = False,
        idempotency_key: str | None = None,
        signed_out: bool = False,
    ) -> httpx.Response:
        """The reply to a request. Raises BacksmithError.

        What changes nothing, and what carries an Idempotency-Key, is sent again where the network or the server fails.
        """
        given = {"Accept": "application/json", **self._headers, **(headers or {})}
        if body is not None:
            content = encoded(body)
            given["Content-Type"] = "application/json"
        if idempotent:
            given["Idempotency-Key"] = idempotency_key or secrets.token_hex(16)
        address = self._address + path + ("?" + "&".join(query) if query else "")
        left = self._retries if idempotent or method in ("GET", "HEAD") else 0
        renewed = False
        while True:
            tokens = None if signed_out else self._storage.load()
            if tokens is not None:
                given["Authorization"] = f"Bearer {tokens['access_token']}"
            outcome = await self._attempt(method, address, given, content)
            if isinstance(outcome, httpx.Response):
                self._mind(method, path, outcome)
                return outcome
            if outcome.status == 401 and tokens is not None and not renewed and await self._renew(tokens):
                renewed = True
            elif left > 0 and _may_pass(outcome):
                left -= 1
                await asyncio.sleep(min(outcome.retry_after or 0.2 * (1 + random.random()), _LONGEST_WAIT))
            else:
                raise outcome

    async def _attempt(
        self, method: str, address: str, headers: Mapping[str, str], content: bytes | None
    ) -> httpx.Response | BacksmithError:
        try:
            reply = await self._client.request(method, address, headers=dict(headers), content=content)
        except httpx.TransportError as error:
            said = {"message": f"{address} can't be reached: {type(error).__name__}."}
            failed = BacksmithError("unreachable", 0, said)
            failed.__cause__ = error
            return failed
        if reply.is_success or reply.status_code == 304:
            return reply
        return refusal(reply.status_code, reply.content, reply.headers.get("retry-after"))

    async def _renew(self, used: Tokens) -> bool:
        """Whether there is another access token now. A refresh token is good once: however many requests were refused
        at once, one renewal is asked for."""
        async with self._renewing:
            tokens = self._storage.load()
            if tokens is None:
                return False
            if tokens["access_token"] != used["access_token"]:
                return True  # another request was first
            try:
                await self.auth("POST", "/auth/token", body={"refresh_token": tokens["refresh_token"]}, signed_out=True)
            except BacksmithError as error:
                if not 400 <= error.status < 500:
                    raise
                self._storage.save(None)
                return False
            return True

    def _mind(self, method: str, path: str, reply: httpx.Response) -> None:
        """Warn once of what is going to end (RFC 9745, RFC 8594)."""
        if "deprecation" in reply.headers and (called := f"{method} {path.partition('?')[0]}") not in self._warned:
            self._warned.add(called)
            what, ends = reply.headers.get("backsmith-deprecated"), reply.headers.get("sunset")
            said = f"{called} uses " + (f"{what}, which is deprecated" if what else "what is deprecated")
            said += f" and ends on {ends}" if ends else ""
            warnings.warn(f"{said}.", DeprecationWarning, stacklevel=_callers_level())


def _callers_level() -> int:
    """How far up from the function that asks the code stands that uses this package."""
    client = (__package__ or "").rpartition(".")[0]
    frame, level = inspect.currentframe(), 0
    while frame is not None and f"{frame.f_globals.get('__package__')}.".startswith(f"{client}."):
        frame, level = frame.f_back, level + 1
    return level


def _may_pass(error: BacksmithError) -> bool:
    soon = error.retry_after is not None and error.retry_after <= _LONGEST_WAIT
    return error.status == 0 or error.status in _PASSING or (soon and error.status in (409, 429))
