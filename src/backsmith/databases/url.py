"""From the address of a database to a `Database`, not yet open.

- `sqlite:///shop.db` is a file beside where Backsmith runs, `sqlite:////var/lib/shop.db` one by its full path;
- `postgresql://user:password@host:5432/name`, or with a Unix socket `postgresql:///name?host=/run/postgresql`;
- `postgresql:embedded` is a PostgreSQL that comes with Backsmith and keeps its data in `.backsmith/postgres`.
"""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote

from backsmith.databases.database import MAX_REPLY, Database, Isolation
from backsmith.errors import UsageError

FORMS = "sqlite:///file.db, postgresql://user:password@host/name or postgresql:embedded"
EMBEDDED = "postgresql:embedded"
EMBEDDED_FOLDER = Path(".backsmith/postgres")


def open_database(
    url: str,
    *,
    read_only: bool = False,
    statement_timeout: float = 10.0,
    transaction_timeout: float = 30.0,
    isolation: Isolation = "read_committed",
    wait_timeout: float = 5.0,
    inline_budget: float = 0.002,
    reader_threads: int = 4,
    pool_size: int = 10,
    max_reply: int = MAX_REPLY,
    embedded_folder: Path = EMBEDDED_FOLDER,
) -> Database:
    """The database at `url`. It connects when it is opened (`await database.open()`).

    Arguments:
        read_only: Change nothing, not even how a SQLite file keeps its journal; writing is refused.
        statement_timeout: Seconds after which a statement is stopped.
        transaction_timeout: Seconds after which a transaction that writes is undone.
        isolation: Of PostgreSQL's transactions that write; SQLite's run one after another.
        wait_timeout: Seconds a request waits for a connection to come free, or for its turn to write.
        inline_budget: Seconds a SQLite statement may run on the event loop before it goes to a thread.
        reader_threads: Threads for SQLite statements beyond that budget.
        pool_size: PostgreSQL connections.
        max_reply: Bytes that one statement may give.
        embedded_folder: Where `postgresql:embedded` keeps its data.

    Raises:
        UsageError: The address has none of the forms above.
    """
    # The drivers are imported only here: whoever uses the one doesn't wait for the other.
    if url.startswith("sqlite:"):
        from backsmith.databases.sqlite.database import SqliteDatabase  # noqa: PLC0415  only the driver asked for

        return SqliteDatabase(
            sqlite_path(url),
            read_only=read_only,
            statement_timeout=statement_timeout,
            transaction_timeout=transaction_timeout,
            wait_timeout=wait_timeout,
            inline_budget=inline_budget,
            reader_threads=reader_threads,
            max_reply=max_reply,
        )
    if url.startswith(("postgresql://", "postgres://")) or url == EMBEDDED:
        from backsmith.databases.postgres.database import PostgresDatabase  # noqa: PLC0415  only the driver asked for

        return PostgresDatabase(
            None if url == EMBEDDED else url,
            read_only=read_only,
            statement_timeout=statement_timeout,
            transaction_timeout=transaction_timeout,
            isolation=isolation,
            wait_timeout=wait_timeout,
            pool_size=pool_size,
            embedded_folder=embedded_folder,
            max_reply=max_reply,
        )
    scheme, colon, _ = url.partition(":")
    if not colon:
        raise UsageError(f"'{url}' is not an address of a database. Did you mean sqlite:///{url}?")
    raise UsageError(f"'{scheme}:' is not an address of a database Backsmith knows. Write {FORMS}.")


def sqlite_path(url: str) -> Path:
    """The file that a `sqlite:` address names. Raises UsageError when it names none."""
    rest = url.removeprefix("sqlite:")
    if not rest.startswith("///") or rest == "///":
        raise UsageError(f"'{url}' names no file. Write sqlite:///file.db, or sqlite:////full/path/file.db.")
    path = unquote(rest[3:])
    if path == ":memory:":
        raise UsageError("A SQLite database in memory can't be shared by connections. Name a file: sqlite:///file.db.")
    return Path(path)
