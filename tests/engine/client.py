"""Asks an application as an HTTP server would: the reply to one request, without a network."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from backsmith.app import Backsmith
from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.http.request import Request


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Client:
    """Requests to an application; `asker` stands in for the header Authorization."""

    def __init__(self, application: Backsmith, run: Any) -> None:
        self.application = application
        self._run = run

    def get(self, target: str, asker: Asker = NOBODY, method: str = "GET", body: bytes = b"", **headers: str) -> Answer:
        return self._run(self.ask(target, asker, method, body, **headers))

    async def ask(
        self, target: str, asker: Asker = NOBODY, method: str = "GET", body: bytes = b"", **headers: str
    ) -> Answer:
        path, _, query = target.partition("?")

        async def identify(request: Request) -> Asker:
            return asker

        self.application.engine._identify = identify
        sent: list[Any] = []
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": quote(path, safe="/%,").encode(),
            "query_string": quote(query, safe="%&=+*,.:()!$'@/?-_~;\"[]{}<>|\\^`#").encode("latin-1"),
            "headers": [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()],
        }

        arriving = [body]

        async def receive() -> Any:
            if not arriving:
                await asyncio.Event().wait()  # the client stays until it has its reply
            return {"type": "http.request", "body": arriving.pop(), "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.application(scope, receive, send)
        names = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Answer(sent[0]["status"], names, b"".join(message["body"] for message in sent[1:]))
