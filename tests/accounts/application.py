"""An application with accounts, served without a network: `ask` sends a request as a client at an address would.

`serve(model, url)` compiles the text of a model; requests go through everything but the socket.
"""

from __future__ import annotations

import asyncio
import json
import re
import textwrap
from dataclasses import dataclass
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import quote

from backsmith.app import Backsmith, asgi

NOTES = '''
    from backsmith import Account, Entity, allow

    class Note(Entity):
        """What somebody wrote down."""
        owner: Account
        text: str

        @allow("read", "create", "update", "delete")
        def own(self, user: Account) -> bool:
            return self.owner == user
'''
"""A model whose rows belong to accounts."""


@dataclass
class Answer:
    """The reply to a request."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def text(self) -> str:
        return self.body.decode()

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key == name), None)

    @property
    def cookies(self) -> dict[str, str]:
        """The cookies that it sets; one that it takes away is empty."""
        found: dict[str, str] = {}
        for name, value in self.headers:
            if name == "set-cookie":
                found |= {key: morsel.value for key, morsel in SimpleCookie(value).items()}
        return found


class Served:
    """A served application, and clients of it."""

    def __init__(self, application: Backsmith, folder: Path) -> None:
        self.application = application
        self.folder = folder
        """Where the model and `.backsmith` lie."""

    async def ask(
        self,
        method: str,
        target: str,
        body: Any = None,
        *,
        address: str = "192.0.2.1",
        form: str | None = None,
        **headers: str,
    ) -> Answer:
        """Send a request; `body` is JSON, `form` an URL-encoded form, `headers` with _ for -."""
        path, _, query = target.partition("?")
        content = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        sent_headers = {"host": "localhost:8000"}
        if body is not None:
            sent_headers["content-type"] = "application/json"
        if form is not None:
            content = form.encode()
            sent_headers["content-type"] = "application/x-www-form-urlencoded"
        if content:
            sent_headers["content-length"] = str(len(content))
        sent_headers |= {name.replace("_", "-"): value for name, value in headers.items()}
        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "raw_path": quote(path, safe="/%,").encode(),
            "query_string": query.encode("latin-1"),
            "headers": [(name.encode(), value.encode()) for name, value in sent_headers.items()],
            "client": (address, 50_000),
        }
        arriving, sent = [content], list[Any]()

        async def receive() -> Any:
            if not arriving:
                await asyncio.Event().wait()
            return {"type": "http.request", "body": arriving.pop(), "more_body": False}

        async def send(message: Any) -> None:
            sent.append(message)

        await self.application(scope, receive, send)
        answered = [(name.decode(), value.decode()) for name, value in sent[0]["headers"]]
        return Answer(sent[0]["status"], answered, b"".join(message["body"] for message in sent[1:]))


async def serve(model: str, url: str, folder: Path, **settings: Any) -> Served:
    """Serve the model of that text from the database at `url`; `folder` is empty and takes what is written."""
    file = folder / f"application_{re.sub(r'[^a-z0-9]', '_', folder.name.lower())}.py"
    file.write_text(textwrap.dedent(model))
    application = asgi(file, database=url, access_log=False, **settings)
    await application.start()
    return Served(application, folder)
