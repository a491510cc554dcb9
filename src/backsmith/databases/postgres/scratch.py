"""Databases that are thrown away. In: a server. Out: the address of an empty database on it.

Their names say what they are. Those of former runs are dropped as soon as nobody is connected to them.
"""
# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false
# asyncpg has few types of its own.

from __future__ import annotations

from secrets import token_hex
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from backsmith.databases.postgres.connection import NO_CONNECTION, connect_failure
from backsmith.errors import DatabaseError

PREFIX = "backsmith_test_"
_LEFT = """
    SELECT datname FROM pg_database
    WHERE starts_with(datname, $1)
    AND NOT EXISTS (SELECT 1 FROM pg_stat_activity AS open WHERE open.datname = pg_database.datname)
"""


async def empty_database(url: str) -> str:
    """Make an empty database on the server of `url`, as a user who may.

    Raises:
        DatabaseError: The server can't be reached, or the user may not.
    """
    name = f"{PREFIX}{token_hex(6)}"
    try:
        connection = await asyncpg.connect(url)
    except (*NO_CONNECTION, ValueError) as error:
        raise connect_failure(url, error) from error
    try:
        for row in await connection.fetch(_LEFT, PREFIX):
            await connection.execute(f'DROP DATABASE IF EXISTS "{row["datname"]}"')
        await connection.execute(f'CREATE DATABASE "{name}" TEMPLATE template0')
    except asyncpg.InsufficientPrivilegeError as error:
        raise DatabaseError(f"No database can be made there: {error}. Let the user: ALTER USER … CREATEDB") from error
    finally:
        await connection.close()
    return urlunsplit(urlsplit(url)._replace(path=f"/{name}"))
