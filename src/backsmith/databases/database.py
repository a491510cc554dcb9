"""A database as the rest of Backsmith uses it: statements and driver values go in, rows come out.

Whatever goes wrong comes out as a `RequestError` (a request can't be answered) or a `DatabaseError` (the database
can't be opened, or refused what Backsmith itself asked). Neither message holds SQL; the driver's error is the cause.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

from backsmith import errors
from backsmith.databases.dialect import Dialect
from backsmith.databases.schema import Schema
from backsmith.errors import RequestError

if TYPE_CHECKING:
    from backsmith.databases.facts import Facts
    from backsmith.databases.session import Session
    from backsmith.databases.transaction import Transaction
    from backsmith.databases.trials import Trial

T = TypeVar("T")
Isolation = Literal["read_committed", "serializable"]
"""How far concurrent transactions are kept apart."""

MAX_REPLY = 67_108_864
"""Bytes that one statement may give, unless told otherwise."""
READ_ONLY = "The database is open for reading only."
NOT_OPEN = "The database isn't open."


class Row(Protocol):
    """A row of a result: its values by their number, from 0."""

    def __getitem__(self, index: int, /) -> Any: ...
    def __len__(self) -> int: ...


class Database(ABC):
    """One database, open or not yet. All methods belong to the event loop that opened it."""

    dialect: Dialect

    @abstractmethod
    async def open(self) -> None:
        """Connect. Raises DatabaseError when that can't be done, or the database isn't fit for use."""

    @abstractmethod
    async def close(self) -> None:
        """Disconnect, interrupting what still runs. Closing twice does no harm."""

    @abstractmethod
    def fetch_now(self, sql: str, params: Sequence[Any]) -> Sequence[Row] | None:
        """The rows of a statement that reads, if they can be had at once, else None: then await `fetch`.

        It never waits for another process, and for no longer than the time budget for the statement itself.
        Raises RequestError.
        """

    @abstractmethod
    async def fetch(self, sql: str, params: Sequence[Any]) -> Sequence[Row]:
        """The rows of a statement that reads. The statement stops when the awaiting task is cancelled.

        Raises RequestError: STATEMENT_TIMEOUT after the statement timeout, OVERLOADED when no connection came free in
        time, DATABASE_UNAVAILABLE when the database can't be reached, REPLY_TOO_LARGE beyond the most bytes that a
        statement may give, and of the values' own OUT_OF_RANGE or BAD_VALUE.
        """

    async def read(self, sql: str, params: Sequence[Any] = ()) -> Sequence[Row]:
        """The rows of a statement that reads: at once if they can be had so, else once they are there."""
        rows = self.fetch_now(sql, params)
        return await self.fetch(sql, params) if rows is None else rows

    @abstractmethod
    async def fetch_named(self, sql: str, params: Sequence[Any]) -> list[dict[str, Any]]:
        """As `fetch`, each row as its values by the names of their columns."""

    async def estimate(self, sql: str, params: Sequence[Any]) -> int | None:
        """How many rows the database expects of a statement, without running it; None where it can't tell."""
        return None

    @abstractmethod
    async def transact(self, work: Callable[[Transaction], Awaitable[T]], *, retry: bool = False) -> T:
        """What `work` returns, once all that it did in its transaction is kept; where it raises, nothing is.

        Its errors come out as they are, but not before the transaction has ended. With `retry` it may run several
        times: after a conflict with another transaction, after a connection was lost, where it raises `Again`.

        Raises:
            ViolationError, RequestError: A statement was refused. Of the database itself: OVERLOADED,
                DATABASE_UNAVAILABLE (its message says so where it isn't known whether all was kept), DISK_FULL,
                CONFLICTING_TRANSACTIONS, TRANSACTION_TIMEOUT.
            UsageError: Within the work of another transaction of this database, which would wait for itself.
            DatabaseError: The database isn't open, or open for reading only.
        """

    @abstractmethod
    async def execute(self, sql: str, params: Sequence[Any] = ()) -> None:
        """Run a statement that writes, or several without parameters, in a transaction. Raises DatabaseError."""

    @abstractmethod
    async def execute_many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement for each row of parameters, all in one transaction. Raises DatabaseError."""

    @abstractmethod
    async def explain(self, sql: str, params: Sequence[Any]) -> str:
        """How the database would run the statement, in its own words, a line a step. Nothing is run."""

    @abstractmethod
    async def inspect(self) -> Schema:
        """What the database holds."""

    @abstractmethod
    async def facts(self) -> Facts:
        """What has to be known before the database is changed: version, sizes, what hangs on its tables."""

    @abstractmethod
    def session(self) -> AbstractAsyncContextManager[Session]:
        """A connection for changing tables, open until the block ends. Raises DatabaseError."""

    @abstractmethod
    def trial(self, *, timeout: float = 10.0) -> AbstractAsyncContextManager[Trial]:
        """Copies of tables on which statements are tried, gone when the block ends; `timeout` of each statement in
        seconds. Raises DatabaseError."""

    async def ping(self) -> None:
        """Ask the database for a sign of life. Raises RequestError when there is none."""
        await self.fetch("SELECT 1", ())


class MissingError(RequestError):
    """A table or column that a statement names isn't there: it may have got another name a moment ago."""

    def __init__(self) -> None:
        super().__init__(errors.INTERNAL, "The database couldn't run a statement")


def overloaded(retry_after: int = 1) -> RequestError:
    """The refusal of a request for which no connection came free."""
    return RequestError(
        errors.OVERLOADED,
        "All database connections are busy",
        hint="Try again in a moment.",
        headers=(("Retry-After", str(retry_after)),),
    )


def busy(retry_after: int = 1) -> RequestError:
    """The refusal of a request whose turn to write didn't come in time."""
    return RequestError(
        errors.OVERLOADED,
        "Others are writing to the database",
        hint="Try again in a moment.",
        headers=(("Retry-After", str(retry_after)),),
    )


def unavailable(retry_after: int = 1) -> RequestError:
    """The refusal of a request while the database can't be reached."""
    return RequestError(
        errors.DATABASE_UNAVAILABLE,
        "The database can't be reached at the moment",
        hint="Try again in a moment.",
        headers=(("Retry-After", str(retry_after)),),
    )


def disk_full(retry_after: int = 10) -> RequestError:
    """The refusal of a request for which the disk has no room."""
    return RequestError(
        errors.DISK_FULL,
        "The database's disk is full; nothing was kept",
        hint="Try again when there is room.",
        headers=(("Retry-After", str(retry_after)),),
    )


def not_known(retry_after: int = 1) -> RequestError:
    """The refusal of a request whose transaction was being ended when the database was lost."""
    return RequestError(
        errors.DATABASE_UNAVAILABLE,
        "The database was lost while it kept the change; it isn't known whether it did",
        hint="Look before you try again.",
        headers=(("Retry-After", str(retry_after)),),
    )


def undone(retry_after: int = 1) -> RequestError:
    """The refusal of a request that the database undid along with another one's failure."""
    return RequestError(
        errors.DATABASE_UNAVAILABLE,
        "The database undid the change for a reason that lies elsewhere; nothing was kept",
        hint="Try again in a moment.",
        headers=(("Retry-After", str(retry_after)),),
    )


def not_writable(retry_after: int = 1) -> RequestError:
    """The refusal of a request while the database takes no changes."""
    return RequestError(
        errors.DATABASE_UNAVAILABLE,
        "The database can't be written at the moment",
        hint="Try again in a moment.",
        headers=(("Retry-After", str(retry_after)),),
    )


def timed_out(seconds: float) -> RequestError:
    """The refusal of a request whose statement ran for too long."""
    return RequestError(
        errors.STATEMENT_TIMEOUT,
        f"The database didn't answer within {seconds:g} seconds",
        hint="Ask for fewer rows, or filter by an indexed field.",
    )


def reply_too_large(limit: int) -> RequestError:
    """The refusal of a request whose statement gives, or works on, more than `limit` bytes."""
    return RequestError(
        errors.REPLY_TOO_LARGE,
        f"The reply would be larger than {limit} bytes",
        hint="Ask for fewer rows, or for less nesting.",
    )


def size_of(row: Iterable[Any]) -> int:
    """Bytes of the texts in a row; its numbers are too small to count."""
    size = 0
    for value in row:
        if isinstance(value, str):
            size += len(value) if value.isascii() else len(value.encode())
        elif isinstance(value, bytes):
            size += len(value)
    return size
