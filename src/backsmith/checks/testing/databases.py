"""Empty databases to try an application on, each thrown away afterwards.

In: the address of a server, or none for SQLite. Out: addresses of empty databases, as many as are asked for.
"""

from __future__ import annotations

import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex
from typing import Protocol

from backsmith.databases.postgres import embedded
from backsmith.databases.postgres.scratch import empty_database
from backsmith.errors import UsageError

EMBEDDED = "postgresql:embedded"


class Databases(Protocol):
    """Gives empty databases."""

    name: str
    """`SQLite`, `PostgreSQL`"""

    async def empty(self) -> str:
        """The address of another empty one."""
        ...


@contextmanager
def databases(url: str | None) -> Generator[Databases]:
    """Where empty databases come from.

    Arguments:
        url: A PostgreSQL server, as a user who may create databases: of it no database that is there is touched.
            `postgresql:embedded` starts one; None is SQLite.

    Raises:
        UsageError: The address is of something else.
        DatabaseError: The embedded PostgreSQL doesn't start.
    """
    with tempfile.TemporaryDirectory(prefix="backsmith-test-", ignore_cleanup_errors=True) as folder:
        place = Path(folder)
        if url is None or url.startswith("sqlite:"):
            yield _Files(place)
        elif url == EMBEDDED:
            try:
                yield _Server(embedded.start(place / "postgres"))
            finally:
                embedded.stop(place / "postgres")
        elif url.startswith(("postgresql://", "postgres://")):
            yield _Server(url)
        else:
            said = url.partition("//")[0][:40]  # no password may stand there
            raise UsageError(f"'{said}' is no database to test on. Write {EMBEDDED}, postgresql://… or leave it out.")


class _Files:
    """SQLite."""

    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def empty(self) -> str:
        """As Databases."""
        return f"sqlite:///{self._folder}/{token_hex(6)}.db"


class _Server:
    """A PostgreSQL server. What is made there is named so that it can't be taken for anything else."""

    name = "PostgreSQL"

    def __init__(self, url: str) -> None:
        self._url = url

    async def empty(self) -> str:
        """As Databases."""
        return await empty_database(self._url)
