"""The bytes of a body and their content type -> the members of its rows, before anything is known of the entity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from backsmith.engine.bodies.sources import JSON, TEXT, Source
from backsmith.engine.bodies.texts import csv_rows, form_members
from backsmith.errors import BAD_BODY, UNSUPPORTED_BODY, RequestError

_items = msgspec.json.Decoder(list[msgspec.Raw]).decode
_raw = msgspec.json.Decoder(msgspec.Raw).decode

JSON_TYPES = frozenset({
    "application/json", "application/merge-patch+json", "application/vnd.pgrst.object+json",
    "application/vnd.pgrst.array+json", "application/vnd.pgrst.object", "application/vnd.pgrst.array",
})  # fmt: skip


class Opened(NamedTuple):
    """A body taken apart."""

    source: Source
    rows: Sequence[Any]
    """Members of the source: JSON values, which may not be objects, or the members of each row by name."""
    many: bool
    """Whether it was a list."""


def opened(body: bytes, content_type: str | None) -> Opened:
    """The rows of a body. Raises RequestError BAD_BODY, UNSUPPORTED_BODY."""
    kind = _kind(content_type)
    if kind in JSON_TYPES:
        return _json(body)
    text = _text(body)
    if kind == "text/csv":
        names, lines = csv_rows(text)
        return Opened(TEXT, [dict(zip(names, line, strict=True)) for line in lines], True)
    if kind == "application/x-www-form-urlencoded":
        members: Mapping[str, str] = form_members(text)
        return Opened(TEXT, [members], False)
    raise RequestError(
        UNSUPPORTED_BODY,
        f"Content-Type not acceptable: {kind}",
        hint="Send application/json, text/csv or application/x-www-form-urlencoded.",
        headers=(("accept", "application/json, text/csv, application/x-www-form-urlencoded"),),
    )


def _kind(content_type: str | None) -> str:
    """The media type without its parameters; JSON where none is given."""
    if content_type is None or content_type == "application/json":
        return "application/json"
    kind, _, parameters = content_type.partition(";")
    if "charset" in parameters.lower():
        charset = parameters.lower().partition("charset")[2].partition(";")[0].strip(' ="')
        if charset not in ("utf-8", "utf8", "us-ascii"):
            raise RequestError(
                UNSUPPORTED_BODY, f"Content-Type not acceptable: {content_type[:200]}", hint="Send UTF-8."
            )
    return kind.strip().lower()[:200] or "application/json"


def _json(body: bytes) -> Opened:
    _text(body)  # a slice that nobody reads as a text, a Json field's for one, has to be UTF-8 too
    try:
        start = body.lstrip(b" \t\n\r")[:1]
        if start == b"[":
            return Opened(JSON, _items(body), True)
        return Opened(JSON, [_raw(body)], False)
    except msgspec.DecodeError as error:
        details = f"{error}." if body.strip() else "The body is empty."
        if "truncated" in details and _ends_well(body):
            details = "A text in it holds half a surrogate pair."
        raise RequestError(
            BAD_BODY, "Empty or invalid json", details=details, hint='Send {"name": value} or a list of such objects.'
        ) from None
    except RecursionError:
        raise too_deep() from None


def too_deep() -> RequestError:
    """The refusal of arrays and objects that are too many inside one another."""
    return RequestError(BAD_BODY, "Empty or invalid json", details="It is nested too deep.")


def _ends_well(body: bytes) -> bool:
    return body.rstrip(b" \t\n\r")[-1:] in (b"}", b"]")


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise RequestError(
            BAD_BODY, "The body isn't UTF-8", details=f"The byte at {error.start} doesn't belong to any character."
        ) from None
