"""Rows that a new constraint would refuse: duplicates, keys that lead nowhere, values outside a check."""

from __future__ import annotations

from collections.abc import AsyncIterator

from backsmith.databases.changes import TableName
from backsmith.databases.schema import CheckConstraint, ForeignKey
from backsmith.databases.sql_tokens import tokens
from backsmith.evolution.data_checks.asking import Asker
from backsmith.evolution.data_checks.missing import nulls, unknown
from backsmith.evolution.data_checks.words import Words
from backsmith.evolution.plan import Finding


async def duplicates(asker: Asker, words: Words, table: TableName, columns: tuple[str, ...]) -> AsyncIterator[Finding]:
    """Columns that are to be unique."""
    present = asker.present
    columns = tuple(each.removeprefix("-") for each in columns)
    source = present.then(table, table.name, (*present.key(table), *columns))
    if source is None:
        return
    found = await asker.groups(table, source, columns)
    if found.unknown is not None:
        yield unknown(words, table, columns, found)
    elif found.number:
        listed = ", ".join(words.column(table, each) for each in columns)
        fields = ", ".join(words.field(table, each) for each in columns)
        one, many = "value stands", "values stand"
        if len(columns) > 1:
            one, many = "set of values stands", "sets of values stand"
        old = present.old_name(table)
        sample = found.samples[0] if found.samples else {}
        keys = [{name: key} for name in present.key(table)[:1] for key in sample.get("keys", [])[1:]]
        second = words.is_one_of(table, keys)
        yield Finding(
            kind="impossible",
            about=words.about(table, columns),
            text=f"{found.rows(one, many)} in more than one row, and each may stand in one only.",
            count=found.number,
            samples=found.samples,
            ways=(
                f"Leave it as it is: {fields} without Unique"
                if len(columns) == 1
                else f"Unique with one more field that tells these rows apart, beside {fields}",
                f"Look at them: SELECT {listed}, count(*) FROM {old} GROUP BY {listed} HAVING count(*) > 1;",
                f"Keep the first row of each, such as here: DELETE FROM {old} WHERE {second};"
                if second is not None
                else f"Change or delete all rows of each but one in {old}",
            ),
        )


async def key(asker: Asker, words: Words, table: TableName, columns: tuple[str, ...]) -> AsyncIterator[Finding]:
    """Columns that are to be the key: unique, and never null."""
    for column in columns:
        async for finding in nulls(asker, words, table, column):
            yield finding
    async for finding in duplicates(asker, words, table, columns):
        yield finding


async def orphans(asker: Asker, words: Words, table: TableName, key: ForeignKey) -> AsyncIterator[Finding]:
    """A new foreign key: rows whose key leads nowhere."""
    present, quote = asker.present, asker.dialect.quote
    target = TableName(key.target_table, key.target_schema)
    source = present.then(table, "child", (*present.key(table), *key.columns))
    if source is None or present.is_filled(target):
        return
    conditions = [f"child.{quote(column)} IS NOT NULL" for column in key.columns]
    if target in present.tables:
        there = present.then(target, "parent", key.target_columns)
        if there is None:
            return
        pairs = zip(key.columns, key.target_columns, strict=True)
        joined = " AND ".join(f"parent.{quote(far)} = child.{quote(near)}" for near, far in pairs)
        conditions.append(f"NOT EXISTS (SELECT 1 FROM {there} WHERE {joined})")
    shown = present.columns(table)
    values = [(name, present.json_of(shown[name].column)) for name in key.columns]
    found = await asker.rows(table, source, " AND ".join(conditions), values)
    if found.unknown is not None:
        yield unknown(words, table, key.columns, found)
    elif found.number:
        entity = words.entity(target)
        column = key.columns[0]
        here = words.is_one_of(table, found.samples) or "…"
        nullable = all(shown[name].column.nullable for name in key.columns)
        delete = f"DELETE FROM {present.old_name(table)} WHERE {here};"
        yield Finding(
            kind="impossible",
            about=words.about(table, key.columns),
            text=f"{found.rows()} {'points' if found.number == 1 else 'point'} at a {entity} that isn't there.",
            count=found.number,
            samples=found.samples,
            ways=(
                f"Let them point at none: {words.update(table, column, here, 'NULL')}"
                if nullable
                else f"Let them point at none: make the relation optional ({entity} | None), then "
                f"{words.update(table, column, here, 'NULL')}",
                f"Let them point at another: {words.update(table, column, here)}",
                f"Delete them: {delete}",
            ),
        )


async def breaking(asker: Asker, words: Words, table: TableName, check: CheckConstraint) -> AsyncIterator[Finding]:
    """A new check: rows for which it is false."""
    present, ddl = asker.present, asker.dialect.ddl
    shown = present.columns(table)
    named = {ddl.fold(token.value) for token in tokens(check.sql, brackets=ddl.sqlite_quoting) if token.is_name()}
    columns = tuple(name for name in shown if ddl.fold(name) in named)
    source = present.then(table, table.name, (*present.key(table), *columns))
    if source is None:
        return
    values = [(name, present.json_of(shown[name].column)) for name in columns]
    found = await asker.rows(table, source, f"NOT ({check.sql})", values)
    if found.unknown is not None:
        yield unknown(words, table, check.columns or columns, found)
    elif found.number:
        about = check.columns or columns
        here = words.is_one_of(table, found.samples) or f"NOT ({check.sql})"
        mended = next(iter(columns), "…")
        yield Finding(
            kind="impossible",
            about=words.about(table, about),
            text=f"{found.rows()} {'breaks' if found.number == 1 else 'break'} the new rule {check.sql}.",
            count=found.number,
            samples=found.samples,
            ways=(
                f"Make the rule of {words.about(table, about)} wide enough for them, or leave it out",
                f"Look at them: {words.look(table, columns, f'NOT ({check.sql})')}",
                f"Mend them: {words.update(table, mended, here)}",
            ),
        )
