"""The two ways a server hands over requests: ASGI, which every Python server has, and RSGI, which is Granian's own.

`backsmith serve` uses RSGI, which spares each request two messages and the copying of its headers; to be mounted in
another application, Backsmith is an ASGI application.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Protocol
from urllib.parse import quote

from backsmith.engine.request import Headers, Request
from backsmith.engine.serving.clients import Clients
from backsmith.engine.serving.http import MAX_BODY, HttpApplication, too_large

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


class RsgiScope(Protocol):
    """What RSGI says of a request."""

    method: str
    path: str
    query_string: str
    headers: Headers


class RsgiProtocol(Protocol):
    """RSGI's way to read the body, piece by piece, and to reply."""

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    def client_disconnect(self) -> Awaitable[None]:
        """Wait until the client goes away."""
        ...

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """Send the reply."""
        ...


async def answer_asgi(application: HttpApplication, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request of an ASGI server."""
    headers: Mapping[str, str] = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    query: bytes = scope["query_string"]
    raw: bytes | None = scope.get("raw_path")
    path = encoded_path(scope["path"]) if raw is None else raw.decode("latin-1").partition("?")[0]
    root = encoded_path(scope.get("root_path") or "").rstrip("/")
    below = path.removeprefix(root)
    request = Request(
        scope["method"], application.segments(below), path, query.decode(errors="surrogateescape"), headers
    )
    body = (lambda: _joined(_chunks(receive))) if request.method == "POST" else None
    reply = await application.reply(request, body)
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers]
    await send({"type": "http.response.start", "status": reply.status, "headers": encoded})
    await send({"type": "http.response.body", "body": reply.body})


async def _chunks(receive: Receive) -> AsyncIterator[bytes]:
    """The pieces of a request's body."""
    more = True
    while more:
        message = await receive()
        yield message.get("body", b"")
        more = message.get("more_body", False)


async def answer_rsgi(application: HttpApplication, clients: Clients, scope: RsgiScope, protocol: RsgiProtocol) -> None:
    """Answer one request of an RSGI server."""
    path = encoded_path(scope.path)
    request = Request(scope.method, application.segments(path), path, scope.query_string, scope.headers)
    body = (lambda: _joined(protocol)) if request.method == "POST" else None
    clients.enter(protocol)
    try:
        reply = await application.reply(request, body)
    except asyncio.CancelledError:
        if not clients.leave(protocol):
            raise
        return  # there is nobody to reply to
    finally:
        clients.leave(protocol)
    protocol.response_bytes(reply.status, reply.headers, reply.body)


def encoded_path(path: str) -> str:
    """A path that the server has decoded, percent-encoded as far as it has to be to be decoded again."""
    return path if path.isascii() and "%" not in path else quote(path, safe="/,:@!$'()*;=~")


async def _joined(chunks: AsyncIterable[bytes]) -> bytes:
    """The whole body. Raises RequestError TOO_LARGE before it is all in memory."""
    body = bytearray()
    async for chunk in chunks:
        body += chunk
        if len(body) > MAX_BODY:
            raise too_large()
    return bytes(body)
