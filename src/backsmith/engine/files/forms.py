"""Forms that bring a row and its files: multipart/form-data -> files in the store, and a write of the row.

The texts of the form go the way of application/x-www-form-urlencoded, the files as what is known of them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

import msgspec

from backsmith import errors
from backsmith.blueprint.blueprint import Entity
from backsmith.blueprint.types import Json
from backsmith.engine.access import Authorizer
from backsmith.engine.bodies.rows import Uploaded
from backsmith.engine.catalogue import Catalogue
from backsmith.engine.exchange import Exchange
from backsmith.engine.files.addresses import Changed
from backsmith.engine.files.uploads import Uploads
from backsmith.engine.serving.multipart import MAX_TEXTS, Part, parts, read_text
from backsmith.errors import RequestError
from backsmith.http.reply import Reply
from backsmith.model.files import File

FORM = "application/x-www-form-urlencoded"

Answer = Callable[[Exchange], Awaitable[Reply]]
Admit = Callable[[Exchange], Awaitable[None]]
"""As `Engine.answer` and `Engine.admit`."""


class Forms:
    """Answers requests to write a row from a form."""

    def __init__(
        self, catalogue: Catalogue, authorizer: Authorizer, uploads: Uploads, answer: Answer, admit: Admit
    ) -> None:
        """`answer` and `admit` are for the write of the row."""
        self._catalogue = catalogue
        self._authorizer = authorizer
        self._uploads = uploads
        self._answer = answer
        self._admit = admit

    async def answer(self, exchange: Exchange) -> Reply:
        """The reply. Raises RequestError; no file is kept then."""
        request = exchange.request
        await self._admit(exchange)
        async with self._uploads.taking() as taken:
            texts, files = await self._read(exchange, taken)
            exchange.request = request._replace(
                headers=Changed(request.headers, {"content-type": FORM}),
                body=urlencode(texts).encode(),
                files=files,
                stream=None,
            )
            reply = await self._answer(exchange)
        if request.header("idempotency-key") or "tx=rollback" in (request.header("prefer") or ""):
            await self._uploads.let_go(taken)  # the write may have been done before, or undone
        return reply

    async def _read(self, exchange: Exchange, taken: list[File]) -> tuple[dict[str, str], dict[str, Uploaded | None]]:
        """The texts and the files of the form; `taken` gets the files at once."""
        request, texts, files = exchange.request, dict[str, str](), dict[str, Uploaded | None]()
        assert request.stream is not None
        resource = self._catalogue.collection(request.path[0])
        room = MAX_TEXTS
        async for part in parts(request.stream, request.header("content-type") or ""):
            if part.name in texts or part.name in files:
                raise RequestError(errors.BAD_FORM, f"The form gives '{part.name}' more than once")
            field = resource.stored.get(part.name)
            type = field.type if field is not None and isinstance(field.type, Json) else None
            if type is None or type.format != "file" or part.filename is None:
                text = await read_text(part, room)
                room -= len(text.encode())
                if type is not None and type.format == "file" and not text:
                    files[part.name] = None  # a form's way to say null
                else:
                    texts[part.name] = text
            elif part.filename:  # one without a name is what a browser sends where nothing was chosen
                self._refuse_unwritable(exchange, resource.entity, part.name)
                files[part.name] = await self._take(part, part.filename, type, taken)
        return texts, files

    async def _take(self, part: Part, name: str, type: Json, taken: list[File]) -> Uploaded:
        file = await self._uploads.take(part.pieces, name, type)
        taken.append(file)
        return uploaded(file)

    def _refuse_unwritable(self, exchange: Exchange, entity: Entity, field: str) -> None:
        """Refuse a file that no rule lets anybody of this kind write, before it is taken."""
        kind = self._authorizer.kind(exchange.asker)
        rights = [each for verb in ("create", "update") for each in self._authorizer.permissions(entity, kind, verb)]
        if not any(each.covers(field) for each in rights):
            raise RequestError(
                errors.FORBIDDEN, f"permission denied for {entity.collection}", hint=f"No rule lets you write {field}."
            )


def uploaded(file: File) -> Uploaded:
    """The file as a member of a row."""
    return Uploaded(msgspec.Raw(msgspec.json.encode(file)), file.sha256)
