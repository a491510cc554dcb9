"""Cross-origin requests of pages in browsers (the Fetch standard, 3.2).

In: the Origin header. Out: the headers to add, and the reply to a preflight. Replies are prepared once an origin.
"""

from __future__ import annotations

from backsmith.engine.reply import Headers, Reply

METHODS = b"GET, HEAD, POST, PATCH, DELETE, OPTIONS"
REQUEST_HEADERS = (
    b"Authorization, X-API-Key, X-Request-Id, Content-Type, Accept, Accept-Profile, Content-Profile, Prefer, Range, "
    b"Range-Unit, If-None-Match, If-Match, X-Client-Info"
)
"""What a page may send. X-Client-Info is what the PostgREST clients send along."""
EXPOSED_HEADERS = (
    b"Content-Range, Range-Unit, Content-Location, Location, ETag, Link, Preference-Applied, Retry-After, "
    b"Server-Timing, X-Request-Id"
)
"""What a page may read of a reply, beside what every page may."""
_MAX_AGE = b"7200"
"""Seconds a browser keeps the answer to a preflight; the longest that Chromium honours."""


class Cors:
    """The policy for cross-origin requests of one application."""

    def __init__(self, origins: tuple[str, ...], credentials: bool) -> None:
        """`origins` as in the settings: exact origins, or * for every one (never together with credentials)."""
        self.enabled = bool(origins)
        self._every = "*" in origins
        allowed = [b"*"] if self._every else [origin.encode("latin-1") for origin in origins]
        self._headers: dict[bytes, Headers] = {origin: _headers(origin, credentials) for origin in allowed}

    def vary(self, vary: bytes) -> bytes:
        """The value of Vary: with origins that are let in one by one, replies differ by Origin."""
        return vary + b", Origin" if self.enabled and not self._every else vary

    def headers(self, origin: bytes | None) -> Headers:
        """The headers of a reply to a page of that origin; none where it is not let in. Don't change the list."""
        if origin is None or not self.enabled:
            return []
        return self._headers.get(b"*" if self._every else origin, [])

    def preflight(self, origin: bytes | None, requested_method: bytes | None) -> Reply | None:
        """The reply to OPTIONS where it asks for permission; None where it is an ordinary OPTIONS request.

        A page that is not let in gets a reply without permission, which is how browsers are told no.
        """
        if origin is None or requested_method is None or not self.enabled:
            return None
        permission = self.headers(origin)
        headers: Headers = [(b"vary", b"Origin, Access-Control-Request-Method, Access-Control-Request-Headers")]
        if permission:
            headers += [
                *permission,
                (b"access-control-allow-methods", METHODS),
                (b"access-control-allow-headers", REQUEST_HEADERS),
                (b"access-control-max-age", _MAX_AGE),
            ]
        return Reply(204, headers, b"")


def _headers(origin: bytes, credentials: bool) -> Headers:
    headers: Headers = [
        (b"access-control-allow-origin", origin),
        (b"access-control-expose-headers", EXPOSED_HEADERS),
    ]
    return [*headers, (b"access-control-allow-credentials", b"true")] if credentials else headers
