"""PostgreSQL connections: in, an address; out, a connection with the settings that Backsmith's statements rely on."""
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# asyncpg has few types of its own.

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol, cast
from urllib.parse import parse_qs, urlsplit

import asyncpg

from backsmith.errors import DatabaseError

OLDEST = 15
CONNECT_TIMEOUT = 10.0
"""Seconds that connecting may take."""
SLACK = 5.0
"""Seconds after the statement timeout for which the server may stay silent before the connection counts as lost."""
STATEMENTS = 500
"""Prepared statements that a connection keeps."""
SETTINGS = {
    "application_name": "backsmith",
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "intervalstyle": "iso_8601",
    "bytea_output": "hex",
    "extra_float_digits": "1",
    "standard_conforming_strings": "on",
    "jit": "off",  # compiling takes longer than all but the slowest of our statements
}
NO_CONNECTION = (OSError, asyncio.TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError)
"""What connecting raises when it can't be done."""


class Connection(Protocol):
    """What is used of an asyncpg.Connection, whose methods have no types of their own."""

    async def fetch(self, query: str, *args: Any) -> list[Any]: ...
    async def execute(self, query: str, *args: Any) -> str: ...
    async def prepare(self, query: str) -> Any: ...
    async def executemany(self, command: str, args: Any) -> None: ...
    async def close(self, *, timeout: float | None = None) -> None: ...
    def terminate(self) -> None: ...
    def is_closed(self) -> bool: ...
    def is_in_transaction(self) -> bool: ...
    def transaction(self, *, isolation: Any = None, readonly: bool = False) -> Any: ...


DAY_ZERO = date(2000, 1, 1).toordinal()
TIME_ZERO = datetime(2000, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)
"""PostgreSQL counts days and microseconds from the year 2000."""


def _datetime_to(value: datetime) -> tuple[int]:
    return ((value - TIME_ZERO) // MICROSECOND,)


def _datetime_from(value: tuple[int]) -> datetime:
    try:
        return TIME_ZERO + timedelta(microseconds=value[0])
    except OverflowError:  # infinity, or a year that Python doesn't have: the nearest it has
        return (datetime.max if value[0] > 0 else datetime.min).replace(tzinfo=UTC)


def _date_to(value: date) -> tuple[int]:
    return (value.toordinal() - DAY_ZERO,)


def _date_from(value: tuple[int]) -> date:
    try:
        return date.fromordinal(value[0] + DAY_ZERO)
    except (ValueError, OverflowError):
        return date.max if value[0] > 0 else date.min


CODECS: tuple[tuple[str, Callable[[Any], Any], Callable[[Any], Any]], ...] = (
    ("date", _date_to, _date_from),
    ("timestamptz", _datetime_to, _datetime_from),
)
"""In place of asyncpg's, which send the first and last day that Python has as -infinity and infinity."""


async def connect(
    url: str,
    *,
    read_only: bool,
    statement_timeout: float | None,
    settings: Mapping[str, str] | None = None,
    statements: int = STATEMENTS,
) -> Connection:
    """A connection whose statements read only, if so asked, and stop after the timeout in seconds, if there is one.

    `settings` are further ones of PostgreSQL's, `statements` how many prepared statements it keeps. Raises whatever is
    in NO_CONNECTION.
    """
    settings = {**SETTINGS, **(settings or {})}
    if read_only:
        settings["default_transaction_read_only"] = "on"
    settings["statement_timeout"] = str(round((statement_timeout or 0) * 1000))
    open_connection: Any = asyncpg.connect
    connection = await open_connection(
        url,
        timeout=CONNECT_TIMEOUT,
        statement_cache_size=statements,
        max_cached_statement_lifetime=0,
        max_cacheable_statement_size=0,
        server_settings=settings,
    )
    for name, encode, decode in CODECS:
        await connection.set_type_codec(name, schema="pg_catalog", format="tuple", encoder=encode, decoder=decode)
    return cast(Connection, connection)


def connect_failure(url: str, error: BaseException) -> DatabaseError:
    """What to tell whoever asked to open the database at `url`; its password is left out."""
    parts = urlsplit(url)
    name = parts.path.removeprefix("/")
    host = parts.hostname or parse_qs(parts.query).get("host", ["the local socket"])[0]
    match error:
        case asyncpg.InvalidPasswordError() | asyncpg.InvalidAuthorizationSpecificationError():
            reason = f"user or password isn't accepted for {parts.username or 'this user'}"
        case asyncpg.InvalidCatalogNameError():
            reason = f"there is no database '{name}'. Create it: createdb {name}"
        case asyncpg.PostgresError():
            reason = str(error)
        case asyncio.TimeoutError():
            reason = f"no answer within {CONNECT_TIMEOUT:g} seconds"
        case OSError():
            reason = "no server answers there. Is PostgreSQL running?"
        case _:
            reason = str(error)
    return DatabaseError(f"PostgreSQL at {host} can't be used: {reason}")
