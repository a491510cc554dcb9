"""The desired schema: a blueprint -> the tables that hold it.

Names that the model doesn't give are left empty; `databases.constraint_names` gives them when they are written.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Blueprint, Entity, Field, Relation, Through
from backsmith.databases.constraint_names import name_by_content
from backsmith.databases.dialect import Dialect
from backsmith.databases.row_checks import row_check
from backsmith.databases.schema import (
    CheckConstraint,
    Column,
    EnumType,
    ForeignKey,
    Schema,
    Table,
    TableIndex,
    UniqueConstraint,
)

_ON_DELETE = {"restrict": "restrict", "cascade": "cascade", "set_null": "set null", "no_action": "no action"}


def tables_of(blueprint: Blueprint, dialect: Dialect) -> Schema:
    """The tables, views and enums that the blueprint's entities and join tables need, in the order of their names."""
    desired = _Desired(blueprint, dialect)
    tables = [desired.entity(entity) for entity in blueprint.entities]
    tables += desired.join_tables()
    enums = {(enum.schema, enum.name): enum for enum in desired.enums()}
    return Schema(
        tables=tuple(sorted(tables, key=lambda table: (table.schema or "", table.name))),
        enums=tuple(sorted(enums.values(), key=lambda enum: (enum.schema or "", enum.name))),
    )


class _Desired:
    def __init__(self, blueprint: Blueprint, dialect: Dialect) -> None:
        self.blueprint = blueprint
        self.dialect = dialect
        self.ddl = dialect.ddl
        self.entities: Mapping[str, Entity] = {entity.name: entity for entity in blueprint.entities}

    def entity(self, entity: Entity) -> Table:
        columns = tuple(self.column(entity, field) for field in _stored(entity))
        if entity.view:
            return Table(name=entity.table, schema=entity.schema, columns=columns, view=True)
        key = _columns(entity, entity.key)
        foreign_keys = tuple(self.foreign_keys(entity))
        uniques = tuple(self.uniques(entity, key))
        indexes = list(self.indexes(entity))
        indexes += _foreign_key_indexes(foreign_keys, [key, *(each.columns for each in uniques)], indexes)
        return Table(
            name=entity.table,
            schema=entity.schema,
            columns=columns,
            primary_key=key,
            foreign_keys=foreign_keys,
            uniques=uniques,
            checks=tuple(self.checks(entity)),
            indexes=tuple(indexes),
            comment=entity.doc,
        )

    def column(self, entity: Entity, field: Field) -> Column:
        identity = "by default" if field.identity else None
        return Column(
            name=field.column,
            type=self.ddl.column_type(field),
            nullable=field.nullable and field.name not in entity.key,
            default=None if field.relaxed in ("required", "optional") else self.ddl.default(field),
            identity=identity,
            collation=self.ddl.collation(field),
            comment=field.doc,
        )

    def foreign_keys(self, entity: Entity) -> Iterator[ForeignKey]:
        seen: set[tuple[object, ...]] = set()
        for relation in entity.relations:
            target = self.entities[relation.entity]
            if relation.kind != "to_one" or target.view:
                continue
            key = ForeignKey(
                columns=_columns(entity, relation.fields),
                target_schema=target.schema,
                target_table=target.table,
                target_columns=_columns(target, relation.target_fields),
                on_delete=_ON_DELETE[relation.on_delete],  # type: ignore[arg-type]  # one of the words the schema has
            )
            if (key.columns, key.target_schema, key.target_table) not in seen:
                seen.add((key.columns, key.target_schema, key.target_table))
                yield key

    def uniques(self, entity: Entity, key: tuple[str, ...]) -> Iterator[UniqueConstraint]:
        wanted = [UniqueConstraint(columns=(field.column,)) for field in _stored(entity) if field.unique]
        wanted += [UniqueConstraint(name=each.name, columns=_columns(entity, each.fields)) for each in entity.uniques]
        # A relation is one to one where some of its columns are unique already, or else all of them together.
        unique = [frozenset(key), *(frozenset(each.columns) for each in wanted)]
        wanted += [
            UniqueConstraint(columns=columns)
            for relation in entity.relations
            if relation.kind == "to_one" and relation.unique
            for columns in [_columns(entity, relation.fields)]
            if not any(each and each <= set(columns) for each in unique)
        ]
        # The columns that others point at have to be unique, which a key says already.
        wanted += [
            UniqueConstraint(columns=_columns(entity, relation.target_fields))
            for other in self.blueprint.entities
            for relation in other.relations
            if relation.kind == "to_one" and relation.entity == entity.name and not other.view
        ]
        seen = {frozenset(key)}
        for unique in wanted:
            if frozenset(unique.columns) not in seen:
                seen.add(frozenset(unique.columns))
                yield unique

    def indexes(self, entity: Entity) -> Iterator[TableIndex]:
        for field in _stored(entity):
            if field.indexed and not field.unique:
                yield TableIndex(name="", columns=(field.column,))
        columns = {field.name: field.column for field in _stored(entity)}
        for index in entity.indexes:
            terms = (("-" if name.startswith("-") else "") + columns[name.removeprefix("-")] for name in index.fields)
            yield TableIndex(name=index.name or "", columns=tuple(terms))

    def checks(self, entity: Entity) -> Iterator[CheckConstraint]:
        for field in _stored(entity):
            conditions = self.ddl.checks(field) if field.relation is None else self.ddl.bounds(field)
            for sql in conditions:
                yield CheckConstraint(sql=sql, columns=(field.column,))
        for check in entity.checks:
            sql = row_check(check, entity, self.entities, self.dialect)
            if sql is not None:
                yield CheckConstraint(name=name_by_content(entity.table, check.name, sql), sql=sql)
        for raw in entity.raw_checks:
            yield CheckConstraint(name=raw.name, sql=raw.sql)

    def join_tables(self) -> Iterator[Table]:
        """The join tables that aren't entities too, once for both of their sides."""
        seen = {(entity.schema, entity.table) for entity in self.blueprint.entities}
        for entity in self.blueprint.entities:
            for relation in entity.relations:
                through = relation.through
                if through is not None and (through.schema, through.table) not in seen:
                    seen.add((through.schema, through.table))
                    yield self.join_table(entity, relation, through)

    def join_table(self, entity: Entity, relation: Relation, through: Through) -> Table:
        target = self.entities[relation.entity]
        sides = (
            (entity, relation.fields, through.columns),
            (target, relation.target_fields, through.target_columns),
        )
        key = through.columns + through.target_columns
        foreign_keys = tuple(
            ForeignKey(
                columns=columns,
                target_schema=to.schema,
                target_table=to.table,
                target_columns=_columns(to, fields),
                on_delete=_ON_DELETE[through.on_delete],  # type: ignore[arg-type]  # one of the words the schema has
            )
            for to, fields, columns in sides
        )
        return Table(
            name=through.table,
            schema=through.schema,
            columns=tuple(
                self.join_column(to, name, column)
                for to, fields, columns in sides
                for name, column in zip(fields, columns, strict=True)
            ),
            primary_key=key,
            foreign_keys=foreign_keys,
            indexes=tuple(_foreign_key_indexes(foreign_keys, [key], [])),
        )

    def join_column(self, entity: Entity, name: str, column: str) -> Column:
        field = next(field for field in entity.fields if field.name == name)
        bare = replace(field, column=column, identity=False, default=None, doc=None)
        return replace(self.column(entity, bare), name=column, nullable=False)

    def enums(self) -> Iterator[EnumType]:
        for entity in self.blueprint.entities:
            for field in _stored(entity):
                enum = self.ddl.enum_type(field)
                if enum is not None:
                    yield enum


def with_on_update(desired: Schema, actual: Schema) -> Schema:
    """The desired tables, whose foreign keys do on update what they do in the database: a model says nothing of it."""
    there = {
        (table.schema, table.name, key.columns, key.target_schema, key.target_table, key.target_columns): key.on_update
        for table in actual.tables
        for key in table.foreign_keys
    }

    def kept(table: Table) -> Table:
        keys = (
            replace(
                key,
                on_update=there.get(
                    (table.schema, table.name, key.columns, key.target_schema, key.target_table, key.target_columns),
                    key.on_update,
                ),
            )
            for key in table.foreign_keys
        )
        return replace(table, foreign_keys=tuple(keys))

    return replace(desired, tables=tuple(map(kept, desired.tables)))


def _stored(entity: Entity) -> list[Field]:
    """The fields that have a column of their own: an older name of a field is another way to the same one."""
    columns: dict[str, Field] = {}
    for field in entity.fields:
        if field.computed is None:
            columns.setdefault(field.column, field)
    return list(columns.values())


def _columns(entity: Entity, fields: tuple[str, ...]) -> tuple[str, ...]:
    columns = {field.name: field.column for field in entity.fields}
    return tuple(columns[name] for name in fields)


def _foreign_key_indexes(
    foreign_keys: tuple[ForeignKey, ...], keys: list[tuple[str, ...]], indexes: list[TableIndex]
) -> list[TableIndex]:
    """An index for each foreign key whose columns don't begin a key or an index already."""
    # Not those with a descending column: a key of several columns would need each of them the same way round.
    begun = [*keys, *(index.columns for index in indexes)]
    found: list[TableIndex] = []
    for key in foreign_keys:
        size = len(key.columns)
        if not any(set(columns[:size]) == set(key.columns) for columns in begun):
            found.append(TableIndex(name="", columns=key.columns, of_key=True))
            begun.append(key.columns)
    return found
