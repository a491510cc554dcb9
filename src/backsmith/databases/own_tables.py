"""The tables that Backsmith keeps for itself in the application's database, beside the model's own.

In: a blueprint, which decides what is needed. Out: the statements that make it, run where it is missing. Their names
begin with `backsmith_`; no model has such tables, `adopt` doesn't show them and no difference is found in them.

To add one: write an `OwnTable` and put it into OWN_TABLES. It is made at the next start of every application that needs
it. Read and write it through the dialect's placeholders, encoders and `load`, as entities are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from msgspec import Struct
from msgspec.structs import replace

from backsmith.blueprint.blueprint import Blueprint, Field
from backsmith.blueprint.naming import OWN_PREFIX
from backsmith.blueprint.types import Boolean, Bytes, DateTime, Integer, Text, Type, is_file
from backsmith.databases.database import Database
from backsmith.databases.dialect import Dialect
from backsmith.databases.schema import Column, Schema, Table, TableIndex
from backsmith.errors import DatabaseError

_WORD = re.compile(r"\w+")


class OwnColumn(Struct, frozen=True):
    """A column. `storage` and `default` are SQL by the name of the dialect, where the type's own won't do."""

    name: str
    type: Type
    nullable: bool = False
    identity: bool = False
    """An integer key that the database hands out."""
    storage: Mapping[str, str] = {}
    default: Mapping[str, str] = {}


class OwnTable(Struct, frozen=True, kw_only=True):
    """A table that Backsmith keeps for itself."""

    name: str
    columns: tuple[OwnColumn, ...]
    key: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...] = ()
    also: Mapping[str, tuple[str, ...]] = {}
    """Further statements that belong to it, by the name of the dialect: a trigger, an index on an expression."""
    needed: Callable[[Blueprint], bool]
    """Whether an application needs it."""


def can_write(blueprint: Blueprint) -> bool:
    """Whether a request may change anything."""
    if blueprint.actions or any(route.method != "GET" for route in blueprint.routes):
        return True
    return any(verb != "read" for entity in blueprint.entities for rule in entity.rules for verb in rule.verbs)


IDEMPOTENCY = OwnTable(
    name="backsmith_idempotency",
    columns=(
        OwnColumn("scope", Bytes()),  # a hash of asker, method, path and key
        OwnColumn("fingerprint", Bytes()),  # a hash of all that makes the request what it is
        OwnColumn("status", Integer(16)),
        OwnColumn("headers", Text()),  # JSON: [["location", "/api/orders/1"], …]
        OwnColumn("body", Bytes(), nullable=True),  # null: too large to keep
        OwnColumn("expires_at", DateTime()),
    ),
    key=("scope",),
    indexes=(("expires_at",),),
    needed=can_write,
)
"""Requests with an Idempotency-Key that were done, and what was replied."""


def has_files(blueprint: Blueprint) -> bool:
    """Whether any entity has a file."""
    return any(is_file(field.type) for entity in blueprint.entities for field in entity.fields)


FILES = OwnTable(
    name="backsmith_files",
    columns=(
        OwnColumn("id", Text()),  # random; where the bytes are
        OwnColumn("state", Text()),  # engine.files.records
        OwnColumn("entity", Text(), nullable=True),  # id of the entity, once a row has the file
        OwnColumn("field", Text(), nullable=True),  # id of the field
        OwnColumn("row_key", Text(), nullable=True),  # JSON: [7]
        OwnColumn("touched_at", DateTime()),
    ),
    key=("id",),
    indexes=(("state", "touched_at"),),
    needed=has_files,
)
"""Files whose bytes are, may be, or may still be in the store."""


def has_log(blueprint: Blueprint) -> bool:
    """Whether the changes of any entity are logged."""
    return any(entity.logged for entity in blueprint.entities)


LOG = OwnTable(
    name="backsmith_log",
    columns=(
        OwnColumn("position", Integer(), identity=True),  # databases.journal
        OwnColumn("at", DateTime()),  # the instant of the request
        OwnColumn("account", Text(), nullable=True),  # JSON of the key of who did it; null: nobody
        OwnColumn("via", Text()),  # how they showed who they are: nobody, token, key
        OwnColumn("api_key", Text(), nullable=True),  # the name of the API key
        OwnColumn("system", Boolean()),  # the application acted for itself, without rules
        OwnColumn("action", Text(), nullable=True),  # the action of the application that did it
        OwnColumn("verb", Text()),  # create, update, delete, link; forget: entries up to here are gone
        OwnColumn("entity_id", Text()),  # stable
        OwnColumn("entity", Text()),  # its name then
        OwnColumn("row_key", Text()),  # JSON: [7]
        OwnColumn("before", Text(), nullable=True),  # JSON of all stored fields; null: created
        OwnColumn("after", Text(), nullable=True),  # the same; null: deleted
        OwnColumn("request_id", Text()),
    ),
    key=("position",),
    indexes=(("entity_id", "row_key", "position"),),
    needed=has_log,
)
"""The change log (`log/`)."""

OWN_TABLES: tuple[OwnTable, ...] = (IDEMPOTENCY, FILES, LOG)


async def create_own_tables(database: Database, blueprint: Blueprint, actual: Schema) -> None:
    """Make the tables that the application needs and `actual`, what the database holds, lacks.

    Several processes may do so at once. Raises DatabaseError where that can't be done.
    """
    for own in OWN_TABLES:
        if own.needed(blueprint) and not _is_there(own, actual, database.dialect):
            await _create(database, own)


async def _create(database: Database, own: OwnTable) -> None:
    wanted = statements(own, database.dialect)
    try:
        await database.execute(";\n".join([*database.dialect.ddl.locks, *wanted]))
    except DatabaseError as error:
        if _is_there(own, await database.inspect(), database.dialect):
            return  # another process was faster
        listed = ";\n".join(wanted)
        raise DatabaseError(
            f"Backsmith needs the table {own.name} and can't make it: {error}\n"
            f"Let its user create tables, or make it yourself:\n{listed};"
        ) from error


def statements(own: OwnTable, dialect: Dialect) -> list[str]:
    """The statements that make the table."""
    schema = Schema(tables=(table_of(own, dialect),))
    return [*dialect.ddl.statements(schema), *own.also.get(dialect.name, ())]


def table_of(own: OwnTable, dialect: Dialect) -> Table:
    """The table as data."""
    return Table(
        name=own.name,
        columns=tuple(_column(column, dialect) for column in own.columns),
        primary_key=own.key,
        indexes=tuple(TableIndex(name="", columns=columns) for columns in own.indexes),
    )


def field_of(own: OwnTable, name: str, dialect: Dialect) -> Field:
    """A column as a field, for the dialect's `load`, `placeholder` and `encoder`."""
    column = next(column for column in own.columns if column.name == name)
    return Field(
        id=f"{own.name}.{name}",
        name=name,
        column=name,
        type=column.type,
        nullable=column.nullable,
        identity=column.identity,
        storage=column.storage.get(dialect.name),
    )


def _column(column: OwnColumn, dialect: Dialect) -> Column:
    field = Field(
        id=column.name, name=column.name, column=column.name, type=column.type, storage=column.storage.get(dialect.name)
    )
    return Column(
        name=column.name,
        type=dialect.ddl.column_type(field),
        nullable=column.nullable,
        default=column.default.get(dialect.name),
        identity="by default" if column.identity else None,
        collation=dialect.ddl.collation(field),
    )


def _is_there(own: OwnTable, schema: Schema, dialect: Dialect) -> bool:
    fold = dialect.ddl.fold
    return any(table.schema is None and fold(table.name) == own.name for table in schema.tables)


def is_own(name: str) -> bool:
    """Whether a table, index, trigger or function of that name is Backsmith's own."""
    return name.lower().startswith(OWN_PREFIX)


def without_own(schema: Schema) -> Schema:
    """The schema as the application's authors know it."""
    return replace(
        schema,
        tables=tuple(table for table in schema.tables if not is_own(table.name)),
        not_modelled=tuple(note for note in schema.not_modelled if not any(map(is_own, _WORD.findall(note)))),
    )
