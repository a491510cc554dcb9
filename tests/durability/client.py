"""A client that costs little: one connection, one request at a time. In, a request; out, its reply, or `Lost`."""

from __future__ import annotations

import asyncio
import json
from typing import Any, NamedTuple


class Lost(Exception):
    """The connection broke before the whole reply was there: nobody knows what became of the request."""


class Answer(NamedTuple):
    """A reply."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def worker(self) -> str:
        """What all request ids of one worker begin with."""
        return self.headers["x-request-id"].partition("-")[0]

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Connection:
    """A connection to a port of this machine."""

    def __init__(self, port: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._port = port
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port: int) -> Connection:
        """Connect. Raises OSError where nobody listens."""
        return cls(port, *await asyncio.open_connection("127.0.0.1", port))

    async def send(self, method: str, target: str, body: Any = None, /, **headers: str) -> Answer:
        """Send a request, and wait for the reply. Raises Lost."""
        content = b"" if body is None else json.dumps(body).encode()
        lines = [f"{method} {target} HTTP/1.1", "host: bank"]
        if content or method != "GET":
            lines += [f"content-length: {len(content)}", "content-type: application/json"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        try:
            self._writer.write("\r\n".join([*lines, "", ""]).encode() + content)
            head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
            found = {name.lower(): value for name, _, value in (line.partition(": ") for line in head[1:-2])}
            length = int(found.get("content-length", "0"))
            return Answer(int(head[0].split()[1]), found, await self._reader.readexactly(length))
        except (OSError, asyncio.IncompleteReadError) as error:
            raise Lost from error

    def close(self) -> None:
        self._writer.close()
