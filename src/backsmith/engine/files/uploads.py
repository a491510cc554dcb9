"""An upload: pieces of bytes that arrive -> a `File` that a row may take, its bytes in the store.

The record is committed before the first byte is written, so whatever dies, the sweeper knows of the bytes. What can be
known early (the type, by the first bytes; a length that was said) is refused early, the rest while it arrives.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from hashlib import sha256

from backsmith import errors
from backsmith.blueprint.types import Json
from backsmith.databases.database import Database
from backsmith.engine.files.content import HEAD, accepts, type_of
from backsmith.engine.files.keeper import URL
from backsmith.engine.files.names import safe_name
from backsmith.engine.files.records import Records
from backsmith.engine.files.storage import Storage, StorageError
from backsmith.errors import BacksmithError, RequestError
from backsmith.model.files import File

SIGN_OF_LIFE = 600.0
"""Seconds after which an upload says that it still goes on."""

_log = logging.getLogger("backsmith.files")


class Uploads:
    """Takes files into the store."""

    def __init__(
        self, database: Database, records: Records, storage: Storage, max_size: int, nudge: Callable[[], None]
    ) -> None:
        """`max_size` is for fields that don't say their own."""
        self._database = database
        self._records = records
        self._storage = storage
        self._max_size = max_size
        self._nudge = nudge

    def most(self, type: Json) -> int:
        """Bytes that a file of a field of that type may have."""
        return type.max_size or self._max_size

    async def take(self, pieces: AsyncIterable[bytes], name: str, type: Json) -> File:
        """The file of those bytes, for a field of that type. Whoever gets it sees to it that a row takes it, or lets
        it go (`let_go`).

        Raises RequestError TOO_LARGE, WRONG_FILE, STORAGE_UNAVAILABLE, and what `pieces` raises; nothing is left then.
        """
        name, id = safe_name(name), secrets.token_hex(16)
        upload = _Upload(pieces, self.most(type))
        found = type_of(await upload.head(), name)
        if not accepts(type.accept, found):
            raise RequestError(
                errors.WRONG_FILE,
                f"The file is {found}, by its content",
                hint=f"The field takes {', '.join(type.accept)}.",
            )
        await self._database.transact(lambda transaction: self._records.begin(transaction, id, _now()))
        try:
            await self._storage.write(id, self._alive(id, upload))
        except StorageError as error:
            await self._let_go(id)
            _log.error("A file can't be kept: %s", error)
            raise unavailable() from error
        except BaseException:
            await asyncio.shield(self._let_go(id))
            raise
        return File(name, found, upload.size, upload.hash.hexdigest(), URL + id)

    async def _alive(self, id: str, pieces: AsyncIterable[bytes]) -> AsyncIterator[bytes]:
        """The pieces; while they arrive, the record says now and then that they still do."""
        clock = asyncio.get_running_loop().time
        latest = clock()
        async for piece in pieces:
            yield piece
            if clock() - latest > SIGN_OF_LIFE:
                latest = clock()
                if not await self._database.transact(
                    lambda transaction: self._records.touch(transaction, id, _now()), retry=True
                ):
                    raise StorageError("The upload was taken for dead.")

    @asynccontextmanager
    async def taking(self) -> AsyncGenerator[list[File]]:
        """A list for the files that are taken: where something fails, they are let go."""
        taken: list[File] = []
        try:
            yield taken
        except BaseException:
            await asyncio.shield(self.let_go(taken))
            raise

    async def let_go(self, files: Sequence[File]) -> None:
        """No row is to take these files. Those that one has taken stay.

        Where that can't be done now it will be done later: the sweeper knows of them.
        """
        for file in files:
            await self._let_go(file.url.removeprefix(URL))

    async def _let_go(self, id: str) -> None:
        transact = self._database.transact
        try:
            if await transact(lambda transaction: self._records.abandon(transaction, id, _now()), retry=True):
                await self._storage.delete(id, whole=False)
                await transact(lambda transaction: self._records.run(transaction, "forget", id=id), retry=True)
        except BacksmithError as error:
            _log.warning("A file that no row took is left to the sweeper: %s", error)
            self._nudge()


class _Upload:
    """The pieces of a file: their first ones looked at before the rest, all of them counted and hashed."""

    def __init__(self, pieces: AsyncIterable[bytes], most: int) -> None:
        self._pieces = aiter(pieces)
        self._most = most
        self._looked_at: list[bytes] = []
        self.size = 0
        self.hash = sha256()

    async def head(self) -> bytes:
        """The first bytes. Raises RequestError TOO_LARGE."""
        async for piece in self._pieces:
            self._count(piece)
            self._looked_at.append(piece)
            if sum(map(len, self._looked_at)) >= HEAD:
                break
        return b"".join(self._looked_at)[:HEAD]

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """All pieces. Raises RequestError TOO_LARGE."""
        for piece in self._looked_at:
            yield piece
        self._looked_at.clear()
        async for piece in self._pieces:
            self._count(piece)
            yield piece

    def _count(self, piece: bytes) -> None:
        self.size += len(piece)
        if self.size > self._most:
            raise file_too_large(self._most)
        self.hash.update(piece)


def file_too_large(most: int) -> RequestError:
    """The refusal of a file of more than `most` bytes."""
    return RequestError(errors.TOO_LARGE, f"The file may have {most:,} bytes at most")


def unavailable() -> RequestError:
    """The refusal of a request while the store can't be used."""
    return RequestError(
        errors.STORAGE_UNAVAILABLE,
        "The files can't be reached at the moment",
        hint="Try again in a moment.",
        headers=(("Retry-After", "5"),),
    )


def _now() -> datetime:
    return datetime.now(UTC)
