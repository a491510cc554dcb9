"""Backsmith itself, on SQLite and on PostgreSQL: one model, served by `backsmith serve` with one worker.

On SQLite it creates its own file, and the rows are written into it before it is served. On PostgreSQL it serves the
tables that all peers share.
"""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import datetime
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import apsw
import scenarios
from processes import BenchError
from scenarios import PAGE, Ask
from writes import Comment, Line, Write

from peers.peer import HERE, SHARED_DATABASE, Statement, query
from peers.writer import Call, OnPostgres, OnSqlite, Writer

if TYPE_CHECKING:
    from peers.backsmith_sql import Spoken

AUTHOR = "author(id,name,bio)"
POST = f"id,title,body,published_at,score,status,{AUTHOR}"
THREAD = f"{POST},comments(id,body,created_at,{AUTHOR})"
NEWEST = "published_at.desc"
BACKSMITH = str(Path(sys.executable).with_name("backsmith"))
MODEL = HERE / "backsmith_app" / "blog.py"
HOOKED = MODEL.with_name("hooked.py")
LINE = "product_id,price,quantity"


class Backsmith(Writer):
    spoken: Spoken | None = None

    @property
    def database(self) -> str:
        """The URL of its database."""
        raise NotImplementedError

    def command(self, port: int) -> list[str]:
        return self.serve(MODEL, port)

    def writing_command(self, port: int, *, hooked: bool) -> list[str]:
        return self.serve(HOOKED if hooked else MODEL, port)

    def serve(self, model: Path, port: int) -> list[str]:
        command = [BACKSMITH, "serve", str(model), "--database", self.database]
        return [*command, "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]

    def environment(self, port: int) -> dict[str, str]:
        return {"BACKSMITH_ENVIRONMENT": "production", "BACKSMITH_JWT_KEY": self.place.secret}

    def statement(self, ask: Ask) -> Statement | None:
        from peers.backsmith_sql import Spoken  # noqa: PLC0415 (the engine is only here where its SQL is asked for)

        if self.spoken is None:
            self.spoken = Spoken(MODEL, self.database)
        return self.spoken.statement(self.path(ask), ask.asker)

    def path(self, ask: Ask) -> str:
        match ask.scenario:
            case "single":
                return f"/api/posts/{ask.post}?{query(select=POST)}"
            case "nested":
                return f"/api/posts/{ask.post}?{query(select=THREAD)}&comments.order=id"
            case "list":
                return f"/api/posts?{query(select=POST, score=f'gte.{ask.score}', order=NEWEST, limit=PAGE)}"
            case "count":
                return f"/api/posts?{query(select='count()', score=f'gte.{ask.score}')}"
            case "rule":
                return f"/api/posts?{query(select=POST, author_id=f'eq.{ask.author}', order=NEWEST, limit=PAGE)}"
            case name:
                raise ValueError(name)

    def read(self, ask: Ask, reply: Any) -> Any:
        match ask.scenario:
            case "single":
                return scenarios.plain_post(reply)
            case "nested":
                comments = [scenarios.plain_comment(comment) for comment in reply["comments"]]
                return scenarios.plain_post(reply) | {"comments": comments}
            case "count":
                return reply[0]["count"]
            case _:
                return [scenarios.plain_post(post) for post in reply]

    def call(self, write: Write) -> Call:
        shown = "return=representation"
        match write.kind:
            case "create":
                body = written(write.comments[0])
                path = "/api/comments?select=id,body,created_at,post_id,author_id"
                return Call("POST", path, write.asker, body, shown)
            case "update":
                path = f"/api/posts/{write.post}?select=id,title,body,published_at,score,status"
                return Call("PATCH", path, write.asker, dict(write.changes), shown)
            case "bulk":
                return Call("POST", "/api/comments", write.asker, [written(comment) for comment in write.comments])
            case "order":
                lines = [{"product_id": one.product, "price": one.price, "quantity": one.quantity}
                         for one in write.lines]  # fmt: skip
                path = f"/api/orders?select=id,note,status,lines(id,{LINE})"
                return Call("POST", path, write.asker, {"note": write.note, "lines": lines}, shown)
            case kind:
                raise ValueError(kind)

    def shown(self, write: Write, reply: Any) -> Any:
        match write.kind:
            case "create":
                return Comment(reply[0]["body"], reply[0]["post_id"], reply[0]["author_id"])
            case "update":
                return reply["title"]
            case "order":
                return {Line(one["product_id"], scenarios.money(one["price"]), one["quantity"])
                        for one in reply[0]["lines"]}  # fmt: skip
            case _:
                return None


def written(comment: Comment) -> dict[str, Any]:
    """A comment as it is sent."""
    return {"body": comment.body, "post_id": comment.post, "author_id": comment.author}


class BacksmithSqlite(OnSqlite, Backsmith):
    name = "backsmith-sqlite"
    title = "Backsmith, SQLite"
    postgres = False
    cents = 100

    @property
    def version(self) -> str:
        return f"Backsmith {version('backsmith')}, SQLite {apsw.sqlite_lib_version()}, granian {version('granian')}"

    @property
    def file(self) -> Path:
        return self.folder / "blog.db"

    @property
    def database(self) -> str:
        return f"sqlite:///{self.file}"

    def bare_connection(self) -> apsw.Connection:
        from backsmith.databases.sqlite.connection import keeping_plans, open_reader  # noqa: PLC0415 (as above)
        from backsmith.databases.sqlite.database import INLINE_CACHE  # noqa: PLC0415 (as above)

        return keeping_plans(open_reader(self.file, cache=INLINE_CACHE))

    def prepare(self) -> None:
        create = [BACKSMITH, "create", str(MODEL), "--database", self.database]
        done = subprocess.run(create, capture_output=True, text=True, timeout=60, check=False)
        if done.returncode != 0:
            raise BenchError(f"{' '.join(create)} failed:\n{done.stdout}{done.stderr}")
        with closing(sqlite3.connect(self.file)) as connection:
            for table, records in self.place.rows.tables():
                names = type(records[0])._fields
                insert = f"insert into {table} ({', '.join(names)}) values ({', '.join('?' * len(names))})"
                connection.executemany(insert, map(stored, records))
            connection.commit()
            connection.execute("analyze")
            connection.commit()


class BacksmithPostgres(OnPostgres, Backsmith):
    name = "backsmith-postgres"
    title = "Backsmith, PostgreSQL"
    postgres = True

    @property
    def version(self) -> str:
        return f"Backsmith {version('backsmith')}, asyncpg {version('asyncpg')}, granian {version('granian')}"

    @property
    def database(self) -> str:
        return self.place.server().url(SHARED_DATABASE)


def stored(row: NamedTuple) -> tuple[Any, ...]:
    """A row as Backsmith keeps it in SQLite: times as text in UTC, booleans as 0 and 1, money in cents."""

    def one(value: Any) -> Any:
        match value:
            case datetime():
                return value.isoformat()
            case Decimal():
                return int(value * 100)
            case _:
                return value

    return tuple(map(one, row))
