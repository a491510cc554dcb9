"""The two ways a server hands over requests: ASGI, which every Python server has, and RSGI, which is Granian's own.

`backsmith serve` uses RSGI, which spares each request two messages and the copying of its headers; to be mounted in
another application, Backsmith is an ASGI application.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, MutableMapping
from typing import Any, Protocol
from urllib.parse import quote

from granian.rsgi import ProtocolClosed  # pyright: ignore[reportPrivateImportUsage] - public, by its documentation

from backsmith import errors
from backsmith.engine.serving.clients import Clients
from backsmith.engine.serving.http import HttpApplication
from backsmith.engine.serving.incoming import Incoming
from backsmith.engine.serving.outgoing import PATIENCE, Outgoing
from backsmith.errors import RequestError
from backsmith.http.request import Headers, Request

WITH_BODY = frozenset({"POST", "PUT", "PATCH", "DELETE"})
"""Methods whose requests may have a body."""


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
    client: str


class RsgiTransport(Protocol):
    """RSGI's way to send a body piece by piece."""

    async def send_bytes(self, data: bytes) -> None:
        """Send a piece. Raises ProtocolClosed when the client went away."""
        ...


class RsgiProtocol(Protocol):
    """RSGI's way to read the body, at once or piece by piece, and to reply."""

    def __call__(self) -> Awaitable[bytes]:
        """The whole body."""
        ...

    def __aiter__(self) -> AsyncIterator[bytes]: ...

    def client_disconnect(self) -> Awaitable[None]:
        """Wait until the client goes away."""
        ...

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """Send the reply."""
        ...

    def response_stream(self, status: int, headers: list[tuple[str, str]]) -> RsgiTransport:
        """Begin the reply."""
        ...


class AsgiHeaders(dict[str, str]):
    """The headers of an ASGI request, as RSGI has them."""

    def __init__(self, pairs: Iterable[tuple[bytes, bytes]]) -> None:
        self._pairs = pairs
        super().__init__((name.decode("latin-1"), value.decode("latin-1")) for name, value in pairs)

    def get_all(self, name: str) -> list[str]:
        """The texts of all headers of that name."""
        encoded = name.encode("latin-1")
        return [value.decode("latin-1") for other, value in self._pairs if other == encoded]


async def answer_asgi(application: HttpApplication, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request of an ASGI server."""
    headers = AsgiHeaders(scope["headers"])
    query: bytes = scope["query_string"]
    raw: bytes | None = scope.get("raw_path")
    path = encoded_path(scope["path"]) if raw is None else raw.decode("latin-1").partition("?")[0]
    root = encoded_path(scope.get("root_path") or "").rstrip("/")
    below = path.removeprefix(root)
    request = Request(
        scope["method"],
        application.segments(below),
        path,
        query.decode(errors="surrogateescape"),
        headers,
        client=(scope.get("client") or ("",))[0],
    )
    length = headers.get("content-length")
    body = Incoming(_pieces(receive), length) if request.method in WITH_BODY else None
    reply = await application.reply(request, body)
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers]
    start: Message = {"type": "http.response.start", "status": reply.status, "headers": encoded}
    if isinstance(reply.body, bytes):
        await send(start)
        await send({"type": "http.response.body", "body": reply.body})
    elif isinstance(reply.body, Outgoing):
        await _send_pieces(reply.body, start, receive, send)


async def _pieces(receive: Receive) -> AsyncIterator[bytes]:
    """The pieces of a request's body."""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise RequestError(errors.INCOMPLETE_BODY, "The client went away")  # which nobody will read, but the log
        yield message.get("body", b"")
        more = message.get("more_body", False)


async def _send_pieces(body: Outgoing, start: Message, receive: Receive, send: Send) -> None:
    """Send a body piece by piece until it ends or the client goes away.

    A server says that the client is gone by a message, by an error of `send`, or by both. What the body itself raises
    is raised on, so that the server breaks the connection off.
    """
    here = asyncio.ensure_future(_all_sent(body, start, send))
    gone = asyncio.ensure_future(_disconnected(receive))
    try:
        await asyncio.wait((here, gone), return_when=asyncio.FIRST_COMPLETED)
        if here.done():
            here.result()
    except OSError:
        pass  # the client went away
    finally:
        gone.cancel()
        here.cancel()
        await asyncio.wait((here, gone))
        await body.close()


async def _all_sent(body: Outgoing, start: Message, send: Send) -> None:
    await send(start)
    async for piece in body:
        async with asyncio.timeout(PATIENCE):  # a TimeoutError is an OSError: such a client is as good as gone
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def answer_rsgi(application: HttpApplication, clients: Clients, scope: RsgiScope, protocol: RsgiProtocol) -> None:
    """Answer one request of an RSGI server."""
    path = encoded_path(scope.path)
    request = Request(
        scope.method, application.segments(path), path, scope.query_string, scope.headers, client=scope.client
    )
    length = scope.headers.get("content-length")
    body = Incoming(protocol, length, protocol) if request.method in WITH_BODY else None
    clients.enter(protocol)
    try:
        reply = await application.reply(request, body)
        if isinstance(reply.body, bytes):
            protocol.response_bytes(reply.status, reply.headers, reply.body)
        elif isinstance(reply.body, Outgoing):
            await _stream(reply.body, protocol.response_stream(reply.status, reply.headers))
    except asyncio.CancelledError:
        if not clients.leave(protocol):
            raise
        return  # there is nobody to reply to
    finally:
        clients.leave(protocol)


async def _stream(body: Outgoing, transport: RsgiTransport) -> None:
    """Send a body piece by piece until it ends or the client goes away.

    RSGI can't break a connection off: where the body fails, a client learns of it by Content-Length alone.
    """
    try:
        async for piece in body:
            async with asyncio.timeout(PATIENCE):
                await transport.send_bytes(piece)
    except (TimeoutError, ProtocolClosed):
        pass  # the client went away, or is as good as gone
    finally:
        await body.close()


def encoded_path(path: str) -> str:
    """A path that the server has decoded, percent-encoded as far as it has to be to be decoded again."""
    return path if path.isascii() and "%" not in path else quote(path, safe="/,:@!$'()*;=~")
