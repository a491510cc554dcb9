"""The headers of replies, as components."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from backsmith.contract.contract import Contract, Operation
from backsmith.contract.openapi.components import Components

_TEXT: dict[str, Any] = {"type": "string"}
_SECONDS: dict[str, Any] = {"type": "integer", "format": "int32", "minimum": 0, "maximum": 2147483647}
HEADERS: dict[str, tuple[str, dict[str, Any], Any]] = {
    # name: what it says, its schema, an example
    "X-Request-Id": ("The request's id, which the log has too.", _TEXT, "9a10-2"),
    "ETag": ("A version of what is shown, for `If-Match` and `If-None-Match`.", _TEXT, '"51c0b2f0d1a94e7f8a3b6c5d"'),
    "Content-Range": ("Which rows these are, and of how many: `*` where that wasn't counted.", _TEXT, "0-19/431"),
    "Link": ("The address of the next page, where there is one.", _TEXT, '</api/orders?after=WzIwXQ>; rel="next"'),
    "Location": ("The address of the one row that was made.", _TEXT, "/api/orders/7"),
    "Preference-Applied": ("Which preferences counted.", _TEXT, "return=representation"),
    "Backsmith-Skipped": (
        "How many rows were left alone since no rule lets who asks change them.",
        _SECONDS,
        2,
    ),
    "Idempotency-Replayed": (
        "It was done before by this key, and this is the reply of then.",
        {"type": "string", "enum": ["true"]},
        "true",
    ),
    "RateLimit": (
        "How many requests are left, and in how many seconds there are more (draft-ietf-httpapi-ratelimit-headers).",
        _TEXT,
        '"signed_in";r=99;t=60',
    ),
    "RateLimit-Policy": ("How many requests who asks may send, in how many seconds.", _TEXT, '"signed_in";q=100;w=60'),
    "Retry-After": ("Seconds after which to try again.", _SECONDS, 5),
    "WWW-Authenticate": ("What a credential would be, and what is wrong with the one that was sent.", _TEXT, "Bearer"),
    "Allow": ("The methods that there are.", _TEXT, "GET, HEAD, OPTIONS"),
    "Deprecation": ("Since when there is something newer (RFC 9745).", _TEXT, "@1767225600"),
    "Sunset": ("When it will be gone (RFC 8594).", _TEXT, "Thu, 31 Dec 2026 23:59:59 GMT"),
    "Accept-Ranges": ("That parts can be asked for.", _TEXT, "bytes"),
    "Content-Disposition": ("Whether it is to be saved, and under which name.", _TEXT, "attachment"),
}
_UNLIMITED = frozenset({"health", "ready", "metrics", "errors"})
_WRITING = ("Preference-Applied",)
_OF: dict[str, tuple[str, ...]] = {
    "list": ("ETag", "Content-Range", "Link", "Preference-Applied"),
    "get": ("ETag",),
    "create": ("Location", "Content-Range", *_WRITING),
    "update": ("ETag", *_WRITING),
    "replace": ("ETag", *_WRITING),
    "delete": _WRITING,
    "update_many": ("Content-Range", "Backsmith-Skipped", *_WRITING),
    "delete_many": ("Content-Range", "Backsmith-Skipped", *_WRITING),
    "file_get": ("ETag", "Accept-Ranges", "Content-Disposition"),
    "file_put": ("ETag",),
}


def headers_of(
    components: Components, contract: Contract, names: Iterable[str], *, counted: bool = True
) -> dict[str, Any]:
    """References to the headers of these names, and to those that all replies have; of requests that are `counted`,
    how many there may be."""
    limits = ("RateLimit", "RateLimit-Policy") if contract.limited and counted else ()
    every = (*names, "X-Request-Id", *limits)
    return {name: components.refer("headers", name, lambda name=name: _made(name)) for name in dict.fromkeys(every)}


def is_counted(operation: Operation) -> bool:
    """Whether the limits of requests hold for it: some are answered whoever asks, however often."""
    return operation.kind != "system" or operation.path.split("/")[1] not in _UNLIMITED


def reply_headers(operation: Operation) -> tuple[str, ...]:
    """The names of the headers that a good reply to an operation can have beside those that all have."""
    names = _OF.get(operation.kind, ())
    if operation.idempotent:
        names += ("Idempotency-Replayed",)
    return (*names, "Deprecation", "Sunset") if operation.deprecated is not None else names


def _made(name: str) -> dict[str, Any]:
    said, schema, example = HEADERS[name]
    return {"description": said, "schema": schema, "example": example}
