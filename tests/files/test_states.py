"""Files and rows at the same time: many uploads, sweeps beside them, uploads that were taken for dead."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from backsmith import File
from backsmith.blueprint.types import Json
from tests.files.conftest import pieces
from tests.files.serving import ADA, GIF, PNG, Albums


def test_of_many_uploads_at_once_one_is_kept(plain_albums: Albums, run: Any, tmp_path: Path) -> None:
    albums = plain_albums
    albums.photo()

    async def put(number: int) -> int:
        content = GIF + bytes([number])
        length = str(len(content))
        answer = await albums.ask("/api/photos/1/image", ADA, "PUT", content, content_length=length)
        return answer.status

    async def all_of_them() -> list[int]:
        files = albums.application.files
        assert files is not None
        swept = asyncio.gather(*(files.sweeper.sweep() for _ in range(3)))
        statuses = await asyncio.gather(*(put(number) for number in range(12)))
        await swept
        return list(statuses)

    assert run(all_of_them()) == [200] * 12
    albums.sweep()
    assert list(albums.records().values()) == ["kept"]
    assert len([path for path in (tmp_path / "store").rglob("*") if path.is_file()]) == 1
    assert albums.get("/api/photos/1/image").status == 200


def test_an_upload_that_was_taken_for_dead_is_not_kept(plain_albums: Albums, run: Any) -> None:
    """It may be alive after all; its bytes may be gone already, so no row gets it."""
    albums = plain_albums
    files = albums.application.files
    assert files is not None

    async def outlive() -> bool:
        file = await files.uploads.take(pieces(PNG), "a.png", Json(format="file"))
        id = file.url.removeprefix("file/")
        await files.sweeper.sweep(datetime.now(UTC) + timedelta(hours=2))

        async def keep(transaction: Any) -> bool:
            found = await files.records.run(
                transaction, "keep", id=id, entity="e", field="f", row_key="[1]", now=datetime.now(UTC)
            )
            return bool(found)

        return await albums.application.database.transact(keep)

    assert run(outlive()) is False
    assert albums.records() == {}


def test_a_sweep_leaves_uploads_that_go_on(plain_albums: Albums, run: Any) -> None:
    albums = plain_albums
    files = albums.application.files
    assert files is not None

    async def sweep_meanwhile() -> File:
        async def slow() -> AsyncIterator[bytes]:
            yield PNG * 40
            await files.sweeper.sweep()
            yield PNG

        return await files.uploads.take(slow(), "a.png", Json(format="file"))

    file = run(sweep_meanwhile())
    assert albums.records() == {file.url.removeprefix("file/"): "pending"}
    run(files.uploads.let_go([file]))
    assert albums.records() == {}
