"""Where the bytes of files are: the interface of a folder (`folder`) and of an S3-compatible store (`s3`).

Bytes go in and come out by a file's id, 32 hexadecimal digits that Backsmith made up. What a store can't do becomes
`StorageError`.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from typing import Protocol

from backsmith.errors import BacksmithError

PIECE = 262_144
"""Bytes that are read at once."""


class StorageError(BacksmithError):
    """The store can't be reached, or lacks what it should have."""


class Storage(Protocol):
    """Keeps bytes under ids."""

    async def open(self) -> None:
        """Make it ready. Raises StorageError where it can't be used."""
        ...

    async def close(self) -> None:
        """Give up what `open` took."""
        ...

    async def write(self, id: str, pieces: AsyncIterable[bytes]) -> None:
        """Keep the bytes for good, all of them or none. Raises StorageError, and what `pieces` raises."""
        ...

    async def read(self, id: str, start: int, size: int) -> AsyncIterator[bytes]:
        """`size` bytes from `start` on, which are there. To be closed (`aclose`). Raises StorageError."""
        ...

    async def delete(self, id: str, *, whole: bool) -> None:
        """Remove the bytes, if they are there. `whole` False: it may be that only a part was written, which goes too.

        Raises StorageError.
        """
        ...
