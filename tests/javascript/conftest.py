"""The library, filled, behind a running server, on each kind of database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from backsmith.app import asgi
from tests.engine import library
from tests.engine.rows import ROWS, fill, shelve
from tests.http.live import Live, live

SECRET = "known to these tests alone, and thirty-two bytes or more"


@pytest.fixture(scope="module")
def served_library(
    database_kind: str, new_url: Callable[[str], str], run: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Live]:
    url = new_url(database_kind)
    application = asgi(library, database=url, access_log=False)

    async def begin() -> None:
        await application.start()
        await fill(application.database, application.blueprint, ROWS)
        await shelve(application.database, application.blueprint)
        await application.close()

    run(begin())
    model = Path(library.__file__ or "")
    flags = ("--production", "--database", url, "--jwt-key", SECRET)
    with live(tmp_path_factory.mktemp("library"), model, *flags) as server:
        server.wait_until_ready()
        yield server
