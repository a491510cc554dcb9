"""How PocketBase writes ids and dates."""

from __future__ import annotations

from datetime import datetime


def key(number: int) -> str:
    """A PocketBase id: the number with leading zeros."""
    return f"{number:015}"


def moment(value: datetime) -> str:
    """How PocketBase writes a date."""
    return value.strftime("%Y-%m-%d %H:%M:%S.000Z")
