"""PostgreSQL: transactions in every order, and a reader that reads between any two of their steps, misses nothing,
gets nothing twice, and gets it in the order in which it was written."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import asyncpg
import pytest

from backsmith.blueprint.blueprint import Blueprint
from backsmith.databases import Database, open_database
from backsmith.databases.own_table import field_of, statements
from backsmith.databases.own_tables import LOG
from backsmith.databases.postgres.journal import PostgresJournal, lowest
from backsmith.log import Log

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
NOTHING = Blueprint(name="nothing", entities=())

pytestmark = pytest.mark.every_postgres


class Desk:
    """A log, a reader that remembers its position, and one that reads whatever is there beyond the last it got."""

    def __init__(self, database: Database, url: str) -> None:
        self.database, self.url = database, url
        fields = [field_of(LOG, column.name, database.dialect) for column in LOG.columns if not column.identity]
        journal = database.dialect.journal(LOG.name, fields)
        assert isinstance(journal, PostgresJournal)
        self.journal = journal
        self.log = Log(database, NOTHING)
        self.begin()

    def begin(self, position: int | None = None) -> None:
        self.position, self.got = position, list[str]()
        self.naive, self.naively_got = position or 0, list[str]()

    async def read(self) -> None:
        page = await self.log.read(self.position)
        self.got += [entry.request_id for entry in page.entries]
        self.position = page.upto

    async def read_naively(self) -> None:
        rows = await self.database.fetch(
            "SELECT position, request_id FROM backsmith_log WHERE position > $1 ORDER BY position", [self.naive]
        )
        self.naively_got += [row[1] for row in rows]
        self.naive = max([self.naive, *(row[0] for row in rows)])


class Connection:
    """A connection as the journal uses transactions."""

    def __init__(self, connection: asyncpg.Connection[Any]) -> None:
        self.raw = connection

    async def fetch(self, sql: str, params: Sequence[Any] = (), **_: Any) -> Any:
        return await self.raw.fetch(sql, *params)


def row(name: str) -> list[Any]:
    return [NOON, None, "nobody", None, False, None, "create", "e", "E", "[1]", None, "{}", name, None]


@asynccontextmanager
async def at_desk(url: str, connections: int) -> AsyncGenerator[tuple[Desk, list[Connection]]]:
    database = open_database(url)
    await database.open()
    await database.execute(";\n".join(statements(LOG, database.dialect)))
    raw = [await asyncpg.connect(url) for _ in range(connections)]
    try:
        yield Desk(database, url), [Connection(each) for each in raw]
    finally:
        for each in raw:
            await each.close()
        await database.close()


def orders(*counts: int) -> Iterator[tuple[int, ...]]:
    """Every order of the steps of some, each with its own number of steps, which stay in their order."""
    if not any(counts):
        yield ()
    for one, count in enumerate(counts):
        if count:
            left = [*counts[:one], count - 1, *counts[one + 1 :]]
            yield from ((one, *rest) for rest in orders(*left))


async def step(desk: Desk, connection: Connection, what: str, written: list[str], name: str) -> None:
    """`w` writes, `W` writes two rows at once; `s` sets a savepoint, `u` undoes it; `c` commits, `r` rolls back."""
    if what in "wW":
        names = [f"{name}{len(written)}{part}" for part in ("ab" if what == "W" else "a")]
        await desk.journal.append(connection, [row(each) for each in names])  # type: ignore[arg-type]  stands in for one
        written += names
    else:
        text = {"s": "SAVEPOINT s", "u": "ROLLBACK TO s", "c": "COMMIT", "r": "ROLLBACK"}[what]
        await connection.raw.execute(text)


async def run(desk: Desk, connections: Sequence[Connection], scripts: Sequence[str], order: Sequence[int]) -> bool:
    """Run the scripts in an order, reading after each step; whether the naive reader got it right."""
    desk.begin(desk.position)
    written: list[str] = []
    undone: set[str] = set()
    mine: list[list[str]] = [[] for _ in scripts]
    saved = [0] * len(scripts)
    places = [iter(script) for script in scripts]
    for connection in connections[: len(scripts)]:
        await connection.raw.execute("BEGIN")
    for one in order:
        what, before = next(places[one]), len(written)
        await step(desk, connections[one], what, written, f"{one}-")
        mine[one] += written[before:]
        if what == "s":
            saved[one] = len(mine[one])
        elif what in "ur":
            undone.update(mine[one][saved[one] if what == "u" else 0 :])
        await desk.read()
        await desk.read_naively()
    kept = [name for name in written if name not in undone]
    assert desk.got == kept, f"{scripts} in the order {order}"
    return desk.naively_got == kept


@pytest.mark.parametrize(
    "scripts",
    [("wwc", "wc", "wr"), ("Wc", "wc", "wc"), ("swuwc", "wc"), ("wswuc", "wwc"), ("swr", "wc", "Wc")],
    ids="|".join,
)
async def test_transactions_in_every_order(postgres_url: str, scripts: tuple[str, ...]) -> None:
    async with at_desk(postgres_url, 3) as (desk, connections):
        naive = [await run(desk, connections, scripts, order) for order in orders(*map(len, scripts))]
        assert not all(naive), "these orders are no test: a reader that knows nothing of them gets it right"


async def test_the_steps_of_writer_and_reader_in_every_order(postgres_url: str) -> None:
    """What appending does within its statement, and reading between its statements, in every order too."""
    async with at_desk(postgres_url, 3) as (desk, (one, two, reader)):
        journal, missed_by_the_wrong_order = desk.journal, 0
        ((last, _),) = await reader.fetch(journal.last)
        for order in orders(4, 2, 3):
            steps = [iter(("look", "mark", "insert", "end")), iter(("append", "end")), iter(("last", "marks", "rows"))]
            await one.raw.execute("BEGIN")
            await two.raw.execute("BEGIN")
            number, after = 0, last
            ends: dict[str, int] = {}
            marks: dict[str, list[int]] = {}
            got: dict[str, list[str]] = {}
            for each in order:
                match each, next(steps[each]):
                    case 0, "look":
                        ((number, _),) = await one.fetch(journal.last)
                    case 0, "mark":
                        await one.raw.execute(
                            f"SELECT pg_advisory_xact_lock_shared('backsmith_log'::regclass::oid::int4, {number})"
                        )
                    case 0, "insert":
                        await one.raw.execute("SELECT set_config('backsmith.marked', 'yes', true)")
                        await journal.append(one, [row("one")])  # type: ignore[arg-type]  stands in for a transaction
                    case 1, "append":
                        await journal.append(two, [row("two")])  # type: ignore[arg-type]  the same
                    case 2, "rows":
                        for name, end in (
                            ("right", lowest(ends["last"], marks["marks"])),
                            ("wrong", lowest(ends["marks"], marks["last"])),
                        ):
                            sql = "SELECT request_id, position FROM backsmith_log WHERE position > $1"
                            found = await reader.fetch(f"{sql} AND position <= $2 ORDER BY position", [after, end])
                            got[name] = [each[0] for each in found]
                            ends[f"{name} rest"] = end
                    case 2, name:
                        ((ends[name], _),) = await reader.fetch(journal.last)
                        marks[name] = [objid for (objid,) in await reader.fetch(journal.marks)]
                    case _, _:
                        await (one, two)[each].raw.execute("COMMIT")
            everything = await reader.fetch(
                "SELECT request_id, position FROM backsmith_log WHERE position > $1 ORDER BY position", [after]
            )
            for name, names in got.items():
                later = [each[0] for each in everything if each[1] > max(ends[f"{name} rest"], after)]
                right = [*names, *later] == [each[0] for each in everything]
                assert right or name == "wrong", order
                missed_by_the_wrong_order += not right
            last = everything[-1][1]
        assert missed_by_the_wrong_order > 0, "these orders are no test"


async def test_only_what_writes_to_the_log_holds_it_back_and_only_what_comes_after(postgres_url: str) -> None:
    async with at_desk(postgres_url, 3) as (desk, (elsewhere, slow, quick)):
        await elsewhere.raw.execute("BEGIN; CREATE TABLE other (x int); INSERT INTO other VALUES (1)")
        await desk.journal.append(quick, [row("first")])  # type: ignore[arg-type]  a connection is one too
        await desk.read()
        assert desk.got == ["first"]
        await slow.raw.execute("BEGIN")
        await desk.journal.append(quick, [row("before")])  # type: ignore[arg-type]  the same
        await desk.journal.append(slow, [row("slow")])  # type: ignore[arg-type]  the same
        await desk.journal.append(quick, [row("after")])  # type: ignore[arg-type]  the same
        await desk.read()
        assert desk.got == ["first", "before"]
        await slow.raw.execute("COMMIT")
        await desk.read()
        assert desk.got == ["first", "before", "slow", "after"]


async def test_a_lost_connection_leaves_no_mark(postgres_url: str) -> None:
    async with at_desk(postgres_url, 2) as (desk, (lost, other)):
        await lost.raw.execute("BEGIN")
        await desk.journal.append(lost, [row("lost")])  # type: ignore[arg-type]  a connection is one too
        await desk.journal.append(other, [row("kept")])  # type: ignore[arg-type]  the same
        (pid,) = await lost.raw.fetchrow("SELECT pg_backend_pid()")  # type: ignore[misc]  there is a row
        await desk.read()
        assert desk.got == []
        await other.raw.execute("SELECT pg_terminate_backend($1, 10000)", pid)
        await desk.read()
        assert desk.got == ["kept"]


async def test_a_transaction_has_one_mark_however_much_it_writes(postgres_url: str) -> None:
    async with at_desk(postgres_url, 1) as (desk, (one,)):
        await one.raw.execute("BEGIN")
        for number in range(200):
            await one.raw.execute("SAVEPOINT s")
            await desk.journal.append(one, [row(str(number))])  # type: ignore[arg-type]  a connection is one too
            await one.raw.execute("RELEASE SAVEPOINT s")
        assert len(await one.fetch(desk.journal.marks)) == 1
        await one.raw.execute("COMMIT")
        assert await one.fetch(desk.journal.marks) == []


def test_marks_are_told_apart_by_their_lower_bits() -> None:
    assert lowest(7, []) == 7
    assert lowest(7, [3, 5]) == 3
    assert lowest(7, [9]) == 7
    assert lowest(2**32 + 5, [2]) == 2**32 + 2
    assert lowest(2**32 + 1, [2**32 - 1]) == 2**32 - 1
    assert lowest(2**40, [2**32 - 3]) == 2**40 - 3
