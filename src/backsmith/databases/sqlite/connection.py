"""SQLite connections: in, a file; out, a connection set up for reading or writing.

Journal: WAL, so that readers and the writer don't wait for one another, and synchronous=FULL, so that what was
committed stays committed when the power fails.
"""
# pyright: reportUnknownMemberType=false
# apsw's types name collections.abc.Buffer, which Python 3.11 doesn't have.

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import apsw

from backsmith.databases.sqlite.functions import register
from backsmith.errors import DatabaseError, NoDatabaseError

CORRUPTING = 3_051_002
"""SQLite up to this version may corrupt a WAL database that two connections write (https://sqlite.org/wal.html)."""
STATEMENTS = 500
"""Prepared statements that a connection keeps."""
LONGEST = 1_000_000_000
"""Bytes of a text, blob or row, at most, as SQLite is built."""
WAIT = 5000
"""Milliseconds that a connection waits for a lock of another process."""
WRITER_CACHE = 16_000
"""KiB of pages that the writer keeps: what a transaction changes should find room, or it is written twice."""
HEADER = 20
WAL_FORMAT = 2
TEMPORARY = ("/var/tmp", "/usr/tmp", "/tmp", ".")
"""Where SQLite makes temporary files, if neither SQLITE_TMPDIR nor TMPDIR names a folder that can be written."""


def check_library(version: int) -> None:
    """Raise DatabaseError for a SQLite library (its version as a number, 3051003) that is not safe to use."""
    if version <= CORRUPTING:
        major, minor, patch = version // 1_000_000, version // 1000 % 1000, version % 1000
        raise DatabaseError(
            f"SQLite {major}.{minor}.{patch} can corrupt a database that two connections write."
            " Backsmith needs SQLite 3.51.3 or later: pip install --upgrade apsw"
        )


def _library_version() -> int:
    major, minor, patch = (int(part) for part in apsw.sqlite_lib_version().split(".")[:3])
    return major * 1_000_000 + minor * 1000 + patch


def open_writer(path: Path) -> apsw.Connection:
    """The connection that writes; it creates the file if there is none, for its owner alone. Raises DatabaseError."""
    if not path.parent.is_dir():
        raise DatabaseError(f"There is no folder {path.parent} for the database {path.name}.")
    if path.exists() and 0 < path.stat().st_size < HEADER:
        raise DatabaseError(f"{path} is not a SQLite database.")
    with suppress(OSError):  # it is there, or opening it says why it can't be
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))  # what SQLite puts beside it follows
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE
    connection = _open(path, str(path), flags, WAIT)
    try:
        _write_ahead(connection)
    except apsw.ReadOnlyError as error:
        connection.close()
        raise DatabaseError(f"{path} can't be written. Check who may write the file and its folder.") from error
    except apsw.BusyError as error:
        connection.close()
        raise DatabaseError(f"{path} is locked by another program.") from error
    connection.pragma("synchronous", "full")
    connection.pragma("foreign_keys", True)
    connection.pragma("cache_size", -WRITER_CACHE)
    if _has_temporary_folder():
        connection.pragma("temp_store", "file")
    connection.set_busy_timeout(0)  # it is used on the event loop, which doesn't wait
    return connection


def _write_ahead(connection: apsw.Connection) -> None:
    """Make the database keep a write-ahead log. Raises apsw.BusyError after WAIT.

    Of processes that do so at the same moment, as the workers of a new database do, SQLite refuses all but one at once:
    each has a lock that the others wait for, so waiting with it would never end.
    """
    end = time.monotonic() + WAIT / 1000
    while True:
        try:
            connection.pragma("journal_mode", "wal")
            return
        except apsw.BusyError:
            if time.monotonic() > end:
                raise
            time.sleep(0.01)


def _has_temporary_folder() -> bool:
    """Whether SQLite finds a folder for temporary files; a statement that needs one fails where there is none.

    The writer needs them for what savepoints would put back. In memory that is a linked list, which each statement in
    a savepoint follows from its beginning: after some thousand changed rows that takes longer than the statement. In
    a file (only beyond 64 KiB) it takes the same time for every row.
    """
    places = (os.environ.get("SQLITE_TMPDIR"), os.environ.get("TMPDIR"), *TEMPORARY)
    return any(place and Path(place).is_dir() and os.access(place, os.W_OK | os.X_OK) for place in places)


def open_reader(path: Path, *, wait: int = WAIT, cache: int = 2_000, longest: int = LONGEST) -> apsw.Connection:
    """A connection that reads a database which `open_writer` has opened.

    Arguments:
        wait: Milliseconds to wait for a lock.
        cache: Size of the page cache in KiB.
        longest: Bytes of a text, blob or row that it reads or makes, at most.
    """
    connection = _open(path, str(path), apsw.SQLITE_OPEN_READWRITE, wait)
    connection.pragma("cache_size", -cache)
    connection.pragma("query_only", True)
    connection.limit(apsw.SQLITE_LIMIT_LENGTH, min(longest, LONGEST))
    return connection


def keeping_plans(connection: apsw.Connection) -> apsw.Connection:
    """The connection, made to plan each statement once, whatever its parameters are.

    Otherwise SQLite plans a statement anew for each value that might matter to the plan: some 20 microseconds, as long
    as most of the statements that the event loop runs. Threads run the slow ones and go on to plan by values.
    """
    connection.config(apsw.SQLITE_DBCONFIG_ENABLE_QPSG, 1)
    return connection


def open_untouched(path: Path, *, wait: int = WAIT, longest: int = LONGEST) -> apsw.Connection:
    """A connection that reads a database of others and changes neither it nor the files beside it.

    A database in WAL mode that nobody has open is read as it is on disk; otherwise SQLite would create a journal.
    """
    if not path.is_file():
        raise NoDatabaseError(f"There is no database {path}.")
    with path.open("rb") as file:
        header = file.read(HEADER)
    journal = path.with_name(f"{path.name}-wal")
    alone = len(header) == HEADER and header[18] == WAL_FORMAT and not (journal.exists() and journal.stat().st_size)
    uri = f"file:{quote(str(path.absolute()))}?mode=ro{'&immutable=1' if alone else ''}"
    connection = _open(path, uri, apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI, wait)
    connection.pragma("query_only", True)
    connection.limit(apsw.SQLITE_LIMIT_LENGTH, min(longest, LONGEST))
    return connection


def open_temporary() -> apsw.Connection:
    """A connection to an empty database of its own, gone with it, to which files can be attached."""
    flags = apsw.SQLITE_OPEN_READWRITE | apsw.SQLITE_OPEN_CREATE | apsw.SQLITE_OPEN_URI
    return _open(Path("a temporary database"), "", flags, WAIT)


def _open(path: Path, name: str, flags: int, wait: int) -> apsw.Connection:
    check_library(_library_version())
    try:
        connection = apsw.Connection(name, flags=flags | apsw.SQLITE_OPEN_NOMUTEX, statementcachesize=STATEMENTS)
        connection.set_busy_timeout(wait)
        connection.pragma("temp_store", "memory")
        connection.pragma("trusted_schema", False)
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()  # reads the file for the first time
    except apsw.NotADBError as error:
        raise DatabaseError(f"{path} is not a SQLite database.") from error
    except apsw.Error as error:
        raise DatabaseError(f"The database {path} can't be opened: {error}.") from error
    connection.config(apsw.SQLITE_DBCONFIG_DEFENSIVE, 1)
    register(connection)
    return connection
