"""Values that can't follow into a column's new type, or lose something on the way."""

from __future__ import annotations

from collections.abc import AsyncIterator

from backsmith.blueprint.types import Enum, Text, Type
from backsmith.databases.changes import TableName
from backsmith.databases.schema import Column, EnumType
from backsmith.evolution.data_checks.asking import Asker
from backsmith.evolution.data_checks.missing import unknown
from backsmith.evolution.data_checks.words import Words, python_type
from backsmith.evolution.plan import Finding


async def retyped(
    asker: Asker,
    words: Words,
    table: TableName,
    old: Column,
    new: Column,
    both: tuple[Type, Type] | None,
    using: str | None,
) -> AsyncIterator[Finding]:
    """A column of another type. With `using` of the plan's own there is nothing to be said of its values."""
    present, ddl = asker.present, asker.dialect.ddl
    was, becomes = both or (ddl.field_type(old, present.enums), ddl.field_type(new, present.enums))
    found_way = asker.dialect.altering.conversion(old, new, was, becomes)
    if found_way is None or (using is not None and using != found_way.sql):
        return
    about, column = words.about(table, (new.name,)), words.column(table, new.name)
    values = ((old.name, present.json(table, old.name, was)),)
    if found_way.refuses is not None:
        found = await asker.rows(table, present.now(table), found_way.refuses, values)
        if found.unknown is not None:
            yield unknown(words, table, (new.name,), found)
        elif found.number:
            here = words.is_one_of(table, found.samples) or f"{column} = …"
            field = words.field(table, new.name)
            yield Finding(
                kind="impossible",
                about=about,
                text=f"{found.rows()} {'has' if found.number == 1 else 'have'} {found_way.says}.",
                count=found.number,
                samples=found.samples,
                ways=(
                    f"Mend {'it' if found.number == 1 else 'them'}: {words.update(table, old.name, here)}",
                    _wider(field, was, becomes),
                    f"Say what becomes of each: a new field beside {field}, and a @migration that reads {field} and "
                    "writes it",
                ),
            )
    if found_way.loses is not None:
        found = await asker.rows(table, present.now(table), found_way.loses, values)
        if found.unknown is not None:
            yield unknown(words, table, (new.name,), found)
        elif found.number:
            yield Finding(
                kind="loss",
                about=about,
                text=f"{found.rows('value loses', 'values lose')} something on the way {_way(was, becomes)}, "
                f"and can't be taken back as {'it was' if found.number == 1 else 'they were'}.",
                count=found.number,
                samples=found.samples,
                ways=(
                    f"Save them first: {words.look(table, (old.name,), f'{column} IS NOT NULL')}",
                    _wider(words.field(table, new.name), was, becomes),
                    f"Let it happen: --approve convert:{table}.{new.name}",
                ),
            )


def _wider(field: str, was: Type, becomes: Type) -> str:
    if isinstance(was, Text) and isinstance(becomes, Text) and becomes.max_length is not None:
        return f"Allow more than {becomes.max_length} characters: {field}: Annotated[str, MaxLen(…)]"
    return f"Leave the type as it was: {field}: {python_type(was)}"


async def removed_values(
    asker: Asker, words: Words, old: EnumType, new: EnumType, renamed: tuple[tuple[str, str], ...]
) -> AsyncIterator[Finding]:
    """An enum type that has fewer values: rows that have one of those that go."""
    present, dialect = asker.present, asker.dialect
    gone = [value for value in old.values if value not in new.values and value not in dict(renamed)]
    for table, made in present.tables.items() if gone else ():
        for column in made.columns:
            type = dialect.ddl.field_type(column, (old,))
            if not isinstance(type, Enum):
                continue
            listed = ", ".join(map(dialect.ddl.text, gone))
            quoted = dialect.quote(column.name)
            values = ((column.name, present.json_of(column, type)),)
            found = await asker.rows(table, present.now(table), f"CAST({quoted} AS text) IN ({listed})", values)
            if found.unknown is not None:
                yield unknown(words, table, (column.name,), found)
            elif found.number:
                where = f"{words.column(table, column.name)} IN ({listed})"
                yield Finding(
                    kind="impossible",
                    about=words.about(table, (column.name,)),
                    text=f"{found.rows()} {'has' if found.number == 1 else 'have'} a value that is to go: "
                    f"{', '.join(gone)}.",
                    count=found.number,
                    samples=found.samples,
                    ways=(
                        f"Keep the value: {words.field(table, column.name)}: {python_type(type)}",
                        f"Give the rows another first: "
                        f"{words.update(table, column.name, where, dialect.ddl.text(new.values[0]))}",
                        f"Look at them: {words.look(table, (column.name,), where)}",
                    ),
                )


def _way(was: Type, becomes: Type) -> str:
    before, after = python_type(was), python_type(becomes)
    return f"to the narrower {after}" if before == after else f"from {before} to {after}"
