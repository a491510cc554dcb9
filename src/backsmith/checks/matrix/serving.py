"""The application itself, served in this process from a database that is thrown away: a question goes in, its answer
comes out. Who asks is said with the question, in place of what an authenticator would find out.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from backsmith.app import Backsmith
from backsmith.blueprint import Application
from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.blueprint.blueprint import Blueprint
from backsmith.http.request import Request
from backsmith.settings import Settings

WHO = "x-matrix-asker"
SAFE = "%&=+*,.:()!$'@/?-_~;\"[]{}<>|\\^`#"
VARYING = frozenset({"x-request-id", "server-timing", "date"})


@dataclass(frozen=True)
class Question:
    """A request, and who asks."""

    target: str
    asker: Asker = NOBODY
    method: str = "GET"
    body: Any = None
    """JSON of the body, if there is one; bytes are sent as they are."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    def __str__(self) -> str:
        who = "nobody" if self.asker.id is None else f"account {self.asker.id}"
        if self.asker.roles:
            who += f" as {', '.join(sorted(self.asker.roles))}"
        headers = "".join(f" -H '{name}: {value}'" for name, value in self.headers.items())
        sent = self.body.decode() if isinstance(self.body, bytes) else json.dumps(self.body, ensure_ascii=False)
        body = "" if self.body is None else f" --body '{sent}'"
        return f"{self.method} {self.target}{headers}{body} ({who})"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body's value. Raises ValueError where it isn't JSON."""
        return json.loads(self.body)

    @property
    def done(self) -> bool:
        """Whether it was granted."""
        return 200 <= self.status < 300

    @property
    def refused(self) -> bool:
        """Whether it was refused for who asks: not signed in, no rule, or not to be seen."""
        return self.status in (401, 403, 404)

    @property
    def code(self) -> str:
        """The code of an error."""
        try:
            return str(self.json.get("code", ""))
        except (ValueError, AttributeError):
            return ""

    def comparable(self) -> object:
        """The answer without what differs from one request to the next."""
        headers = {name: value for name, value in self.headers.items() if name not in VARYING}
        return self.status, re.sub(r"urn:request:[^\"]*", "", self.body.decode(errors="replace")), headers


@contextmanager
def logging_kept() -> Generator[None]:
    """Where an application starts within the block, it doesn't change how this process logs."""
    root = logging.getLogger()
    level, handlers = root.level, root.handlers[:]
    try:
        yield
    finally:
        root.setLevel(level)
        root.handlers[:] = handlers


class Served:
    """An application that can be asked. Use it as `async with`."""

    def __init__(self, application: Application, blueprint: Blueprint, settings: Settings) -> None:
        self.blueprint = blueprint
        self.prefix = settings.prefix.rstrip("/")
        self.asked = 0
        self._askers: list[Asker] = []
        self.application = Backsmith(application, blueprint, settings)

        async def identify(request: Request) -> Asker:
            return self._askers[int(request.header(WHO) or 0)]

        # The engine is told who asks instead of finding out: signing in is no rule.
        self.application.engine._identify = identify  # pyright: ignore[reportPrivateUsage]

    async def __aenter__(self) -> Served:
        with logging_kept():
            await self.application.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.application.close()

    async def ask(self, question: Question) -> Answer:
        """The answer to a question."""
        self.asked += 1
        self._askers = [question.asker]
        path, _, query = question.target.partition("?")
        body = b"" if question.body is None else question.body
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        headers = dict(question.headers)
        if body:
            headers.setdefault("content-type", "application/json")
            headers["content-length"] = str(len(body))
        scope = {
            "type": "http",
            "method": question.method,
            "path": path,
            "raw_path": quote(path, safe="/%,").encode(),
            "query_string": quote(query, safe=SAFE).encode("latin-1"),
            "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        }
        sent: list[Any] = []
        arriving = [body]

        async def receive() -> Any:
            if not arriving:
                await asyncio.Event().wait()  # the client stays until it has its answer
            return {"type": "http.request", "body": arriving.pop(), "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.application(scope, receive, send)
        found = {name.decode(): value.decode() for name, value in sent[0]["headers"]}
        return Answer(sent[0]["status"], found, b"".join(message["body"] for message in sent[1:]))
