"""The address of whoever sent a request: the one that is connected, or behind proxies the one that they name.

In: a request and the setting `trusted_proxies`. Out: an address without a port, which no client can choose. Headers
count only where a trusted proxy is connected; of the list that proxies keep, each adding to its end whom it was
connected to, the right-most address counts that is no trusted proxy: what stands left of it anybody may have written.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

from backsmith.http.request import Request
from backsmith.settings import Settings

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

UNIX = "unix"
"""Stands in `trusted_proxies` for a proxy that is connected by a Unix socket, which has no address."""
MOST_HOPS = 32
"""Proxies that a request may have gone through; what a header says of others doesn't count."""


def client_address(request: Request, settings: Settings) -> str:
    """The address of the client, without port, an IPv4 address in IPv6 clothes as the former; "" where there is none.

    What a header of a trusted proxy says that can't be read counts for nothing: then it is the peer's address.
    """
    if not settings.trusted_proxies:
        return plain_address(request.client)
    return _behind(request, settings)


def _behind(request: Request, settings: Settings) -> str:
    trusted = _trusted(settings.trusted_proxies)
    peer = plain_address(request.client)
    if not trusted.has(peer):
        return peer
    header = request.list_header(settings.proxy_header)
    if header is None:
        return peer
    # No address has a comma, so that what a client wrote can't hide what a proxy wrote after it.
    hops = header.rsplit(",", MOST_HOPS)[-MOST_HOPS:]
    found = peer
    for hop in reversed(hops):
        element = _named_by(hop) if settings.proxy_header == "forwarded" else hop.strip(" \t")
        address = _read(element)
        if address is None:
            return peer
        found = str(address)
        if not trusted.has(found):
            return found
    return found  # all of them are proxies: the farthest one asks for itself


@lru_cache(maxsize=4096)
def plain_address(client: str) -> str:
    """The address alone, of `10.0.0.7:51234`, `[::1]:51234` or `::1`; nothing of nothing."""
    parsed = _read(client)
    return client[:64] if parsed is None else str(parsed)


def network_of(address: str, bits: int = 64) -> str:
    """What one client's addresses have in common: of IPv6 the network of so many bits, since whoever has one address
    there has all of them; the address itself otherwise."""
    parsed = _read(address)
    if parsed is None:
        return address[:64]
    return str(ip_network((parsed, bits), strict=False)) if isinstance(parsed, IPv6Address) else str(parsed)


def wide_network_of(address: str) -> str | None:
    """The network of 48 bits that an IPv6 address is in, as many as a provider hands out to a site (RFC 6177); None
    of others."""
    return network_of(address, 48) if isinstance(_read(address), IPv6Address) else None


class Trusted:
    """The proxies whose headers count."""

    def __init__(self, networks: Sequence[str]) -> None:
        """Addresses and networks as the setting has them, which was checked."""
        self._unix = UNIX in networks
        self._networks: tuple[Network, ...] = tuple(ip_network(each, strict=False) for each in networks if each != UNIX)

    def has(self, address: str) -> bool:
        """Whether that address is one of them."""
        parsed = _read(address)
        if parsed is None:
            return self._unix and address == ""
        return any(parsed in network for network in self._networks)


@lru_cache(maxsize=16)
def _trusted(networks: tuple[str, ...]) -> Trusted:
    return Trusted(networks)


def _read(text: str) -> Address | None:
    """An address, perhaps with a port; None for what is none: `unknown`, `_hidden`, one with a zone."""
    if text.startswith("["):
        inner, _, port = text[1:].partition("]")
        if port and not _is_port(port.removeprefix(":")):
            return None
        text = inner
    elif text.count(":") == 1:
        text, _, port = text.partition(":")
        if not _is_port(port):
            return None
    if "%" in text:
        return None
    try:
        address = ip_address(text)
    except ValueError:
        return None
    return address.ipv4_mapped or address if isinstance(address, IPv6Address) else address


def _is_port(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 5


def _named_by(element: str) -> str:
    """Whom an element of Forwarded is for (RFC 7239, 4); nothing where it doesn't say so, or twice."""
    pairs = (pair.strip(" \t").partition("=") for pair in element.split(";"))
    found = [value for name, _, value in pairs if name.lower() == "for"]
    if len(found) != 1:
        return ""
    value = found[0]
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] == '"' else value
