"""Percent-encoding of query strings: `decoded` and `encoded`.

As browsers and PostgREST read it: `+` is a space, a `%` that two hexadecimal digits don't follow is itself, bytes are
UTF-8. What isn't UTF-8 is refused, and so is the character NUL, which no database keeps in a text.
"""

from __future__ import annotations

from urllib.parse import quote

from backsmith.errors import BAD_QUERY, BAD_VALUE, RequestError

_BYTES = {
    first + second: bytes([int(first + second, 16)])
    for first in "0123456789abcdefABCDEF"
    for second in "0123456789abcdefABCDEF"
}


def decoded(text: str) -> str:
    """The text that a piece of a query string stands for.

    Raises RequestError BAD_QUERY for bytes that aren't UTF-8, BAD_VALUE for NUL.
    """
    if "+" in text:
        text = text.replace("+", " ")
    if "%" not in text:
        return text
    return decoded_segment(text)


def decoded_segment(text: str) -> str:
    """The same for a segment of a path, where `+` is itself."""
    first, *rest = text.split("%")
    pieces = [first.encode()]
    for piece in rest:
        byte = _BYTES.get(piece[:2])
        if byte is None:
            pieces.append(b"%" + piece.encode())
        else:
            pieces.append(byte)
            pieces.append(piece[2:].encode())
    try:
        result = b"".join(pieces).decode()
    except UnicodeDecodeError:
        raise RequestError(
            BAD_QUERY,
            "The address has percent-encoded bytes that aren't UTF-8",
            details=f'in "{text[:200]}"',
            hint="Encode text as UTF-8 first, as encodeURIComponent does.",
        ) from None
    if "\0" in result:
        raise RequestError(BAD_VALUE, "A text can't hold the character NUL (%00)")
    return result


def encoded(text: str) -> str:
    """`text` as a piece of a query string; leaves what has a meaning in the grammar, but none in an address."""
    return quote(text, safe="*,.:()!$'@/")
