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
from backsmith.errors import UsageError

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


class Envelope(bytes):
    """A value of an encrypted field as the database has it. Written again, it stays as it is."""


class Bind(Protocol):
    """Hands out the placeholder of a parameter, of that type."""

    def __call__(self, label: str, take: Callable[[Any], Any], type: Type | None) -> str:
        """`take` gets what the driver binds from `engine.spelling.binding.Inputs`; equal labels are one parameter."""
        ...


class Sealing(Protocol):
    """Encrypts values of encrypted fields."""

    def seal(self, field: Field, value: Any) -> bytes:
        """The value of the field, which isn't None, encrypted."""
        ...

    def opened(self, field: Field, envelope: bytes) -> Any:
        """The value that was encrypted. Raises BacksmithError where it wasn't, or not for that field."""
        ...


class Stores(ABC):
    """Spells the values that are written, and reads those that come back."""

    tells_references: bool
    """Whether the database tells which foreign key a row breaks."""

    sealing: Sealing | None = None
    """What encrypts; set before anything is written where there are encrypted fields (`engine.sealed`)."""

    put_off: tuple[str, str] | None = None
    """Where rows are brought one by one: the statements from the first of which to the second foreign keys may lead to
    rows that come later. The second one forgets those that still lead nowhere, so they are to be looked for before."""

    @abstractmethod
    def encoder(self, field: Field) -> Callable[[Any], Any]:
        """The function that takes a Python value of the field's type (never None) to what the driver binds for it.

        It raises RequestError BAD_VALUE for a value that the column would not give back as it is.
        """

    def sealer(self, field: Field) -> Callable[[Any], bytes]:
        """The encoder of an encrypted field. What is encrypted already stays as it is."""

        def seal(value: Any) -> bytes:
            if isinstance(value, Envelope):
                return bytes(value)
            return self.seals(field).seal(field, value)

        return seal

    def seals(self, field: Field) -> Sealing:
        """What encrypts the field. Raises UsageError where the keys weren't read."""
        if self.sealing is None:
            raise UsageError(f"{field.name} is encrypted, and the keys for that weren't read.")
        return self.sealing

    @abstractmethod
    def decoder(self, type: Type) -> Callable[[Any], Any] | None:
        """The function that takes what the driver gives for a value (never None) in the internal form of the type to a
        Python value; None where that is the same. JSON comes as `msgspec.Raw`, to the letter, and what is
        encrypted as it is, as `Envelope`."""

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
