"""What gets another name in the database: two blueprints whose ids agree -> renames, and a schema after them.

A table or column is renamed where the one of the old name is there and none of the new name is. Names that go round in
a circle go by a name in between. What is to be dropped makes way for what gets its name; `old_name` tells how it was
called.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from backsmith.blueprint.blueprint import Blueprint, Relation
from backsmith.databases.changes import RenameColumn, RenameTable, TableName
from backsmith.databases.ddl import Ddl
from backsmith.databases.renamed_schema import Rename, renamed_schema
from backsmith.databases.schema import Schema
from backsmith.evolution.matching import Pairs, fields_of, relations_of

T = TypeVar("T")
_BETWEEN = "backsmith_between_"


def renames(old: Blueprint, new: Blueprint, actual: Schema, ddl: Ddl) -> list[Rename]:
    """The renames that take the tables and columns of `old` to their names in `new`; tables first."""
    wanted_tables: dict[TableName, TableName] = {}
    wanted_columns: dict[TableName, dict[str, str]] = {}
    pairs = Pairs(old, new)
    for was, entity in pairs.entities():
        if was.view or entity.view:
            continue
        name = TableName(entity.table, entity.schema)
        wanted_tables[TableName(was.table, was.schema)] = name
        columns = wanted_columns.setdefault(name, {})
        for field_was, field in fields_of(was, entity):
            if field_was is not None and field_was.computed is None and field.computed is None:
                columns[field_was.column] = field.column
        kept = {field.id for field in entity.fields}
        _make_way(columns, [each.column for each in was.fields if each.id not in kept], _between)
        for relation_was, relation in relations_of(was, entity):
            if relation_was is not None:
                _join_table(relation_was, relation, wanted_tables, wanted_columns)
    gone = [TableName(each.table, each.schema) for each in pairs.removed() if not each.view]
    _make_way(wanted_tables, gone, _between_tables)
    there = {TableName(table.name, table.schema): table for table in actual.tables if not table.view}
    found: list[Rename] = []
    for before, after in _in_order({a: b for a, b in wanted_tables.items() if a in there}, set(there), _between_tables):
        if before.schema == after.schema:
            found.append(RenameTable(before, after))
    renamed = renamed_schema(actual, found, ddl)
    for table in renamed.tables:
        name = TableName(table.name, table.schema)
        columns = {column.name for column in table.columns}
        wanted = {a: b for a, b in wanted_columns.get(name, {}).items() if a in columns}
        found += [RenameColumn(name, a, b) for a, b in _in_order(wanted, columns, _between)]
    return found


def _join_table(
    was: Relation, relation: Relation, tables: dict[TableName, TableName], columns: dict[TableName, dict[str, str]]
) -> None:
    before, after = was.through, relation.through
    if before is None or after is None:
        return
    name = TableName(after.table, after.schema)
    tables.setdefault(TableName(before.table, before.schema), name)
    old_columns, new_columns = before.columns + before.target_columns, after.columns + after.target_columns
    if len(old_columns) == len(new_columns):
        columns.setdefault(name, {}).update(zip(old_columns, new_columns, strict=True))


def old_name(name: str) -> str:
    """A name in the words of before the renames: what made way is called as it was."""
    return name.replace(_BETWEEN, "")


def _make_way(wanted: dict[T, T], gone: Iterable[T], between: Callable[[T], T]) -> None:
    for name in gone:
        if name in wanted.values() and name not in wanted:
            wanted[name] = between(name)


def _between(column: str) -> str:
    return _BETWEEN + column


def _between_tables(name: TableName) -> TableName:
    return TableName(_BETWEEN + name.name, name.schema)


def _in_order(wanted: Mapping[T, T], there: set[T], between: Callable[[T], T]) -> Iterator[tuple[T, T]]:
    """The renames among `wanted` that change a name and find the new one free, each when it does."""
    there = set(there)
    waiting = {before: after for before, after in wanted.items() if before != after}
    # A name that is taken by something which stays can't be had.
    waiting = {before: after for before, after in waiting.items() if after not in there or after in waiting}
    while waiting:
        ready = next((before for before, after in waiting.items() if after not in there), None)
        if ready is None:
            before, after = next(iter(waiting.items()))
            if after not in waiting:  # what was in its place couldn't go away
                del waiting[before]
                continue
            del waiting[before]
            waiting[between(before)] = after
            yield before, between(before)
            there ^= {before, between(before)}
            continue
        after = waiting.pop(ready)
        yield ready, after
        there ^= {ready, after}
