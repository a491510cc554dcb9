"""PostgreSQL: how values of one type become values of another."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backsmith.blueprint.types import Type
from backsmith.databases.altering import Conversion
from backsmith.databases.schema import Column

if TYPE_CHECKING:
    from backsmith.databases.postgres.dialect import PostgresDialect


def conversion(dialect: PostgresDialect, old: Column, new: Column, was: Type, becomes: Type) -> Conversion | None:
    """As `Altering.conversion` says."""
    raise NotImplementedError
