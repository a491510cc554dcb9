"""Steps: what is done to a database, one after the other, to change it while it is used. Frozen data, kept as JSON.

Made by `altering.Altering` from changes, shown by `backsmith plan`, carried out by `evolution.applying`. Each step is
done once: its record is kept in the same transaction, or the step can be tried again without harm.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from backsmith.blueprint.blueprint import Field
from backsmith.databases.changes import TableName

Work = Literal["catalogue", "scan", "build", "rewrite", "batches"]
"""What a step does with a table's rows: nothing; reads all; reads all and builds an index; writes all anew under its
lock; reads or writes them in batches, each a short transaction of its own."""
Blocks = Literal["nothing", "schema changes", "writes", "reads and writes"]
"""What others have to wait with while the lock is held."""


class Lock(Struct, frozen=True):
    """A lock that a step takes: the database's own word for it, and what it keeps others from."""

    table: str
    mode: str
    """`ACCESS EXCLUSIVE`, `SHARE UPDATE EXCLUSIVE` …; SQLite's is `the file, for writing`."""
    blocks: Blocks


class Cost(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a step takes, as far as the table's size tells before it is done."""

    work: Work = "catalogue"
    rows: int = 0
    """Rows that are read or written."""
    bytes: int = 0
    """Bytes that are read or written."""
    disk: int = 0
    """Bytes of disk that it needs in addition, some of them only meanwhile."""
    seconds: float = 0.0
    """How long it takes, about."""
    held: float = 0.0
    """For how long its lock is held at once, in seconds, about; waiting for the lock is not in it."""


class Statements(Struct, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """Statements that are one transaction."""

    title: str
    """What it is for, in English, without a full stop."""
    statements: tuple[str, ...]
    locks: tuple[Lock, ...] = ()
    cost: Cost = Cost()
    approval: str | None = None
    """What has to be approved by name, such as `drop:customers.phone`: values are lost, or old servers fail."""
    foreign_keys: bool = True
    """False (SQLite): without the checks of foreign keys, which are all checked at its end."""


class Alone(Struct, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """A statement that can't be in a transaction, such as CREATE INDEX CONCURRENTLY."""

    title: str
    statement: str
    undo: str | None = None
    """What is run before it is tried once more, so that nothing is left of a try that came to no end."""
    locks: tuple[Lock, ...] = ()
    cost: Cost = Cost()
    approval: str | None = None


class Batches(Struct, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """A statement that is run for the rows of a table by their keys, some thousand at a time.

    `statement` ends with a WHERE clause, to which ` AND (key > … AND key <= …)` is appended; the key's columns stand
    in it as `alias`.column, quoted.
    """

    title: str
    table: TableName
    """Whose rows are gone through."""
    key: tuple[str, ...]
    """Columns that tell its rows apart and have an index, not null: `("id",)`, or SQLite's `rowid`."""
    key_types: tuple[str, ...]
    """The SQL types of these columns, to read the text of a key back."""
    alias: str
    """How the statement calls that table, as it is written there: quoted where it has to be."""
    statement: str
    ending: str = ""
    """What stands after that WHERE clause: ` ON CONFLICT DO NOTHING`."""
    locks: tuple[Lock, ...] = ()
    cost: Cost = Cost(work="batches")
    approval: str | None = None


class TransformRows(Struct, frozen=True, kw_only=True, omit_defaults=True, tag=True):
    """A function of the application that is asked for new values of all rows of a table, by batches."""

    title: str
    table: TableName
    key: tuple[Field, ...]
    function: str
    """`module:qualified.name`."""
    reads: tuple[Field, ...]
    writes: tuple[Field, ...]
    locks: tuple[Lock, ...] = ()
    cost: Cost = Cost(work="batches")
    approval: str | None = None


Step = Statements | Alone | Batches | TransformRows
