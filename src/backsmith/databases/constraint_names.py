"""Names for constraints and indexes that have none: the ones PostgreSQL itself would give, `orders_customer_id_fkey`.

A name has at most 63 bytes, PostgreSQL's limit; one that is taken gets a number, as PostgreSQL does it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from msgspec.structs import replace

from backsmith.blueprint.naming import LONGEST
from backsmith.databases.schema import CheckConstraint, ForeignKey, Schema, Table, TableIndex, UniqueConstraint


def with_names(schema: Schema) -> Schema:
    """The schema with a name for each constraint and index, each name once."""
    names = _Names(schema)
    return replace(schema, tables=tuple(names.table(table) for table in schema.tables))


def name_of(table: str, columns: Iterable[str], suffix: str) -> str:
    """`orders_customer_id_fkey`; where that is longer than 63 bytes, cut, with eight digits of its hash."""
    plain = "_".join([table, *columns, suffix])
    if len(plain.encode()) <= LONGEST:
        return plain
    end = f"_{hashlib.sha256(plain.encode()).hexdigest()[:8]}_{suffix}"
    return plain.encode()[: LONGEST - len(end)].decode(errors="ignore") + end


def name_by_content(table: str, what: str, sql: str) -> str:
    """A name for a check that changes with its content, so that the name alone tells that it is the same.

    PostgreSQL gives a condition back in words of its own, which for long ones can't always be told to mean the same.
    """
    digits = hashlib.sha256(sql.encode()).hexdigest()[:8]
    start = f"{table}_{what}".encode()[: LONGEST - len(digits) - 7]
    return f"{start.decode(errors='ignore')}_{digits}_check"


class _Names:
    def __init__(self, schema: Schema) -> None:
        # Tables and indexes share one space of names; SQLite's ignores case.
        self.taken = {table.name.lower() for table in schema.tables} | {enum.name.lower() for enum in schema.enums}
        for table in schema.tables:
            given = (*table.foreign_keys, *table.uniques, *table.checks, *table.indexes)
            self.taken.update(each.name.lower() for each in given if each.name)

    def take(self, table: str, columns: Iterable[str], suffix: str) -> str:
        columns = list(columns)
        name = name_of(table, columns, suffix)
        number = 1
        while name.lower() in self.taken:
            name = name_of(table, columns, f"{suffix}{number}")
            number += 1
        self.taken.add(name.lower())
        return name

    def table(self, table: Table) -> Table:
        if table.view:
            return table
        return replace(
            table,
            foreign_keys=tuple(self.foreign_key(table.name, each) for each in table.foreign_keys),
            uniques=tuple(self.unique(table.name, each) for each in table.uniques),
            checks=tuple(self.check(table.name, each) for each in table.checks),
            indexes=tuple(self.index(table.name, each) for each in table.indexes),
        )

    def foreign_key(self, table: str, key: ForeignKey) -> ForeignKey:
        return key if key.name else replace(key, name=self.take(table, key.columns, "fkey"))

    def unique(self, table: str, unique: UniqueConstraint) -> UniqueConstraint:
        return unique if unique.name else replace(unique, name=self.take(table, unique.columns, "key"))

    def check(self, table: str, check: CheckConstraint) -> CheckConstraint:
        return check if check.name else replace(check, name=self.take(table, check.columns, "check"))

    def index(self, table: str, index: TableIndex) -> TableIndex:
        columns = [column.removeprefix("-") for column in index.columns]
        return index if index.name else replace(index, name=self.take(table, columns, "idx"))
