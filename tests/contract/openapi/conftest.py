"""The workshop, served, and its document."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backsmith.app import asgi
from tests.conftest import Run
from tests.contract.openapi import workshop
from tests.engine.client import Client


@pytest.fixture(scope="session")
def client(database_kind: str, new_url: Callable[[str], str], run: Run) -> Iterator[Client]:
    """A client of the workshop."""
    application = asgi(workshop, database=new_url(database_kind), access_log=False)
    run(application.start())
    yield Client(application, run)
    run(application.close())


@pytest.fixture(scope="session")
def document(client: Client) -> dict[str, Any]:
    """The document that it serves."""
    return client.get("/openapi.json").json
