"""What goes wrong in PostgreSQL, said in Backsmith's words: in, an exception; out, a RequestError or DatabaseError.

By SQLSTATE: https://www.postgresql.org/docs/current/errcodes-appendix.html
"""
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# pyright: reportAttributeAccessIssue=false
# asyncpg has few types of its own.

from __future__ import annotations

import asyncio
import re

import asyncpg

from backsmith import errors
from backsmith.databases.database import (
    MissingError,
    busy,
    disk_full,
    not_writable,
    reply_too_large,
    timed_out,
    unavailable,
)
from backsmith.databases.postgres.connection import Connection
from backsmith.databases.transaction import ViolationError
from backsmith.databases.values import bad_value, out_of_range
from backsmith.errors import BacksmithError, DatabaseError, RequestError

NAME = re.compile(r'"((?:[^"]|"")+)"|([^\W\d][\w$]*)')
KEY = re.compile(rf"\(((?:{NAME.pattern})(?:, (?:{NAME.pattern}))*)\)=\(")
QUOTED = re.compile('"([^"]+)"')
LOST = (
    OSError,
    asyncpg.PostgresConnectionError,
    asyncpg.InternalClientError,  # of a message it didn't expect: the server's farewell
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.IdleInTransactionSessionTimeoutError,
)


def is_lost(error: BaseException, connection: Connection | None) -> bool:
    """Whether the error says that the connection is gone, and not that the statement was at fault.

    Without a connection, that there could be none.
    """
    if isinstance(error, asyncpg.InterfaceError):  # of a closed connection, but also of values and their number
        return connection is None or connection.is_closed()
    return isinstance(error, LOST) and not isinstance(error, asyncio.TimeoutError)


def of_reading(error: Exception, *, lost: bool, statement_timeout: float, max_reply: int) -> BacksmithError:
    """What to raise for an error of a statement that reads.

    Arguments:
        lost: What `is_lost` says of the error.
        statement_timeout: Seconds that a statement may take.
        max_reply: Bytes that a reply may have.
    """
    if isinstance(error, asyncio.TimeoutError | asyncpg.QueryCanceledError):
        return timed_out(statement_timeout)
    if lost:
        return unavailable()
    state: str | None = error.sqlstate if isinstance(error, asyncpg.PostgresError) else None
    match state:
        case "22000" if str(error).endswith("range)"):  # of the driver, which can't send a value
            return out_of_range()
        case "22003" | "22008" | "22015":
            return out_of_range()
        case "2201B":
            return bad_value("A regular expression can't be read")
        case "22021" | "22P05":
            return bad_value("Text can't hold the character NUL or half a surrogate pair")
        case "54000" if not _of_search(error):  # a text or row of more than a gigabyte
            return reply_too_large(max_reply)
        case "54000" | "54001":
            return RequestError(errors.TOO_COMPLEX, "The request is more than the database can work out")
        case "42P01" | "42703":
            return MissingError()
        case "42704":
            return RequestError(errors.UNSUPPORTED, "This database has no full-text search in that language")
        case "0A000":
            return RequestError(errors.UNSUPPORTED, "This version of PostgreSQL can't do that")
        case str() if state.startswith("22"):
            return bad_value("A value doesn't fit its type")
        case str() if state.startswith(("53", "57P", "58")):
            return unavailable()
        case _:
            return RequestError(errors.INTERNAL, "The database couldn't run a statement")


def _of_search(error: Exception) -> bool:
    """Whether it is full-text search that came to a limit of its own."""
    source: str | None = getattr(error, "server_source_filename", None)
    return source is not None and source.startswith(("ts", "to_ts"))


def may_run_again(error: Exception) -> bool:
    """Whether the transaction failed for others that ran beside it, or for a table that has just been changed."""
    return isinstance(error, asyncpg.SerializationError | asyncpg.DeadlockDetectedError) or is_outdated(error)


def is_outdated(error: Exception) -> bool:
    """Whether the connection knew a statement or a type as it was before a change; it has forgotten it now."""
    return isinstance(error, asyncpg.InvalidCachedStatementError | asyncpg.OutdatedSchemaCacheError)


def not_writable_here(error: Exception) -> bool:
    """Whether the server takes no changes: a standby, or one that was told to."""
    return isinstance(error, asyncpg.ReadOnlySQLTransactionError)


def of_transaction(error: Exception, *, lost: bool, statement_timeout: float) -> BacksmithError:
    """What to raise for an error of a statement of a transaction; `lost` is what `is_lost` says of it."""
    state: str | None = error.sqlstate if isinstance(error, asyncpg.PostgresError) else None
    if lost or state is None:
        return of_reading(error, lost=lost, statement_timeout=statement_timeout, max_reply=0)
    table: str | None = getattr(error, "table_name", None)
    constraint: str | None = getattr(error, "constraint_name", None)
    match state:
        case "23505":
            return ViolationError("unique", table=table, columns=_columns(error), constraint=constraint)
        case "23P01":  # an exclusion constraint, which is a unique one in a wider sense
            return ViolationError("unique", table=table, constraint=constraint)
        case "23503" | "23001":
            return ViolationError("foreign_key", table=table, constraint=constraint)
        case "23514":
            return ViolationError("check", table=table, constraint=constraint)
        case "23502":
            column: str | None = getattr(error, "column_name", None)
            return ViolationError("not_null", table=table, columns=(column,) if column else ())
        case "428C9":
            named = QUOTED.search(str(error))
            return ViolationError("generated", table=table, columns=(named[1],) if named else ())
        case "40001" | "40P01":
            return RequestError(
                errors.CONFLICTING_TRANSACTIONS,
                "Other requests change the same rows at the same time",
                hint="Try again in a moment.",
                headers=(("Retry-After", "1"),),
            )
        case "55P03":
            return busy()
        case "53100":
            return disk_full()
        case "25006" | "58030":
            return not_writable()
        case "P0001":
            return RequestError(
                errors.REFUSED_BY_DATABASE,
                getattr(error, "message", None) or "A trigger refused it",
                details=getattr(error, "detail", None),
                hint=getattr(error, "hint", None),
            )
        case "0A000" if may_run_again(error):
            return unavailable()
        case _:
            return of_reading(error, lost=lost, statement_timeout=statement_timeout, max_reply=0)


def _columns(error: Exception) -> tuple[str, ...]:
    """The columns of a unique violation: `Key (email, "from")=(a@b, 1) already exists.` None for expressions."""
    found = KEY.search(getattr(error, "detail", None) or "")
    names = NAME.findall(found[1]) if found else []
    return tuple(quoted.replace('""', '"') or plain for quoted, plain in names)


def of_writing(error: Exception, *, lost: bool) -> BacksmithError:
    """What to raise for an error of a statement of Backsmith's own; `lost` is what `is_lost` says of it."""
    if lost:
        return DatabaseError("The connection to PostgreSQL was lost.")
    if isinstance(error, asyncpg.PostgresError):
        if isinstance(error, asyncpg.PostgresSyntaxError):
            return DatabaseError("PostgreSQL couldn't read a statement (SQLSTATE 42601).")
        return DatabaseError(f"PostgreSQL refused a statement: {error} (SQLSTATE {error.sqlstate}).")
    return DatabaseError(f"A value can't be kept: {error}")
