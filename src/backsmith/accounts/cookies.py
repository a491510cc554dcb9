"""The cookie of a session: written for a browser, and read from what a browser sends.

The prefix `__Host-` makes browsers take it only from this very host, by https and for all paths (RFC 6265bis, 4.1.3.2),
so that no neighbouring subdomain can put one of its own in its place. Of two cookies of the name neither is taken.
"""

from __future__ import annotations

from collections.abc import Callable

from backsmith.http.request import Request

SESSION_COOKIE = "__Host-session"
_ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Lax"
_MOST = 16_384
"""Characters of all cookies of a request, at most; longer than any server in front lets through."""


class ConfusedCookiesError(Exception):
    """There are two cookies of the name, or more than anybody sends: nobody can tell which one is meant."""


def session_cookie(value: str, seconds: int) -> str:
    """The value of Set-Cookie that keeps a session in a browser for that long."""
    return f"{SESSION_COOKIE}={value}; Max-Age={seconds}; {_ATTRIBUTES}"


def ended_cookie() -> str:
    """The value of Set-Cookie that takes the session away."""
    return f"{SESSION_COOKIE}=; Max-Age=0; {_ATTRIBUTES}"


def cookies_of(request: Request) -> str | None:
    """All cookies of a request, as one header has them; None where there are none."""
    text = request.header("cookie")
    if text is None:
        return None
    # HTTP/2 may send each cookie in a header of its own (RFC 9113, 8.2.3).
    every: Callable[[str], list[str]] | None = getattr(request.headers, "get_all", None)
    if every is not None:
        several = every("cookie")
        if len(several) > 1:
            return "; ".join(several)
    return text


def value_of(text: str) -> str | None:
    """The value of the session's cookie in a header. Raises ConfusedCookiesError."""
    if SESSION_COOKIE not in text:
        return None
    if len(text) > _MOST:
        raise ConfusedCookiesError
    found: str | None = None
    for pair in text.split(";"):
        name, equals, value = pair.strip(" \t").partition("=")
        if name != SESSION_COOKIE or not equals:
            continue
        if found is not None:
            raise ConfusedCookiesError
        found = value
    return found or None
