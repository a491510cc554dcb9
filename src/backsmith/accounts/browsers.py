"""Whether a request that a browser sent with a cookie comes from the application's own pages (CSRF).

Browsers say where a request comes from in headers that no page can change: Sec-Fetch-Site, and Origin on everything
that isn't GET or HEAD. One that says neither is no browser of these years, or something in between took them away: it
is refused. GET and HEAD with a cookie change nothing, so that they may come from everywhere.
"""

from __future__ import annotations

from backsmith import errors
from backsmith.errors import RequestError
from backsmith.http.origins import is_local_origin
from backsmith.http.request import Request
from backsmith.settings import Settings

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that change nothing (RFC 9110, 9.2.1)."""


class Origins:
    """The origins whose pages may act with their visitor's cookie."""

    def __init__(self, settings: Settings) -> None:
        others = settings.cors_origins if settings.cors_credentials else ()
        self._allowed = frozenset({own_address(settings), *others})
        self._development = settings.development

    def refuse_cross_site(self, request: Request) -> None:
        """Raise RequestError CROSS_SITE for a request that may change something and that another site's page sent."""
        if request.method in SAFE or request.header("sec-fetch-site") == "same-origin":
            return
        origin = request.header("origin")
        if origin is not None and (origin in self._allowed or (self._development and _is_own(origin, request))):
            return
        raise RequestError(
            errors.CROSS_SITE,
            "A request with a cookie, or a form, has to come from the application's own pages",
            hint="Browsers say so by Sec-Fetch-Site or Origin. The origins that may are the settings address and, with "
            "cors_credentials, cors_origins; other clients send JSON, as Content-Type: application/json, and a token: "
            "Authorization: Bearer …",
        )


def own_address(settings: Settings) -> str:
    """The address that the application is reached at, without a slash at its end."""
    return settings.address.rstrip("/") or f"http://localhost:{settings.port}"


def _is_own(origin: str, request: Request) -> bool:
    """Whether the origin is one of a developer, who set no address: the host that the request was sent to, or a front
    end's development server on this machine, whatever its port."""
    host = request.header("host")
    return (bool(host) and origin in (f"http://{host}", f"https://{host}")) or is_local_origin(origin)
