"""PostgreSQL: how values of one type become values of another.

The new value is a CASE that casts only what was found fit for it. Only for lists it has subqueries, which ALTER COLUMN
TYPE doesn't take; everything else may stand there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from backsmith.blueprint.types import Type
from backsmith.databases.altering import Conversion
from backsmith.databases.conversions import field_of, meaning_of
from backsmith.databases.postgres.convert_values import convert, same
from backsmith.databases.postgres.parameter_types import parameter_type
from backsmith.databases.schema import Column

if TYPE_CHECKING:
    from backsmith.databases.postgres.dialect import PostgresDialect

_VALUE = '"backsmith_converted"'


def conversion(dialect: PostgresDialect, old: Column, new: Column, was: Type, becomes: Type) -> Conversion | None:
    """As `Altering.conversion` says."""
    column = dialect.load(dialect.quote(old.name), field_of(old, was, dialect.ddl))
    target = field_of(new, becomes, dialect.ddl)

    def write_json(value: str, type: Type) -> str:
        return dialect.json(value, type, nullable=False, column=False)

    if was == becomes:
        return Conversion(sql=dialect.stores.stored(column, target))
    there = convert(column, was, becomes, write_json)
    if there is None:
        return None
    back = convert(_VALUE, becomes, was, write_json)
    changed = "true"
    if back is not None:
        changed = f"NOT ({back.valid}) OR NOT ({same(back.value, column, was)})"
    bound = f"(SELECT ({there.value})::{parameter_type(becomes)} AS {_VALUE}) AS backsmith_conversion"
    return Conversion(
        sql=dialect.stores.stored(f"({there.value})", target),
        refuses=None if there.valid == "true" else f"{column} IS NOT NULL AND NOT ({there.valid})",
        loses=f"{column} IS NOT NULL AND CASE WHEN {there.valid} THEN (SELECT {changed} FROM {bound}) ELSE false END",
        says=meaning_of(was, becomes),
    )
