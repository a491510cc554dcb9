"""Headers that keep a reply from being used for anything but what it is.

The API sends data: nothing in it is to be run, framed, sniffed for another type or kept by a shared cache.
"""

from __future__ import annotations

from backsmith.http.reply import Headers

SECURITY: Headers = [
    ("x-content-type-options", "nosniff"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-resource-policy", "same-origin"),
]
"""On every reply. `cross-origin-resource-policy` does not touch pages that CORS lets in."""

CACHE_PRIVATE = ("cache-control", "private, no-cache")
"""For a reply to somebody: kept by their browser only, and asked for again (304 by ETag) at each use."""

CACHE_SHARED = ("cache-control", "no-cache")
"""For a reply to nobody: may be kept by anyone, and asked for again at each use."""

VARY = "Accept, Accept-Profile, Authorization, X-API-Key, Prefer, Range"
"""What else than the address a reply depends on. With CORS, `Cors.vary` holds it with Origin."""
