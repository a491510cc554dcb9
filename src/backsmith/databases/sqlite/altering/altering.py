"""SQLite's way to change tables that are in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from backsmith.blueprint.types import Type
from backsmith.databases.altering import Alteration, Altering, Conversion
from backsmith.databases.schema import Column
from backsmith.databases.sqlite.conversions import conversion
from backsmith.databases.steps import Step

if TYPE_CHECKING:
    from backsmith.databases.sqlite.dialect import SqliteDialect


class SqliteAltering(Altering):
    """SQLite's way to change its tables."""

    def __init__(self, dialect: SqliteDialect) -> None:
        self._dialect = dialect

    def steps(self, alteration: Alteration) -> list[Step]:
        """TODO."""
        raise NotImplementedError

    def conversion(self, old: Column, new: Column, was: Type, becomes: Type) -> Conversion | None:
        """As `conversions.py` has them."""
        return conversion(self._dialect, old, new, was, becomes)

    def in_place(self, old: Column, new: Column) -> bool:
        """TODO."""
        raise NotImplementedError
