"""`UploadFile`: a file that came with a form (multipart/form-data), for routes. The engine makes them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol, runtime_checkable


@runtime_checkable
class UploadFile(Protocol):
    """A file of a form. It is gone when the request is answered: what is to stay has to be kept elsewhere."""

    filename: str
    """The name it had at the client: a text to show, never a path to use."""
    content_type: str
    """What the client says it is."""
    size: int
    """In bytes."""

    async def read(self) -> bytes:
        """All of it."""
        ...

    def __aiter__(self) -> AsyncIterator[bytes]:
        """Its pieces."""
        ...
