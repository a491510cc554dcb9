"""The cookie that ties a sign-in by another provider to the browser in which it began.

Without it somebody could have another person's browser finish a sign-in of their own, and that person would go on in
their account (login CSRF, RFC 6749, 10.12; RFC 9700, 4.7). A browser keeps its value for all that it begins within ten
minutes, so that two tabs don't disturb each other.
"""

from __future__ import annotations

import hmac
import secrets as random
from hashlib import sha256
from re import fullmatch

from backsmith.http.request import Request

COOKIE = "__Host-sign-in"
SECONDS = 600
_VALUE = r"[A-Za-z0-9_-]{43}"


def value_of(request: Request) -> str:
    """The browser's value, or a new one."""
    return _sent(request) or random.token_urlsafe(32)


def cookie_of(value: str) -> str:
    """The value of Set-Cookie that lets the browser keep it. A provider sends the browser back from another site, which
    Lax allows."""
    return f"{COOKIE}={value}; Max-Age={SECONDS}; Path=/; Secure; HttpOnly; SameSite=Lax"


def digest_of(value: str) -> str:
    """What a flow keeps of it."""
    return sha256(value.encode()).hexdigest()


def is_of(request: Request, digest: str) -> bool:
    """Whether the request is from the browser with that value."""
    value = _sent(request)
    return value is not None and hmac.compare_digest(digest_of(value), digest)


def _sent(request: Request) -> str | None:
    """Of several of the name, none."""
    pairs = [pair.strip().partition("=") for pair in (request.header("cookie") or "").split(";")]
    values = [value for name, _, value in pairs if name == COOKIE]
    return values[0] if len(values) == 1 and fullmatch(_VALUE, values[0]) else None
