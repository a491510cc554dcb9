"""Refusals as RFC 9457 problem documents that also carry PostgREST's code, message, details and hint.

In: the error and the request's id. Out: the reply. An error nobody raised on purpose becomes INTERNAL: the log has its
traceback, the reply has the request's id and nothing else.
"""

from __future__ import annotations

import logging

import msgspec

from backsmith.errors import INTERNAL, RequestError
from backsmith.http.reply import Headers, Reply, reply

CONTENT_TYPE = "application/problem+json; charset=utf-8"
_NO_STORE = ("cache-control", "no-store")

_log = logging.getLogger("backsmith.engine")
_encode = msgspec.json.Encoder().encode


def refusal_of(error: Exception, request_id: str) -> RequestError:
    """What is said of an error; of one nobody raised on purpose, the log has all."""
    if isinstance(error, RequestError):
        return error
    _log.error("Request %s failed.", request_id, exc_info=error, extra={"request_id": request_id})
    return RequestError(
        INTERNAL,
        "This is a mistake of the server, not of the request.",
        hint=f"The log of the server says more under {request_id}.",
    )


def problem(error: Exception, request_id: str, *, head: bool = False) -> Reply:
    """The reply to a request that is refused or failed."""
    error = refusal_of(error, request_id)
    kind = error.kind
    document = {
        "type": f"/errors/{kind.slug}",
        "title": kind.title,
        "status": kind.status,
        "detail": error.message if error.details is None else f"{error.message.rstrip('.')}. {error.details}",
        "instance": f"urn:request:{request_id}",
        "code": kind.code,
        "message": error.message,
        "details": error.details,
        "hint": error.hint,
        **error.members,
    }
    headers: Headers = [(name.lower(), value) for name, value in error.headers]
    return reply(kind.status, CONTENT_TYPE, _encode(document), [_NO_STORE, *headers], head=head)
