"""What routes return -> replies: plain values as JSON, `Response`s as they say, generators piece by piece."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterable, AsyncIterator
from pathlib import Path
from typing import Any

from backsmith.engine.code.data import ServerData
from backsmith.engine.code.plain import Hidden, encode, plain
from backsmith.engine.code.results import json_of
from backsmith.errors import UsageError
from backsmith.http.reply import Body, Headers, Reply
from backsmith.model.response import JSON, TEXT, Response

PIECE = 262_144
"""Bytes of a file that are read at once."""
LINES = "application/x-ndjson; charset=utf-8"
_BODILESS = frozenset({204, 205, 304})
_OWN = frozenset({"content-security-policy", "cross-origin-resource-policy", "referrer-policy", "vary"})
"""Headers that every reply has and that a response of the application's may say otherwise."""


async def reply_of(result: Any, status: int, data: ServerData, hidden: Hidden) -> Reply:
    """The reply that a route's result is. Raises TypeError for what JSON hasn't, UsageError for a file that isn't."""
    if isinstance(result, Response):
        return await _of_response(result, data, hidden)
    if result is None and status == 200:
        return Reply(204, [], b"")
    if inspect.isasyncgen(result):
        return await _streamed(result, status)
    return _whole(status, JSON, await json_of(result, data, hidden), [])


async def _of_response(response: Response, data: ServerData, hidden: Hidden) -> Reply:
    if response.body is None:
        body: Body = await json_of(response.value, data, hidden)
        return _reply(response, JSON, body, len(body))
    return await _made(response)


def plain_reply_of(response: Response) -> Reply:
    """The reply of a response that is made without data, of an error format. Raises UsageError for a stream."""
    if response.body is None:
        body = encode(plain(response.value))
    elif isinstance(response.body, str):
        body = response.body.encode()
    elif isinstance(response.body, bytes):
        body = response.body
    else:
        raise UsageError("An error format makes a response that is whole: JSON, text or bytes.")
    return _reply(response, JSON if response.body is None else TEXT, body, len(body))


async def _made(response: Response) -> Reply:
    body = response.body
    if isinstance(body, Path):
        size = await asyncio.to_thread(_size, body)
        return _reply(response, "application/octet-stream", _of_file(body), size)
    if isinstance(body, AsyncIterable):
        return _reply(response, "application/octet-stream", _bytes_of(body), None)
    text = body.encode() if isinstance(body, str) else body or b""
    default = TEXT if isinstance(body, str) else "application/octet-stream"
    return _reply(response, default, text, len(text))


def _reply(response: Response, content_type: str, body: Body, size: int | None) -> Reply:
    headers: Headers = list(response.headers)
    given = {name for name, _ in headers}
    kind = response.content_type or (content_type if size != 0 else None)
    if kind is not None and "content-type" not in given:
        headers.append(("content-type", kind))
    if size is not None and response.status not in _BODILESS and "content-length" not in given:
        headers.append(("content-length", str(size)))
    if response.status in _BODILESS:
        body = b""
    replaces = given & _OWN
    if kind is not None and kind.startswith("text/html"):
        # A page of the application's own is to run as it is made; who frames it and whence it loads is its own say.
        replaces |= {"content-security-policy"}
    return Reply(response.status, headers, body, frozenset(replaces))


def _whole(status: int, content_type: str, body: bytes, headers: Headers) -> Reply:
    return Reply(status, [("content-type", content_type), ("content-length", str(len(body))), *headers], body)


async def _streamed(result: AsyncIterator[Any], status: int) -> Reply:
    """The pieces of a generator: bytes and texts as they are, anything else as a line of JSON each.

    The first is awaited, so that what goes wrong before it is a refusal like any other.
    """
    try:
        first = await anext(result)
    except StopAsyncIteration:
        return Reply(status, [("content-type", TEXT), ("content-length", "0")], b"")
    kind = "application/octet-stream" if isinstance(first, bytes) else TEXT if isinstance(first, str) else LINES
    return Reply(status, [("content-type", kind)], _pieces(first, result))


async def _pieces(first: Any, rest: AsyncIterator[Any]) -> AsyncIterator[bytes]:
    try:
        yield _piece(first)
        async for each in rest:
            yield _piece(each)
    finally:
        close: Any = getattr(rest, "aclose", None)
        if close is not None:
            await close()


def _piece(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    return value.encode() if isinstance(value, str) else encode(plain(value)) + b"\n"


async def _bytes_of(chunks: AsyncIterable[bytes | str]) -> AsyncIterator[bytes]:
    try:
        async for chunk in chunks:
            yield chunk.encode() if isinstance(chunk, str) else chunk
    finally:
        close: Any = getattr(chunks, "aclose", None)
        if close is not None:
            await close()


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise UsageError(f"The file of a response can't be read: {error}.") from error


async def _of_file(path: Path) -> AsyncIterator[bytes]:
    file = await asyncio.to_thread(path.open, "rb")
    try:
        while piece := await asyncio.to_thread(file.read, PIECE):
            yield piece
    finally:
        await asyncio.to_thread(file.close)
