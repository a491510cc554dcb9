"""A document as bytes. Decimals are numbers with all their digits; the order of members is the document's."""

from __future__ import annotations

from typing import Any

import msgspec

_encode = msgspec.json.Encoder(decimal_format="number").encode


def encoded(document: dict[str, Any]) -> bytes:
    """The document as it is sent: without any space."""
    return _encode(document)


def written(document: dict[str, Any]) -> str:
    """The document as it is kept in files: indented, with a line feed at the end."""
    return msgspec.json.format(_encode(document), indent=2).decode() + "\n"
