"""The catalogue of errors: every mistake Backsmith reports, with what to do instead.

Three families. A `ModelError` carries all `Problem`s of a model at once, each with its place in the source.
A `RequestError` becomes an RFC 9457 problem document that also carries PostgREST's `code`, `message`, `details`
and `hint`. A `UsageError` is a mistake on the command line or in a setting.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class BacksmithError(Exception):
    """The base of every error Backsmith raises on purpose."""


@dataclass(frozen=True)
class Problem:
    """One mistake in a model: what it is, where it is, what to write instead."""

    code: str
    """Short name of the kind of mistake, such as `unknown-entity`."""
    message: str
    hint: str | None
    file: str
    line: int
    column: int
    """From 1, in code points."""
    end_column: int
    source: str
    """The line of source, without its newline."""

    def __str__(self) -> str:
        width = max(1, self.end_column - self.column)
        number = str(self.line)
        pad = " " * len(number)
        lines = [
            f"{self.file}:{self.line}:{self.column}: {self.message} [{self.code}]",
            f"  {number} | {self.source}",
            f"  {pad} | {' ' * (self.column - 1)}{'^' * width}",
        ]
        if self.hint:
            lines.append(f"  {pad} = {self.hint}")
        return "\n".join(lines)


class ModelError(BacksmithError):
    """A model with mistakes; `problems` holds all of them, in the order of their places."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        self.problems = problems
        count = len(problems)
        super().__init__("\n\n".join(map(str, problems)) + f"\n\n{count} mistake{'s' if count > 1 else ''} found.")


class UsageError(BacksmithError):
    """A mistake in a command or a setting: says which, and what to write instead."""


class DatabaseError(BacksmithError):
    """The database can't be opened or used as asked: says why, and what to do."""


class NoDatabaseError(DatabaseError):
    """There is no database at that place yet."""


@dataclass(frozen=True)
class Kind:
    """A kind of refusal of a request."""

    slug: str
    """Names the page of the catalogue: `/errors/{slug}`."""
    status: int
    code: str
    """PostgREST's code, or the SQLSTATE, for the case."""
    title: str


BAD_QUERY = Kind("bad-query", 400, "PGRST100", "The query string can't be read")
BAD_VALUE = Kind("bad-value", 400, "22P02", "A value doesn't fit its type")
UNKNOWN_FIELD = Kind("unknown-field", 400, "42703", "No such field")
UNKNOWN_RELATION = Kind("unknown-relation", 400, "PGRST200", "No such relation")
AMBIGUOUS_RELATION = Kind("ambiguous-relation", 300, "PGRST201", "More than one relation fits")
NOT_EMBEDDED = Kind("not-embedded", 400, "PGRST108", "The relation isn't selected")
RELATED_ORDER = Kind("related-order", 400, "PGRST118", "Rows can't be ordered by many related ones")
NOT_GROUPED = Kind("not-grouped", 400, "42803", "An aggregated list is ordered by what it shows")
UNKNOWN_TYPE = Kind("unknown-type", 400, "42704", "No such type")
UNKNOWN_COLLECTION = Kind("unknown-collection", 404, "PGRST205", "No such collection")
UNKNOWN_FUNCTION = Kind("unknown-function", 404, "PGRST202", "No such function")
NOT_FOUND = Kind("not-found", 404, "PGRST116", "No such row")
NOTHING_HERE = Kind("nothing-here", 404, "PGRST125", "Nothing is at this address")
NOT_SINGLE = Kind("not-single", 406, "PGRST116", "Not exactly one row")
NOT_ACCEPTABLE = Kind("not-acceptable", 406, "PGRST107", "No such representation")
BAD_RANGE = Kind("bad-range", 416, "PGRST103", "The range is outside the rows")
BAD_PREFERENCE = Kind("bad-preference", 400, "PGRST122", "A preference isn't known")
PRECONDITION_FAILED = Kind("precondition-failed", 412, "55000", "The row isn't as the request expects")
TOO_MANY_AFFECTED = Kind("too-many-affected", 400, "PGRST124", "More rows would change than the request allows")
UNFILTERED = Kind("unfiltered", 400, "21000", "No filter says which rows are meant")
PUT_FILTERS = Kind("put-filters", 405, "PGRST105", "A PUT is of one row by its key")
PUT_LIMIT = Kind("put-limit", 400, "PGRST114", "A PUT takes no limit")
KEY_MISMATCH = Kind("key-mismatch", 400, "PGRST115", "The key in the body isn't that of the address")
NO_SUCH_UNIQUE = Kind("no-such-unique", 400, "42P10", "Those fields aren't unique")
METHOD_NOT_ALLOWED = Kind("method-not-allowed", 405, "PGRST117", "The method isn't allowed here")
UNAUTHENTICATED = Kind("unauthenticated", 401, "PGRST302", "Sign in first")
BAD_TOKEN = Kind("bad-token", 401, "PGRST301", "The token isn't valid")
TWO_CREDENTIALS = Kind("two-credentials", 400, "PGRST301", "Two credentials at once")
FORBIDDEN = Kind("forbidden", 403, "42501", "No rule allows this")
UNSUPPORTED = Kind("unsupported", 400, "0A000", "This database can't do that")
WRONG_TYPE = Kind("wrong-type", 400, "42883", "The operator doesn't fit the field's type")
BAD_TIME = Kind("bad-time", 400, "22007", "A date, time or duration can't be read")
TIME_OUT_OF_RANGE = Kind("time-out-of-range", 400, "22008", "A date, time or duration is out of range")
OUT_OF_RANGE = Kind("out-of-range", 400, "22003", "A number is out of range")
TOO_COMPLEX = Kind("too-complex", 400, "PGRST127", "The request is larger than the limits allow")
TOO_LARGE = Kind("too-large", 413, "54000", "The body is too large")
WRONG_FILE = Kind("wrong-file", 415, "22023", "The field doesn't take such files")
NO_LENGTH = Kind("no-length", 411, "22023", "The length of the file isn't said")
UNSATISFIABLE_RANGE = Kind("unsatisfiable-range", 416, "PGRST103", "The range is outside the file")
STORAGE_UNAVAILABLE = Kind("storage-unavailable", 503, "58030", "The files can't be reached")
BAD_FORM = Kind("bad-form", 400, "PGRST102", "The form can't be read")
INCOMPLETE_BODY = Kind("incomplete-body", 400, "22P04", "The body ends too early")
BODY_TIMEOUT = Kind("body-timeout", 408, "57014", "The body took too long to arrive")
URL_TOO_LONG = Kind("url-too-long", 414, "54000", "The address is too long")
REPLY_TOO_LARGE = Kind("reply-too-large", 400, "54000", "The reply would be too large")
STATEMENT_TIMEOUT = Kind("statement-timeout", 504, "57014", "The statement took too long")
OVERLOADED = Kind("overloaded", 503, "PGRST003", "Too many requests at once")
DATABASE_UNAVAILABLE = Kind("database-unavailable", 503, "PGRST001", "The database can't be reached")
TRANSACTION_TIMEOUT = Kind("transaction-timeout", 504, "25P04", "The transaction took too long")
CONFLICTING_TRANSACTIONS = Kind("conflicting-transactions", 503, "40001", "Others change the same rows")
DISK_FULL = Kind("disk-full", 503, "53100", "The database's disk is full")
REFUSED_BY_DATABASE = Kind("refused-by-database", 400, "P0001", "A trigger of the database refused this")
KEYS_UNAVAILABLE = Kind("keys-unavailable", 503, "PGRST000", "The keys of tokens can't be fetched")
BAD_BODY = Kind("bad-body", 400, "PGRST102", "The body can't be read")
UNSUPPORTED_BODY = Kind("unsupported-body", 415, "PGRST102", "Bodies of that type can't be read")
DUPLICATE = Kind("duplicate", 409, "23505", "A value is taken")
REFERENCE = Kind("reference", 409, "23503", "A row isn't there, or is still needed")
INVALID = Kind("invalid", 422, "22023", "Values that can't be")
REFUSED = Kind("refused", 409, "PT409", "The application refuses this")
BAD_IDEMPOTENCY_KEY = Kind("bad-idempotency-key", 400, "22023", "The idempotency key can't be used")
IDEMPOTENCY_MISMATCH = Kind("idempotency-mismatch", 422, "22023", "The idempotency key belongs to another request")
IDEMPOTENCY_IN_FLIGHT = Kind("idempotency-in-flight", 409, "55P03", "The request is being worked on")
IDEMPOTENCY_NOT_KEPT = Kind("idempotency-not-kept", 409, "54000", "The request was done, but its reply wasn't kept")
BAD_BATCH = Kind("bad-batch", 400, "PGRST102", "The batch can't be read")
BAD_RESULT = Kind("bad-result", 422, "22023", "An operation refers to what no other gave")
WRONG_CREDENTIALS = Kind("wrong-credentials", 401, "28P01", "That isn't how this account signs in")
SPENT = Kind("spent", 400, "28000", "The code or link isn't good any more")
TOO_MANY = Kind("too-many", 429, "PT429", "Too many attempts")
CONFIRM_FIRST = Kind("confirm-first", 403, "28000", "Sign in again first")
CROSS_SITE = Kind("cross-site", 403, "28000", "The request comes from another site")
PROVIDER_FAILED = Kind("provider-failed", 502, "08004", "Signing in by another provider didn't work")
NOT_LINKED = Kind("not-linked", 409, "28000", "Nobody here signs in by that provider's account")
INTERNAL = Kind("internal", 500, "XX000", "Backsmith made a mistake")

KINDS: tuple[Kind, ...] = tuple(value for value in list(globals().values()) if isinstance(value, Kind))


class RequestError(BacksmithError):
    """A request that is refused.

    `message` says what is wrong, `details` where, `hint` what to write instead; `headers` go out with the reply and
    `members` are further members of the problem document.
    """

    def __init__(
        self,
        kind: Kind,
        message: str,
        *,
        details: str | None = None,
        hint: str | None = None,
        headers: tuple[tuple[str, str], ...] = (),
        **members: Any,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.details = details
        self.hint = hint
        self.headers = headers
        self.members = members

    @property
    def status(self) -> int:
        """The HTTP status that it is answered with."""
        return self.kind.status

    @property
    def code(self) -> str:
        """PostgREST's code, or the SQLSTATE, for the case."""
        return self.members.get("code", self.kind.code)

    @property
    def errors(self) -> list[dict[str, Any]]:
        """Each value that is wrong, of INVALID: its `pointer` (RFC 6901), `code` and `message`."""
        return self.members.get("errors", [])
