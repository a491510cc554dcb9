"""What goes wrong in SQLite, said in Backsmith's words: in, an exception; out, a RequestError or DatabaseError."""

from __future__ import annotations

import apsw

from backsmith import errors
from backsmith.databases.database import reply_too_large, unavailable
from backsmith.databases.values import bad_value, out_of_range
from backsmith.errors import BacksmithError, DatabaseError, RequestError

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
            case _:
                pass
    return RequestError(errors.INTERNAL, "The database couldn't run a statement")


def of_writing(error: Exception) -> BacksmithError:
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
        case apsw.Error():
            return DatabaseError(f"SQLite refused a statement: {error}.")
        case _:
            return DatabaseError(f"A value can't be kept: {error}.")
