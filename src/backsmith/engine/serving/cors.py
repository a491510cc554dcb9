"""Cross-origin requests of pages in browsers (the Fetch standard, 3.2).

In: the Origin header. Out: the headers to add, and the reply to a preflight. Replies are prepared once an origin.
"""

from __future__ import annotations

from backsmith.http.origins import is_local_origin
from backsmith.http.reply import Headers, Reply

METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
REQUEST_HEADERS = (
    "Authorization, X-API-Key, X-Request-Id, Content-Type, Accept, Accept-Profile, Content-Profile, Prefer, Range, "
    "Range-Unit, If-None-Match, If-Match, If-Range, Idempotency-Key, X-Client-Info, X-Retry-Count, X-Requested-With"
)
"""What a page may send. X-Client-Info and X-Retry-Count are what the PostgREST clients send along."""
EXPOSED_HEADERS = (
    "Content-Range, Range-Unit, Content-Location, Location, ETag, Link, Preference-Applied, Retry-After, "
    "Server-Timing, X-Request-Id, Backsmith-Skipped, Idempotency-Replayed, "
    "Deprecation, Sunset, Backsmith-Deprecated, RateLimit, RateLimit-Policy, WWW-Authenticate, Allow, "
    "Accept-Ranges, Content-Disposition, Repr-Digest"
)
"""What a page may read of a reply, beside what every page may."""
_MAX_AGE = "7200"
"""Seconds a browser keeps the answer to a preflight; the longest that Chromium honours."""


class Cors:
    """The policy for cross-origin requests of one application."""

    def __init__(self, origins: tuple[str, ...], credentials: bool, *, local: bool = False) -> None:
        """`origins` as in the settings: exact origins, or * for every one (never together with credentials). `local`:
        pages of this machine are let in too, on any port and with cookies, as in development."""
        self.enabled = bool(origins) or local
        self._every = "*" in origins
        self._local = local
        allowed = ["*"] if self._every else list(origins)
        self._headers: dict[str, Headers] = {origin: _headers(origin, credentials) for origin in allowed}

    def vary(self, vary: str) -> str:
        """The value of Vary: with origins that are let in one by one, replies differ by Origin."""
        return vary + ", Origin" if self._local or (self.enabled and not self._every) else vary

    def headers(self, origin: str | None) -> Headers:
        """The headers of a reply to a page of that origin; none where it is not let in. Don't change the list."""
        if origin is None or not self.enabled:
            return []
        if self._local and is_local_origin(origin):
            return _headers(origin, credentials=True)
        return self._headers.get("*" if self._every else origin, [])

    def preflight(self, origin: str | None, requested_method: str | None) -> Reply | None:
        """The reply to OPTIONS where it asks for permission; None where it is an ordinary OPTIONS request.

        The headers that every reply to the origin has are not yet among its own: said twice they count as none.
        A page that is not let in gets a reply without permission, which is how browsers are told no.
        """
        if origin is None or requested_method is None or not self.enabled:
            return None
        headers: Headers = [("vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")]
        if self.headers(origin):
            headers += [
                ("access-control-allow-methods", METHODS),
                ("access-control-allow-headers", REQUEST_HEADERS),
                ("access-control-max-age", _MAX_AGE),
            ]
        return Reply(204, headers, b"")


def _headers(origin: str, credentials: bool) -> Headers:
    headers: Headers = [
        ("access-control-allow-origin", origin),
        ("access-control-expose-headers", EXPOSED_HEADERS),
    ]
    return [*headers, ("access-control-allow-credentials", "true")] if credentials else headers
