"""A process that applies the long plan of `tests.evolution.applying.plans` in children, each of which is killed.

Arguments: the database's address. Each line of its input is `when number`: a child is to be killed `before` the
session's call of that number, or `during` it, some moment after it was begun. Each line of its output is what became of
the child: `killed`, or `applied` where there are not so many calls.
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any, NoReturn

from backsmith.databases import open_database
from backsmith.databases.postgres.session import PostgresSession
from backsmith.databases.sqlite.session import SqliteSession
from backsmith.evolution.applying import apply
from tests.evolution.applying.plans import NEW, QUICK, plan_of

MOMENT = 0.002
"""Seconds after which it is killed, at most."""


def die() -> NoReturn:
    """Nothing runs after this, no matter what."""
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


def kill(when: str, number: int) -> None:
    """See that this process dies with that call: of any statement, BEGIN and COMMIT included."""
    calls = 0

    def now() -> bool:
        nonlocal calls
        calls += 1
        return calls == number

    def awaited(call: Callable[..., Any]) -> Callable[..., Any]:
        async def counted(*arguments: Any) -> Any:
            if not now():
                return await call(*arguments)
            if when == "during":
                running = asyncio.ensure_future(call(*arguments))
                await asyncio.wait((running,), timeout=random.uniform(0, MOMENT))
            die()

        return counted

    def at_once(call: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: Any) -> Any:
            if not now():
                return call(*arguments)
            if when == "during":
                threading.Timer(random.uniform(0, MOMENT), die).start()
                call(*arguments)
            die()

        return counted

    PostgresSession._command = awaited(PostgresSession._command)
    PostgresSession._statement = awaited(PostgresSession._statement)
    SqliteSession._execute = at_once(SqliteSession._execute)


async def main(url: str) -> None:
    database = open_database(url)
    await database.open()
    await apply(database, plan_of(database), NEW, options=QUICK)
    await database.close()


if __name__ == "__main__":
    for line in sys.stdin:
        when, number = line.split()
        child = os.fork()
        if child == 0:
            kill(when, int(number))
            asyncio.run(main(sys.argv[1]))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        died = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        print("killed" if died else "applied" if status == 0 else f"failed {status}", flush=True)
