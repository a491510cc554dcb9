"""What goes wrong in SQLite, said in Backsmith's words: in, an exception; out, a RequestError or DatabaseError."""

from __future__ import annotations

import re

import apsw

from backsmith import errors
from backsmith.databases.database import MissingError, busy, disk_full, not_writable, reply_too_large, unavailable
from backsmith.databases.transaction import Broken, ViolationError
from backsmith.databases.values import bad_value, out_of_range
from backsmith.errors import BacksmithError, DatabaseError, RequestError

GENERATED = re.compile(r'cannot (?:INSERT into|UPDATE) generated column "(.*)"', re.DOTALL)
MISSING = re.compile("^no such (table|column): | has no column named ")
OUT_OF_REACH = (
    apsw.BusyError,
    apsw.LockedError,
    apsw.CantOpenError,
    apsw.CorruptError,
    apsw.FullError,
    apsw.IOError,
    apsw.NotADBError,
    apsw.ProtocolError,
    apsw.NoMemError,
)


def of_reading(error: Exception, max_reply: int) -> BacksmithError:
    """What to raise for an error of a statement that reads, where a reply has so many bytes at most."""
    if isinstance(error, OUT_OF_REACH):
        return unavailable()
    if isinstance(error, apsw.TooBigError):
        return reply_too_large(max_reply)
    if isinstance(error, OverflowError):
        return out_of_range()
    if isinstance(error, UnicodeEncodeError):
        return bad_value("Text can't hold half a surrogate pair")
    if isinstance(error, apsw.SQLError):
        match str(error):
            case "integer overflow":
                return out_of_range()
            case "malformed JSON" | "JSON cannot hold BLOB values":
                return bad_value("A value isn't JSON")
            case text if MISSING.search(text):
                return MissingError()
            case _:
                pass
    return RequestError(errors.INTERNAL, "The database couldn't run a statement")


def of_transaction(error: BaseException) -> BacksmithError:
    """What to raise for an error of a statement of a transaction."""
    match error:
        case BacksmithError():
            return error
        case apsw.ConstraintError():
            return _of_constraint(error)
        case apsw.MismatchError():
            return bad_value("A value doesn't fit its column")
        case apsw.FullError():
            return disk_full()
        case apsw.BusyError() | apsw.LockedError():
            return busy()
        case apsw.ReadOnlyError() | apsw.IOError() | apsw.CantOpenError():
            return not_writable()
        case apsw.TooBigError():
            return bad_value("A value is longer than the database can keep")
        case apsw.SQLError() if found := GENERATED.fullmatch(str(error)):
            return ViolationError("generated", columns=(found[1],))
        case Exception():
            return of_reading(error, 0)
        case _:
            return unavailable()


def _of_constraint(error: apsw.ConstraintError) -> BacksmithError:
    """Of which constraint SQLite speaks; its codes don't tell a restricted delete from a trigger's refusal."""
    text = str(error)
    what, _, where = text.partition(" constraint failed")
    where = where.removeprefix(": ")
    match what:
        case "FOREIGN KEY":
            return ViolationError("foreign_key")
        case "CHECK":
            return ViolationError("check", constraint=where)
        case "UNIQUE" if where.startswith("index "):
            return ViolationError("unique", constraint=where.removeprefix("index ")[1:-1].replace("''", "'"))
        case "UNIQUE" | "NOT NULL":
            table, _, rest = where.partition(".")
            broken: Broken = "unique" if what == "UNIQUE" else "not_null"
            return ViolationError(broken, table=table, columns=tuple(rest.split(f", {table}.")))
        case _ if text.startswith("cannot store "):  # in a column of a STRICT table
            return bad_value("A value doesn't fit its column")
        case _:
            return RequestError(errors.REFUSED_BY_DATABASE, text)


def of_writing(error: BaseException) -> BacksmithError:
    """What to raise for an error of a statement of Backsmith's own."""
    match error:
        case apsw.ConstraintError():
            return DatabaseError(f"A row breaks a rule of its table: {error}.")
        case apsw.BusyError():
            return DatabaseError("The database is locked by another program.")
        case apsw.FullError():
            return DatabaseError("The disk is full.")
        case apsw.ReadOnlyError():
            return DatabaseError("The database can't be written. Check who may write the file and its folder.")
        case RequestError(kind=errors.OVERLOADED):
            return DatabaseError("The database is locked by another program.")
        case BacksmithError():
            return error
        case apsw.Error():
            return DatabaseError(f"SQLite refused a statement: {error}.")
        case _:
            return DatabaseError(f"A value can't be kept: {error}.")
