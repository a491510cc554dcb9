"""Read: the body of a batch -> its operations. Nothing is looked up, and nothing is done.

{"operations": [
    {"id": "order", "method": "POST", "path": "/orders", "body": {"customer_id": 1}},
    {"method": "POST", "path": "/lines", "body": {"order_id": {"$result": "order.id"}, "product": "tea"}}
]}
"""

from __future__ import annotations

import re
import string
from typing import Annotated, Literal
from urllib.parse import quote

import msgspec
from msgspec import Meta, Raw, Struct

from backsmith import errors
from backsmith.engine.batch.references import Reference, Results, fill_body, fill_path, in_body, in_path
from backsmith.errors import RequestError
from backsmith.http.request import Request

METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
HEADERS = frozenset({"accept", "content-type", "if-match", "if-none-match", "prefer", "range"})
"""Headers that an operation may have of its own. Who asks is said once, by the request."""
JSON = "application/json"

_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")
_LONGEST_HEADER = 8192


class _Written(Struct, forbid_unknown_fields=True):
    """An operation as it is written."""

    method: Literal["GET", "POST", "PATCH", "PUT", "DELETE"]
    path: Annotated[str, Meta(min_length=1)]
    id: str | None = None
    headers: dict[str, str] = {}
    body: Raw = Raw(b"")


class _Batch(Struct, forbid_unknown_fields=True):
    operations: list[_Written]


_decoder = msgspec.json.Decoder(_Batch)


class Operation(Struct, frozen=True):
    """One operation of a batch."""

    number: int
    """From 0."""
    id: str | None
    method: str
    path: str
    """Path below the prefix, with its query."""
    headers: dict[str, str]
    body: bytes
    references: tuple[Reference, ...]
    """To results of operations before it."""

    def request(self, prefix: str, results: Results | None) -> Request:
        """The request that it stands for, with what it refers to filled in; None: as it is written.

        Raises RequestError BAD_RESULT.
        """
        below, _, query = self.path.partition("?")
        body = self.body
        if self.references and results is not None:
            below, query = fill_path(below, results), fill_path(query, results)
            body = fill_body(body, results)
        segments = tuple(below[1:].rstrip("/").split("/"))
        if len(segments) < len(self.path.partition("?")[0][1:].rstrip("/").split("/")):
            # An empty key would make the address of a row that of all rows.
            raise RequestError(errors.BAD_RESULT, "A reference in the path is to an empty text, which is no key there")
        return Request(self.method, segments, prefix.rstrip("/") + below, query, self.headers, body)


def read_operations(body: bytes, content_type: str | None, *, most: int, longest_path: int) -> list[Operation]:
    """The operations of a batch.

    Raises RequestError BAD_BATCH with the pointer of what doesn't fit, TOO_COMPLEX for more than `most` operations,
    URL_TOO_LONG for a path of more than `longest_path` characters.
    """
    if content_type is not None and content_type.partition(";")[0].strip().lower() != JSON:
        raise RequestError(errors.BAD_BATCH, f"A batch is {JSON}, not {content_type.partition(';')[0].strip()}")
    try:
        written = _decoder.decode(body).operations
    except msgspec.ValidationError as error:
        message, _, place = str(error).partition(" - at `$")
        raise _bad(message, _pointer(place.rstrip("`"))) from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise _bad(f"The body isn't JSON: {error}", "") from None
    if len(written) > most:
        raise RequestError(
            errors.TOO_COMPLEX,
            f"A batch has {most} operations at most, and this one {len(written)}",
            hint="Send several, create many rows by one operation with a list of them, or raise max_operations.",
        )
    operations: list[Operation] = []
    ids: set[str] = set()
    for number, each in enumerate(written):
        try:
            operation = _operation(number, each, ids, longest_path)
        except RequestError as error:
            error.members.setdefault("pointer", f"/operations/{number}")
            error.members["operation"] = number
            raise
        operations.append(operation)
        if each.id is not None:
            ids.add(each.id)
    return [_replying(operation, operations) for operation in operations]


def _operation(number: int, written: _Written, ids: set[str], longest_path: int) -> Operation:
    at = f"/operations/{number}"
    if written.id is not None and not _ID.fullmatch(written.id):
        raise _bad("An id has letters, digits, _ and -, 64 at most, and begins with a letter", f"{at}/id")
    if written.id in ids:
        raise _bad(f"There are two operations called '{written.id}'", f"{at}/id")
    if written.path[:1] != "/" or written.path[1:2] in ("", "/", "?"):
        raise _bad("A path begins with / and lies below the API's own: /orders", f"{at}/path")
    if len(written.path) > longest_path:
        raise RequestError(errors.URL_TOO_LONG, f"The path is longer than {longest_path} characters")
    if "$" in written.path[1:].partition("/")[0].partition("?")[0]:
        raise _bad("No reference stands for a collection", f"{at}/path")
    path = quote(written.path, safe=string.punctuation)
    headers = {name.lower(): value for name, value in written.headers.items()}
    for name, value in headers.items():
        if name not in HEADERS:
            hint = f"An operation may have {', '.join(sorted(HEADERS))}; all others are the request's."
            raise _bad(f"An operation can't have the header '{name}'", f"{at}/headers/{name}", hint)
        if len(value) > _LONGEST_HEADER or not value.isprintable():
            raise _bad(f"The header '{name}' can't have that value", f"{at}/headers/{name}")
    body = bytes(written.body)
    if body and written.method == "GET":
        raise _bad("A GET has no body", f"{at}/body")
    if body and headers.get("content-type", JSON).partition(";")[0].strip().lower().endswith("csv"):
        body = _text(body, at)
    references = (*in_path(written.path), *in_body(body))
    for reference in references:
        if reference.operation not in ids:
            hint = f"Those before it are {', '.join(sorted(ids))}." if ids else "None before it has an id."
            raise RequestError(
                errors.BAD_RESULT, f"No operation before it is called '{reference.operation}'", hint=hint
            )
    return Operation(number, written.id, written.method, path, headers, body, references)


def _text(body: bytes, at: str) -> bytes:
    """What a text in JSON holds: a body that isn't JSON itself."""
    try:
        return msgspec.json.decode(body, type=str).encode()
    except msgspec.ValidationError:
        raise _bad("A body of text/csv is one text", f"{at}/body") from None


def _replying(operation: Operation, operations: list[Operation]) -> Operation:
    """The operation, which replies with the rows that it wrote where another refers to them."""
    named = {reference.operation for each in operations for reference in each.references}
    prefer = operation.headers.get("prefer", "")
    if operation.id not in named or operation.method == "GET" or "return=" in prefer:
        return operation
    shown = {**operation.headers, "prefer": ", ".join(filter(None, (prefer, "return=representation")))}
    return msgspec.structs.replace(operation, headers=shown)


def _pointer(place: str) -> str:
    """`.operations[0].path` -> `/operations/0/path`."""
    return re.sub(r"\[(\d+)\]", r"/\1", place).replace(".", "/").replace("[...]", "")


def _bad(message: str, pointer: str, hint: str | None = None) -> RequestError:
    return RequestError(errors.BAD_BATCH, message, hint=hint, pointer=pointer)
