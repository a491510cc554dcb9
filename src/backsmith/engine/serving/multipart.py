"""Forms (multipart/form-data, RFC 7578) while they arrive. In: the pieces of a body. Out: its parts, one by one.

`parts` gives each part with its own pieces, for who sends them on; `read_form` reads them all, small files in memory
and large ones on disk, where they are gone with the `Form`. Whatever a form may be made of to cost much (many parts,
long headers, long texts, bytes around the parts) is refused while it arrives.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Mapping
from tempfile import TemporaryFile
from threading import Lock
from typing import IO, NamedTuple, cast

from msgspec import Struct
from multipart import (  # pyright: ignore[reportMissingTypeStubs] - it has annotations, but not the marker for them
    MultipartError,
    MultipartSegment,
    ParserLimitReached,
    PushMultipartParser,
    parse_options_header,  # pyright: ignore[reportUnknownVariableType] - as above
)

from backsmith import errors
from backsmith.errors import RequestError

FORM = "multipart/form-data"
MAX_PARTS = 1000
"""Parts of a form, at most."""
MAX_AROUND = 1_048_576
"""Bytes of a form that are in no part, at most: boundaries, headers, what stands before and after."""
MAX_TEXTS = 1_048_576
"""Bytes that all parts that are no files may have together."""
IN_MEMORY = 262_144
"""Bytes of a file that are kept in memory before it goes to disk."""
PIECE = 262_144
"""Bytes that are read from disk at once."""
Event = MultipartSegment | bytes | bytearray | None
"""The beginning of a part, a piece of it, its end."""
_TYPES = 255
"""Characters of a content type, at most."""


class Part(NamedTuple):
    """A part of a form. Its pieces have to be read before the next part; what is left of them is passed over."""

    name: str
    filename: str | None
    """The name that the client gives; None of a part that is no file."""
    content_type: str
    """What the client says it is, empty where it doesn't."""
    pieces: AsyncIterator[bytes]


def is_form(content_type: str | None) -> bool:
    """Whether a body of that Content-Type is a form of parts."""
    return content_type is not None and content_type.partition(";")[0].strip().lower() == FORM


async def parts(pieces: AsyncIterable[bytes], content_type: str) -> AsyncIterator[Part]:
    """The parts of the form whose Content-Type that is. Raises RequestError BAD_FORM, TOO_LARGE."""
    events = _events(pieces, content_type)
    async for event in events:
        if isinstance(event, MultipartSegment):
            body = _until_end(events)
            yield Part(event.name or "", event.filename, (event.content_type or "")[:_TYPES], body)
            async for _ in body:
                pass


async def _events(pieces: AsyncIterable[bytes], content_type: str) -> AsyncGenerator[Event, None]:
    options = cast("Mapping[str, str]", parse_options_header(content_type)[1])
    around = 0
    try:
        parser = PushMultipartParser(options.get("boundary", ""), max_segment_count=MAX_PARTS)
        async for piece in pieces:
            around += len(piece)
            for event in parser.parse(piece):
                if isinstance(event, MultipartSegment):
                    if not event.name:
                        raise RequestError(errors.BAD_FORM, "A part of the form has no name")
                elif event is not None:
                    around -= len(event)
                yield event
            if around > MAX_AROUND:
                raise RequestError(errors.TOO_LARGE, "The form has too much around its parts")
        parser.close()
    except MultipartError as error:
        kind = errors.TOO_LARGE if isinstance(error, ParserLimitReached) else errors.BAD_FORM
        raise RequestError(kind, "The form can't be read", details=f"{error}") from error


async def _until_end(events: AsyncIterator[Event]) -> AsyncIterator[bytes]:
    async for event in events:
        if not isinstance(event, bytes | bytearray):
            return
        yield bytes(event)


class FormFile:
    """A file of a form (`backsmith.UploadFile`). It is gone when its form is closed."""

    def __init__(self, filename: str, content_type: str) -> None:
        self.filename = filename
        self.content_type = content_type
        self.size = 0
        self._memory = bytearray()
        self._disk: IO[bytes] | None = None
        self._reading = Lock()

    async def write(self, piece: bytes) -> None:
        """Take a piece more."""
        self.size += len(piece)
        if self._disk is None and self.size <= IN_MEMORY:
            self._memory += piece
        else:
            await asyncio.to_thread(self._write, piece)

    def _write(self, piece: bytes) -> None:
        if self._disk is None:
            self._disk = TemporaryFile()  # noqa: SIM115 - it is closed with the form
            self._disk.write(self._memory)
            self._memory.clear()
        self._disk.write(piece)

    async def read(self) -> bytes:
        """All of it."""
        return b"".join([piece async for piece in self])

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """Its pieces; each iteration begins at the beginning."""
        if self._disk is None:
            if self._memory:
                yield bytes(self._memory)
            return
        place = 0
        while piece := await asyncio.to_thread(self._read, self._disk, place):
            place += len(piece)
            yield piece

    def _read(self, disk: IO[bytes], place: int) -> bytes:
        with self._reading:
            disk.seek(place)
            return disk.read(PIECE)

    def close(self) -> None:
        """Give it up."""
        self._memory.clear()
        if self._disk is not None:
            self._disk.close()


class Form(Struct, frozen=True):
    """A form that was read. `close` gives its files up."""

    texts: list[tuple[str, str]] = []
    """Names and texts of the parts that are no files, in their order."""
    files: list[tuple[str, FormFile]] = []

    def close(self) -> None:
        """Give the files up."""
        for _, file in self.files:
            file.close()


async def read_form(pieces: AsyncIterable[bytes], content_type: str, *, most: int) -> Form:
    """The form whose Content-Type that is, of `most` bytes at most. Raises RequestError BAD_FORM, TOO_LARGE.

    Its files take disk, so `close` it.
    """
    form, size = Form(), 0
    texts = MAX_TEXTS
    try:
        async for part in parts(pieces, content_type):
            if part.filename is None:
                text = await read_text(part, texts)
                texts -= len(text.encode())
                form.texts.append((part.name, text))
                continue
            file = FormFile(part.filename, part.content_type)
            form.files.append((part.name, file))
            async for piece in part.pieces:
                size += len(piece)
                if size > most:
                    raise RequestError(errors.TOO_LARGE, f"The files of a form may have {most:,} bytes together")
                await file.write(piece)
    except BaseException:
        form.close()
        raise
    return form


async def read_text(part: Part, most: int) -> str:
    """The text of a part that is no file. Raises RequestError TOO_LARGE beyond `most` bytes, BAD_FORM for no UTF-8."""
    text = bytearray()
    async for piece in part.pieces:
        text += piece
        if len(text) > most:
            raise RequestError(errors.TOO_LARGE, f"The texts of a form may have {MAX_TEXTS:,} bytes together")
    try:
        return text.decode()
    except UnicodeDecodeError:
        raise RequestError(errors.BAD_FORM, f"The part '{part.name}' of the form isn't UTF-8") from None
