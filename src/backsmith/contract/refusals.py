"""The kinds of errors that each kind of operation can be refused with. In: a kind of operation. Out: slugs."""

from __future__ import annotations

from collections.abc import Iterable

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
"""What any request for data can be refused with."""
_ANYTHING = (errors.METHOD_NOT_ALLOWED, errors.URL_TOO_LONG, errors.OVERLOADED, errors.INTERNAL)
_WHO = (errors.UNAUTHENTICATED, errors.FORBIDDEN)
_SELECTING = (
    *_WHO,
    errors.NOT_ACCEPTABLE,
    errors.BAD_PREFERENCE,
    errors.UNKNOWN_FIELD,
    errors.UNKNOWN_RELATION,
    errors.AMBIGUOUS_RELATION,
    errors.NOT_EMBEDDED,
    errors.RELATED_ORDER,
    errors.NOT_GROUPED,
    errors.UNKNOWN_TYPE,
    errors.WRONG_TYPE,
    errors.BAD_TIME,
    errors.TIME_OUT_OF_RANGE,
    errors.OUT_OF_RANGE,
    errors.UNSUPPORTED,
    errors.TOO_COMPLEX,
    errors.REPLY_TOO_LARGE,
)
"""Of whatever has a `select`."""
_FINDING = (*_SELECTING, errors.NOT_SINGLE)
BODY = (
    errors.BAD_BODY,
    errors.UNSUPPORTED_BODY,
    errors.INVALID,
    errors.TOO_LARGE,
    errors.INCOMPLETE_BODY,
    errors.BODY_TIMEOUT,
)
"""Of whatever has a body."""
CHANGING = (
    errors.BAD_IDEMPOTENCY_KEY,
    errors.IDEMPOTENCY_MISMATCH,
    errors.IDEMPOTENCY_IN_FLIGHT,
    errors.IDEMPOTENCY_NOT_KEPT,
    errors.DUPLICATE,
    errors.REFERENCE,
    errors.REFUSED,
    errors.REFUSED_BY_DATABASE,
    errors.CONFLICTING_TRANSACTIONS,
    errors.TRANSACTION_TIMEOUT,
    errors.DISK_FULL,
)
"""Of whatever changes rows, or runs code of the application that may."""
_ITEM = (errors.NOT_FOUND, errors.PRECONDITION_FAILED)
_MANY = (errors.UNFILTERED, errors.TOO_MANY_AFFECTED)
_PUT = (errors.KEY_MISMATCH, errors.PUT_FILTERS, errors.PUT_LIMIT)
_CALLING = (*_WHO, errors.NOT_FOUND, errors.REFUSED, errors.INVALID)
_FILE = (*_WHO, *_ITEM, errors.STORAGE_UNAVAILABLE)
_WRITTEN_FILE = (*_FILE, *CHANGING, errors.INVALID)
_OF: dict[OperationKind, tuple[Kind, ...]] = {
    "list": (*_FINDING, errors.BAD_RANGE),
    "get": (*_SELECTING, errors.NOT_FOUND, errors.NOTHING_HERE),
    "create": (*_FINDING, *BODY, *CHANGING, errors.NO_SUCH_UNIQUE),
    "update_many": (*_FINDING, *BODY, *CHANGING, *_MANY, errors.BAD_RANGE),
    "delete_many": (*_FINDING, *CHANGING, *_MANY, errors.BAD_RANGE),
    "update": (*_FINDING, *BODY, *CHANGING, *_ITEM),
    "replace": (*_FINDING, *BODY, *CHANGING, *_ITEM, *_PUT),
    "delete": (*_FINDING, *CHANGING, *_ITEM),
    "file_get": (*_FILE, errors.UNSATISFIABLE_RANGE),
    "file_put": (*_WRITTEN_FILE, errors.WRONG_FILE, errors.TOO_LARGE, errors.NO_LENGTH, errors.INCOMPLETE_BODY,
                 errors.BODY_TIMEOUT),
    "file_delete": _WRITTEN_FILE,
    "action": (*_CALLING, *BODY, *CHANGING, errors.NOT_ACCEPTABLE, errors.NOT_SINGLE),
    "query": (*_CALLING, errors.UNKNOWN_FUNCTION, errors.NOT_ACCEPTABLE, errors.NOT_SINGLE),
    "route": (*_CALLING, errors.NOTHING_HERE),
    "batch": (*_FINDING, *BODY, *CHANGING, *_ITEM, *_MANY, *_PUT, errors.BAD_BATCH, errors.BAD_RESULT,
              errors.UNKNOWN_COLLECTION, errors.UNKNOWN_FUNCTION, errors.NOTHING_HERE, errors.NO_SUCH_UNIQUE,
              errors.BAD_RANGE),
    "auth": (),
    "system": (),
}  # fmt: skip


def refusals_of(kind: OperationKind, more: Iterable[Kind] = ()) -> tuple[str, ...]:
    """The slugs of what such an operation can be refused with, in the order of their status. `more` are those that
    hang on more than its kind."""
    return _SORTED[kind] if not more else _sorted(kind, more)


def _sorted(kind: OperationKind, more: Iterable[Kind]) -> tuple[str, ...]:
    kinds = dict.fromkeys((*(_ANYTHING if kind == "system" else ALWAYS), *_OF[kind], *more))
    return tuple(each.slug for each in sorted(kinds, key=lambda each: (each.status, each.slug)))


_SORTED: dict[OperationKind, tuple[str, ...]] = {kind: _sorted(kind, ()) for kind in _OF}
