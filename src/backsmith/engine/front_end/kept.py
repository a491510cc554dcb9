"""The bytes of files of a front end: read when asked for, remembered as long as the file on the disk is the same.

Most files of a build are small and asked for often; to look whether one has changed takes 3 microseconds. Large ones
are read piece by piece.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

from backsmith.engine.bounded import Bounded

SMALL = 524_288
"""Bytes of a file that is kept in memory, at most."""
_MOST_FILES = 256
"""Files that are remembered at once."""
_PIECE = 262_144

Mark = tuple[int, int, int]
"""What changes with a file: when it was written, its size, which one it is."""


class Kept(NamedTuple):
    """A file as it is on the disk."""

    path: Path
    size: int
    written: int
    """When, in nanoseconds."""
    etag: str
    body: bytes | None
    """None of a large one."""


class Keeper:
    """Remembers files."""

    def __init__(self) -> None:
        self._files: Bounded[Path, tuple[Mark, Kept]] = Bounded(_MOST_FILES)

    async def get(self, path: Path) -> Kept | None:
        """The file at that path; None where it is gone."""
        try:
            mark = _mark(path.stat())
            known = self._files.get(path)
            if known is not None and known[0] == mark:
                return known[1]
            mark, kept = await asyncio.to_thread(_read, path)
        except OSError:
            return None
        self._files[path] = mark, kept
        return kept


async def pieces(kept: Kept, start: int, size: int) -> AsyncIterator[bytes]:
    """The bytes of a file, some of them after others. Raises OSError where it is gone by now or has become shorter."""
    file = await asyncio.to_thread(open, kept.path, "rb")
    try:
        await asyncio.to_thread(file.seek, start)
        while size:
            piece = await asyncio.to_thread(file.read, min(_PIECE, size))
            if not piece:
                raise OSError(f"{kept.path} has become shorter while it was sent.")
            size -= len(piece)
            yield piece
    finally:
        file.close()


def _read(path: Path) -> tuple[Mark, Kept]:
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        digest = blake2b(digest_size=12)
        body: bytes | None = None
        if status.st_size <= SMALL:
            body = file.read()
            digest.update(body)
        else:
            while piece := file.read(_PIECE):
                digest.update(piece)
    size = status.st_size if body is None else len(body)
    return _mark(status), Kept(path, size, status.st_mtime_ns, f'"{digest.hexdigest()}"', body)


def _mark(status: os.stat_result) -> Mark:
    return status.st_mtime_ns, status.st_size, status.st_ino
