"""Mounted in another ASGI application, below a path of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from backsmith.app import Backsmith, asgi
from tests.http import teahouse
from tests.http.conftest import NewTeahouse


class Mount:
    """Hands the paths below a prefix to an application, as Starlette's Mount does."""

    def __init__(self, prefix: str, application: Any) -> None:
        self.prefix, self.application = prefix, application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["path"].startswith(f"{self.prefix}/"):
            await self.application(scope | {"root_path": scope.get("root_path", "") + self.prefix}, receive, send)
        else:
            await send({"type": "http.response.start", "status": 418, "headers": []})
            await send({"type": "http.response.body", "body": b"a teapot"})


@pytest.fixture(scope="module")
def application(database_kind: str, new_teahouse: NewTeahouse, run: Any) -> Iterator[Backsmith]:
    made = asgi(teahouse, database=new_teahouse(database_kind), access_log=False)
    yield made
    run(made.close())


@pytest.mark.parametrize("prefix", ["/tea", "/grüner tee"])
async def test_paths_below_the_mount_are_backsmith_s(application: Backsmith, prefix: str) -> None:
    transport = httpx.ASGITransport(Mount(prefix, application))
    async with httpx.AsyncClient(transport=transport, base_url=f"http://host{prefix}") as client:
        assert (await client.get("/api/teas/a?select=name")).json() == {"name": "Assam"}
        assert (await client.get("/api/teas/100%2541?select=id")).json() == {"id": "100%41"}
        assert (await client.get("/health")).json() == {"status": "alive"}
        assert (await client.post("/api/rpc/echo", json={"text": "ü" * 100_000})).json() == "ü" * 100_000
        assert (await client.post("/api/rpc/echo", content=b"x" * 4_194_305)).status_code == 413
        first = await client.get("/api/teas?select=id&order=id&limit=2")
        assert first.json() == [{"id": "100%41"}, {"id": "a"}]
        link = re.fullmatch(r'<(.*)>; rel="next"', first.headers["link"])
        assert link is not None
        assert link[1].isascii()
        assert (await client.get(f"http://host{link[1]}")).json() == [{"id": "g"}, {"id": "ü"}]
        assert (await client.get("http://host/elsewhere")).text == "a teapot"


async def test_without_the_raw_path_the_decoded_one_serves(application: Backsmith) -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    for path, found in (
        ("/api/teas/100%41", b'{"name":"1 + 1 = 2 & 100%"}'),
        ("/api/teas/ü", '{"name":"Grüner"}'.encode()),
    ):
        sent.clear()
        scope = {"type": "http", "method": "GET", "path": path, "query_string": b"select=name", "headers": []}
        await application(scope, receive, send)
        assert (sent[0]["status"], sent[1]["body"]) == (200, found)


async def test_a_server_with_lifespan_opens_and_closes_it(sqlite_url: str) -> None:
    application = asgi(teahouse, database=sqlite_url, access_log=False)
    events = iter(["lifespan.startup", "lifespan.shutdown"])
    sent: list[str] = []

    async def receive() -> Any:
        return {"type": next(events)}

    async def send(message: Any) -> None:
        sent.append(message["type"])

    await application({"type": "lifespan"}, receive, send)
    assert sent == ["lifespan.startup.complete", "lifespan.shutdown.complete"]


async def test_a_server_with_lifespan_hears_why_it_cannot_start() -> None:
    application = asgi(teahouse, database="sqlite:////no/such/folder/tea.db", access_log=False)
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "lifespan.startup"}

    async def send(message: Any) -> None:
        sent.append(message)

    with pytest.raises(Exception, match="There is no folder /no/such/folder"):
        await application({"type": "lifespan"}, receive, send)
    assert [message["type"] for message in sent] == ["lifespan.startup.failed"]
    assert "There is no folder /no/such/folder" in sent[0]["message"]


async def test_websockets_are_refused(application: Backsmith) -> None:
    sent: list[Any] = []

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message)

    await application({"type": "websocket", "path": "/api/teas"}, receive, send)
    assert sent == [{"type": "websocket.close", "code": 1000}]


async def test_preferences_in_two_headers_are_one_list(application: Backsmith) -> None:
    twice = [("Prefer", "count=exact"), ("Prefer", "handling=strict")]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(application), base_url="http://tea") as client:
        reply = await client.get("/api/teas?limit=1", headers=twice)
    assert reply.headers["preference-applied"] == "count=exact, handling=strict"
