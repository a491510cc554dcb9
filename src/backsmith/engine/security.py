"""Headers that keep a reply from being used for anything but what it is.

The API sends data: nothing in it is to be run, framed, sniffed for another type or kept by a shared cache.
"""

from __future__ import annotations

from backsmith.engine.reply import Headers

SECURITY: Headers = [
    (b"x-content-type-options", b"nosniff"),
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
"""On every reply. `cross-origin-resource-policy` does not touch pages that CORS lets in."""

CACHE_PRIVATE = (b"cache-control", b"private, no-cache")
"""For a reply to somebody: kept by their browser only, and asked for again (304 by ETag) at each use."""

CACHE_SHARED = (b"cache-control", b"no-cache")
"""For a reply to nobody: may be kept by anyone, and asked for again at each use."""

VARY = b"Accept, Accept-Profile, Authorization, X-API-Key, Prefer, Range"
"""What else than the address a reply depends on. With CORS, `Cors.vary` holds it with Origin."""
