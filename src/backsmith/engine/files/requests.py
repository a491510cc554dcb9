"""Requests for files: downloads, and uploads as they are. `forms` has those that bring a row and its files.

A download is a read of the field, an upload a write of it, by the same ways that rows go, so the same rules hold: a
file may be read where its field may, and written where its field may be written.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, quote, unquote

import msgspec

from backsmith import errors
from backsmith.databases.database import Database
from backsmith.engine.access import Authorizer
from backsmith.engine.bodies.rows import Uploaded
from backsmith.engine.catalogue import Catalogue
from backsmith.engine.exchange import Exchange
from backsmith.engine.files.addresses import BY_ID, METHODS, Addresses, Changed, Place
from backsmith.engine.files.downloads import download, etag_of, refuse_mismatch
from backsmith.engine.files.files import Files
from backsmith.engine.files.forms import FORM, Admit, Answer, Forms, uploaded
from backsmith.engine.files.keeper import URL, file_of
from backsmith.engine.files.names import name_in
from backsmith.engine.files.uploads import file_too_large
from backsmith.engine.serving.multipart import is_form
from backsmith.errors import RequestError
from backsmith.http.reply import Reply
from backsmith.http.reply import reply as plain_reply
from backsmith.http.request import Request
from backsmith.model.files import File

JSON = "application/json; charset=utf-8"
_PLAIN: Mapping[str, str | None] = dict.fromkeys((
    "accept", "prefer", "range", "if-none-match", "if-match", "idempotency-key", "content-type",
))  # fmt: skip
"""Headers that mean the file, and say nothing of the row."""


class FileRequests:
    """Answers requests for files."""

    def __init__(
        self,
        catalogue: Catalogue,
        authorizer: Authorizer,
        database: Database,
        files: Files,
        answer: Answer,
        admit: Admit,
        prefix: str,
    ) -> None:
        """`answer` and `admit` are for the reads and writes of rows that a request comes to."""
        self._addresses = Addresses(catalogue)
        self._forms = Forms(catalogue, authorizer, files.uploads, answer, admit)
        self._authorizer = authorizer
        self._database = database
        self._files = files
        self._answer = answer
        self._admit = admit
        self._prefix = prefix

    def is_for(self, request: Request) -> bool:
        """Whether the request is for a file, or is a form that may bring some."""
        return self.is_file(request) or (request.stream is not None and self.streams(request))

    def is_file(self, request: Request) -> bool:
        """Whether the address is that of a file."""
        return self._addresses.place(request) is not None or (request.path[0] == BY_ID and len(request.path) == 2)

    def streams(self, request: Request) -> bool:
        """As Engine.streams."""
        if self.is_file(request):
            return True
        return is_form(request.header("content-type")) and self._addresses.takes_forms(request)

    async def answer(self, exchange: Exchange) -> Reply:
        """The reply. Raises RequestError."""
        request = exchange.request
        reading = request.method in ("GET", "HEAD")
        place = self._addresses.place(request)
        if place is None and request.path[0] != BY_ID:
            return await self._forms.answer(exchange)
        if reading:
            return await self._download(exchange, place)
        if place is not None and request.method in ("PUT", "DELETE"):
            return await (self._put if request.method == "PUT" else self._delete)(exchange, place)
        raise RequestError(
            errors.METHOD_NOT_ALLOWED,
            f"{request.method} isn't allowed here",
            headers=(("allow", METHODS if place is not None else "GET, HEAD, OPTIONS"),),
        )

    async def _download(self, exchange: Exchange, place: Place | None) -> Reply:
        request, id = exchange.request, None
        if place is None:
            id = request.path[1]
            place = await self._recorded(id)
        if place is None:
            raise _no_file(request)
        file = await self._file(exchange, place)
        exchange.route = self._route(place, by_id=id is not None)
        if file is None or (id is not None and file.url != URL + id):
            raise _no_file(request)
        return await download(request, file, exchange.asker, self._files.storage)

    def _route(self, place: Place, *, by_id: bool = False) -> str:
        if by_id:
            return f"{self._prefix}/{BY_ID}/{{id}}"
        return f"{self._prefix}/{place.resource.entity.collection}/{{id}}/{place.field.name}"

    async def _recorded(self, id: str) -> Place | None:
        records = self._files.records
        found = await self._database.fetch(records.sql["find"], records.parameters("find", id=unquote(id)))
        return self._addresses.recorded(found[0][0], found[0][1], found[0][2]) if found else None

    async def _file(self, exchange: Exchange, place: Place) -> File | None:
        """What the field holds, for who asks. Raises RequestError NOT_FOUND, and those of a field that isn't shown."""
        name = place.field.name
        if place.field.hidden:
            raise _no_file(exchange.request)
        members = await self._row(exchange, place, name)
        value = members[name]
        return None if bytes(value) == b"null" else file_of(value)

    async def _row(self, exchange: Exchange, place: Place, select: str) -> Mapping[str, Any]:
        """Members of the row, as who asks may read them. Raises RequestError."""
        request = exchange.request
        exchange.request = request._replace(
            method="GET",
            path=place.row,
            query=f"select={quote(select, safe='')}",
            headers=Changed(request.headers, _PLAIN),
            stream=None,
        )
        try:
            reply = await self._answer(exchange)
        finally:
            exchange.request = request
        assert isinstance(reply.body, bytes)
        return msgspec.json.decode(reply.body, type=dict[str, msgspec.Raw])

    async def _put(self, exchange: Exchange, place: Place) -> Reply:
        """Take the body as the file of the field."""
        request = exchange.request
        assert request.stream is not None
        await self._may_write(exchange, place)
        most, length = self._files.uploads.most(place.type), request.stream.length
        if is_form(request.header("content-type")):
            raise RequestError(
                errors.UNSUPPORTED_BODY,
                "The body is the file itself, not a form with it",
                hint=f"Send a form to {request.target.rpartition('/')[0]} by PATCH, or the file's own bytes here.",
            )
        if length is None:
            raise RequestError(errors.NO_LENGTH, "An upload says its Content-Length")
        if length > most:
            raise file_too_large(most)
        before = await self._before(exchange, place)
        names = parse_qs(request.query).get("name")
        name = names[0] if names else name_in(request.header("content-disposition"))
        async with self._files.uploads.taking() as taken:
            file = await self._files.uploads.take(request.stream, name or place.field.name, place.type)
            taken.append(file)
            await self._write(exchange, place, b"", FORM, {place.field.name: uploaded(file)})
        body = msgspec.json.encode(file)
        return plain_reply(201 if before is None else 200, JSON, body, [("etag", etag_of(file))])

    async def _delete(self, exchange: Exchange, place: Place) -> Reply:
        """Have no file in the field."""
        await self._may_write(exchange, place)
        await self._before(exchange, place)
        body = msgspec.json.encode({place.field.name: None})
        await self._write(exchange, place, body, "application/json", {})
        return Reply(204, [], b"")

    async def _may_write(self, exchange: Exchange, place: Place) -> None:
        """Refuse who may not write the field of any row, or see this row, before anything is sent."""
        request = exchange.request
        exchange.request = self._as_patch(request, place, "application/json")
        try:
            await self._admit(exchange)
        finally:
            exchange.request, exchange.admitted = request, None
        kind = self._authorizer.kind(exchange.asker)
        rights = self._authorizer.permissions(place.resource.entity, kind, "update")
        if not any(each.covers(place.field.name) for each in rights):
            raise RequestError(
                errors.FORBIDDEN,
                f"permission denied for {place.resource.entity.collection}",
                hint=f"No rule lets you update {place.field.name}.",
            )
        await self._row(exchange, place, place.resource.key[0].name)
        exchange.route = self._route(place)

    async def _before(self, exchange: Exchange, place: Place) -> File | None:
        """The file that is there, as far as who asks may know. Raises RequestError PRECONDITION_FAILED."""
        try:
            file = await self._file(exchange, place)
        except RequestError as error:
            if error.kind not in (errors.FORBIDDEN, errors.UNAUTHENTICATED, errors.NOT_FOUND):
                raise
            file = None
        finally:
            exchange.route = self._route(place)
        refuse_mismatch(exchange.request, None if file is None else etag_of(file))
        if file is not None and exchange.request.header("if-none-match") == "*":
            raise RequestError(errors.PRECONDITION_FAILED, "There is a file already")
        return file

    def _as_patch(self, request: Request, place: Place, content_type: str) -> Request:
        headers = Changed(request.headers, {**_PLAIN, "prefer": "return=minimal", "content-type": content_type})
        return request._replace(method="PATCH", path=place.row, query="", headers=headers, stream=None)

    async def _write(
        self, exchange: Exchange, place: Place, body: bytes, content_type: str, files: Mapping[str, Uploaded | None]
    ) -> None:
        request = exchange.request
        exchange.request = self._as_patch(request, place, content_type)._replace(body=body, files=files)
        try:
            await self._admit(exchange)
            await self._answer(exchange)
        finally:
            exchange.request = request
        exchange.route = self._route(place)


def _no_file(request: Request) -> RequestError:
    return RequestError(errors.NOT_FOUND, f"There is no file at {request.target}")
