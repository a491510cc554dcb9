"""An S3-compatible store of files, by the SDK of Amazon's own (the extra `s3`).

A file that fits into one part is one request; a larger one goes up in parts as it arrives, so that no more than two
parts are in memory. What a crash leaves of an upload in parts is invisible but paid for: `delete` looks for that too.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, cast

from backsmith.engine.files.storage import PIECE, StorageError

T = TypeVar("T")

PART = 8_388_608
"""Bytes of a part. There are at most 10,000, of at least 5 MiB each but the last."""
THREADS = 16
TYPE = "application/octet-stream"
"""Whoever reads the bucket without Backsmith gets bytes and nothing that a browser runs."""


Client = Any
"""The SDK makes its client from a description when it runs, so that nobody knows its type before."""


class S3Storage:
    """Files in a bucket."""

    def __init__(
        self, bucket: str, prefix: str, *, endpoint: str = "", region: str = "", key: str = "", secret: str = ""
    ) -> None:
        """Empty texts stand for what the SDK finds by itself: in the environment, its files, the machine's role."""
        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        self._options = {
            "endpoint_url": endpoint or None,
            "region_name": region or None,
            "aws_access_key_id": key or None,
            "aws_secret_access_key": secret or None,
        }
        self._client: Client | None = None
        self._threads: ThreadPoolExecutor | None = None

    async def open(self) -> None:
        """As Storage."""
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="s3")
        self._client = await asyncio.to_thread(_connect, self._options)
        await self.ask(lambda sdk: sdk.head_bucket(Bucket=self._bucket))

    async def close(self) -> None:
        """As Storage."""
        if self._client is not None:
            self._client.close()
            self._client = None
        if self._threads is not None:
            self._threads.shutdown(wait=False)
            self._threads = None

    async def write(self, id: str, pieces: AsyncIterable[bytes]) -> None:
        """As Storage."""
        upload, buffer = _Parts(self, self._name(id)), bytearray()
        try:
            async for piece in pieces:
                buffer += piece
                while len(buffer) > PART:
                    part = bytes(buffer[:PART])
                    del buffer[:PART]
                    await upload.add(part)
            last = bytes(buffer)
            if upload.begun:
                await upload.add(last)
                await upload.complete()
            else:
                await upload.whole(last)
        except BaseException:
            await upload.settle()
            await self.delete(id, whole=False)
            raise

    async def read(self, id: str, start: int, size: int) -> AsyncIterator[bytes]:
        """As Storage."""
        span = f"bytes={start}-{start + size - 1}"
        found = await self.ask(lambda sdk: sdk.get_object(**self._name(id), Range=span))
        return _Reader(self, found["Body"], size)

    async def delete(self, id: str, *, whole: bool) -> None:
        """As Storage."""
        name = self._name(id)
        if not whole:
            listed = await self.ask(lambda sdk: sdk.list_multipart_uploads(Bucket=self._bucket, Prefix=name["Key"]))
            for upload in listed.get("Uploads", ()):
                unfinished = str(upload["UploadId"])
                await self.ask(lambda sdk, it=unfinished: sdk.abort_multipart_upload(**name, UploadId=it))
        await self.ask(lambda sdk: sdk.delete_object(**name))

    async def ask(self, call: Callable[[Client], T]) -> T:
        """The result of a call of the SDK, made in a thread. Raises StorageError."""
        client, threads = self._client, self._threads
        if client is None or threads is None:
            raise StorageError("The store of the files isn't open.")
        return await asyncio.get_running_loop().run_in_executor(threads, lambda: _said_plainly(lambda: call(client)))

    def _name(self, id: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": f"{self._prefix}{id[:2]}/{id}"}


class _Parts:
    """An upload in parts. Each request runs to its end, whoever is cancelled, so that `abort` knows what there is."""

    def __init__(self, storage: S3Storage, name: Mapping[str, str]) -> None:
        self._storage = storage
        self._name = name
        self._id: str | None = None
        self._done: list[dict[str, Any]] = []
        self._running: asyncio.Future[Any] | None = None

    @property
    def begun(self) -> bool:
        """Whether there are any parts."""
        return self._id is not None

    async def whole(self, content: bytes) -> None:
        """Keep a file that needs no parts."""
        await self._ask(lambda sdk: sdk.put_object(**self._name, Body=content, ContentType=TYPE))

    async def add(self, content: bytes) -> None:
        """Send a part."""
        if self._id is None:
            made = await self._ask(lambda sdk: sdk.create_multipart_upload(**self._name, ContentType=TYPE))
            self._id = str(made["UploadId"])
        id, number = self._id, len(self._done) + 1
        sent = await self._ask(lambda sdk: sdk.upload_part(**self._name, UploadId=id, PartNumber=number, Body=content))
        self._done.append({"ETag": sent["ETag"], "PartNumber": number})

    async def complete(self) -> None:
        """Make one file of the parts."""
        id, parts = self._id or "", {"Parts": self._done}
        await self._ask(lambda sdk: sdk.complete_multipart_upload(**self._name, UploadId=id, MultipartUpload=parts))

    async def settle(self) -> None:
        """Wait for the request that still runs; what there is then, `S3Storage.delete` removes."""
        if self._running is not None:
            await asyncio.wait((self._running,))

    async def _ask(self, call: Callable[[Client], T]) -> T:
        self._running = asyncio.ensure_future(self._storage.ask(call))
        return await asyncio.shield(self._running)


class _Reader:
    """The bytes of a file, from a reply that is read piece by piece."""

    def __init__(self, storage: S3Storage, body: Any, size: int) -> None:
        self._storage = storage
        self._body: Any = body
        self._left = size

    def __aiter__(self) -> _Reader:
        return self

    async def __anext__(self) -> bytes:
        body = self._body
        if body is None or not self._left:
            await self.aclose()
            raise StopAsyncIteration
        piece = await self._storage.ask(lambda _: body.read(min(PIECE, self._left)))
        if not piece:
            raise StorageError("A file has fewer bytes than it should have.")
        self._left -= len(piece)
        return piece

    async def aclose(self) -> None:
        """Give the connection up."""
        body, self._body = self._body, None
        if body is not None:
            body.close()


def _connect(options: Mapping[str, str | None]) -> Client:
    try:
        # Here, because only who has files in such a store has the SDK; which has no annotations.
        from botocore.config import Config  # noqa: PLC0415  # pyright: ignore[reportMissingTypeStubs]
        from botocore.session import (  # noqa: PLC0415  # pyright: ignore[reportMissingTypeStubs]
            get_session,  # pyright: ignore[reportUnknownVariableType]
        )
    except ImportError as error:
        raise StorageError("Files in S3 need its SDK: pip install botocore") from error
    config: Any = Config(
        connect_timeout=5,
        read_timeout=30,
        max_pool_connections=THREADS,
        retries={"mode": "standard", "total_max_attempts": 4},
        # Other stores than Amazon's know nothing of its newer checksums.
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return cast("Any", get_session)().create_client("s3", config=config, **options)


def _said_plainly(call: Callable[[], T]) -> T:
    """The result of a call of the SDK; its errors, which are of many kinds, as one."""
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - as above  # pyright: ignore[reportMissingTypeStubs]
    from urllib3.exceptions import HTTPError  # noqa: PLC0415 - as above

    try:
        return call()
    except (BotoCoreError, ClientError, HTTPError, OSError) as error:
        raise StorageError(f"The store of the files: {error}") from error
