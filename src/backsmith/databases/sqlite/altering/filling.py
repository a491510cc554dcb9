"""Values for rows that are there: at once where there are few, by batches where there are many."""

from __future__ import annotations

from collections.abc import Iterable

from backsmith.blueprint.blueprint import Field
from backsmith.databases.changes import Fill, FillTable, TableName, Transform, describe
from backsmith.databases.schema import Column
from backsmith.databases.sqlite.altering import costs
from backsmith.databases.sqlite.altering.shadow import batch_key
from backsmith.databases.sqlite.altering.table_text import folded
from backsmith.databases.sqlite.altering.work import Work, named
from backsmith.databases.steps import Batches, Statements, TransformRows


def is_many(work: Work, table: str) -> bool:
    """Whether the rows of a table take too long to be changed at once."""
    return costs.filled(work.size(table)).held > costs.LONGEST


def fill_sql(work: Work, fill: Fill) -> str:
    """UPDATE, which ends with a WHERE."""
    sets = ", ".join(f"{work.quote(column)} = {sql}" for column, sql in fill.sets)
    where = "true" if fill.where is None else f"({fill.where})"
    return f"UPDATE {work.quote(fill.table.name)} SET {sets} WHERE {where}"


def fill(work: Work, change: Fill) -> None:
    """Fill columns of rows."""
    table = named(change.table)
    _by_size(work, change, table, fill_sql(work, change), work.quote(table))


def fill_table(work: Work, change: FillTable) -> None:
    """Make rows out of another table's. One that is there already is left alone."""
    target, source = named(change.table), named(change.source)
    values = {folded(column): sql for column, sql in change.columns}
    key = [column for column in work.scratch.table(target).primary_key if folded(column) in values]
    columns = ", ".join(work.quote(column) for column, _ in change.columns)
    selected = ", ".join(sql for _, sql in change.columns)
    where = "true" if change.where is None else f"({change.where})"
    rows = f"({columns}) SELECT {selected} FROM {work.quote(source)} WHERE {where}"
    name = work.quote(target)
    ending = f" ON CONFLICT ({', '.join(map(work.quote, key))}) DO NOTHING" if key else ""
    _by_size(work, change, source, f"INSERT INTO {name} {rows}", work.quote(source), ending)


def transform(work: Work, change: Transform) -> None:
    """Let the application work values out."""
    table = named(change.table)
    found = work.scratch.table(table)
    columns = {folded(column.name): column for column in found.columns}
    key = found.primary_key or work.row_key(table)
    fields = [_key_field(work, columns.get(folded(name)), name) for name in key]
    work.steps.append(
        TransformRows(
            title=describe(change),
            table=TableName(table),
            key=tuple(fields),
            function=change.function,
            reads=change.reads,
            writes=change.writes,
            locks=costs.WRITER,
            cost=costs.in_batches(work.size(table)),
        )
    )


def _key_field(work: Work, column: Column | None, name: str) -> Field:
    column = column or Column(name=name, type="integer")
    field = Field(id=name, name=name, column=name, type=work.ddl.field_type(column, ()))
    own = work.ddl.column_type(field) == column.type and column.collation is None
    return field if own else Field(id=name, name=name, column=name, type=field.type, storage=work.ddl.storage(column))


def _by_size(work: Work, change: Fill | FillTable, table: str, statement: str, alias: str, ending: str = "") -> None:
    if is_many(work, table):
        key, types = batch_key(work, table)
        work.add(
            Batches(
                title=describe(change),
                table=TableName(table),
                key=key,
                key_types=types,
                alias=alias,
                statement=statement,
                ending=ending,
                locks=costs.WRITER,
                cost=costs.in_batches(work.size(table)),
            )
        )
    else:
        cost = costs.filled(work.size(table))
        work.add(Statements(title=describe(change), statements=(statement + ending,), locks=costs.WRITER, cost=cost))


def written_by(
    fills: Iterable[Fill], transforms: Iterable[Transform], tables: Iterable[FillTable]
) -> set[tuple[str, str]]:
    """The columns that get values, as table and column, folded."""
    found = {(folded(each.table.name), folded(column)) for each in fills for column, _ in each.sets}
    found |= {(folded(each.table.name), folded(field.column)) for each in transforms for field in each.writes}
    return found | {(folded(each.table.name), folded(column)) for each in tables for column, _ in each.columns}
