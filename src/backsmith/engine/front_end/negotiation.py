"""Which form of a file a client takes: Accept-Encoding and what there is -> one of them (RFC 9110, 12.5.3); and whether
it wants a page."""

from __future__ import annotations

from collections.abc import Mapping

MOST_PREFERENCES = 64
"""Items of a header that are looked at."""


def best_encoding(header: str | None, sizes: Mapping[str, int]) -> str | None:
    """The smallest of the encodings that a client takes; None for the file as it is."""
    if not header or not sizes:
        return None
    wanted = _weights(header)
    others = wanted.get("*", 0.0)
    taken = [encoding for encoding in sizes if wanted.get(encoding, others) > 0]
    return min(taken, key=lambda encoding: (sizes[encoding], encoding), default=None)


def wants_page(accept: str | None) -> bool:
    """Whether a client asks for HTML by name, as browsers do when somebody goes to an address."""
    return accept is not None and _weights(accept).get("text/html", 0.0) > 0


def _weights(header: str) -> dict[str, float]:
    """What a client would like, each with its quality; what can't be read isn't wanted."""
    found: dict[str, float] = {}
    for item in header.split(",", MOST_PREFERENCES)[:MOST_PREFERENCES]:
        name, *parameters = (part.strip().lower() for part in item.split(";"))
        quality = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        try:
            found[name] = float(quality)
        except ValueError:
            found[name] = 0.0
    return found
