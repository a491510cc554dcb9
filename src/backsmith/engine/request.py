"""The noun of a question: an HTTP request as the spine takes it, whatever carried it here."""

from __future__ import annotations

from typing import NamedTuple, Protocol


class Headers(Protocol):
    """The headers of a request, by lower-case name."""

    def get(self, name: str, /) -> str | None:
        """The header's text, or None."""
        ...


class Request(NamedTuple):
    """A request below the API's prefix."""

    method: str
    path: tuple[str, ...]
    """The segments of the path below the prefix, still percent-encoded."""
    target: str
    """The whole path as sent, for links back."""
    query: str
    """The query string, still percent-encoded."""
    headers: Headers
    body: bytes = b""

    def header(self, name: str) -> str | None:
        """The header of that lower-case name, or None; of one sent twice, one of the two."""
        return self.headers.get(name)
