"""Refusals: the schema of a problem document, and a reply for each status that an operation can be refused with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from backsmith.contract.contract import Contract, Operation
from backsmith.contract.openapi.components import Components
from backsmith.contract.openapi.headers import headers_of, is_counted
from backsmith.errors import KINDS, Kind

_BY_SLUG = {kind.slug: kind for kind in KINDS}
_NAMES = {
    300: "MultipleChoices",
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    406: "NotAcceptable",
    408: "RequestTimeout",
    409: "Conflict",
    411: "LengthRequired",
    412: "PreconditionFailed",
    413: "ContentTooLarge",
    414: "UriTooLong",
    415: "UnsupportedMediaType",
    416: "RangeNotSatisfiable",
    422: "UnprocessableContent",
    429: "TooManyRequests",
    500: "InternalServerError",
    502: "BadGateway",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
}
"""The names of RFC 9110; Python's own differ from version to version."""
_TEXT_OR_NULL: dict[str, Any] = {"type": ["string", "null"]}
_HEADERS = {401: ("WWW-Authenticate",), 405: ("Allow",), 409: ("Retry-After",), 429: ("Retry-After",),
            503: ("Retry-After",), 416: ("Content-Range",), 412: ("ETag",)}  # fmt: skip


class Refusals:
    """Makes the replies of refusals, each once."""

    def __init__(self, contract: Contract, components: Components) -> None:
        self._contract = contract
        self._components = components
        self._by_status: dict[int, dict[str, Kind]] = {}
        for operation in contract.operations:
            for kind in self._kinds(operation):
                self._by_status.setdefault(kind.status, {})[kind.slug] = kind
        self._known: dict[tuple[str, ...], dict[str, Any]] = {}

    def of(self, operation: Operation) -> dict[str, Any]:
        """The replies to an operation that is refused, by status."""
        key = (*operation.refusals, str(is_counted(operation)))
        known = self._known.get(key)
        if known is None:
            statuses = sorted({kind.status for kind in self._kinds(operation)})
            known = self._known[key] = {str(status): self._response(status) for status in statuses}
        return known

    def _kinds(self, operation: Operation) -> Sequence[Kind]:
        kinds = [_BY_SLUG[slug] for slug in operation.refusals]
        counted = self._contract.limited and is_counted(operation)
        return [*kinds, _BY_SLUG["too-many"]] if counted else kinds

    def _response(self, status: int) -> dict[str, str]:
        return self._components.refer("responses", _NAMES[status], lambda: self._made(status))

    def _made(self, status: int) -> dict[str, Any]:
        kinds = sorted(self._by_status[status].values(), key=lambda kind: kind.slug)
        lines = [f"- `{kind.slug}`: {kind.title}." for kind in kinds]
        response: dict[str, Any] = {
            "description": "\n".join(lines) if len(lines) > 1 else f"`{kinds[0].slug}`: {kinds[0].title}.",
            "headers": headers_of(self._components, self._contract, _HEADERS.get(status, ())),
        }
        if self._contract.own_errors:
            response["content"] = {"application/json": {"schema": {}}}
        else:
            name = "Invalid" if status == 422 else "Problem"  # whose errors are listed
            schema = self._components.refer("schemas", name, _invalid if name == "Invalid" else _problem)
            if name == "Invalid":
                self._components.refer("schemas", "Mistake", _mistake)
            example = _example(kinds[0], listed=name == "Invalid")
            response["content"] = {"application/problem+json": {"schema": schema, "example": example}}
        return response


def _problem() -> dict[str, Any]:
    return {
        "type": "object",
        "description": "Why a request was refused (RFC 9457), with PostgREST's members too.",
        "properties": _members(),
        "required": ["type", "title", "status", "detail", "instance", "code", "message", "details", "hint"],
    }


def _invalid() -> dict[str, Any]:
    errors = {
        "type": "array",
        "items": {"$ref": "#/components/schemas/Mistake"},
        "maxItems": 100,
        "description": "All mistakes of the body, each with its place.",
    }
    return {**_problem(), "properties": {**_members(), "errors": errors}}


def _members() -> dict[str, Any]:
    return {
        "type": {"type": "string", "description": "The address of a page that says what to do: `/errors/bad-query`."},
        "title": {"type": "string", "description": "What kind of refusal it is."},
        "status": {"type": "integer", "format": "int32", "minimum": 300, "maximum": 599},
        "detail": {"type": "string", "description": "What is wrong, in a sentence."},
        "instance": {"type": "string", "description": "The request's id, as in the header X-Request-Id."},
        "code": {"type": "string", "description": "PostgreSQL's or PostgREST's code for the case."},
        "message": {"type": "string", "description": "What is wrong, as PostgREST says it."},
        "details": {**_TEXT_OR_NULL, "description": "More about it."},
        "hint": {**_TEXT_OR_NULL, "description": "What to do instead."},
        "operation": {
            "type": "integer",
            "format": "int32",
            "minimum": 0,
            "maximum": 2147483647,
            "description": "Of a batch: which operation was refused, from 0.",
        },
    }


def _mistake() -> dict[str, Any]:
    return {
        "type": "object",
        "description": "A mistake in a body.",
        "properties": {
            "pointer": {"type": "string", "description": "Where it stands in the body (RFC 6901)."},
            "code": {"type": "string", "description": "PostgreSQL's or PostgREST's code for the case."},
            "message": {"type": "string", "description": "What is wrong."},
            "hint": {"type": "string", "description": "What to write instead."},
        },
        "required": ["pointer", "code", "message"],
    }


def _example(kind: Kind, *, listed: bool) -> dict[str, Any]:
    said = f"{kind.title}."
    example: dict[str, Any] = {
        "type": f"/errors/{kind.slug}",
        "title": kind.title,
        "status": kind.status,
        "detail": said,
        "instance": "urn:request:9a10-2",
        "code": kind.code,
        "message": said,
        "details": None,
        "hint": None,
    }
    if listed:
        example["errors"] = [{"pointer": "/name", "code": kind.code, "message": said}]
    return example
