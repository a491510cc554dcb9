"""The workshop on both databases. Each write test asks both and compares: the replies, and then all rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import ModuleType
from typing import Any

import pytest

from backsmith.app import asgi
from backsmith.blueprint.asker import NOBODY, Asker
from tests.engine.client import Answer, Client
from tests.writes import workshop
from tests.writes.rows import ROWS, begin_anew, everything

PASSING = frozenset({"x-request-id", "server-timing"})
"""Headers that are of the moment."""


class Both:
    """One application on several databases. What one answers, all have to answer."""

    def __init__(self, clients: dict[str, Client], run: Any) -> None:
        self.clients = clients
        self._run = run

    def ask(self, method: str, target: str, body: str | bytes = b"", asker: Asker = NOBODY, **headers: str) -> Answer:
        """The reply of all of them. Headers by name with underscores; the body is JSON unless they say otherwise."""
        encoded = body.encode() if isinstance(body, str) else body
        if encoded:
            headers = {"content_type": "application/json", **headers}
        answers = {name: client.get(target, asker, method, encoded, **headers) for name, client in self.clients.items()}
        (first, one), *others = answers.items()
        for name, other in others:
            assert seen(one) == seen(other), f"{first} and {name} answer differently"
        return one

    def rows(self) -> dict[str, list[str]]:
        """All rows of all tables, the same everywhere."""
        found = {
            name: self._run(everything(c.application.database, c.application.blueprint))
            for name, c in self.clients.items()
        }
        (first, one), *others = found.items()
        for name, other in others:
            assert one == other, f"{first} and {name} hold different rows"
        return one


def seen(answer: Answer) -> tuple[int, dict[str, str], str]:
    """A reply without what is of the moment."""
    headers = {name: value for name, value in answer.headers.items() if name not in PASSING}
    text = answer.text
    if answer.status >= 400:
        text = text.replace(answer.headers["x-request-id"], "…")
        headers.pop("content-length", None)
    return answer.status, headers, text


def served(url: str, run: Any, model: ModuleType = workshop, **settings: Any) -> Client:
    """A client of the workshop in the empty database at `url`."""
    application = asgi(model, database=url, access_log=False, **settings)
    run(application.start())
    return Client(application, run)


@pytest.fixture(scope="session")
def workshops(database_kinds: list[str], new_url: Callable[[str], str], run: Any) -> Iterator[Both]:
    one = Both({kind: served(new_url(kind), run) for kind in database_kinds}, run)
    yield one
    for client in one.clients.values():
        run(client.application.close())


@pytest.fixture
def both(workshops: Both, run: Any) -> Both:
    """The workshop as it is at first."""
    for client in workshops.clients.values():
        run(begin_anew(client.application.database, client.application.blueprint, ROWS))
    return workshops
