"""The teahouse, with a few teas, behind a running server, on each kind of database."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from backsmith.app import asgi
from tests.engine.rows import fill
from tests.http import teahouse
from tests.http.live import Live, live

TEAS = [
    {"id": "a", "name": "Assam"},
    {"id": "g", "name": "玄米茶"},
    {"id": "100%41", "name": "1 + 1 = 2 & 100%"},
    {"id": "ü", "name": "Grüner"},
]
MODEL = Path(teahouse.__file__ or "")

NewTeahouse = Callable[[str], str]


@pytest.fixture(scope="session")
def new_teahouse(new_url: Callable[[str], str], run: Any) -> NewTeahouse:
    """Gives the URL of a new database of a kind, filled."""

    def made(kind: str) -> str:
        url = new_url(kind)
        application = asgi(teahouse, database=url, access_log=False)

        async def begin() -> None:
            await application.start()
            await fill(application.database, application.blueprint, {"Tea": TEAS})
            await application.close()

        run(begin())
        return url

    return made


@pytest.fixture(scope="module")
def teahouse_url(database_kind: str, new_teahouse: NewTeahouse) -> str:
    return new_teahouse(database_kind)


@pytest.fixture(scope="module")
def server(teahouse_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    flags = ["--production", "--database", teahouse_url, "--cors-origins", "https://app.example"]
    flags += ["--statement-timeout", "1", "--max-url", "2048"]
    with live(tmp_path_factory.mktemp("teahouse"), MODEL, *flags) as server:
        server.wait_until_ready()
        yield server
