"""What stands in new columns of rows that are there: two blueprints whose ids agree -> fills.

A new field gets its values from where the model says: a `@migration`, a field or relation that it was (computed and now
stored, of another entity, to one and now to many), a `Backfill`, or a default that no database has. What is left
without a value is a matter for `data_checks`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Blueprint, Entity, Field, Migration, Relation
from backsmith.blueprint.types import Enum
from backsmith.databases.changes import Change, Fill, FillTable, TableName, Transform
from backsmith.databases.dialect import Dialect
from backsmith.evolution.matching import by_id, fields_of, relations_of
from backsmith.evolution.migration_checks import is_due

ENGINE_DEFAULTS = {"uuid7": "backsmith.evolution.values:new_uuid7"}
"""Defaults that the engine makes where the database can't, and the functions that make them."""


def fills(old: Blueprint, new: Blueprint, dialect: Dialect) -> list[Change]:
    """The values for rows that are there, in SQL over the columns by their new names."""
    return list(_Fills(old, new, dialect).all())


class _Fills:
    def __init__(self, old: Blueprint, new: Blueprint, dialect: Dialect) -> None:
        self.new = {entity.name: entity for entity in new.entities}
        self.migrations = new.migrations
        self.pairs = () if new.expansion is None else new.expansion.pairs
        self.expands = new.expansion is not None
        """Triggers keep both shapes alike, and fill the new one; values of enums keep their old names."""
        self.dialect = dialect
        self.was = by_id(old.entities)
        self.on_new_names = entities_on_new_names(old, new)

    def all(self) -> Iterator[Change]:
        for entity in self.new.values():
            was = self.was.get(entity.id)
            if entity.view:
                continue
            if was is None:
                yield from self.split_off(entity)
                continue
            yield from self.by_migrations(entity, was)
            for before, field in fields_of(was, entity):
                if field.computed is not None:
                    continue
                if before is not None and before.computed is None:
                    yield from self.renamed_values(entity, before, field)
                    if before.nullable and not field.nullable and (missing := self.backfill(entity, field)) is not None:
                        yield missing
                    if before.relaxed == "added" and isinstance(left := self.new_field(entity, was, None, field), Fill):
                        yield left  # what servers of the older version wrote meanwhile
                elif (change := self.new_field(entity, was, before, field)) is not None:
                    yield change
            for before, relation in relations_of(was, entity):
                if before is not None:
                    yield from self.other_kind(entity, before, relation)

    # Each way in which values come
    def by_migrations(self, entity: Entity, was: Entity) -> Iterator[Change]:
        columns = _columns(entity)
        for migration in self.migrations:
            if self.expands or migration.entity != entity.name or not is_due(migration, entity, was):
                continue
            reason = f"migration {migration.name}"
            if migration.up_sql:
                texts = [(name, _of_dialect(by_dialect, self.dialect)) for name, by_dialect in migration.up_sql]
                sets = tuple((columns[name], sql) for name, sql in texts if sql is not None)
                yield Fill(_name(entity), sets, None, reason)
            elif migration.up is not None:
                fields = {field.name: field for field in entity.fields}
                written = tuple(fields[name] for name in migration.writes)  # in the order of what it returns
                yield Transform(_name(entity), migration.up, self.read_fields(migration, entity, was), written, reason)

    def read_fields(self, migration: Migration, entity: Entity, was: Entity) -> tuple[Field, ...]:
        renamed = {field.id: field.column for field in entity.fields}
        return tuple(
            replace(field, column=renamed.get(field.id, field.column))
            for field in was.fields
            if field.name in migration.reads and field.computed is None
        )

    def is_migrated(self, entity: Entity, field: Field) -> bool:
        return any(each.entity == entity.name and field.name in each.writes for each in self.migrations) or any(
            pair.entity == entity.name and field.name in pair.new for pair in self.pairs
        )

    def renamed_values(self, entity: Entity, before: Field, field: Field) -> Iterator[Change]:
        had = before.type.values if isinstance(before.type, Enum) else ()
        renamed = [(old, new) for old, new in field.renamed_values if old in had]
        if self.expands or not renamed or self.dialect.ddl.enum_type(field) is not None:
            return
        column, text = self.dialect.quote(field.column), self.dialect.ddl.text
        cases = " ".join(f"WHEN {text(old)} THEN {text(new)}" for old, new in renamed)
        olds = ", ".join(text(old) for old, _ in renamed)
        sql = f"CASE {column} {cases} ELSE {column} END"
        yield Fill(_name(entity), ((field.column, sql),), f"{column} IN ({olds})", "the new names of values")

    def new_field(self, entity: Entity, was: Entity, before: Field | None, field: Field) -> Change | None:
        if self.is_migrated(entity, field):
            return None
        if before is not None:
            return self.stored(entity, was, before, field)
        if field.renamed_from is not None and "." in field.renamed_from:
            return self.moved(entity, field)
        if field.relation is not None and (one := self.of_many(entity, was, field)) is not None:
            return one
        if field.backfill is not None:
            return self.backfill(entity, field, new=True)
        if field.default is not None and field.default.kind in ENGINE_DEFAULTS:
            function = ENGINE_DEFAULTS[field.default.kind]
            return Transform(_name(entity), function, (), (field,), "the default of new rows")
        return None

    def backfill(self, entity: Entity, field: Field, *, new: bool = False) -> Fill | None:
        """What the model says for rows without a value: all of them where a `new` column begins with its default."""
        if field.backfill is None:
            return None
        sql = self.dialect.ddl.default(replace(field, default=field.backfill))
        if sql is None:
            return None
        fill = self.fill(entity, field, sql, "what stands in for a missing value")
        begins_with_default = new and self.dialect.ddl.default(field) is not None
        return replace(fill, where=None) if begins_with_default else fill

    def stored(self, entity: Entity, was: Entity, before: Field, field: Field) -> Change | None:
        """A computed field that is stored from now on."""
        assert before.computed is not None
        speller = self.dialect.speller(self.on_new_names)
        sql = speller.value(before.computed, self.dialect.quote(entity.table))
        return None if speller.parameters else self.fill(entity, field, sql, "what was computed until now")

    def moved(self, entity: Entity, field: Field) -> Change | None:
        """A field of the entity that a to-one relation leads to: `customer.phone`."""
        assert field.renamed_from is not None
        relation_name, _, name = field.renamed_from.partition(".")
        relation = next((each for each in entity.relations if each.name == relation_name), None)
        target = None if relation is None else self.on_new_names.get(self.old_name(relation.entity))
        if relation is None or relation.kind == "many_to_many" or target is None:
            return None
        column = _columns(target).get(name)
        there = self.new[relation.entity]
        if column is None:
            return None
        here, key = _columns(entity), _columns(there)
        join = " AND ".join(
            f"moved.{self.dialect.quote(key[far])} = {self.qualified(entity, here[near])}"
            for near, far in zip(relation.fields, relation.target_fields, strict=True)
        )
        sql = f"(SELECT moved.{self.dialect.quote(column)} FROM {self.table(there)} AS moved WHERE {join})"
        return self.fill(entity, field, sql, f"{relation.entity}.{name}")

    def of_many(self, entity: Entity, was: Entity, field: Field) -> Change | None:
        """A foreign key that was a join table."""
        relation = next((each for each in entity.relations if each.name == field.relation), None)
        before = None if relation is None else by_id(was.relations).get(relation.id)
        if before is None or before.through is None or len(before.through.target_columns) != 1:
            return None
        quote, through = self.dialect.quote, before.through
        key = _columns(entity)
        join = " AND ".join(
            f"joined.{quote(column)} = {self.qualified(entity, key[name])}"
            for column, name in zip(through.columns, before.fields, strict=True)
            if name in key
        )
        table = self.dialect.ddl.table_name(through.table, through.schema)
        sql = f"(SELECT min(joined.{quote(through.target_columns[0])}) FROM {table} AS joined WHERE {join})"
        return self.fill(entity, field, sql, f"the first of {before.name}")

    def other_kind(self, entity: Entity, before: Relation, relation: Relation) -> Iterator[Change]:
        """A relation to one row that leads to many from now on: its foreign key becomes a row of the join table."""
        through = relation.through
        if before.kind != "to_one" or through is None:
            return
        was = self.was[entity.id]
        old_columns, key = _columns(was), _columns(entity)
        quote = self.dialect.quote
        here = zip(through.columns, (key[name] for name in relation.fields), strict=True)
        there = zip(through.target_columns, (old_columns[name] for name in before.fields), strict=True)
        present = " AND ".join(f"{quote(old_columns[name])} IS NOT NULL" for name in before.fields)
        yield FillTable(
            TableName(through.table, through.schema),
            _name(entity),
            tuple((column, quote(source)) for column, source in [*here, *there]),
            present,
            f"the {before.name} of each {entity.name}",
        )

    def split_off(self, entity: Entity) -> Iterator[Change]:
        """An entity whose fields another one had until now: each row there that had any of them gets one here."""
        moved = {
            field: field.renamed_from.partition(".")
            for field in entity.fields
            if field.renamed_from is not None and "." in field.renamed_from
        }
        quote = self.dialect.quote
        for relation in entity.relations:
            source = self.on_new_names.get(self.old_name(relation.entity))
            names = {field: name for field, (path, _, name) in moved.items() if path == relation.name}
            if relation.kind != "to_one" or source is None or not names:
                continue
            there, here = _columns(self.new[relation.entity]) | _columns(source), _columns(entity)
            columns = [
                (here[near], quote(there[far]))
                for near, far in zip(relation.fields, relation.target_fields, strict=True)
            ]
            values = [(field.column, quote(there[name])) for field, name in names.items() if name in there]
            keys = [
                (field.column, self.dialect.ddl.new_uuid)
                for field in entity.fields
                if field.default is not None and field.default.kind in ENGINE_DEFAULTS
            ]
            present = " OR ".join(f"{sql} IS NOT NULL" for _, sql in values)
            reason = f"{', '.join(names.values())} of each {relation.entity}"
            yield FillTable(
                _name(entity), _name(self.new[relation.entity]), (*columns, *values, *keys), f"({present})", reason
            )

    # Spelling
    def fill(self, entity: Entity, field: Field, sql: str, reason: str) -> Fill:
        return Fill(_name(entity), ((field.column, sql),), f"{self.dialect.quote(field.column)} IS NULL", reason)

    def qualified(self, entity: Entity, column: str) -> str:
        return f"{self.table(entity)}.{self.dialect.quote(column)}"

    def table(self, entity: Entity) -> str:
        return self.dialect.ddl.table_name(entity.table, entity.schema)

    def old_name(self, entity: str) -> str:
        was = self.was.get(self.new[entity].id) if entity in self.new else None
        return entity if was is None else was.name


def entities_on_new_names(old: Blueprint, new: Blueprint) -> Mapping[str, Entity]:
    """The old entities by their old names, on the tables and columns that they have after all renames."""
    after = by_id(new.entities)
    found: dict[str, Entity] = {}
    for was in old.entities:
        entity = after.get(was.id)
        if entity is None:
            found[was.name] = was
            continue
        columns = {field.id: field.column for field in entity.fields if field.computed is None}
        fields = (replace(field, column=columns.get(field.id, field.column)) for field in was.fields)
        found[was.name] = replace(was, table=entity.table, schema=entity.schema, fields=tuple(fields))
    return found


def _of_dialect(texts: Mapping[str, str], dialect: Dialect) -> str | None:
    return texts.get(dialect.name, texts.get("*"))


def _columns(entity: Entity) -> dict[str, str]:
    return {field.name: field.column for field in entity.fields if field.computed is None}


def _name(entity: Entity) -> TableName:
    return TableName(entity.table, entity.schema)
