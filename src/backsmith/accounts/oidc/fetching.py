"""Requests to another provider: bounded in time and size, without following redirects or keeping cookies.

Addresses come from the settings or from the document that the provider publishes at its issuer's address, never from a
request or a token; they are https, or http where the issuer itself is on this machine.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from functools import cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from backsmith.errors import PROVIDER_FAILED, RequestError

TIMEOUT = 10.0
"""Seconds for a request and its whole reply."""
MOST_BYTES = 512 * 1024
"""Of a reply."""


class ProviderError(RequestError):
    """The provider can't be asked, or says what can't be. The reason is for the log, and stands in `__str__` too."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            PROVIDER_FAILED,
            f"Signing in by the other provider didn't work: {reason}",
            hint="Try again, or sign in another way.",
        )


class Fetched:
    """A reply."""

    def __init__(self, status: int, kind: str, body: bytes) -> None:
        self.status = status
        self.kind = kind
        """The media type, without parameters."""
        self.body = body


async def fetch(
    method: str,
    address: str,
    *,
    headers: Mapping[str, str] | None = None,
    form: Mapping[str, str] | None = None,
) -> Fetched:
    """Send a request and read the reply. Raises ProviderError."""
    import httpx  # noqa: PLC0415  slow to import

    body = b""
    sent = {"accept": "application/json", **(headers or {})}
    try:
        async with (
            asyncio.timeout(TIMEOUT),
            httpx.AsyncClient(timeout=TIMEOUT, follow_redirects=False, verify=_context()) as client,
            client.stream(method, address, headers=sent, data=form) as reply,
        ):
            async for piece in reply.aiter_bytes():
                body += piece
                if len(body) > MOST_BYTES:
                    raise ProviderError("its reply is too large")
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
        raise ProviderError("it can't be reached") from error
    return Fetched(reply.status_code, reply.headers.get("content-type", "").partition(";")[0].strip().lower(), body)


def is_safe(address: object, *, here: bool) -> bool:
    """Whether that is an address to send requests to; `here`: on this machine it may be http."""
    if not isinstance(address, str):
        return False
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
        plain = bool(host) and parts.port != 0 and not parts.username and not parts.fragment
    except ValueError:
        return False
    return plain and (parts.scheme == "https" or (here and parts.scheme == "http" and is_here(host)))


def is_here(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


@cache
def _context() -> ssl.SSLContext:
    """The certificates that are trusted, read once: that takes 20 milliseconds."""
    import httpx  # noqa: PLC0415  slow to import

    return httpx.create_ssl_context()
