"""Reply: the replies of the operations of a batch -> one; or the refusal of one of them -> that of the batch."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from contextlib import contextmanager
from typing import Any, cast

import msgspec
from msgspec import Raw

from backsmith import errors
from backsmith.engine.batch.operations import Operation
from backsmith.engine.grammar.prefer import Preferences, applied
from backsmith.engine.serving.security import CACHE_PRIVATE
from backsmith.errors import RequestError
from backsmith.http.reply import Headers, Reply
from backsmith.http.reply import reply as plain_reply

_JSON = "application/json; charset=utf-8"
_OF_THE_MESSAGE = frozenset({"cache-control", "content-length"})
"""Headers of a reply that say nothing within another."""
_OF_ONE_ADDRESS = frozenset({"allow", "etag", "content-range"})
_encode = msgspec.json.Encoder().encode


def result_of(operation: Operation, reply: Reply) -> bytes:
    """One of the results: `{"id": …, "status": 201, "headers": {…}, "body": …}`; a body that isn't JSON is a text.

    Raises RequestError BAD_BATCH for a body that is neither.
    """
    headers = {name: value for name, value in reply.headers if name not in _OF_THE_MESSAGE}
    result: dict[str, Any] = {} if operation.id is None else {"id": operation.id}
    result |= {"status": reply.status, "headers": headers}
    if not isinstance(reply.body, bytes):
        message = "What is sent in pieces can't be a part of a batch"
        raise RequestError(errors.BAD_BATCH, message, hint="Ask for it on its own.")
    if reply.body:
        kind = headers.get("content-type", "").partition(";")[0]
        result["body"] = Raw(reply.body) if kind.endswith("json") else reply.body.decode(errors="replace")
    return _encode(result)


def reply_batch(results: Sequence[bytes], preferences: Preferences) -> Reply:
    """The reply to the whole batch."""
    headers: Headers = [CACHE_PRIVATE]
    heeded = applied(preferences, "tx", "handling")
    if heeded is not None:
        headers.append(("preference-applied", heeded))
    return plain_reply(200, _JSON, b'{"results":[' + b",".join(results) + b"]}", headers)


@contextmanager
def named(operation: Operation) -> Generator[None]:
    """What is refused inside says which operation of the batch it was, and points into the batch's body."""
    try:
        yield
    except RequestError as error:
        _name(operation, error)
        raise


def _name(operation: Operation, error: RequestError) -> None:
    at = f"/operations/{operation.number}"
    members = error.members
    if isinstance(members.get("errors"), list):
        listed = cast(list[dict[str, Any]], members["errors"])
        members["errors"] = [
            {**each, "pointer": f"{at}/body{each['pointer']}"} if "pointer" in each else each for each in listed
        ]
    if isinstance(members.get("pointer"), str):
        members["pointer"] = f"{at}/body{members['pointer']}"
    members["operation"] = operation.number
    # Of the headers those are left that hold for the batch too: WWW-Authenticate, Retry-After.
    error.headers = tuple(header for header in error.headers if header[0].lower() not in _OF_ONE_ADDRESS)
