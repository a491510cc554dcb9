"""Which tables become entities, which are join tables between two of them, and which foreign keys become relations."""

from __future__ import annotations

from collections.abc import Iterable

from backsmith.blueprint.naming import LONGEST
from backsmith.databases.ddl import Ddl
from backsmith.databases.schema import ForeignKey, Schema, Table

Place = tuple[str | None, str]
"""A table's schema and name."""


class Tables:
    """The tables of a schema, sorted into entities and join tables."""

    def __init__(self, schema: Schema, ddl: Ddl) -> None:
        self.ddl = ddl
        self.notes: list[str] = []
        named = [table for table in schema.tables if self._can_be_named(table)]
        self.by_place: dict[Place, Table] = {(table.schema, table.name): table for table in named}
        pointed_at = {
            (key.target_schema, key.target_table)
            for table in named
            for key in table.foreign_keys
            if (key.target_schema, key.target_table) != (table.schema, table.name)
        }
        self.joins = [table for table in named if place_of(table) not in pointed_at and self._is_join(table)]
        join_places = {place_of(table) for table in self.joins}
        # A join table has to lie between two entities.
        self.joins = [
            table
            for table in self.joins
            if not any((key.target_schema, key.target_table) in join_places for key in table.foreign_keys)
        ]
        self.entities = [table for table in named if table not in self.joins]

    def target(self, key: ForeignKey) -> Table | None:
        """The table that a foreign key points at, if it can be an entity."""
        return self.by_place.get((key.target_schema, key.target_table))

    def relations(self, table: Table) -> tuple[list[ForeignKey], list[str]]:
        """The foreign keys that become relations, and notes on those that can't."""
        found: list[ForeignKey] = []
        notes: list[str] = []
        seen: set[object] = set()
        for key in table.foreign_keys:
            target = self.target(key)
            place = (frozenset(key.columns), key.target_schema, key.target_table)
            if target is None or target.view or not self._is_unique(target, key.target_columns) or place in seen:
                notes.append(f"foreign key ({', '.join(key.columns)}) to {key.target_table}")
                continue
            seen.add(place)
            found.append(key)
        return found, notes

    def _can_be_named(self, table: Table) -> bool:
        names = [table.name, *(column.name for column in table.columns)]
        if any(len(name.encode()) > LONGEST for name in names) or not table.columns:
            self.notes.append(f"{'view' if table.view else 'table'} {table.name}: its names are too long for a model")
            return False
        return True

    def _is_unique(self, table: Table, columns: Iterable[str]) -> bool:
        wanted = frozenset(columns)
        return wanted in {frozenset(table.primary_key), *unique_columns(table)}

    def _is_join(self, table: Table) -> bool:
        """Whether the table is two foreign keys that are its key, and nothing else."""
        if table.view or len(table.foreign_keys) != 2:
            return False
        first, second = table.foreign_keys
        columns = (*first.columns, *second.columns)
        return (
            len(set(columns)) == len(columns) == len(table.columns)
            and set(columns) == set(table.primary_key)
            and not table.checks
            and not table.comment
            and not unique_columns(table) - {frozenset(table.primary_key)}
            and first.on_delete == second.on_delete
            and first.on_delete in {"no action", "restrict", "cascade"}
            and all(self._joins_key(table, key) for key in table.foreign_keys)
            and all(column.default is None and column.identity is None for column in table.columns)
        )

    def _joins_key(self, table: Table, key: ForeignKey) -> bool:
        """Whether the foreign key points at the key of an entity, by columns of the same types as the key's."""
        target = self.target(key)
        if target is None or target.view or set(key.target_columns) != set(target.primary_key):
            return False
        types = {column.name: column for column in target.columns}
        own = {column.name: column for column in table.columns}
        return all(
            self.ddl.normal_type(own[mine].type) == self.ddl.normal_type(types[its].type)
            and own[mine].generated is None
            and self.ddl.same_collation(own[mine].collation, types[its].collation)
            for mine, its in zip(key.columns, key.target_columns, strict=True)
        )


def place_of(table: Table) -> Place:
    """The table's schema and name."""
    return (table.schema, table.name)


def unique_columns(table: Table) -> set[frozenset[str]]:
    """The sets of columns that a unique constraint, or a unique index of all rows, keeps unique."""
    names = {column.name for column in table.columns}
    found = {frozenset(unique.columns) for unique in table.uniques}
    for index in table.indexes:
        columns = plain_columns(index.columns, names)
        if index.unique and index.where is None and index.method is None and columns is not None:
            found.add(frozenset(column.removeprefix("-") if column not in names else column for column in columns))
    return found


def plain_columns(terms: tuple[str, ...], names: set[str]) -> tuple[str, ...] | None:
    """The terms of an index if all of them are whole columns, else None."""
    return terms if all(term in names or term.removeprefix("-") in names for term in terms) else None
