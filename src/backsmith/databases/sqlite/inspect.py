"""A SQLite database -> its Schema, by the pragmas and, for what they don't tell, the text in sqlite_master.

SQLAlchemy's inspector isn't used: it drops expression indexes and generated expressions, finds checks and names of
constraints by regular expressions that quoting defeats, and would need its own connection beside apsw's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple, cast

import apsw
from msgspec.structs import replace

from backsmith.databases.schema import Column, ForeignKey, Schema, Table, TableIndex, UniqueConstraint
from backsmith.databases.sqlite.create_table import (
    CreateTable,
    IndexedColumn,
    NamedConstraint,
    read_create_index,
    read_create_table,
)

OnChange = Literal["no action", "restrict", "cascade", "set null", "set default"]

_HIDDEN_COLUMN = 1  # table_xinfo.hidden: 1 of a virtual table, 2 and 3 generated


class _Index(NamedTuple):
    name: str
    unique: bool
    origin: str
    """c: CREATE INDEX, u: UNIQUE, pk: PRIMARY KEY."""


def inspect(connection: apsw.Connection) -> Schema:
    """The tables and views of the `main` database, in the order of their names. Reads only."""
    return _Inspector(connection).schema()


class _Inspector:
    def __init__(self, connection: apsw.Connection) -> None:
        self.connection: Any = connection  # apsw's annotations of execute are incomplete
        self.notes: list[str] = []
        self.keys: dict[str, tuple[str, tuple[str, ...]]] = {}
        """Tables by their lower-case name: how the name is written, and the primary key."""

    def schema(self) -> Schema:
        self.rows("savepoint inspect")  # so that all pragmas see the same schema
        try:
            tables = [self.with_sound_keys(table, found) for found in [self.tables()] for table in found]
        finally:
            self.rows("release inspect")
        return Schema(
            tables=tuple(sorted(tables, key=lambda table: table.name)), not_modelled=tuple(sorted(self.notes))
        )

    def tables(self) -> list[Table]:
        listed = {
            row[0]: row[1:]
            for row in self.rows("select name, type, wr, strict from pragma_table_list where schema = 'main'")
        }
        texts = self.rows(
            "select type, name, tbl_name, sql from main.sqlite_master "
            "where type in ('table', 'view', 'trigger') and name not like 'sqlite\\_%' escape '\\'"
        )
        for kind, name, _, _ in texts:
            if kind == "table" and listed[name][0] == "table":
                self.keys[_fold(name)] = (name, self.primary_key(name))
        tables: list[Table] = []
        for kind, name, table, sql in texts:
            if kind == "trigger":
                self.notes.append(f"trigger {name} on {table}")
            elif kind == "view":
                tables.extend(self.view(name, sql))
            elif listed[name][0] == "table":
                tables.append(self.table(name, sql, without_rowid=bool(listed[name][1])))
            elif listed[name][0] == "virtual":
                self.notes.append(f"virtual table {name}")
        return tables

    def rows(self, sql: str, *arguments: str) -> list[tuple[Any, ...]]:
        return list(self.connection.execute(sql, arguments))

    def primary_key(self, table: str) -> tuple[str, ...]:
        keyed = "select name from pragma_table_info(?, 'main') where pk > 0 order by pk"
        return tuple(name for (name,) in self.rows(keyed, table))

    def table(self, name: str, sql: str, *, without_rowid: bool) -> Table:
        text = read_create_table(sql)
        indexes = self.indexes(name)
        key = self.keys[_fold(name)][1]
        # An INTEGER PRIMARY KEY is the rowid itself, the only key for which there is no index.
        rowid = (
            key[0] if len(key) == 1 and not without_rowid and all(index.origin != "pk" for index in indexes) else None
        )
        return Table(
            name=name,
            columns=tuple(self.columns(name, text, key, rowid)),
            primary_key=key,
            foreign_keys=tuple(self.foreign_keys(name, text)),
            uniques=tuple(self.uniques(indexes, text)),
            checks=tuple(text.checks),
            indexes=tuple(self.table_index(index) for index in sorted(indexes) if index.origin == "c"),
        )

    def columns(self, table: str, text: CreateTable, key: tuple[str, ...], rowid: str | None) -> Iterator[Column]:
        info = "select name, type, \"notnull\", dflt_value, hidden from pragma_table_xinfo(?, 'main') order by cid"
        for name, type, not_null, default, hidden in self.rows(info, table):
            if hidden == _HIDDEN_COLUMN:
                continue
            yield Column(
                name=name,
                type=type.lower(),
                nullable=not not_null and name != rowid,
                default=default,
                identity="rowid" if name == rowid else None,
                generated=text.generated.get(name) if hidden else None,
                collation=_collation(text.collations.get(name)),
            )

    def view(self, name: str, sql: str) -> Iterator[Table]:
        try:
            rows = self.rows("select name, type from pragma_table_info(?, 'main') order by cid", name)
        except apsw.SQLError:  # what the view selects from is gone
            self.notes.append(f"broken view {name}")
            return
        columns = tuple(Column(name=column, type=type.lower()) for column, type in rows)
        yield Table(name=name, columns=columns, view=True, definition=sql)

    def indexes(self, table: str) -> list[_Index]:
        listed = "select name, \"unique\", origin from pragma_index_list(?, 'main') order by seq desc"
        return [_Index(name, bool(unique), origin) for name, unique, origin in self.rows(listed, table)]

    def index_columns(self, index: str) -> list[tuple[str | None, bool]]:
        """Name (None: an expression) of each column of an index, and whether it is descending."""
        listed = "select name, \"desc\" from pragma_index_xinfo(?, 'main') where key = 1 order by seqno"
        return [(name, bool(descending)) for name, descending in self.rows(listed, index)]

    def uniques(self, indexes: list[_Index], text: CreateTable) -> Iterator[UniqueConstraint]:
        indexed = [
            tuple(name or "" for name, _ in self.index_columns(each.name)) for each in indexes if each.origin == "u"
        ]
        spelled = {tuple(map(_fold, columns)): columns for columns in indexed}
        for written in text.uniques:
            # SQLite makes no second index for columns that have one, such as those of the primary key.
            if columns := spelled.pop(tuple(map(_fold, written.columns)), None):
                yield UniqueConstraint(name=written.name, columns=columns)

    def table_index(self, index: _Index) -> TableIndex:
        sql = self.connection.execute(
            "select sql from main.sqlite_master where type = 'index' and name = ?", (index.name,)
        )
        text = read_create_index(cast(str, sql.get))
        columns = [
            _term(name, descending, term)
            for (name, descending), term in zip(self.index_columns(index.name), text.terms, strict=True)
        ]
        return TableIndex(name=index.name, columns=tuple(columns), unique=index.unique, where=text.where)

    def foreign_keys(self, table: str, text: CreateTable) -> Iterator[ForeignKey]:
        listed = (
            'select id, "table", "from", "to", on_update, on_delete '
            "from pragma_foreign_key_list(?, 'main') order by id desc, seq"
        )
        keys: dict[int, list[tuple[Any, ...]]] = {}
        for id, *row in self.rows(listed, table):
            keys.setdefault(id, []).append(tuple(row))
        # SQLite numbers the keys from the last one written to the first.
        for rows, written in zip(keys.values(), text.foreign_keys, strict=True):
            key = self.foreign_key(rows, written)
            if key is None:
                self.notes.append(
                    f"foreign key ({', '.join(row[1] for row in rows)}) to missing {rows[0][0]} on {table}"
                )
                continue
            if written.deferrable:
                self.notes.append(f"deferrable foreign key ({', '.join(key.columns)}) on {table}")
            yield key

    def with_sound_keys(self, table: Table, tables: list[Table]) -> Table:
        """The table without foreign keys to columns that aren't unique: SQLite has them, and refuses every write."""
        by_name = {each.name: each for each in tables}
        kept: list[ForeignKey] = []
        for key in table.foreign_keys:
            columns = frozenset(key.target_columns)
            if columns in _unique_columns(by_name[key.target_table]):
                kept.append(key)
            else:
                named = f"{key.target_table} ({', '.join(key.target_columns)})"
                self.notes.append(f"foreign key ({', '.join(key.columns)}) to {named}, not unique, on {table.name}")
        return replace(table, foreign_keys=tuple(kept))

    def foreign_key(self, rows: list[tuple[Any, ...]], written: NamedConstraint) -> ForeignKey | None:
        target, _, _, on_update, on_delete = rows[0]
        if _fold(target) not in self.keys:
            return None
        target, primary_key = self.keys[_fold(target)]
        columns = tuple(row[1] for row in rows)
        target_columns = tuple(row[2] for row in rows if row[2] is not None) or primary_key
        if len(columns) != len(target_columns):  # SQLite takes such a key, and then refuses every write
            return None
        return ForeignKey(
            name=written.name,
            columns=columns,
            target_table=target,
            target_columns=tuple(self.spelled(target, column) for column in target_columns),
            on_delete=cast(OnChange, on_delete.lower()),
            on_update=cast(OnChange, on_update.lower()),
        )

    def spelled(self, table: str, column: str) -> str:
        """A column's name as its own table writes it."""
        names = self.rows("select name from pragma_table_info(?, 'main') where name = ? collate nocase", table, column)
        return names[0][0] if names else column


def _unique_columns(table: Table) -> set[frozenset[str]]:
    """What a foreign key may point at."""
    found = {frozenset(table.primary_key), *(frozenset(unique.columns) for unique in table.uniques)}
    return found | {frozenset(index.columns) for index in table.indexes if index.unique and index.where is None}


def _term(name: str | None, descending: bool, term: IndexedColumn) -> str:
    sign = "-" if descending else ""
    collation = _collation(term.collation)
    if collation is not None:
        return f"{sign}({term.sql} collate {collation})"
    if name is None:
        return f"{sign}({term.sql})" if not term.sql.startswith("(") else sign + term.sql
    return sign + name


def _collation(name: str | None) -> str | None:
    return None if name is None or name.lower() == "binary" else name.lower()


def _fold(name: str) -> str:
    """SQLite's names are the same whatever the case of their ASCII letters, which is what lower() of bytes changes."""
    return name.encode().lower().decode()
