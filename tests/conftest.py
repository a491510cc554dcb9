"""What all tests share: one event loop, and empty databases of each kind.

- A test may be an `async def`: it runs on the session's event loop. Fixtures and plain tests use `run(coroutine)`,
  which runs it on the same loop.
- `database` is an open, empty `Database`, once on SQLite and once on PostgreSQL; `database_url` the address of one.
  `shared_database` and `shared_database_url` are the same, but one for all tests of a module: for tests that only read.
  `databases` is a dictionary of all of them at once, to compare their answers: `{"sqlite": …, "postgres18": …}`.
- PostgreSQL is version 18. Tests marked `every_postgres` also run on 15, or are skipped there when it isn't installed.
  BACKSMITH_POSTGRES=15,18 names the versions for all tests, and DATABASE_URL a server to use in place of 18
  (as a user who may create databases).
"""

from __future__ import annotations

import asyncio
import inspect
import os
from collections.abc import Callable, Coroutine, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

import pytest
import uvloop

from backsmith.databases import Database, open_database
from tests.servers import Server, folder_of

T = TypeVar("T")
SQLITE, NEWEST, OLDEST = "sqlite", "postgres18", "postgres15"


class Run(Protocol):
    """Runs a coroutine on the session's event loop and returns its result."""

    def __call__(self, coroutine: Coroutine[Any, Any, T]) -> T: ...


_runners: list[asyncio.Runner] = []


def _run(coroutine: Coroutine[Any, Any, T]) -> T:
    if not _runners:
        _runners.append(asyncio.Runner(loop_factory=uvloop.new_event_loop))
    return _runners[0].run(coroutine)


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "every_postgres: run on the oldest supported PostgreSQL too")


def pytest_unconfigure() -> None:
    while _runners:
        _runners.pop().close()


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run tests that are coroutine functions."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    arguments = pyfuncitem._fixtureinfo.argnames  # as pytest's own caller does; there is no public way
    _run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in arguments}))
    return True


def _kinds(metafunc: pytest.Metafunc) -> list[str]:
    if chosen := os.environ.get("BACKSMITH_POSTGRES"):
        return [SQLITE, *(f"postgres{version.strip()}" for version in chosen.split(","))]
    every = metafunc.definition.get_closest_marker("every_postgres")
    return [SQLITE, NEWEST, OLDEST] if every else [SQLITE, NEWEST]


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    names = metafunc.fixturenames
    if "database_kind" in names:
        metafunc.parametrize("database_kind", _kinds(metafunc), indirect=True, scope="session")
    if "postgres_kind" in names:
        metafunc.parametrize("postgres_kind", _kinds(metafunc)[1:], indirect=True, scope="session")
    if "database_kinds" in names:
        metafunc.parametrize("database_kinds", [_kinds(metafunc)], indirect=True, scope="session", ids=["all"])


@pytest.fixture(scope="session")
def run() -> Run:
    return _run


@pytest.fixture(scope="session")
def servers() -> Iterator[Callable[[str], Server]]:
    """Gives the running server of a kind: `postgres18`."""
    running: dict[str, Server] = {}

    def server(kind: str) -> Server:
        if kind not in running:
            url = os.environ.get("DATABASE_URL", "")
            if kind == NEWEST and url.startswith(("postgresql:", "postgres:")):
                running[kind] = Server(url)
            elif (programs := folder_of(kind.removeprefix("postgres"))) is not None:
                running[kind] = Server.start(programs)
            else:
                pytest.skip(f"PostgreSQL {kind.removeprefix('postgres')} isn't installed")
        return running[kind]

    yield server
    for one in running.values():
        one.stop()


@pytest.fixture(scope="session")
def borrow(
    servers: Callable[[str], Server], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[str], AbstractContextManager[str]]:
    """Gives the URL of an empty database of a kind (`sqlite`, `postgres18`, `postgres15`) for the time of a `with`."""

    @contextmanager
    def borrowed(kind: str) -> Iterator[str]:
        if kind == SQLITE:
            yield f"sqlite:///{tmp_path_factory.mktemp('sqlite')}/test.db"
        else:
            server = servers(kind)
            url = server.new_database()
            yield url
            server.give_back(url)

    return borrowed


@pytest.fixture(scope="session")
def new_url(borrow: Callable[[str], AbstractContextManager[str]]) -> Iterator[Callable[[str], str]]:
    """Gives the URL of an empty database of a kind that is kept until the last test."""
    with ExitStack() as stack:
        yield lambda kind: stack.enter_context(borrow(kind))


@pytest.fixture(scope="session")
def database_kind(request: pytest.FixtureRequest) -> str:
    """The kind of database the test runs on; set by `pytest_generate_tests`."""
    return request.param


@pytest.fixture(scope="session")
def postgres_kind(request: pytest.FixtureRequest) -> str:
    """As `database_kind`, PostgreSQL alone."""
    return request.param


@pytest.fixture(scope="session")
def database_kinds(request: pytest.FixtureRequest) -> list[str]:
    return request.param


@contextmanager
def _opened(url: str) -> Iterator[Database]:
    database = open_database(url)
    _run(database.open())
    yield database
    _run(database.close())


@contextmanager
def _all_opened(
    kinds: list[str], borrow: Callable[[str], AbstractContextManager[str]]
) -> Iterator[dict[str, Database]]:
    with ExitStack() as stack:
        yield {kind: stack.enter_context(_opened(stack.enter_context(borrow(kind)))) for kind in kinds}


@pytest.fixture
def database_url(database_kind: str, borrow: Callable[[str], AbstractContextManager[str]]) -> Iterator[str]:
    with borrow(database_kind) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    with _opened(database_url) as database:
        yield database


@pytest.fixture(scope="module")
def shared_database_url(database_kind: str, borrow: Callable[[str], AbstractContextManager[str]]) -> Iterator[str]:
    with borrow(database_kind) as url:
        yield url


@pytest.fixture(scope="module")
def shared_database(shared_database_url: str) -> Iterator[Database]:
    with _opened(shared_database_url) as database:
        yield database


@pytest.fixture
def databases(
    database_kinds: list[str], borrow: Callable[[str], AbstractContextManager[str]]
) -> Iterator[dict[str, Database]]:
    with _all_opened(database_kinds, borrow) as databases:
        yield databases


@pytest.fixture(scope="module")
def shared_databases(
    database_kinds: list[str], borrow: Callable[[str], AbstractContextManager[str]]
) -> Iterator[dict[str, Database]]:
    with _all_opened(database_kinds, borrow) as databases:
        yield databases


@pytest.fixture
def sqlite_url(borrow: Callable[[str], AbstractContextManager[str]]) -> Iterator[str]:
    with borrow(SQLITE) as url:
        yield url


@pytest.fixture
def postgres_url(postgres_kind: str, borrow: Callable[[str], AbstractContextManager[str]]) -> Iterator[str]:
    with borrow(postgres_kind) as url:
        yield url


@pytest.fixture
def repository() -> Path:
    """The root of the repository."""
    return Path(__file__).parent.parent
