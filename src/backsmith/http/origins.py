"""Which origins are pages of this very machine: those of a front end's development server, on whatever port it has.

In: the header Origin, or Host. The names are compared as a whole, so that `localhost.evil.example`, a name that leads
here (`127.0.0.1.nip.io`), a user before an @, and the origin `null` are none of them.
"""

from __future__ import annotations

import re
from ipaddress import ip_address

from backsmith import errors
from backsmith.errors import RequestError
from backsmith.http.request import Request

_LOCAL = re.compile(r"https?://(?:localhost|127\.0\.0\.1|\[::1\])(?::[1-9][0-9]{0,4})?", re.ASCII)
LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
"""What a server listens on that only this machine reaches."""


def is_local_origin(origin: str) -> bool:
    """Whether a page of that origin came from this machine, as browsers write origins (RFC 6454, 6.2)."""
    return _LOCAL.fullmatch(origin) is not None


def refuse_led_astray(request: Request, own: str) -> None:
    """Raise RequestError CROSS_SITE for a request to a server of this machine by a name that somebody else may have had
    lead here (DNS rebinding): their page would count as one of this server's own, and read what it answers.

    `own` is the name that this server has by its settings.
    """
    host = request.header("host")
    if host is None or is_nobodys_name(host) or name_of(host) == own:
        return
    raise RequestError(
        errors.CROSS_SITE,
        "A server in development answers at this machine's own names only",
        hint="Write localhost. Where a tunnel or proxy of yours leads here, set address to what it is reached at: "
        "BACKSMITH_ADDRESS=https://…",
    )


def is_nobodys_name(host: str) -> bool:
    """Whether a Host header names this machine in a way that nobody else can have lead here: an address, `localhost`
    and names below it (RFC 6761, 6.3), a name without a dot, which no public name server has."""
    name = name_of(host)
    if "." not in name or name.endswith(".localhost"):
        return True
    try:
        ip_address(name)
    except ValueError:
        return ":" in name  # an IPv6 address with a zone
    return True


def name_of(host: str) -> str:
    """The name or address of a Host header, without the port."""
    if host.startswith("["):
        return host[1:].partition("]")[0].lower()
    return host.partition(":")[0].lower().rstrip(".")
