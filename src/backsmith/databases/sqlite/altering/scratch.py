"""An empty copy of a database's tables, indexes, views and triggers, on which each step is tried as it is planned.

So the SQL of what is made anew is as SQLite itself wrote it after a rename, what can be done in place is known rather
than guessed, and what would break is found before anything is touched.
"""
# pyright: reportUnknownMemberType=false
# apsw's types name collections.abc.Buffer, which Python 3.11 doesn't have.

from __future__ import annotations

from collections.abc import Generator, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import apsw

from backsmith.databases.altering import Alteration
from backsmith.databases.facts import Facts
from backsmith.databases.schema import Schema, Table
from backsmith.databases.sql_tokens import tokens
from backsmith.databases.sqlite.altering.table_text import folded
from backsmith.databases.sqlite.ddl import SqliteDdl
from backsmith.databases.sqlite.functions import register
from backsmith.databases.sqlite.inspect import inspect
from backsmith.errors import DatabaseError

_QUOTED_TEXT = (apsw.SQLITE_DBCONFIG_DQS_DDL, apsw.SQLITE_DBCONFIG_DQS_DML)


class Made(NamedTuple):
    """An index, view or trigger by the SQL that makes it."""

    kind: str
    name: str
    table: str
    sql: str


class Scratch:
    """The copy."""

    def __init__(self, alteration: Alteration, ddl: SqliteDdl) -> None:
        self._connection = apsw.Connection(":memory:", statementcachesize=0)
        self.execute: Any = self._connection.execute
        register(self._connection)
        self._take_quoted_texts(taken=False)
        self._lenient: set[str] = set()
        """What needs `"x"` to be a text where no column is called so: SQLite's old mistake, which would also take a
        column that has gone for a text. Only what was written so is read so."""
        for name, sql in _definitions(alteration, ddl):
            self._define(name, sql)
        self.broken = {made.name: error for made in self.made() if (error := self._trouble(made)) is not None}
        """Views and triggers that can't be used as the database is: what they read isn't there."""

    def _take_quoted_texts(self, *, taken: bool) -> None:
        for setting in _QUOTED_TEXT:
            self._connection.config(setting, int(taken))

    @contextmanager
    def _reading(self, name: str) -> Generator[None]:
        self._take_quoted_texts(taken=folded(name) in self._lenient)
        try:
            yield
        finally:
            self._take_quoted_texts(taken=False)

    def _define(self, name: str, sql: str) -> None:
        """Make it; what this SQLite can't make (a module that is missing) stays away."""
        for lenient in (False, True):
            self._take_quoted_texts(taken=lenient)
            try:
                self.execute(sql)
            except apsw.Error:
                continue
            finally:
                self._take_quoted_texts(taken=False)
            if lenient:
                self._lenient.add(folded(name))
            return

    # What is there
    def made(self, table: str | None = None) -> list[Made]:
        """Indexes, views and triggers, in the order in which they were made; only those on a table."""
        found = self.execute(
            "SELECT type, name, tbl_name, sql FROM sqlite_schema"
            " WHERE type IN ('index', 'view', 'trigger') AND sql IS NOT NULL ORDER BY rowid"
        )
        return [Made(*row) for row in found if table is None or folded(row[2]) == folded(table)]

    def table_sql(self, table: str) -> str:
        """The CREATE TABLE as it is now. Raises DatabaseError where there is no such table."""
        sql = self.execute(
            "SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE", (table,)
        ).fetchone()
        if sql is None:
            raise DatabaseError(f"There is no table {table}.")
        return sql[0]

    def names(self) -> set[str]:
        """The names of all that is there, folded."""
        return {folded(name) for (name,) in self.execute("SELECT name FROM sqlite_schema")}

    def schema(self) -> Schema:
        """As `Database.inspect` gives it."""
        return inspect(self._connection)

    def table(self, name: str) -> Table:
        """A table as it is now. Raises DatabaseError where there is no such table."""
        for table in self.schema().tables:
            if folded(table.name) == folded(name):
                return table
        raise DatabaseError(f"There is no table {name}.")

    def has_rowid(self, table: str) -> bool:
        """Whether its rows have a number of their own."""
        rows = self.execute("SELECT wr FROM pragma_table_list WHERE schema = 'main' AND name = ?", (table,)).fetchall()
        return not any(without for (without,) in rows)

    # Trying
    def run(self, statements: Iterable[str], *, like: str = "") -> None:
        """Run statements, as `like` was read. Raises DatabaseError."""
        for sql in statements:
            try:
                with self._reading(like):
                    self.execute(sql)
            except apsw.Error as error:
                raise DatabaseError(f"SQLite refuses {sql!r}: {error}.") from error

    def refusal(self, statements: Iterable[str]) -> str | None:
        """What SQLite says to these statements if it refuses them; nothing is changed."""
        self.execute("SAVEPOINT trying")
        try:
            for sql in statements:
                self.execute(sql)
            broken = self.newly_broken()
        except apsw.Error as error:
            return str(error)
        finally:
            self.execute("ROLLBACK TO trying")
            self.execute("RELEASE trying")
        return broken[0][1] if broken else None

    def make_again(self, made: Made) -> None:
        """Make an index, view or trigger by its own SQL. Raises DatabaseError that names it where that can't be."""
        try:
            with self._reading(made.name):
                self.execute(made.sql)
        except apsw.Error as error:
            raise would_break([(made, _said(error))]) from error

    def newly_broken(self) -> list[tuple[Made, str]]:
        """Views and triggers that could be used before and can't be now, and what SQLite says."""
        return [
            (made, error)
            for made in self.made()
            if made.name not in self.broken and (error := self._trouble(made)) is not None
        ]

    def _trouble(self, made: Made) -> str | None:
        with self._reading(made.name):
            if made.kind == "view":
                return self._refuses([f"SELECT * FROM {_quoted(made.name)} LIMIT 0"])
            if made.kind == "trigger":
                return self._trigger_trouble(made)
        return None

    def _trigger_trouble(self, made: Made) -> str | None:
        """What SQLite says to a statement that fires the trigger and no other."""
        others = [f"DROP TRIGGER {_quoted(each.name)}" for each in self.made(made.table) if each.kind == "trigger"]
        table = _quoted(made.table)
        # Only what isn't generated can be set.
        listed = self.execute("SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0", (made.table,))
        columns = [_quoted(name) for (name,) in listed]
        sets = ", ".join(f"{column} = {column}" for column in columns)
        statements = [f"DELETE FROM {table}", f"UPDATE {table} SET {sets}", f"INSERT INTO {table} DEFAULT VALUES"]
        for event in ("INSTEAD OF", *_watched(made.sql)):
            if event != "INSTEAD OF" and folded(event) not in {folded(column[1:-1]) for column in columns}:
                return f"no such column: {event}"
        return self._refuses([*others, made.sql, *(f"EXPLAIN {sql}" for sql in statements if columns)])

    def _refuses(self, statements: list[str]) -> str | None:
        self.execute("SAVEPOINT looking")
        try:
            for sql in statements:
                self.execute(sql).fetchall()
        except apsw.Error as error:
            return _said(error)
        finally:
            self.execute("ROLLBACK TO looking")
            self.execute("RELEASE looking")
        return None

    def lenient_as(self, old: str, new: str) -> None:
        """Read what is called `new` as what was called `old`."""
        if folded(old) in self._lenient:
            self._lenient.add(folded(new))


def would_break(broken: list[tuple[Made, str]]) -> DatabaseError:
    """The refusal of a plan that leaves things of others without what they read."""
    listed = "\n".join(f"- {made.kind} {made.name} (on {made.table}): {error}" for made, error in broken)
    return DatabaseError(
        f"Other things in the database read what would be gone:\n{listed}\n"
        "Either drop them or write them anew by SQL before this plan, or leave in the model what they read."
    )


def _said(error: apsw.Error) -> str:
    """Without SQLite's advice to whoever wrote the statement."""
    return str(error).partition(" - should this be")[0]


def names_in(sql: str) -> set[str]:
    """All names that a statement has, folded; SQLite takes a text for a name, too."""
    return {folded(token.value) for token in tokens(sql, brackets=True) if token.kind in {"name", "quoted", "text"}}


def _watched(sql: str) -> list[str]:
    """The columns of a trigger's UPDATE OF: SQLite doesn't mind if one is missing, the trigger is then never fired."""
    found = tokens(sql, brackets=True)
    for at, token in enumerate(found):
        if token.is_word("BEGIN", "ON"):
            return []
        if token.is_word("UPDATE") and found[at + 1].is_word("OF"):
            columns: list[str] = []
            for each in found[at + 2 :]:
                if each.is_word("ON"):
                    return columns
                if each.is_name():
                    columns.append(each.value)
    return []


def _definitions(alteration: Alteration, ddl: SqliteDdl) -> Iterator[tuple[str, str]]:
    """The database's own SQL, and SQL by its schema where the facts have none."""
    facts, tables = alteration.facts, [table for table in alteration.actual.tables if not table.view]
    for table in tables:
        yield table.name, facts.tables_sql.get(table.name) or ddl.create(table)
    schema_names = {table.name for table in tables}
    for name, sql in facts.tables_sql.items():
        if name not in schema_names:
            yield name, sql
    yield from _objects(facts, {"virtual table"})
    for table in tables:
        for index in table.indexes:
            yield index.name, facts.indexes_sql.get(index.name) or ddl.create_index(table, index)
    views = [(table.name, table.definition) for table in alteration.actual.tables if table.view and table.definition]
    yield from views
    known = {name for name, _ in views}
    yield from ((name, sql) for name, sql in _objects(facts, {"view"}) if name not in known)
    yield from _objects(facts, {"trigger"})


def _objects(facts: Facts, kinds: set[str]) -> Iterator[tuple[str, str]]:
    """Each once, though it has an entry for each table."""
    found = {each.name: each.sql for each in facts.objects if each.kind in kinds and each.sql is not None}
    yield from found.items()


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
