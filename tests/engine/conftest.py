"""The library, served from both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backsmith.app import asgi
from tests.engine import library
from tests.engine.client import Client
from tests.engine.rows import ROWS, fill, shelve


def serve(url: str, run: Any, **settings: Any) -> Client:
    """A client of the library in the database at `url`, filled."""
    application = asgi(library, database=url, access_log=False, **settings)

    async def begin() -> None:
        await application.start()
        await fill(application.database, application.blueprint, ROWS)
        await shelve(application.database, application.blueprint)

    run(begin())
    return Client(application, run)


@pytest.fixture(scope="session")
def client(database_kind: str, new_url: Callable[[str], str], run: Any) -> Iterator[Client]:
    one = serve(new_url(database_kind), run)
    yield one
    run(one.application.close())
