"""The body of a reply while it is sent. In: an iterator of bytes. Out: the same pieces, and how it ended.

A carrier iterates, and calls `close` whatever happens: the client may go away, the iterator may fail. Then what made
the pieces is closed too, and `ended` hears how many bytes went out and how it ended.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any, Literal

Ending = Literal["whole", "cut", "failed"]
"""All was sent; the client went away; the iterator raised."""

PATIENCE = 60.0
"""Seconds that a client may take to accept one piece."""


class Outgoing:
    """A body that is still to be sent, once."""

    __slots__ = ("_ended", "_ending", "_pieces", "_sent")

    def __init__(
        self, pieces: AsyncIterator[bytes], ended: Callable[[int, Ending, BaseException | None], None]
    ) -> None:
        """`ended` is called once: with the bytes sent, how it ended, and the error where there was one."""
        self._pieces = pieces
        self._ended: Callable[[int, Ending, BaseException | None], None] | None = ended
        self._ending: Ending = "cut"
        self._sent = 0

    def __aiter__(self) -> Outgoing:
        return self

    async def __anext__(self) -> bytes:
        """The next piece, none of them empty. Raises what the iterator raises."""
        try:
            piece = b""
            while not piece:
                piece = await anext(self._pieces)
        except StopAsyncIteration:
            self._ending = "whole"
            raise
        except Exception as error:
            self._tell("failed", error)
            raise
        self._sent += len(piece)
        return piece

    async def close(self) -> None:
        """End it, however far it came. Closing twice does no harm."""
        close: Any = getattr(self._pieces, "aclose", None)  # generators have it, iterators need not
        try:
            if close is not None:
                await close()
        finally:
            self._tell(self._ending, None)

    def _tell(self, ending: Ending, error: BaseException | None) -> None:
        if self._ended is not None:
            ended, self._ended = self._ended, None
            ended(self._sent, ending, error)
