"""The clinic, served on each kind of database: once for tests that leave each other's rows alone."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from time import time
from typing import Any

import pytest

from backsmith.accounts.development import sign
from backsmith.databases import Database
from tests.accounts.application import Answer, Served, serve
from tests.engine.sealed.clinic import CLINIC

KEY = "Rk9cVq3LwZ7tYb1NsXg5JmHd8PfTu2Ea"


class Clinic:
    """Requests to a served clinic, and what its database holds."""

    def __init__(self, served: Served, url: str) -> None:
        self.served = served
        self.url = url

    @property
    def database(self) -> Database:
        return self.served.application.database

    async def ask(
        self, method: str, target: str, body: Any = None, *, account: int | None = None, **headers: str
    ) -> Answer:
        if account is not None:
            headers["authorization"] = f"Bearer {sign(self.served.application.settings, account, now=time())}"
        return await self.served.ask(method, f"/api{target}", body, **headers)

    async def given(self, method: str, target: str, body: Any = None, **headers: Any) -> Any:
        """The JSON of the reply to a request that goes well; None of one without a body."""
        answer = await self.ask(method, target, body, **headers)
        assert answer.status < 300, answer.text
        return answer.json if answer.body else None

    async def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row[n] for n in range(len(row))) for row in await self.database.read(sql)]


@pytest.fixture(scope="module")
def clinic(
    shared_database_url: str, tmp_path_factory: pytest.TempPathFactory, run: Callable[[Awaitable[Any]], Any]
) -> Iterator[Clinic]:
    served = run(serve(CLINIC, shared_database_url, tmp_path_factory.mktemp("clinic"), jwt_key=KEY))
    yield Clinic(served, shared_database_url)
    run(served.application.close())
