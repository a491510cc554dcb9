"""What the benchmark needs to know about a peer that writes, beyond what it knows of each `Peer`.

A peer turns a `Write` into a `Call`, reads back what was replied, and lets its database be looked at: how many rows
there are, what they hold, and that those added are taken away again.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from abc import abstractmethod
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, NamedTuple

from scenarios import Ask
from writes import RETITLED, Comment, Line, Write

from peers.peer import SHARED_DATABASE, Peer


@dataclass(frozen=True)
class Call:
    """One HTTP request."""

    method: str
    path: str
    asker: int | None = None
    body: Any = None
    prefer: str = ""
    """The Prefer header."""


class Counts(NamedTuple):
    """How many rows a load has added so far."""

    comments: int
    orders: int
    lines: int


class Order(NamedTuple):
    """An order as it is found in the database."""

    account: int
    note: str
    status: str
    lines: tuple[Line, ...]


class Writer(Peer):
    """A peer that is measured writing, too."""

    hooks: ClassVar[bool] = True
    """Whether the load with a hook is for it."""
    number: ClassVar[str] = "id"
    """What numbers the rows of its tables in the order in which they were added."""
    cents: ClassVar[int] = 1
    """What an amount of money is multiplied by in its tables."""

    @abstractmethod
    def call(self, write: Write) -> Call:
        """The request of a write."""

    @abstractmethod
    def shown(self, write: Write, reply: Any) -> Any:
        """What the reply shows of a write: a Comment, the title, the lines; None of a bulk write."""

    def writing_command(self, port: int, *, hooked: bool) -> list[str]:
        """The command that starts it for the loads that write."""
        return self.command(port)

    def writing_environment(self, port: int, *, hooked: bool) -> dict[str, str]:
        """What it reads from the environment then."""
        return self.environment(port)

    def ready(self, port: int) -> None:
        """Called before each load that writes, while the server runs."""

    def line(self, request: Write | Ask) -> str:
        """A line of the load generator's list."""
        if isinstance(request, Ask):
            token = "" if request.asker is None else self.token(request.asker)
            return f"{self.path(request)}\t{token}\n"
        call = self.call(request)
        body = "" if call.body is None else json.dumps(call.body, default=float, separators=(",", ":"))
        token = "" if call.asker is None else self.token(call.asker)
        return f"{call.path}\t{token}\t{call.method}\t{call.prefer}\t{body}\n"

    # Its database -----------------------------------------------------------------------------------------------------

    @abstractmethod
    def fetch(self, sql: str) -> Sequence[tuple[Any, ...]]:
        """The rows of a SELECT on its tables."""

    @abstractmethod
    def change(self, *statements: str) -> None:
        """Runs statements on its tables, and lets the database clear up."""

    def column(self, relation: str) -> str:
        """The column of a relation to one."""
        return f"{relation}_id"

    @property
    def given(self) -> int:
        """How many comments there were before anything was written."""
        return len(self.place.rows.comments)

    def added(self) -> Counts:
        """The rows that are there beyond those given."""
        comments, orders, lines = (self.fetch(f"select count(*) from {name}")[0][0] for name in Counts._fields)
        return Counts(comments - self.given, orders, lines)

    def restore(self) -> None:
        """Takes away the rows that were added."""
        new_comments = f"{self.number} > {self.given}"
        self.change("delete from lines", "delete from orders", f"delete from comments where {new_comments}")

    def new_comments(self) -> list[Comment]:
        """The comments that were added, in their order."""
        found = self.fetch(
            f"select body, {self.column('post')}, {self.column('author')} from comments "
            f"where {self.number} > {self.given} order by {self.number}"
        )
        return [Comment(body, int(post), int(author)) for body, post, author in found]

    def orders(self) -> list[Order]:
        """The orders with their lines; lines in the order of their products, of which none comes twice."""
        lines: dict[Any, list[Line]] = {}
        for order, product, price, quantity in self.fetch(
            f"select {self.column('order')}, {self.column('product')}, price, quantity from lines"
        ):
            amount = (Decimal(str(price)) / self.cents).quantize(Decimal("0.01"))
            lines.setdefault(order, []).append(Line(int(product), amount, quantity))
        found = self.fetch(f"select id, {self.column('account')}, note, status from orders order by {self.number}")
        return [
            Order(int(account), note, status, tuple(sorted(lines.get(key, ())))) for key, account, note, status in found
        ]

    def title_of(self, post: int) -> str:
        """A post's title."""
        return self.fetch(f"select title from posts where {self.number} = {post}")[0][0]

    def score_of(self, post: int) -> int:
        """A post's score."""
        return self.fetch(f"select score from posts where {self.number} = {post}")[0][0]

    def titles(self, first: int) -> dict[int, int]:
        """By post the unique number in its title, of those that aren't smaller than `first`."""
        found = self.fetch(f"select id, title from posts where title like '{RETITLED}%'")
        numbers = {int(key): int(title.removeprefix(RETITLED)) for key, title in found}
        return {key: number for key, number in numbers.items() if number >= first}


class OnSqlite(Writer):
    """A peer with a SQLite file of its own."""

    @property
    @abstractmethod
    def file(self) -> Path:
        """The file."""

    def fetch(self, sql: str) -> Sequence[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.file, timeout=30)) as connection:
            return connection.execute(sql).fetchall()

    def change(self, *statements: str) -> None:
        with closing(sqlite3.connect(self.file, timeout=30)) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()
            connection.execute("pragma wal_checkpoint(passive)")


class OnPostgres(Writer):
    """A peer on the shared tables."""

    def fetch(self, sql: str) -> Sequence[tuple[Any, ...]]:
        return asyncio.run(self.place.server().fetch(SHARED_DATABASE, sql))

    def change(self, *statements: str) -> None:
        for statement in (*statements, "vacuum (analyze) comments, orders, lines, posts"):
            asyncio.run(self.place.server().execute(SHARED_DATABASE, statement))
