"""PostgreSQL's spelling of values: placeholders, encoders, loads and JSON, in the forms of `databases.dialect`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, time
from typing import TYPE_CHECKING, Any
from uuid import UUID

from backsmith.blueprint.blueprint import Entity, Field
from backsmith.blueprint.types import (
    Boolean,
    Bytes,
    Date,
    DateTime,
    Duration,
    Enum,
    Float,
    Integer,
    Json,
    List,
    Numeric,
    Sealed,
    Text,
    Time,
    Type,
    Uuid,
)
from backsmith.databases.dialect import Dialect
from backsmith.databases.postgres.ddl import PostgresDdl
from backsmith.databases.postgres.expressions import PostgresSpeller
from backsmith.databases.postgres.journal import PostgresJournal
from backsmith.databases.postgres.operators import PostgresOperators
from backsmith.databases.postgres.parameter_types import parameter_type
from backsmith.databases.postgres.stores import PostgresStores
from backsmith.databases.values import bounded, finite, finite_decimal, instant, json_text, microseconds, plain_text

if TYPE_CHECKING:
    from backsmith.databases.postgres.altering.altering import PostgresAltering

TEXTS = ("text", "character varying", "varchar", "name")
"""Types that compare with text as they are, so that their indexes serve."""


class PostgresDialect(Dialect):
    """PostgreSQL's spelling."""

    name = "postgres"
    ddl = PostgresDdl()
    case_collation = "default"
    """Set when the database is opened."""

    def __init__(self) -> None:
        self.stores = PostgresStores(self)

    @property
    def altering(self) -> PostgresAltering:
        from backsmith.databases.postgres.altering.altering import PostgresAltering  # noqa: PLC0415  # needed by few commands

        return PostgresAltering(self)

    def operators(self) -> PostgresOperators:
        return PostgresOperators(self)

    def speller(self, entities: Mapping[str, Entity]) -> PostgresSpeller:
        return PostgresSpeller(self, entities)

    def placeholder(self, number: int, type: Type | None) -> str:
        return f"${number}::{parameter_type(type)}"

    def encoder(self, type: Type | None) -> Callable[[Any], Any]:
        match type:
            case None | Text() | Enum():
                return plain_text
            case Integer():
                return bounded
            case Float():
                return finite
            case Boolean():
                return bool
            case Numeric():
                return finite_decimal
            case Date():
                return lambda value: value.date() if isinstance(value, datetime) else value
            case DateTime():
                return instant
            case Time():
                return _time
            case Duration():
                return _duration
            case Uuid():
                return lambda value: value if isinstance(value, UUID) else UUID(value)
            case Bytes() | Sealed():
                return bytes
            case Json():
                return json_text
            case List(item):
                return _list_encoder(self.encoder(item))

    def try_lock(self, number: int) -> str:
        return f"pg_try_advisory_xact_lock(${number}::bigint)"

    def journal(self, table: str, fields: Sequence[Field]) -> PostgresJournal:
        return PostgresJournal(self, table, fields)

    def load(self, column: str, field: Field) -> str:
        if field.storage is None:
            return column
        storage = re.sub(r"\(.*?\)", "", field.storage.lower()).strip()
        zoned = "with time zone" in storage or storage.startswith(("timestamptz", "timetz"))
        match field.type:
            case Text() | Enum():
                return column if storage in TEXTS else f"{column}::text"
            case Float() if storage in ("real", "float4"):
                return f"{column}::text::double precision"  # 0.1 stays 0.1
            case Numeric() if storage == "money":
                return f"{column}::numeric"
            case DateTime() if not zoned:
                return f"({column} AT TIME ZONE 'UTC')"
            case Time() if zoned:
                return f"{column}::time"
            case Json() if storage == "jsonb":
                return f"{column}::json"
            case Json() if storage != "json":
                return f"to_json({column})"  # an array of what has no type here: jsonb[]
            case Uuid() if storage != "uuid":
                return f"{column}::text::uuid"
            case List(Text() | Enum()) if storage != "text[]":
                return f"{column}::text[]"
            case List(DateTime()) if not zoned:
                return f"{column}::timestamptz[]"  # the session's time zone is UTC
            case List(Float()) if storage in ("real[]", "float4[]"):
                return f"{column}::text[]::double precision[]"
            case _:
                return column

    def json(self, sql: str, type: Type, *, nullable: bool, column: bool) -> str:
        text = self._json(sql, type, column)
        if isinstance(type, Boolean):
            return text
        return f"coalesce({text}, 'null')" if nullable else text

    def _json(self, sql: str, type: Type, column: bool) -> str:
        match type:
            case Text() | Enum() | Date() | DateTime():
                return f"to_json({sql})::text"
            case Integer():
                return f"({sql})::text"
            case Float():
                return f"to_json(({sql}) + 0)::text"  # no -0
            case Boolean():
                return f"CASE ({sql}) WHEN true THEN 'true' WHEN false THEN 'false' ELSE 'null' END"
            case Numeric(places=places, padded=padded):
                if not padded:
                    return f"to_json(trim_scale({sql}))::text"
                return f"to_json({sql})::text" if column else f"to_json(round({sql}, {places}))::text"
            case Time() | Uuid():
                return f"""('"' || ({sql})::text || '"')"""
            case Duration():
                return f"""('"' || justify_hours({sql})::text || '"')"""
            case Bytes() | Sealed():
                return rf"""('"\\x' || encode({sql}, 'hex') || '"')"""
            case Json():
                return f"({sql})::text"
            case List(Numeric(padded=False)):
                return f"array_to_json({_each(sql, 'trim_scale(item)')})::text"
            case List(Duration()):
                return f"array_to_json({_each(sql, 'justify_hours(item)')})::text"
            case List():
                return f"array_to_json({sql})::text"


def _each(array: str, item: str) -> str:
    """The array with each of its items replaced; null for null, and empty for empty."""
    return f"CASE WHEN ({array}) IS NOT NULL THEN ARRAY(SELECT {item} FROM unnest({array}) AS item) END"


def _time(value: time) -> time:
    return value.replace(tzinfo=None)


def _duration(value: Any) -> Any:
    microseconds(value)  # the same bounds as on SQLite
    return value


def _list_encoder(encode: Callable[[Any], Any]) -> Callable[[Sequence[Any]], list[Any]]:
    return lambda values: [None if value is None else encode(value) for value in values]
