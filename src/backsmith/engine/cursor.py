"""The keyset cursor: the last row's order values, as a text for a URL.

A cursor holds only values that its row showed or was ordered by; whoever makes one up gets no more than a filter on
the same fields would give.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence

import msgspec

from backsmith import errors
from backsmith.blueprint.types import Json, Type
from backsmith.errors import RequestError

_decode = msgspec.json.Decoder(list[msgspec.Raw])
_text = msgspec.json.Decoder(str)


def write_cursor(values: str) -> str:
    """The cursor of a JSON array of order values."""
    return urlsafe_b64encode(values.encode()).rstrip(b"=").decode()


def read_cursor(cursor: str, types: Sequence[Type]) -> tuple[str | None, ...]:
    """The values of a cursor as texts, None for null; JSON as it is written.

    Raises RequestError BAD_VALUE when it isn't a cursor for an order by values of so many types.
    """
    try:
        padded = cursor.encode() + b"=" * (-len(cursor) % 4)
        raws = [bytes(raw) for raw in _decode.decode(urlsafe_b64decode(padded))]
        values = tuple(_value(raw, type) for raw, type in zip(raws, types, strict=True))
    except (ValueError, RecursionError):
        values = None
    if values is None:
        raise RequestError(
            errors.BAD_VALUE,
            "This cursor doesn't belong to this order",
            hint="Take `after` from the Link header of a reply with the same `order`.",
        )
    return values


def _value(raw: bytes, type: Type) -> str | None:
    if raw == b"null":
        return None
    return _text.decode(raw) if raw.startswith(b'"') and not isinstance(type, Json) else raw.decode()
