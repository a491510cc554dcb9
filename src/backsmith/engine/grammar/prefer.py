"""The Prefer header (RFC 7240): text in, Preferences out, and the text of Preference-Applied.

Of several values of one preference the first counts. What isn't known is ignored, unless `handling=strict`.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from msgspec import Struct, convert

from backsmith.errors import BAD_PREFERENCE, RequestError

Name = Literal["resolution", "missing", "return", "count", "tx", "handling", "timezone", "max-affected"]

_CHOICES: dict[str, tuple[str, ...]] = {
    "resolution": ("merge-duplicates", "ignore-duplicates"),
    "missing": ("default", "null"),
    "return": ("representation", "minimal", "headers-only"),
    "count": ("exact", "planned", "estimated"),
    "tx": ("commit", "rollback"),
    "handling": ("strict", "lenient"),
}
_NUMBER = re.compile(r"[0-9]{1,9}")
_ZONE = re.compile(r"[A-Za-z0-9_+/-]{1,64}")
_LENGTH_MAX = 1_000


class Preferences(Struct, frozen=True, kw_only=True, rename={"returns": "return", "max_affected": "max-affected"}):
    """What the client prefers; `unknown` holds what isn't understood, as written."""

    resolution: Literal["merge-duplicates", "ignore-duplicates"] | None = None
    missing: Literal["default", "null"] | None = None
    returns: Literal["representation", "minimal", "headers-only"] | None = None
    count: Literal["exact", "planned", "estimated"] | None = None
    tx: Literal["commit", "rollback"] | None = None
    handling: Literal["strict", "lenient"] | None = None
    timezone: str | None = None
    max_affected: int | None = None
    unknown: tuple[str, ...] = ()


NO_PREFERENCES = Preferences()


@lru_cache(maxsize=512)
def read_preferences(header: str) -> Preferences:
    """The preferences of a Prefer header; several headers are joined by commas first.

    Raises RequestError BAD_PREFERENCE for what isn't known if `handling=strict` stands among them.
    """
    found: dict[str, str | int] = {}
    unknown: list[str] = []
    for part in header[:_LENGTH_MAX].split(","):
        preference = part.strip()
        if not preference:
            continue
        name, _, value = preference.partition("=")
        if value in _CHOICES.get(name, ()) or (name == "timezone" and _is_zone(value)):
            found.setdefault(name, value)
        elif name == "max-affected" and _NUMBER.fullmatch(value):
            found.setdefault(name, int(value))
        else:
            unknown.append(preference)
    if unknown and found.get("handling") == "strict":
        raise RequestError(
            BAD_PREFERENCE,
            "Invalid preferences given with handling=strict",
            details=f"Invalid preferences: {', '.join(unknown)}",
        )
    return convert({**found, "unknown": tuple(unknown)}, Preferences)


def applied(preferences: Preferences, *names: Name) -> str | None:
    """The value of Preference-Applied: of the preferences named, those given, in PostgREST's order; None if none."""
    given = {
        "resolution": preferences.resolution,
        "missing": preferences.missing,
        "return": preferences.returns,
        "count": preferences.count,
        "tx": preferences.tx,
        "handling": preferences.handling,
        "timezone": preferences.timezone,
        "max-affected": preferences.max_affected,
    }
    return ", ".join(f"{name}={value}" for name, value in given.items() if value is not None and name in names) or None


def _is_zone(name: str) -> bool:
    """Whether it names a time zone of the IANA database."""
    if not _ZONE.fullmatch(name):
        return False
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
