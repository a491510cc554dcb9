"""Bodies that are streamed, in and out: paced, counted, closed, whatever the client does."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from backsmith import errors
from backsmith.engine.serving import incoming
from backsmith.engine.serving.carriers import answer_asgi
from backsmith.engine.serving.incoming import Incoming
from backsmith.engine.serving.outgoing import Outgoing
from backsmith.errors import RequestError
from backsmith.http.reply import Reply


async def pieces(*each: bytes) -> AsyncIterator[bytes]:
    for piece in each:
        yield piece


async def kind_of(body: Incoming, most: int = 100) -> errors.Kind:
    with pytest.raises(RequestError) as caught:
        await body.read(most)
    return caught.value.kind


async def test_a_body_is_read_to_its_end() -> None:
    assert await Incoming(pieces(b"ab", b"", b"c"), None).read(3) == b"abc"
    assert [piece async for piece in Incoming(pieces(b"ab", b"", b"c"), "3")] == [b"ab", b"c"]


async def test_a_body_that_ends_before_its_length_is_refused() -> None:
    """Granian ends the body of a client that went away as if it were complete."""
    assert await kind_of(Incoming(pieces(b"ab"), "3")) is errors.INCOMPLETE_BODY


async def test_a_body_that_is_too_large_is_refused_before_it_is_read() -> None:
    assert await kind_of(Incoming(pieces(), "101")) is errors.TOO_LARGE
    assert await kind_of(Incoming(pieces(b"x" * 60, b"x" * 60), None)) is errors.TOO_LARGE


async def test_a_body_that_comes_to_a_halt_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incoming, "PATIENCE", 0.01)

    async def halting() -> AsyncIterator[bytes]:
        yield b"x"
        await asyncio.Event().wait()

    assert await kind_of(Incoming(halting(), None)) is errors.BODY_TIMEOUT


async def test_a_body_that_trickles_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(incoming, "PATIENCE", 0.05)

    async def trickling() -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0.01)
            yield b"x"

    assert await kind_of(Incoming(trickling(), None), 10_000) is errors.BODY_TIMEOUT


class Application:
    """Stands in for HttpApplication: one reply, and what became of it."""

    def __init__(self, body: AsyncIterator[bytes]) -> None:
        self.ended: list[tuple[int, str, str | None]] = []
        self._body = body

    def segments(self, path: str) -> tuple[str, ...]:
        return (path,)

    async def reply(self, request: Any, body: Any) -> Reply:
        return Reply(200, [], Outgoing(self._body, self._end))

    def _end(self, sent: int, ending: str, error: BaseException | None) -> None:
        self.ended.append((sent, ending, None if error is None else str(error)))


SCOPE = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": []}


async def test_a_reply_is_sent_piece_by_piece() -> None:
    application, sent = Application(pieces(b"ab", b"c")), []

    async def send(message: Any) -> None:
        sent.append(message)

    await answer_asgi(application, dict(SCOPE), asyncio.Event().wait, send)  # type: ignore[arg-type]
    assert sent == [
        {"type": "http.response.start", "status": 200, "headers": []},
        {"type": "http.response.body", "body": b"ab", "more_body": True},
        {"type": "http.response.body", "body": b"c", "more_body": True},
        {"type": "http.response.body", "body": b""},
    ]
    assert application.ended == [(3, "whole", None)]


@pytest.mark.parametrize("says", ["message", "error"])
async def test_a_client_that_goes_away_ends_what_makes_the_reply(says: str) -> None:
    closed, left = asyncio.Event(), asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        try:
            while True:
                yield b"x"
                await asyncio.sleep(0)
        finally:
            closed.set()

    application, count = Application(endless()), 0

    async def send(message: Any) -> None:
        nonlocal count
        count += 1
        if count == 5:
            left.set()
            if says == "error":
                raise OSError("the client is gone")

    async def receive() -> Any:
        if says == "error":
            await asyncio.Event().wait()
        await left.wait()
        return {"type": "http.disconnect"}

    await answer_asgi(application, dict(SCOPE), receive, send)  # type: ignore[arg-type]
    assert closed.is_set()
    assert [ending for _, ending, _ in application.ended] == ["cut"]


async def test_a_reply_that_fails_breaks_off() -> None:
    async def failing() -> AsyncIterator[bytes]:
        yield b"x"
        raise RuntimeError("the disk is gone")

    application, sent = Application(failing()), []

    async def send(message: Any) -> None:
        sent.append(message)

    with pytest.raises(RuntimeError):
        await answer_asgi(application, dict(SCOPE), asyncio.Event().wait, send)  # type: ignore[arg-type]
    assert len(sent) == 2  # no end: the server breaks the connection off
    assert application.ended == [(1, "failed", "the disk is gone")]
