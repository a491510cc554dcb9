"""A schema as it is after renames: of tables and columns, in keys, checks and indexes too."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace

from backsmith.databases.changes import RenameColumn, RenameTable, TableName
from backsmith.databases.ddl import Ddl
from backsmith.databases.schema import CheckConstraint, ForeignKey, Schema, Table, TableIndex, UniqueConstraint
from backsmith.databases.sql_tokens import tokens

Rename = RenameTable | RenameColumn


def renamed_schema(schema: Schema, found: Iterable[Rename], ddl: Ddl) -> Schema:
    """The schema as it is after these renames."""
    for rename in found:
        match rename:
            case RenameTable(old, new):
                schema = replace(schema, tables=tuple(_with_table(table, old, new) for table in schema.tables))
            case RenameColumn(table, old, new):
                schema = replace(
                    schema, tables=tuple(_with_column(each, table, old, new, ddl) for each in schema.tables)
                )
    return schema


def _with_table(table: Table, old: TableName, new: TableName) -> Table:
    keys = tuple(
        replace(key, target_table=new.name) if TableName(key.target_table, key.target_schema) == old else key
        for key in table.foreign_keys
    )
    is_it = TableName(table.name, table.schema) == old
    return replace(table, name=new.name if is_it else table.name, foreign_keys=keys)


def _with_column(table: Table, owner: TableName, old: str, new: str, ddl: Ddl) -> Table:
    def column(name: str) -> str:
        return new if name == old else name

    def columns(names: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(column, names))

    def own_key(key: ForeignKey) -> ForeignKey:
        return replace(key, columns=columns(key.columns))

    def target_key(key: ForeignKey) -> ForeignKey:
        points_here = TableName(key.target_table, key.target_schema) == owner
        return replace(key, target_columns=columns(key.target_columns)) if points_here else key

    if TableName(table.name, table.schema) != owner:
        return replace(table, foreign_keys=tuple(map(target_key, table.foreign_keys)))

    def sql(text: str) -> str:
        return with_name(text, old, new, ddl)

    def check(each: CheckConstraint) -> CheckConstraint:
        return replace(each, sql=sql(each.sql), columns=columns(each.columns))

    def unique(each: UniqueConstraint) -> UniqueConstraint:
        return replace(each, columns=columns(each.columns))

    def term(each: str) -> str:
        if each.startswith("(") or each.startswith("-("):
            return sql(each)
        return "-" + column(each[1:]) if each.startswith("-") and each != old else column(each)

    def index(each: TableIndex) -> TableIndex:
        where = None if each.where is None else sql(each.where)
        return replace(each, columns=tuple(map(term, each.columns)), where=where)

    return replace(
        table,
        columns=tuple(
            replace(
                each,
                name=column(each.name),
                generated=None if each.generated is None else sql(each.generated),
            )
            for each in table.columns
        ),
        primary_key=columns(table.primary_key),
        foreign_keys=tuple(target_key(own_key(key)) for key in table.foreign_keys),
        uniques=tuple(map(unique, table.uniques)),
        checks=tuple(map(check, table.checks)),
        indexes=tuple(map(index, table.indexes)),
    )


def with_name(sql: str, old: str, new: str, ddl: Ddl) -> str:
    """The SQL with one column called otherwise; functions and types of that name stay what they are."""
    found = tokens(sql, brackets=ddl.sqlite_quoting)
    parts: list[str] = []
    at = 0
    for place, token in enumerate(found):
        is_type = place > 0 and found[place - 1].is_symbol("::")
        is_function = place + 1 < len(found) and found[place + 1].is_symbol("(") and token.kind == "name"
        if token.is_name() and ddl.fold(token.value) == ddl.fold(old) and not is_type and not is_function:
            parts += [sql[at : token.start], ddl.quote(new)]
            at = token.end
    return "".join([*parts, sql[at:]])
