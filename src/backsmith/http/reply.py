"""The noun of an answer, as every part of the server hands it on: status, headers, body."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import NamedTuple

Headers = list[tuple[str, str]]
Body = bytes | AsyncIterator[bytes]


class Reply(NamedTuple):
    """An answer over HTTP, whatever carries it."""

    status: int
    headers: Headers
    """Names in lower case. Content-Length is among them, unless the body is an iterator whose length nobody knows."""
    body: Body
    """An iterator is sent piece by piece, and closed (`aclose`) when the client goes away."""
    replaces: frozenset[str] = frozenset()
    """Names of headers that every reply has, and that this one leaves out or brings itself."""


def reply(status: int, content_type: str, body: bytes, headers: Headers | None = None, *, head: bool = False) -> Reply:
    """An answer with its type and length. One to a HEAD request says the length but has no body."""
    lines: Headers = [("content-type", content_type), ("content-length", str(len(body))), *(headers or ())]
    return Reply(status, lines, b"" if head else body)
