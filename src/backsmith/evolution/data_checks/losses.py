"""Values that would be gone."""

from __future__ import annotations

from collections.abc import AsyncIterator

from backsmith.databases.changes import TableName
from backsmith.databases.schema import Column
from backsmith.evolution.data_checks.asking import Asker
from backsmith.evolution.data_checks.missing import unknown
from backsmith.evolution.data_checks.words import Words
from backsmith.evolution.plan import Finding


async def column(asker: Asker, words: Words, table: TableName, column: Column) -> AsyncIterator[Finding]:
    """A column that goes."""
    present = asker.present
    where = f"{asker.dialect.quote(column.name)} IS NOT NULL"
    values = ((column.name, present.json(table, column.name)),)
    found = await asker.rows(table, present.now(table), where, values)
    if found.unknown is not None:
        yield unknown(words, table, (column.name,), found)
    elif found.number:
        old, field = f"{words.column(table, column.name)} IS NOT NULL", words.field(table, column.name)
        yield Finding(
            kind="loss",
            about=words.about(table, (column.name,)),
            text=f"{found.rows('value is', 'values are')} lost.",
            count=found.number,
            samples=found.samples,
            ways=(
                f'Is it another field now? Say so there: Annotated[…, RenamedFrom("{field}")]',
                f"Save them first: {words.look(table, (column.name,), old)}",
                f"Give them up: --approve drop:{table}.{column.name}",
            ),
        )


async def table(asker: Asker, words: Words, table: TableName) -> AsyncIterator[Finding]:
    """A table that goes."""
    found = await asker.rows(table, asker.present.now(table), "1 = 1", ())
    if found.unknown is not None:
        yield unknown(words, table, (), found)
    elif found.number:
        entity = words.entity(table)
        yield Finding(
            kind="loss",
            about=entity,
            text=f"{found.rows('row is', 'rows are')} lost.",
            count=found.number,
            samples=found.samples,
            ways=(
                f'Is it another entity now? Say so there: class …(Entity, renamed_from="{entity}")',
                f"Save them first: SELECT * FROM {asker.present.old_name(table)};",
                f"Give them up: --approve drop:{table}",
            ),
        )
