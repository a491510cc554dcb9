"""The tables that Backsmith keeps for itself in the application's database, beside the model's own.

In: a blueprint, which decides what is needed. Out: the statements that make it, run where it is missing. Their names
begin with `backsmith_`; no model has such tables, `adopt` doesn't show them and no difference is found in them.

To add one: write an `OwnTable` and put it into OWN_TABLES. It is made at the next start of every application that needs
it. Those of accounts are in `account_tables`.
A later version may add columns, which are nullable or have a default, and indexes: tables that are there get them.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Blueprint
from backsmith.blueprint.naming import OWN_PREFIX
from backsmith.blueprint.types import Boolean, Bytes, DateTime, Integer, Text, is_file
from backsmith.databases.account_tables import ACCOUNT_TABLES, has_accounts
from backsmith.databases.database import Database
from backsmith.databases.own_table import OwnColumn, OwnTable, missing
from backsmith.databases.schema import Schema
from backsmith.errors import DatabaseError

_WORD = re.compile(r"\w+")


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
        OwnColumn("impersonator", Text(), nullable=True),  # JSON of the key of who acted as the account
    ),
    key=("position",),
    indexes=(("entity_id", "row_key", "position"),),
    needed=has_log,
)
"""The change log (`log/`)."""


def has_secret_fields(blueprint: Blueprint) -> bool:
    """Whether any field is encrypted."""
    return any(field.secret for entity in blueprint.entities for field in entity.fields)


def needs_keys(blueprint: Blueprint) -> bool:
    """Whether the application has anything to seal."""
    return has_accounts(blueprint) or has_secret_fields(blueprint)


KEYS = OwnTable(
    name="backsmith_keys",
    columns=(
        OwnColumn("id", Text()),  # 16 hexadecimal digits; random but for that of the root's check
        OwnColumn("purpose", Text()),  # secrets.keys
        OwnColumn("wrapped", Bytes()),  # sealed with a key that follows from the root secret
        OwnColumn("made_at", DateTime()),
    ),
    key=("id",),
    needed=needs_keys,
)
"""Keys that values are sealed with."""


def by_apply(blueprint: Blueprint) -> bool:
    """Made by `backsmith apply` and in new databases, and not by serving one that was there before."""
    return False


BLUEPRINTS = OwnTable(
    name="backsmith_blueprints",
    columns=(
        OwnColumn("id", Integer(), identity=True),
        OwnColumn("hash", Text()),  # evolution.history.fingerprint
        OwnColumn("blueprint", Text()),  # canonical JSON
        OwnColumn("state", Text()),  # evolution.history.Head
        OwnColumn("previous", Text(), nullable=True),  # a hash
        OwnColumn("target", Text(), nullable=True),  # a hash
        OwnColumn("at", DateTime()),
    ),
    key=("id",),
    needed=by_apply,
)
"""Blueprints that were applied; the one of the highest id is the head."""

RUNS = OwnTable(
    name="backsmith_runs",
    columns=(
        OwnColumn("id", Integer()),  # counted from 1
        OwnColumn("state", Text()),  # running, done, abandoned
        OwnColumn("plan", Text()),  # JSON
        OwnColumn("blueprint", Text()),  # canonical JSON of the one that it leads to
        OwnColumn("began_at", DateTime()),
        OwnColumn("ended_at", DateTime(), nullable=True),
    ),
    key=("id",),
    needed=by_apply,
)
"""Plans that were begun."""

STEPS = OwnTable(
    name="backsmith_steps",
    columns=(
        OwnColumn("run", Integer()),
        OwnColumn("number", Integer()),  # from 1
        OwnColumn("state", Text()),  # begun, done
        OwnColumn("title", Text()),
        OwnColumn("cursor", Text(), nullable=True),  # JSON: key of the last row that was gone through
        OwnColumn("rows_done", Integer()),
        OwnColumn("began_at", DateTime()),
        OwnColumn("ended_at", DateTime(), nullable=True),
    ),
    key=("run", "number"),
    needed=by_apply,
)
"""Steps of these plans that were begun."""

HISTORY = (BLUEPRINTS, RUNS, STEPS)

SHAPES = OwnTable(
    name="backsmith_shapes",
    columns=(
        OwnColumn("digest", Text()),  # of the shape
        OwnColumn("day", Text()),  # 2026-01-23, UTC
        OwnColumn("shape", Text()),  # JSON, engine.served.form
        OwnColumn("requests", Integer()),
        OwnColumn("microseconds", Integer()),  # of all of them
        OwnColumn("worst", Integer()),  # microseconds of the slowest
        OwnColumn("row_count", Integer()),  # rows of all replies
    ),
    key=("digest", "day"),
    needed=by_apply,
)
"""Shapes of requests that were served, without values; made by `engine.served.keeping` once there are any."""

SERVERS = OwnTable(
    name="backsmith_servers",
    columns=(
        OwnColumn("id", Text()),  # random, one a process
        OwnColumn("name", Text()),  # for people
        OwnColumn("fingerprint", Text()),  # of its own model
        OwnColumn("epoch", Text()),  # evolution.servers.epoch_of the head that it serves
        OwnColumn("seen_at", DateTime()),
    ),
    key=("id",),
    needed=by_apply,
)
"""Servers that run between an expansion and its contraction; made when the first one has something to say."""

USAGE = OwnTable(
    name="backsmith_usage",
    columns=(
        OwnColumn("target", Text()),  # the hash of the version that was expanded to
        OwnColumn("thing", Text()),  # customers.surname
        OwnColumn("client", Text()),
        OwnColumn("count", Integer()),
        OwnColumn("first_at", DateTime()),
        OwnColumn("last_at", DateTime()),
    ),
    key=("target", "thing", "client"),
    needed=by_apply,
)
"""Who used what is of an older version; made with the first use."""

CALLS = OwnTable(
    name="backsmith_calls",
    columns=(
        OwnColumn("day", Text()),  # 2026-01-23, UTC
        OwnColumn("client", Text()),  # evolution.calls
        OwnColumn("method", Text()),
        OwnColumn("route", Text()),  # the address with names for what varies
        OwnColumn("count", Integer()),
    ),
    key=("day", "client", "method", "route"),
    needed=by_apply,
)
"""Which client called what how often; made with the first calls that are kept."""

OWN_TABLES: tuple[OwnTable, ...] = (
    IDEMPOTENCY,
    FILES,
    LOG,
    KEYS,
    *HISTORY,
    SHAPES,
    SERVERS,
    USAGE,
    CALLS,
    *ACCOUNT_TABLES,
)


async def create_own_tables(database: Database, blueprint: Blueprint, actual: Schema) -> None:
    """Make the tables that the application needs and `actual`, what the database holds, lacks; bring those that are
    there up to date.

    Several processes may do so at once. Raises DatabaseError where that can't be done.
    """
    for own in OWN_TABLES:
        wanted = missing(own, actual, database.dialect, needed=own.needed(blueprint))
        if wanted:
            await _make(database, own, wanted)


async def make_own(database: Database, own: OwnTable) -> None:
    """Make a table if it is missing. Several processes may do so at once. Raises DatabaseError."""
    wanted = missing(own, await database.inspect(), database.dialect)
    if wanted:
        await _make(database, own, wanted)


async def _make(database: Database, own: OwnTable, wanted: list[str]) -> None:
    try:
        await database.execute(";\n".join([*database.dialect.ddl.locks, *wanted]))
    except DatabaseError as error:
        if not missing(own, await database.inspect(), database.dialect):
            return  # another process was faster
        made = wanted[0].startswith("CREATE TABLE")
        listed = ";\n".join(wanted)
        raise DatabaseError(
            f"Backsmith needs {f'the table {own.name}' if made else f'more of its table {own.name}'}"
            f" and can't make it: {error}\n"
            f"Let its user {'create' if made else 'change'} tables, or make it yourself:\n{listed};"
        ) from error


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
