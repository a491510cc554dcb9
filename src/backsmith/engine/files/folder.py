"""A folder of this machine as a store of files: `0a/0a1b…`, written under another name first and then renamed.

What has its own name is whole and on the disk (fsync of file and folder), so a row may say that it is there. All calls
of the system run in a few threads, so that a slow disk holds up no request but those for files.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterable, AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Lock
from typing import TypeVar

from backsmith.engine.files.storage import PIECE, StorageError

T = TypeVar("T")

THREADS = 8
CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL
PART = ".part"
"""What the name of a file ends with until it is whole."""


class FolderStorage:
    """Files in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._threads: ThreadPoolExecutor | None = None

    async def open(self) -> None:
        """As Storage."""
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="files")
        await self._run(self._check)

    def _check(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not os.access(self.folder, os.R_OK | os.W_OK | os.X_OK):
            raise PermissionError(f"{self.folder} can't be written to")

    async def close(self) -> None:
        """As Storage."""
        if self._threads is not None:
            self._threads.shutdown(wait=False)
            self._threads = None

    async def write(self, id: str, pieces: AsyncIterable[bytes]) -> None:
        """As Storage."""
        path = self._path(id)
        creating = asyncio.ensure_future(self._run(lambda: _Part(path)))
        try:
            part = await asyncio.shield(creating)
            async for piece in pieces:
                await self._run(lambda piece=piece: part.write(piece))
            await self._run(part.finish)
        except BaseException:
            # Threads can't be cancelled: what they still do is waited for, then undone.
            await asyncio.wait((creating,))
            if creating.exception() is None:
                await self._run(creating.result().give_up)
            raise

    async def read(self, id: str, start: int, size: int) -> AsyncIterator[bytes]:
        """As Storage."""
        path = self._path(id)
        descriptor = await self._run(lambda: os.open(path, os.O_RDONLY))
        return _Reader(self, descriptor, start, size)

    async def delete(self, id: str, *, whole: bool) -> None:
        """As Storage."""
        path = self._path(id)
        await self._run(lambda: path.unlink(missing_ok=True))
        if not whole:
            await self._run(lambda: path.with_name(path.name + PART).unlink(missing_ok=True))

    def _path(self, id: str) -> Path:
        if len(id) != 32 or not set(id) <= set("0123456789abcdef"):
            raise StorageError(f"{id!r} isn't the id of a file.")  # whatever a table says: no way out of the folder
        return self.folder / id[:2] / id

    @property
    def _executor(self) -> ThreadPoolExecutor:
        if self._threads is None:
            raise StorageError("The folder of the files isn't open.")
        return self._threads

    async def _run(self, call: Callable[[], T]) -> T:
        try:
            return await asyncio.get_running_loop().run_in_executor(self._executor, call)
        except OSError as error:
            raise StorageError(f"The folder of the files: {error}") from error

    async def piece(self, descriptor: int, start: int, size: int) -> bytes:
        """A piece of an open file, of `size` bytes at most."""
        return await self._run(lambda: _read(descriptor, start, size))

    def release(self, descriptor: int) -> None:
        """Close an open file, behind what still reads it."""
        if self._threads is None:
            os.close(descriptor)
        else:
            self._threads.submit(os.close, descriptor)


class _Part:
    """A file that is being written, by whatever thread; a piece that is still being written ends first."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._part = path.with_name(path.name + PART)
        self._lock = Lock()
        try:
            self._descriptor: int | None = os.open(self._part, CREATE, 0o600)
        except FileNotFoundError:
            self._part.parent.mkdir(mode=0o700, exist_ok=True)
            _sync(self._part.parent.parent)
            self._descriptor = os.open(self._part, CREATE, 0o600)

    def write(self, piece: bytes) -> None:
        """Write a piece more."""
        with self._lock:
            view = memoryview(piece)
            while view and self._descriptor is not None:
                view = view[os.write(self._descriptor, view) :]

    def finish(self) -> None:
        """Have it on the disk, under its own name."""
        with self._lock:
            if self._descriptor is None:
                return
            os.fsync(self._descriptor)
            self._close()
            self._part.rename(self._path)
            _sync(self._path.parent)

    def give_up(self) -> None:
        """Have nothing of it."""
        with self._lock:
            self._close()
            self._part.unlink(missing_ok=True)
            self._path.unlink(missing_ok=True)

    def _close(self) -> None:
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)


class _Reader:
    """The bytes of a file; closed at the end or by `aclose`."""

    def __init__(self, storage: FolderStorage, descriptor: int, start: int, size: int) -> None:
        self._storage = storage
        self._descriptor: int | None = descriptor
        self._start = start
        self._left = size
        self._reading: asyncio.Future[bytes] | None = None

    def __aiter__(self) -> _Reader:
        return self

    async def __anext__(self) -> bytes:
        if self._descriptor is None or not self._left:
            await self.aclose()
            raise StopAsyncIteration
        reading = asyncio.ensure_future(self._storage.piece(self._descriptor, self._start, min(PIECE, self._left)))
        self._reading = reading
        piece = await asyncio.shield(reading)  # so that nothing reads a descriptor that was closed and handed out anew
        if not piece:
            raise StorageError("A file has fewer bytes than it should have.")
        self._start += len(piece)
        self._left -= len(piece)
        return piece

    async def aclose(self) -> None:
        """Close the file."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is None:
            return
        if self._reading is not None and not self._reading.done():
            self._reading.add_done_callback(lambda _: self._storage.release(descriptor))
        else:
            self._storage.release(descriptor)

    def __del__(self) -> None:
        if self._descriptor is not None and (self._reading is None or self._reading.done()):
            os.close(self._descriptor)


def _read(descriptor: int, start: int, size: int) -> bytes:
    return os.pread(descriptor, size, start)


def _sync(folder: Path) -> None:
    """Have the names in a folder on the disk, where the system knows such a thing."""
    try:
        descriptor = os.open(folder, os.O_RDONLY | getattr(os, "O_DIRECTORY", 0))
    except PermissionError:
        return  # Windows opens no folders
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
