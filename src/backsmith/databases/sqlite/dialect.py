"""SQLite's spelling of values: placeholders, encoders, loads and JSON, in the forms of `databases.dialect`."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

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
from backsmith.databases.sqlite import storage
from backsmith.databases.sqlite.ddl import SqliteDdl
from backsmith.databases.sqlite.expressions import SqliteSpeller
from backsmith.databases.sqlite.journal import SqliteJournal
from backsmith.databases.sqlite.operators import SqliteOperators
from backsmith.databases.sqlite.stores import SqliteStores
from backsmith.databases.values import (
    INTEGER_MAX,
    INTEGER_MIN,
    bad_value,
    bounded,
    datetime_text,
    finite,
    finite_decimal,
    float_text,
    json_text,
    microseconds,
    plain_text,
    time_text,
)

if TYPE_CHECKING:
    from backsmith.databases.sqlite.altering.altering import SqliteAltering

EXACT_HALVES = 2**52
"""Up to here a double holds every number and a half."""


class SqliteDialect(Dialect):
    """SQLite's spelling."""

    name = "sqlite"
    brackets = True
    ddl = SqliteDdl()

    def __init__(self) -> None:
        self.stores = SqliteStores(self)

    @property
    def altering(self) -> SqliteAltering:
        from backsmith.databases.sqlite.altering.altering import SqliteAltering  # noqa: PLC0415  # needed by few commands

        return SqliteAltering(self)

    def operators(self) -> SqliteOperators:
        return SqliteOperators(self)

    def speller(self, entities: Mapping[str, Entity]) -> SqliteSpeller:
        return SqliteSpeller(self, entities)

    def placeholder(self, number: int, type: Type | None) -> str:
        return f"?{number}"

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
            case Numeric(places=places):
                return lambda value: _scaled(value, places)
            case Date():
                return _date
            case DateTime():
                return datetime_text
            case Time():
                return time_text
            case Duration():
                return microseconds
            case Uuid():
                return lambda value: str(value).lower()
            case Bytes() | Sealed():
                return bytes
            case Json():
                return json_text
            case List(item):
                return _list_encoder(item, self.encoder(item))

    def try_lock(self, number: int) -> str:
        return f"?{number} IS NOT NULL"  # a transaction that writes is alone anyway

    def journal(self, table: str, fields: Sequence[Field]) -> SqliteJournal:
        return SqliteJournal(self, table, fields)

    def load(self, column: str, field: Field) -> str:
        return column if field.storage is None else storage.load(column, field.type, field.storage)

    def json(self, sql: str, type: Type, *, nullable: bool, column: bool) -> str:
        # coalesce costs nothing that can be measured, and tables that SQLite doesn't hold to their types may have
        # nulls and texts where none should be: they must not break the JSON.
        match type:
            case Text() | Enum() | Date() | DateTime() | Time() | Uuid():
                return f"json_quote({sql})"
            case Integer():
                return f"coalesce({f'CAST({sql} AS INTEGER)' if column else f'backsmith_integer({sql})'}, 'null')"
            case Float() if column:
                short = f"format('%.15g', {sql})"  # PostgreSQL's form, for all that need no more digits
                plain = f"({sql} = 0 OR abs({sql}) BETWEEN 1e-290 AND 99999999999999)"
                fits = f"{plain} AND CAST({short} AS REAL) = {sql}"
                return f"CASE WHEN {sql} IS NULL THEN 'null' WHEN {fits} THEN {short} ELSE backsmith_float({sql}) END"
            case Float():
                return f"coalesce(backsmith_float({sql}), 'null')"
            case Boolean():
                return f"CASE {sql} WHEN 1 THEN 'true' WHEN 0 THEN 'false' ELSE 'null' END"
            case Numeric(places=places, padded=padded):
                text = _decimal(sql, places, padded) if column else f"backsmith_decimal({sql}, {places}, {padded:d})"
                return f"coalesce({text}, 'null')"
            case Duration():
                return f"""coalesce('"' || backsmith_duration({sql}) || '"', 'null')"""
            case Bytes() | Sealed():
                return rf"""CASE WHEN {sql} IS NULL THEN 'null' ELSE '"\\x' || lower(hex({sql})) || '"' END"""
            case Json():
                return f"coalesce({sql}, 'null')"
            case List(Numeric(places=places, padded=padded)):
                return f"coalesce(backsmith_decimal_list({sql}, {places}, {padded:d}), 'null')"
            case List(Duration()):
                return f"coalesce(backsmith_duration_list({sql}), 'null')"
            case List():
                return f"coalesce({sql}, 'null')"


def _decimal(column: str, places: int, padded: bool) -> str:
    """The text of a column of scaled integers; NULL for null."""
    if places == 0:
        return f"CAST({column} AS INTEGER)"
    unit, shape = 10**places, f"%d.%0{places}d"
    text = (
        f"CASE WHEN {column} >= 0 THEN format('{shape}', {column} / {unit}, {column} % {unit})"
        f" WHEN {column} < 0 THEN format('-{shape}', -{column} / {unit}, -{column} % {unit}) END"
    )
    return text if padded else f"rtrim(rtrim({text}, '0'), '.')"


def _scaled(value: Decimal | int, places: int) -> int | float:
    """The number times 10**places. One between two integers, or beyond 64 bits, becomes a float that compares with
    every integer as the number itself does; no column takes it.
    """
    sign, digits, exponent = finite_decimal(value).as_tuple()
    assert isinstance(exponent, int)  # of a finite number it is
    size = int("".join(map(str, digits)))
    shift = exponent + places
    if size == 0:
        return 0
    if len(digits) + shift > 20:
        return -1e20 if sign else 1e20
    if shift >= 0:
        size *= 10**shift
        part = 0
    else:
        size, part = divmod(size, 10**-shift) if shift > -len(digits) else (0, 1)
    if part:
        if size > EXACT_HALVES:
            raise bad_value(f"{value} has more digits than can be compared here")
        return -(size + 0.5) if sign else size + 0.5
    number = -size if sign else size
    return number if INTEGER_MIN <= number <= INTEGER_MAX else float(number)


def _date(value: Any) -> str:
    return (value.date() if isinstance(value, datetime) else value).isoformat()


def _list_encoder(item: Type, encode: Callable[[Any], Any]) -> Callable[[Sequence[Any]], str]:
    """A JSON array of the items' internal forms: as they are written, except decimals and durations (integers)."""

    def text(value: Any) -> str:
        if value is None:
            return "null"
        if isinstance(item, Float):
            return float_text(encode(value))
        # Python escapes the same characters as PostgreSQL and SQLite do.
        return json.dumps(encode(value), ensure_ascii=False)

    return lambda values: f"[{','.join(map(text, values))}]"
