"""The body of a request while it arrives. In: its pieces, as the server hands them over, and the length that was said.

Out: the same pieces, or RequestError where they come too slowly, are too many, or end too early. A server may end the
pieces of a client that went away as if the body were complete, so the length that was said is held against what came.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Awaitable, Callable

from backsmith import errors
from backsmith.errors import RequestError

PATIENCE = 30.0
"""Seconds that may pass between two pieces, and that a body may take beyond what its slowest pace allows."""
SLOWEST = 4096
"""Bytes a second that a body has to bring on average. Without it a few slow clients could hold all places for ever."""
DRAINED = 1_048_576
"""Bytes of a refused body that are read on, at most: a client that still sends would not hear why it is refused."""
DRAINING = 1.0
"""Seconds spent on that, at most."""

_CLOSE = (("connection", "close"),)


class Incoming:
    """A body that is still to come. It is read once: by iterating over it, or by `read`."""

    __slots__ = ("_pieces", "_received", "_whole", "length")

    def __init__(
        self, pieces: AsyncIterable[bytes], length: str | None, whole: Callable[[], Awaitable[bytes]] | None = None
    ) -> None:
        """`length` is the header Content-Length, if it was sent; `whole` reads all at once, where the server can."""
        self._pieces: AsyncIterable[bytes] | None = pieces
        self._whole = whole
        self._received = 0
        self.length: int | None = int(length) if length is not None and length.isdecimal() else None
        """Bytes that the client said it will send; None where it didn't say. Such a body may end early unnoticed."""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The pieces, none of them empty. Raises RequestError BODY_TIMEOUT, INCOMPLETE_BODY."""
        if self._pieces is None:
            return
        pieces = aiter(self._pieces)
        loop = asyncio.get_running_loop()
        start = loop.time()
        while True:
            latest = min(loop.time(), start + self._received / SLOWEST) + PATIENCE
            try:
                async with asyncio.timeout_at(latest):
                    # Not anext(pieces, None): with what Granian gives to await, that ends Python 3.11 by a signal.
                    piece = await anext(pieces)
            except StopAsyncIteration:
                self._end()
                return
            except TimeoutError:
                self._pieces = None
                raise _too_slow() from None
            if piece:
                self._received += len(piece)
                yield piece

    async def limited(self, most: int) -> AsyncIterator[bytes]:
        """The pieces. Raises RequestError TOO_LARGE too, as soon as there are more than `most` bytes."""
        if self.length is not None and self.length > most:
            raise too_large(most)
        async for piece in self:
            if self._received > most:
                raise too_large(most)
            yield piece

    async def read(self, most: int) -> bytes:
        """The whole body. Raises RequestError TOO_LARGE before more than `most` bytes are in memory."""
        if self._whole is not None and self.length is not None and self.length <= most:
            try:
                async with asyncio.timeout(PATIENCE + self.length / SLOWEST):
                    whole = await self._whole()
            except TimeoutError:
                self._pieces = None
                raise _too_slow() from None
            self._received = len(whole)
            self._end()
            return whole
        body = bytearray()
        async for piece in self.limited(most):
            body += piece
        return bytes(body)

    def _end(self) -> None:
        self._pieces = None
        if self.length is not None and self._received != self.length:
            message = f"The body has {self._received:,} bytes of the {self.length:,} that were said"
            raise RequestError(errors.INCOMPLETE_BODY, message, headers=_CLOSE)

    async def drain(self) -> None:
        """Read on for a moment, for nothing, so that a client that sends before it listens hears the reply."""
        if self._pieces is None:
            return
        most = self._received + DRAINED
        try:
            async with asyncio.timeout(DRAINING):
                async for _ in self.limited(most):
                    pass
        except (TimeoutError, RequestError):
            pass  # the connection is closed with the reply then


def _too_slow() -> RequestError:
    return RequestError(errors.BODY_TIMEOUT, "The body arrives too slowly", headers=_CLOSE)


def too_large(most: int) -> RequestError:
    """The refusal of a body of more than `most` bytes."""
    return RequestError(errors.TOO_LARGE, f"The body may have {most:,} bytes at most")
