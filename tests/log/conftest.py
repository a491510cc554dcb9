"""The shop on a database of each kind, and what is in its log."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from backsmith.app import asgi
from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.log import Entry, Filter
from tests.engine.client import Answer, Client
from tests.log import shop

ANN = Asker(1, via="token")


class Shop:
    """Asks the shop, and reads its log."""

    def __init__(self, client: Client, run: Any) -> None:
        self.application = client.application
        self.client = client
        self.run = run

    def ask(self, method: str, target: str, body: Any = None, asker: Asker = ANN, **headers: str) -> Answer:
        encoded = b"" if body is None else json.dumps(body).encode()
        if encoded:
            headers = {"content_type": "application/json", **headers}
        return self.client.get(target, asker, method, encoded, **headers)

    def done(self, method: str, target: str, body: Any = None, asker: Asker = ANN, **headers: str) -> Answer:
        """The same, where it goes well."""
        answer = self.ask(method, target, body, asker, **headers)
        assert answer.status < 300, answer.text
        return answer

    def entries(self, after: int | None = None, only: Filter | None = None) -> list[Entry]:
        """All entries after a position."""
        log = self.application.change_log
        assert log is not None
        page = self.run(log.read(after, 10_000, only or Filter()))
        assert page.complete
        return list(page.entries)

    def changes(self, after: int | None = None) -> list[tuple[Any, ...]]:
        """Each entry as (verb, entity, key, before, after); of an update only the fields that changed."""
        return [told(entry) for entry in self.entries(after)]


def told(entry: Entry) -> tuple[Any, ...]:
    """An entry as (verb, entity, key, before, after); of an update only the fields that changed."""
    images = (entry.before, entry.after)
    before, after = (None if text is None else json.loads(text, parse_float=str) for text in images)
    if entry.verb == "update":
        changed = [name for name in after if before[name] != after[name]]
        before, after = ({name: row[name] for name in changed} for row in (before, after))
    return entry.verb, entry.entity, entry.key, before, after


@asynccontextmanager
async def opened(url: str, **settings: Any) -> AsyncGenerator[Client]:
    """A client of the shop, for tests that are coroutines."""
    application = asgi(shop, database=url, access_log=False, **settings)
    await application.start()
    try:
        yield Client(application, None)
    finally:
        await application.close()


async def post(client: Client, target: str, body: Any, method: str = "POST") -> Answer:
    """The answer to a request that writes."""
    encoded = json.dumps(body).encode()
    answer = await client.ask(target, ANN, method, encoded, content_type="application/json")
    assert answer.status < 300, answer.text
    return answer


@pytest.fixture
def shop_at(run: Any) -> Iterator[Callable[..., Shop]]:
    """Opens the shop on the database at an address."""
    opened: list[Shop] = []

    def at(url: str, **settings: Any) -> Shop:
        application = asgi(shop, database=url, access_log=False, **settings)
        run(application.start())
        opened.append(Shop(Client(application, run), run))
        return opened[-1]

    yield at
    for one in opened:
        run(one.application.close())


@pytest.fixture
def filled(shop_at: Callable[..., Shop], database_url: str) -> Shop:
    """The shop with a person, a customer and two tags."""
    found = shop_at(database_url)

    async def fill() -> None:
        await found.application.database.execute("INSERT INTO people (id, name) VALUES (1, 'Ann')")
        await found.application.database.execute("INSERT INTO tags (name) VALUES ('a'), ('b')")
        await found.application.database.execute("INSERT INTO customers (name) VALUES ('Cy')")

    found.run(fill())
    return found


__all__ = ["ANN", "NOBODY", "Shop"]
