"""The noun of a question: an HTTP request as the spine takes it, whatever carried it here."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Protocol


class Stream(Protocol):
    """A body that is still to come (`engine.serving.incoming.Incoming`): its pieces, once."""

    length: int | None
    """Bytes that the client said it will send."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """The pieces. Raises RequestError BODY_TIMEOUT, INCOMPLETE_BODY."""
        ...

    def limited(self, most: int) -> AsyncIterator[bytes]:
        """The pieces. Raises RequestError TOO_LARGE too, as soon as there are more than `most` bytes."""
        ...

    async def read(self, most: int) -> bytes:
        """The whole body. Raises as `limited` does."""
        ...


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
    files: Mapping[str, Any] = MappingProxyType({})
    """Fields of the row that the body gives whose files have been kept already: `Uploaded`, or None for no file."""
    stream: Stream | None = None
    """The body where the handler reads it itself, as it arrives (`Engine.streams`); `body` is empty then."""

    client: str = ""
    """The address of whoever is connected, perhaps with a port: `10.0.0.7:51234`, `[::1]:51234`."""

    def header(self, name: str) -> str | None:
        """The header of that lower-case name, or None; of one sent twice, one of the two."""
        return self.headers.get(name)

    def list_header(self, name: str) -> str | None:
        """The header of that lower-case name, a list, or None; sent twice it is still one list (RFC 9110, 5.2)."""
        text = self.headers.get(name)
        every: Callable[[str], list[str]] | None = None if text is None else getattr(self.headers, "get_all", None)
        return text if every is None else ", ".join(every(name))
