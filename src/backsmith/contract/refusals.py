"""The kinds of errors that each kind of operation can be refused with. In: a kind of operation. Out: slugs."""

from __future__ import annotations

from backsmith import errors
from backsmith.contract.contract import OperationKind
from backsmith.errors import Kind

ALWAYS = (
    errors.BAD_QUERY,
    errors.BAD_VALUE,
    errors.BAD_TOKEN,
    errors.TWO_CREDENTIALS,
    errors.METHOD_NOT_ALLOWED,
    errors.URL_TOO_LONG,
    errors.OVERLOADED,
    errors.DATABASE_UNAVAILABLE,
    errors.STATEMENT_TIMEOUT,
    errors.INTERNAL,
)
"""What any request can be refused with."""
_ASKING = (errors.UNKNOWN_FIELD, errors.UNKNOWN_RELATION, errors.FORBIDDEN, errors.NOT_ACCEPTABLE)
_ROWS = (*_ASKING, errors.WRONG_TYPE, errors.BAD_RANGE, errors.NOT_SINGLE, errors.TOO_COMPLEX)
_WRITING = (
    *_ASKING,
    errors.UNAUTHENTICATED,
    errors.DUPLICATE,
    errors.REFERENCE,
    errors.INVALID,
    errors.BAD_BODY,
    errors.UNSUPPORTED_BODY,
    errors.TOO_LARGE,
    errors.IDEMPOTENCY_MISMATCH,
    errors.IDEMPOTENCY_IN_FLIGHT,
    errors.BAD_IDEMPOTENCY_KEY,
    errors.CONFLICTING_TRANSACTIONS,
    errors.DISK_FULL,
)
_ITEM = (errors.NOT_FOUND, errors.PRECONDITION_FAILED)
_CALLING = (errors.UNAUTHENTICATED, errors.FORBIDDEN, errors.INVALID, errors.REFUSED, errors.NOT_FOUND)
_OF: dict[OperationKind, tuple[Kind, ...]] = {
    "list": _ROWS,
    "get": (*_ASKING, errors.NOT_FOUND),
    "create": (*_WRITING, errors.NO_SUCH_UNIQUE),
    "update_many": (*_WRITING, *_ROWS, errors.UNFILTERED, errors.TOO_MANY_AFFECTED),
    "delete_many": (*_WRITING, *_ROWS, errors.UNFILTERED, errors.TOO_MANY_AFFECTED),
    "update": (*_WRITING, *_ITEM),
    "replace": (*_WRITING, *_ITEM, errors.KEY_MISMATCH),
    "delete": (*_WRITING, *_ITEM),
    "file_get": (*_ITEM, errors.UNSATISFIABLE_RANGE, errors.STORAGE_UNAVAILABLE),
    "file_put": (*_ITEM, errors.WRONG_FILE, errors.TOO_LARGE, errors.NO_LENGTH, errors.STORAGE_UNAVAILABLE,
                 errors.UNAUTHENTICATED, errors.FORBIDDEN),
    "file_delete": (*_ITEM, errors.UNAUTHENTICATED, errors.FORBIDDEN),
    "action": (*_CALLING, *_WRITING),
    "query": (*_CALLING, errors.UNKNOWN_FUNCTION),
    "route": (*_CALLING, *_WRITING),
    "batch": (*_WRITING, errors.NOT_FOUND, errors.BAD_BATCH, errors.BAD_RESULT),
    "auth": (errors.BAD_BODY, errors.INVALID, errors.TOO_MANY, errors.TOO_LARGE),
    "system": (),
}  # fmt: skip


def refusals_of(kind: OperationKind) -> tuple[str, ...]:
    """The slugs of what such an operation can be refused with, in the order of their status."""
    kinds = dict.fromkeys((*ALWAYS, *_OF[kind]))
    return tuple(each.slug for each in sorted(kinds, key=lambda each: (each.status, each.slug)))
