"""What a database holds, as data: the one type of both the desired and the actual schema.

`evolution.desired` makes it from a blueprint, `Database.inspect` from a database; `evolution.diff` compares the two.
Types, defaults and checks are SQL as the database itself spells them (normalised by the dialect).
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct


class Column(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A column of a table or view."""

    name: str
    type: str
    """Lower case, as the database spells it: `integer`, `character varying(160)`, `nvarchar(160)`."""
    nullable: bool = True
    default: str | None = None
    identity: Literal["always", "by default", "serial", "rowid"] | None = None
    """Handed out by the database; `rowid` is SQLite's INTEGER PRIMARY KEY."""
    generated: str | None = None
    """Expression of a generated column."""
    collation: str | None = None
    comment: str | None = None


class ForeignKey(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A foreign key: columns here that hold a key there."""

    name: str | None = None
    columns: tuple[str, ...]
    target_schema: str | None = None
    target_table: str
    target_columns: tuple[str, ...]
    on_delete: Literal["no action", "restrict", "cascade", "set null", "set default"] = "no action"
    on_update: Literal["no action", "restrict", "cascade", "set null", "set default"] = "no action"


class UniqueConstraint(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Columns whose values together stand in one row only."""

    name: str | None = None
    columns: tuple[str, ...]


class CheckConstraint(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A condition on each row, in SQL."""

    name: str | None = None
    sql: str
    columns: tuple[str, ...] = ()
    """The columns it is named after, where it was made from the model."""


class TableIndex(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An index."""

    name: str
    """Empty where the model gives none."""
    columns: tuple[str, ...]
    """Column names, "-" in front for descending; an expression stands in parentheses."""
    unique: bool = False
    where: str | None = None
    method: str | None = None
    """PostgreSQL's access method where it isn't btree."""
    of_key: bool = False
    """Desired for a foreign key alone, which works without it too."""


class EnumType(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A type of named values (PostgreSQL)."""

    schema: str | None = None
    name: str
    values: tuple[str, ...]


class Table(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A table, or a view."""

    name: str
    schema: str | None = None
    """None for the default schema (`main`, or the first of the search path)."""
    columns: tuple[Column, ...]
    primary_key: tuple[str, ...] = ()
    foreign_keys: tuple[ForeignKey, ...] = ()
    uniques: tuple[UniqueConstraint, ...] = ()
    checks: tuple[CheckConstraint, ...] = ()
    indexes: tuple[TableIndex, ...] = ()
    view: bool = False
    definition: str | None = None
    """The SQL of a view."""
    comment: str | None = None


class Schema(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All that a database holds."""

    tables: tuple[Table, ...]
    """In the order of their names."""
    enums: tuple[EnumType, ...] = ()
    not_modelled: tuple[str, ...] = ()
    """What is there and has no place here: `trigger films_audit on films`, `policy …`, `function …`."""
