"""Rows without a value where there has to be one from now on."""

from __future__ import annotations

from collections.abc import AsyncIterator

from backsmith.databases.changes import TableName
from backsmith.databases.schema import Column
from backsmith.evolution.data_checks.asking import Asker, Found
from backsmith.evolution.data_checks.words import Words, example, python_type
from backsmith.evolution.plan import Finding


def unknown(words: Words, table: TableName, columns: tuple[str, ...], found: Found) -> Finding:
    """That a check came to no end."""
    return Finding(
        kind="note",
        about=words.about(table, columns),
        text=f"It isn't known whether the rows can follow: {found.unknown}.",
        ways=("Plan with a longer statement timeout, or on a copy of the database.",),
    )


async def nulls(asker: Asker, words: Words, table: TableName, column: str) -> AsyncIterator[Finding]:
    """A column that may not be null any more."""
    present = asker.present
    source = present.then(table, table.name, (*present.key(table), column))
    if source is None:
        return
    quoted = asker.dialect.quote(column)
    found = await asker.rows(table, source, f"{quoted} IS NULL", ())
    if found.unknown is not None:
        yield unknown(words, table, (column,), found)
    elif found.number:
        shown = present.columns(table)[column].column
        name = words.field(table, column)
        where = f"{words.column(table, column)} IS NULL"
        type = python_type(asker.dialect.ddl.field_type(shown, present.enums))
        yield Finding(
            kind="impossible",
            about=words.about(table, (column,)),
            text=f"{found.rows()} {'has' if found.number == 1 else 'have'} no value, and each needs one.",
            count=found.number,
            samples=tuple({**each, column: None} for each in found.samples),
            ways=(
                f"Keep it optional: {name}: {type} | None",
                f"Give the rows a value first: {words.update(table, column, where)}",
                f"Look at them: {words.look(table, (column,), where)}",
            ),
        )


async def new_column(asker: Asker, words: Words, table: TableName, column: Column) -> AsyncIterator[Finding]:
    """A new column that may not be null: rows that are there get no value unless the plan has one."""
    present = asker.present
    value = present.columns(table)[column.name].sql
    source = present.then(table, table.name, (column.name,))
    if value is None or source is None:
        return
    found = await asker.rows(table, source, f"{asker.dialect.quote(column.name)} IS NULL", ())
    if found.unknown is not None:
        yield unknown(words, table, (column.name,), found)
    elif found.number:
        name = words.field(table, column.name)
        type = asker.dialect.ddl.field_type(column, present.enums)
        python = python_type(type)
        yield Finding(
            kind="impossible",
            about=words.about(table, (column.name,)),
            text=f"{found.rows()} that {'is' if found.number == 1 else 'are'} there would have no value for this new "
            "field, and each needs one.",
            count=found.number,
            samples=found.samples,
            ways=(
                f"Make it optional: {name}: {python} | None",
                f"Give all of them one value: {name}: {python} = {example(type)}",
                f"Work the values out of other fields: a @migration that writes {words.about(table, (column.name,))}",
            ),
        )
