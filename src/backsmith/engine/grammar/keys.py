"""The key in an item's path: `/api/orders/7`, `/api/seats/3,12` for a key of two fields, texts percent-encoded."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote

from backsmith.databases.values import json_text
from backsmith.engine.grammar.names import MARK
from backsmith.engine.grammar.percent import decoded_segment
from backsmith.errors import BAD_VALUE, RequestError


def key_of(segment: str, fields: Sequence[str]) -> tuple[str, ...]:
    """The texts of the key's fields in a raw segment of a path (still percent-encoded).

    A key of one field takes the whole segment; of several, a comma stands between them, and `%2C` is one inside a
    text. Raises RequestError BAD_VALUE where their number isn't right, BAD_QUERY for what isn't UTF-8.
    """
    parts = [segment] if len(fields) == 1 else segment.split(",")
    if len(parts) != len(fields):
        raise RequestError(
            BAD_VALUE,
            f"The key in the path has {len(parts)} value{'s' if len(parts) > 1 else ''}; it takes {len(fields)}",
            details=f"The key is {', '.join(fields)}.",
            hint="Write the values with commas between them, a comma inside one as %2C.",
        )
    if MARK in segment:
        raise RequestError(BAD_VALUE, "A text can't hold the character NUL")
    return tuple(decoded_segment(part) if "%" in part else part for part in parts)


def segment_of(texts: Sequence[str]) -> str:
    """The segment of a path that `key_of` reads as these texts."""
    return ",".join(quote(text, safe=":@!$'()*") for text in texts)


def texts_of(key: Sequence[object]) -> tuple[str, ...]:
    """The texts of a key's values, as a path or a filter has them."""
    return tuple(map(_text, key))


def _text(value: object) -> str:
    match value:
        case str():
            return value
        case bytes():
            return f"\\x{value.hex()}"
        case _:
            return json_text(value).strip('"')
