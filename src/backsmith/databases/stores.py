"""How values get into a database's columns and come back out: the part of a dialect that writing needs.

A column's *own form* is what stands in it; the internal form (`databases.dialect`) is what expressions work with.
Columns that Backsmith created hold the internal form, those of others may hold another (`Field.storage`). `stored` and
`encoder` together are the inverse of `Dialect.load`; what a column could not give back as it came is refused.

The rows of a statement that writes stand in a derived table, a column for each `Cell`: `one` row, or as many as are
brought where the database has an exact way to take them at once (`many`), else the statement for one runs for each.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

from backsmith.blueprint.blueprint import Field
from backsmith.blueprint.types import Type

ORDINAL = "~n"
"""The column of `many` and `keys` that numbers the rows from 0, in the order in which they are brought."""


class Cell(NamedTuple):
    """A value of the rows that a statement brings along."""

    name: str
    """Its name in these rows."""
    field: Field
    """The field that it is a value of."""
    column: str
    """The name of its column in the derived table."""


class Bind(Protocol):
    """Hands out the placeholder of a parameter, of that type."""

    def __call__(self, label: str, take: Callable[[Any], Any], type: Type | None) -> str:
        """`take` gets what the driver binds from `engine.spelling.binding.Inputs`; equal labels are one parameter."""
        ...


class Stores(ABC):
    """Spells the values that are written, and reads those that come back."""

    tells_references: bool
    """Whether the database tells which foreign key a row breaks."""

    put_off: tuple[str, str] | None = None
    """Where rows are brought one by one: the statements from the first of which to the second foreign keys may lead to
    rows that come later. The second one forgets those that still lead nowhere, so they are to be looked for before."""

    @abstractmethod
    def encoder(self, field: Field) -> Callable[[Any], Any]:
        """The function that takes a Python value of the field's type (never None) to what the driver binds for it.

        It raises RequestError BAD_VALUE for a value that the column would not give back as it is.
        """

    @abstractmethod
    def decoder(self, type: Type) -> Callable[[Any], Any] | None:
        """The function that takes what the driver gives for a value (never None) in the internal form of the type to a
        Python value; None where that is the same. JSON comes as `msgspec.Raw`, to the letter."""

    @abstractmethod
    def stored(self, sql: str, field: Field) -> str:
        """A bound value in the own form of the field's column."""

    @abstractmethod
    def null(self, field: Field) -> str:
        """NULL, of the type of the field's column."""

    def one(self, cells: Sequence[Cell], bind: Bind, quote: Callable[[str], str]) -> str:
        """A SELECT of one row, `Inputs.row`."""
        return "SELECT " + ", ".join(f"{self.cell(cell, bind)} AS {quote(cell.column)}" for cell in cells)

    def cell(self, cell: Cell, bind: Bind) -> str:
        """A value of `Inputs.row`, in its column's own form."""
        encode, name = self.encoder(cell.field), cell.name

        def take(inputs: Any) -> Any:
            value = inputs.row.get(name)
            return None if value is None else encode(value)

        return self.stored(bind(name, take, cell.field.type), cell.field)

    @abstractmethod
    def many(self, cells: Sequence[Cell], bind: Bind, quote: Callable[[str], str]) -> str | None:
        """A SELECT of all of `Inputs.rows`, with ORDINAL; None where the statement is run for each of them instead."""

    @abstractmethod
    def keys(self, cells: Sequence[Cell], bind: Bind, quote: Callable[[str], str]) -> str:
        """A SELECT of all of `Inputs.rows`, with ORDINAL: of values that rows are told apart by."""

    def lock(self, table: str, *, key: bool) -> str:
        """What a SELECT ends with so that nobody else changes the rows of `table` until the transaction ends. `key`:
        their keys are to go, so that nobody may point at them any more either."""
        return ""
