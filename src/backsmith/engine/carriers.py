"""The two ways a server hands over requests: ASGI, which every Python server has, and RSGI, which is Granian's own.

`backsmith serve` uses RSGI, which spares each request two messages and the copying of its headers; to be mounted in
another application, Backsmith is an ASGI application.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any, Protocol

from backsmith import errors
from backsmith.engine.http import MAX_BODY, HttpApplication
from backsmith.engine.problem import problem
from backsmith.engine.request import Headers, Request
from backsmith.errors import RequestError

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
    """RSGI's way to read the body and to reply; `await protocol()` is the body."""

    def __call__(self) -> Awaitable[bytes]:
        """The body of the request."""
        ...

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        """Send the reply."""
        ...


async def answer_asgi(application: HttpApplication, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer one request of an ASGI server."""
    headers: Mapping[str, str] = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    query: bytes = scope["query_string"]
    path: str = scope["path"]
    raw: bytes | None = scope.get("raw_path")
    if raw is not None:
        path = raw.decode("latin-1").partition("?")[0]
    root: str = scope.get("root_path") or ""
    below = path.removeprefix(root) if root else path
    request = Request(
        scope["method"], application.segments(below), path, query.decode(errors="surrogateescape"), headers
    )
    try:
        if request.method == "POST":
            request = request._replace(body=await _body(receive))
        reply = await application.reply(request)
    except RequestError as error:
        reply = problem(error, "")
    encoded = [(name.encode("latin-1"), value.encode("latin-1")) for name, value in reply.headers]
    await send({"type": "http.response.start", "status": reply.status, "headers": encoded})
    await send({"type": "http.response.body", "body": reply.body})


async def _body(receive: Receive) -> bytes:
    """The whole body of a request. Raises RequestError TOO_LARGE."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        chunk: bytes = message.get("body", b"")
        size += len(chunk)
        if size > MAX_BODY:
            raise too_large()
        chunks.append(chunk)
        if not message.get("more_body"):
            break
    return b"".join(chunks)


async def answer_rsgi(application: HttpApplication, scope: RsgiScope, protocol: RsgiProtocol) -> None:
    """Answer one request of an RSGI server."""
    path = scope.path
    request = Request(scope.method, application.segments(path), path, scope.query_string, scope.headers)
    try:
        if request.method == "POST":
            length = request.header("content-length")
            if length is None or not length.isdigit() or int(length) > MAX_BODY:
                raise too_large()
            request = request._replace(body=await protocol())
        reply = await application.reply(request)
    except RequestError as error:
        reply = problem(error, "")
    protocol.response_bytes(reply.status, reply.headers, reply.body)


def too_large() -> RequestError:
    """The refusal of a body that is too large, or of no known size."""
    return RequestError(errors.TOO_LARGE, f"The body must have a length of at most {MAX_BODY:,} bytes")
