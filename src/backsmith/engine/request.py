"""The noun of a question: an HTTP request as the spine takes it, whatever carried it here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Request(NamedTuple):
    """A request below the API's prefix."""

    method: str
    path: tuple[str, ...]
    """The segments of the path below the prefix, still percent-encoded."""
    target: str
    """The whole path as sent, for links back."""
    query: str
    """The query string, still percent-encoded."""
    headers: Mapping[bytes, bytes]
    """By lower-case name; of one sent twice, the last."""
    body: bytes = b""

    def header(self, name: bytes) -> str | None:
        """The header's text, or None."""
        value = self.headers.get(name)
        return None if value is None else value.decode("latin-1")
