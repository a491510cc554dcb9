"""The office, served from both databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

from backsmith.app import asgi
from tests.adversary import office
from tests.adversary.rows import MEMBERS, ROWS, joins
from tests.engine.client import Client
from tests.engine.rows import fill
from tests.writes.conftest import both, workshops

__all__ = ["both", "client", "open_client", "workshops"]


def open_client(
    model: ModuleType, rows: dict[str, list[dict[str, Any]]], url: str, run: Any, *more: str, **settings: Any
) -> Client:
    """A client of `model` in the database at `url`, filled with `rows`; `more` are statements to run after that."""
    application = asgi(model, database=url, access_log=False, **settings)

    async def begin() -> None:
        await application.start()
        await fill(application.database, application.blueprint, rows)
        for statement in more:
            await application.database.execute(statement)

    run(begin())
    return Client(application, run)


@pytest.fixture(scope="session")
def client(database_kind: str, new_url: Callable[[str], str], run: Any) -> Iterator[Client]:
    one = open_client(office, ROWS, new_url(database_kind), run, *joins(MEMBERS))
    yield one
    run(one.application.close())
