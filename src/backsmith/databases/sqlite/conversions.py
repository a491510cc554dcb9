"""SQLite: how values of one type become values of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from backsmith.blueprint.types import Type
from backsmith.databases.altering import Conversion
from backsmith.databases.conversions import field_of, meaning_of
from backsmith.databases.schema import Column
from backsmith.databases.sqlite.convert_functions import converter

if TYPE_CHECKING:
    from backsmith.databases.sqlite.dialect import SqliteDialect


def conversion(dialect: SqliteDialect, old: Column, new: Column, was: Type, becomes: Type) -> Conversion | None:
    """As `Altering.conversion` says."""
    field = field_of(old, was, dialect.ddl)
    column = dialect.load(dialect.quote(old.name), field)
    if was == becomes:
        return Conversion(sql=column)
    if converter(was, becomes) is None:
        return None
    there = _converted(dialect, column, was, becomes)
    back = _converted(dialect, there, becomes, was) if converter(becomes, was) is not None else "NULL"
    return Conversion(
        sql=there,
        refuses=f"{column} IS NOT NULL AND {there} IS NULL",
        loses=f"{there} IS NOT NULL AND {back} IS NOT {column}",
        says=meaning_of(was, becomes),
    )


def _converted(dialect: SqliteDialect, value: str, was: Type, becomes: Type) -> str:
    types = ", ".join(dialect.ddl.text(msgspec.json.encode(type).decode()) for type in (was, becomes))
    return f"backsmith_convert({value}, {types})"
