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
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import apsw
import scenarios
from processes import BenchError
from scenarios import PAGE, Ask

from peers.peer import HERE, SHARED_DATABASE, Peer, Statement, query

if TYPE_CHECKING:
    from peers.backsmith_sql import Spoken

AUTHOR = "author(id,name,bio)"
POST = f"id,title,body,published_at,score,status,{AUTHOR}"
THREAD = f"{POST},comments(id,body,created_at,{AUTHOR})"
NEWEST = "published_at.desc"
BACKSMITH = str(Path(sys.executable).with_name("backsmith"))
MODEL = HERE / "backsmith_app" / "blog.py"


class Backsmith(Peer):
    spoken: Spoken | None = None

    @property
    def database(self) -> str:
        """The URL of its database."""
        raise NotImplementedError

    def command(self, port: int) -> list[str]:
        serve = [BACKSMITH, "serve", str(MODEL), "--database", self.database]
        return [*serve, "--host", "127.0.0.1", "--port", str(port), "--workers", "1"]

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


class BacksmithSqlite(Backsmith):
    name = "backsmith-sqlite"
    title = "Backsmith, SQLite"
    postgres = False

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
        from backsmith.databases.sqlite.connection import open_reader  # noqa: PLC0415 (as above)

        return open_reader(self.file)

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


class BacksmithPostgres(Backsmith):
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
    """A row as Backsmith keeps it in SQLite: times as text in UTC, booleans as 0 and 1."""
    return tuple(value.isoformat() if isinstance(value, datetime) else value for value in row)
