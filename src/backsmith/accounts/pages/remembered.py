"""The cookie between two pages: flows that this browser began, and where it wanted to go.

It holds nothing that its browser may not know, and who has it alone has nothing: a flow takes a code as well.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from http.cookies import CookieError, SimpleCookie

import msgspec
from msgspec import Struct

from backsmith.http.request import Request

COOKIE = "__Host-pages"
SECONDS = 900
_MOST = 2_000
_ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Lax"


class Remembered(Struct, frozen=True, omit_defaults=True):
    """What is remembered of a browser."""

    flows: dict[str, str] = {}
    """Handles by what they are of: `sign-up`, `code`, `reset`, `factor`, `email`, `verify`."""
    next: str = ""
    """The path to go on to after signing in."""
    email: str = ""
    """The address that was typed in last."""


def remembered(request: Request) -> Remembered:
    """What the cookie says; nothing where there is none, or one that isn't ours."""
    try:
        morsel = SimpleCookie(request.header("cookie") or "").get(COOKIE)
        if morsel is None or len(morsel.value) > _MOST:
            return Remembered()
        return msgspec.json.decode(urlsafe_b64decode(morsel.value + "=="), type=Remembered)
    except (CookieError, ValueError):
        return Remembered()


def cookie_of(what: Remembered) -> str:
    """The value of Set-Cookie that remembers it, or takes it away where it is nothing."""
    if what == Remembered():
        return f"{COOKIE}=; Max-Age=0; {_ATTRIBUTES}"
    value = urlsafe_b64encode(msgspec.json.encode(what)).rstrip(b"=").decode()
    return f"{COOKIE}={value}; Max-Age={SECONDS}; {_ATTRIBUTES}"
