"""How one database is changed while it is used: the fourth part of a dialect. Changes go in, safe steps come out."""

from __future__ import annotations

from abc import ABC, abstractmethod

from msgspec import Struct

from backsmith.blueprint.types import Type
from backsmith.databases.changes import Change
from backsmith.databases.facts import Facts
from backsmith.databases.schema import Column, Schema
from backsmith.databases.steps import Step


class Alteration(Struct, frozen=True, kw_only=True):
    """What is to be changed, and the database as it is."""

    actual: Schema
    """As it was inspected, before renames."""
    desired: Schema
    """What it is to be. Names that are empty are given by `constraint_names.with_names`."""
    changes: tuple[Change, ...]
    """Renames first; otherwise in no order that matters. Together they take `actual` to `desired`."""
    facts: Facts


class Conversion(Struct, frozen=True, kw_only=True):
    """How values of one column become values of another type; all parts are SQL over the row."""

    sql: str
    """The new value. It raises no error for a row that `refuses`; it gives whatever there."""
    refuses: str | None = None
    """Is true for a row whose value can't be had in the new type. None: there is no such row."""
    loses: str | None = None
    """Is true for a row whose value couldn't be taken back as it was. None: there is no such row."""
    says: str = ""
    """For people: `text that isn't a whole number`."""


class Altering(ABC):
    """One database's way to change its tables."""

    @abstractmethod
    def steps(self, alteration: Alteration) -> list[Step]:
        """The steps, in the order in which they are to be done, that take the database to what is desired.

        Raises DatabaseError for a change that can't be made, which says why and what to do instead: a column that a
        view reads is to be dropped.
        """

    @abstractmethod
    def conversion(self, old: Column, new: Column, was: Type, becomes: Type) -> Conversion | None:
        """How values of the column `old`, of a field of type `was`, get into the column `new` of type `becomes`; None
        where no value could be had. Columns are named as `old.name` in its SQL."""

    @abstractmethod
    def in_place(self, old: Column, new: Column) -> bool:
        """Whether the database changes that type in its catalogue alone, in a moment, and old servers go on."""
