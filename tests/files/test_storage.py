"""Stores keep bytes, all or none of them, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from backsmith.engine.files import s3
from backsmith.engine.files.folder import FolderStorage
from backsmith.engine.files.s3 import S3Storage
from backsmith.engine.files.storage import StorageError
from tests.files.conftest import pieces

ONE, TWO = "0a" * 16, "f1" * 16
LARGE = os.urandom(1 << 20) * 20
"""More than two parts."""


async def read(storage: Any, id: str, start: int, size: int) -> bytes:
    return b"".join([piece async for piece in await storage.read(id, start, size)])


async def test_what_is_written_is_read(storage: Any, stored: Callable[[], list[str]]) -> None:
    await storage.write(ONE, pieces(b"ab", b"cd"))
    await storage.write(TWO, pieces())
    assert stored() == [ONE, TWO]
    assert await read(storage, ONE, 0, 4) == b"abcd"
    assert await read(storage, ONE, 1, 2) == b"bc"


async def test_large_files_go_in_parts(storage: Any, stored: Callable[[], list[str]]) -> None:
    async def many() -> AsyncIterator[bytes]:
        for start in range(0, len(LARGE), 1_000_003):
            yield LARGE[start : start + 1_000_003]

    await storage.write(ONE, many())
    assert stored() == [ONE]
    assert await read(storage, ONE, 0, len(LARGE)) == LARGE
    assert await read(storage, ONE, 8_388_600, 20) == LARGE[8_388_600:8_388_620]


async def test_a_write_that_fails_leaves_nothing(storage: Any, stored: Callable[[], list[str]]) -> None:
    async def failing() -> AsyncIterator[bytes]:
        yield LARGE
        raise ValueError("the client is gone")

    with pytest.raises(ValueError, match="the client is gone"):
        await storage.write(ONE, failing())
    assert stored() == []


async def test_a_write_that_is_cancelled_leaves_nothing(storage: Any, stored: Callable[[], list[str]]) -> None:
    begun = asyncio.Event()

    async def halting() -> AsyncIterator[bytes]:
        yield LARGE
        begun.set()
        await asyncio.Event().wait()

    writing = asyncio.ensure_future(storage.write(ONE, halting()))
    await begun.wait()
    writing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await writing
    assert stored() == []


async def test_what_is_deleted_is_gone_and_may_be_deleted_twice(storage: Any, stored: Callable[[], list[str]]) -> None:
    await storage.write(ONE, pieces(b"x"))
    await storage.delete(ONE, whole=True)
    await storage.delete(ONE, whole=True)
    await storage.delete(TWO, whole=False)
    assert stored() == []
    with pytest.raises(StorageError):
        await storage.read(ONE, 0, 1)


async def test_a_reader_that_is_left_gives_its_file_back(storage: Any) -> None:
    await storage.write(ONE, pieces(LARGE))
    reader = await storage.read(ONE, 0, len(LARGE))
    assert len(await anext(reader)) > 0
    await reader.aclose()
    with pytest.raises(StopAsyncIteration):
        await anext(reader)


async def test_an_id_leads_out_of_no_folder(tmp_path: Path) -> None:
    storage = FolderStorage(tmp_path)
    await storage.open()
    for id in ("../../etc/passwd", "", "0A" * 16, "0a" * 15 + "/.", "."):
        with pytest.raises(StorageError):
            await storage.read(id, 0, 1)
    await storage.close()


async def test_a_folder_that_cant_be_written_is_said_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(StorageError, match=r"The folder of the files: .*taken"):
        await FolderStorage(tmp_path / "taken").open()


async def test_a_bucket_that_isnt_there_is_said_at_the_start(s3_endpoint: str) -> None:
    storage = S3Storage("nowhere", "", endpoint=s3_endpoint, region="us-east-1", key="a", secret="b")
    with pytest.raises(StorageError, match="404"):
        await storage.open()
    await storage.close()


async def test_an_upload_that_a_crash_left_in_parts_is_removed(
    s3_endpoint: str, sdk: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What nobody sees and everybody pays for."""
    sdk.create_bucket(Bucket="crashed")
    name = {"Bucket": "crashed", "Key": f"{ONE[:2]}/{ONE}"}
    upload = sdk.create_multipart_upload(**name)["UploadId"]
    sdk.upload_part(**name, UploadId=upload, PartNumber=1, Body=b"x" * s3.PART)
    storage = S3Storage("crashed", "", endpoint=s3_endpoint, region="us-east-1", key="a", secret="b")
    await storage.open()
    await storage.delete(ONE, whole=False)
    assert sdk.list_multipart_uploads(Bucket="crashed").get("Uploads", []) == []
    await storage.close()
