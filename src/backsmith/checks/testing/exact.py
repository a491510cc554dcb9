"""JSON with exact numbers: decimals keep their digits on the way out and on the way in."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import msgspec

_ENCODER = msgspec.json.Encoder(decimal_format="number")


def encoded(value: Any) -> bytes:
    """A value as JSON; times, UUIDs and members of an Enum as the API takes them."""
    return _ENCODER.encode(value)


def decoded(body: bytes) -> Any:
    """The value of JSON, whole numbers of any length included. Raises ValueError."""
    return json.loads(body, parse_float=Decimal)
