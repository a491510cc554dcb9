"""Foreign keys -> how each is said: by a relation alone, or by a relation and fields of its columns' own."""

from __future__ import annotations

from collections import Counter

from backsmith.adoption.tables import Place, Tables, place_of, unique_columns
from backsmith.blueprint.types import Type
from backsmith.databases.ddl import Ddl
from backsmith.databases.schema import Column, EnumType, ForeignKey, Table


class ForeignKeys:
    """What the foreign keys of all entities have to do with one another."""

    def __init__(self, tables: Tables, enums: tuple[EnumType, ...], ddl: Ddl) -> None:
        self.tables = tables
        self.enums = enums
        self.ddl = ddl
        self.notes: dict[Place, list[str]] = {}
        self.by_table: dict[Place, list[ForeignKey]] = {}
        for table in tables.entities:
            keys, notes = tables.relations(table)
            self.by_table[place_of(table)] = [] if table.view else keys
            self.notes[place_of(table)] = notes
        self.pointed_at = {
            (key.target_schema, key.target_table, column)
            for table in tables.entities
            for key in self.by_table[place_of(table)]
            if not self.at_key(key)
            for column in key.target_columns
        }
        """Columns outside of primary keys that a foreign key points at; they are named, so they are fields."""
        for table in tables.entities:
            self.by_table[place_of(table)] = self._of_one_type(table)

    def target(self, key: ForeignKey) -> Table:
        """The table that the key points at."""
        return self.tables.by_place[key.target_schema, key.target_table]

    def at_key(self, key: ForeignKey) -> bool:
        """Whether the key points at its target's primary key."""
        return set(key.target_columns) == set(self.target(key).primary_key)

    def in_order(self, key: ForeignKey) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The key's columns and their targets, in the order of the target's primary key if it points at that."""
        pairs = dict(zip(key.target_columns, key.columns, strict=True))
        order = self.target(key).primary_key if self.at_key(key) else key.target_columns
        return tuple(pairs[column] for column in order), tuple(order)

    def type_of(self, table: Table, column: str, base: dict[tuple[Place, str], Type]) -> Type:
        """The type of a column's field: that of the key it points at in the end. `base` has the others'."""
        seen: set[tuple[Place, str]] = set()
        here = (place_of(table), column)
        while here not in seen:
            seen.add(here)
            step = self._step(here)
            if step is None:
                return base[here]
            here = step
        return base[min(seen, key=repr)]  # round in a circle

    def _step(self, here: tuple[Place, str]) -> tuple[Place, str] | None:
        place, column = here
        for key in self.by_table.get(place, []):
            if column in key.columns:
                target = key.target_columns[key.columns.index(column)]
                return (key.target_schema, key.target_table), target
        return None

    def _of_one_type(self, table: Table) -> list[ForeignKey]:
        """The table's keys without those that share a column with an earlier one but not its type."""
        kept: list[ForeignKey] = []
        types: dict[str, str] = {}
        for key in self.by_table[place_of(table)]:
            its = {column.name: column.type for column in self.target(key).columns}
            wanted = {
                mine: self.ddl.normal_type(its[to]) for mine, to in zip(key.columns, key.target_columns, strict=True)
            }
            if any(types.get(column, type) != type for column, type in wanted.items()):
                self.notes[place_of(table)].append(f"foreign key ({', '.join(key.columns)}) to {key.target_table}")
                continue
            types.update(wanted)
            kept.append(key)
        return kept

    def needs_fields(self, table: Table, key: ForeignKey) -> bool:
        """Whether the key's columns need fields of their own beside the relation."""
        columns = {column.name: column for column in table.columns}
        uses = Counter(column for each in self.by_table[place_of(table)] for column in each.columns)
        own = [columns[name] for name in key.columns]
        if (
            any(
                uses[column.name] > 1 or column.generated is not None or column.identity not in {None, "rowid"}
                for column in own
            )
            or any((table.schema, table.name, column.name) in self.pointed_at for column in own)
            or (key.on_delete == "set null" and not any(column.nullable for column in own))
            or (set(key.columns) <= set(table.primary_key) and self._leads_back(table, key))
        ):
            return True
        return len(own) > 1 and self._differ(table, key, own)

    def _differ(self, table: Table, key: ForeignKey, own: list[Column]) -> bool:
        """Whether columns of a key of several are anything else than the plain counterparts of their targets."""
        its = {column.name: column for column in self.target(key).columns}
        single = {next(iter(columns)) for columns in unique_columns(table) if len(columns) == 1}
        return (
            len({column.nullable for column in own}) > 1
            or any(column.name in table.primary_key or column.name in single for column in own)
            or any(column.default is not None or column.comment is not None for column in own)
            or any(
                self.ddl.normal_type(column.type) != self.ddl.normal_type(its[to].type)
                or its[to].collation != column.collation
                for column, to in zip(own, key.target_columns, strict=True)
            )
        )

    def _leads_back(self, table: Table, key: ForeignKey) -> bool:
        """Whether the key of the table that `key` is part of is made, in the end, of itself."""
        seen: set[Place] = set()
        waiting = [self.target(key)]
        while waiting:
            here = waiting.pop()
            if here is table:
                return True
            if place_of(here) not in seen:
                seen.add(place_of(here))
                keys = self.by_table[place_of(here)]
                waiting += [self.target(each) for each in keys if set(each.columns) <= set(here.primary_key)]
        return False
