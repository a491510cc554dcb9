"""What one database spells differently from another: `class Sqlite(Dialect)`, `class Postgres(Dialect)`.

Every value has one internal SQL form per dialect, whatever the column it comes from:

=========  =======================================  =======================
type       SQLite                                   PostgreSQL
=========  =======================================  =======================
text, enum TEXT                                     text
integer    INTEGER                                  bigint (or smaller)
float      REAL                                     double precision
boolean    INTEGER 0 or 1                           boolean
decimal    INTEGER, the number times 10**places     numeric
date       TEXT 2026-01-23                          date
datetime   TEXT 2026-01-23T00:00:00+00:00 (UTC;     timestamptz
           fraction without trailing zeros, so
           that text order is time order)
time       TEXT 13:45:00                            time
duration   INTEGER microseconds                     interval
uuid       TEXT, lower case                         uuid
bytes      BLOB                                     bytea
json       TEXT, compact, kept to the letter        json
list       TEXT, a JSON array of the items' forms   array
=========  =======================================  =======================

`load` takes a column to that form, `json` takes the form to JSON text, `encoder` takes a Python value to what the
driver binds for it. Items of a SQLite list are as `json_each` gives them: decimals and durations integers, booleans
true and false, floats as they are written; so lists compare as texts, and items by `=`.

Databases of others hold values that the types don't have. They are written as the database itself writes them, in
quotes: PostgreSQL's `"infinity"`, `"NaN"` and years before Christ, a text in a SQLite column of times that is no time.
Durations are normalised to days and a rest of the same sign, which leaves PostgreSQL's months alone; -0.0 is 0.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from backsmith.blueprint.blueprint import Entity, Field
from backsmith.blueprint.types import Type
from backsmith.databases.ddl import Ddl
from backsmith.databases.journal import Journal
from backsmith.databases.stores import Stores

if TYPE_CHECKING:
    from backsmith.databases.altering import Altering
    from backsmith.databases.expressions import Speller
    from backsmith.databases.operators import Operators


class Dialect(ABC):
    """How one database spells things. Subclasses override; nothing else asks which database it is."""

    name: str
    """`sqlite` or `postgres`."""
    ddl: Ddl
    """The other half: how it spells tables."""
    stores: Stores
    """The third: how values get into columns."""

    brackets: bool = False
    """Whether `[x]` is a quoted name."""
    case_collation: str = "default"
    """The collation by which text is lower-cased as Unicode says, where that needs one."""

    @property
    @abstractmethod
    def altering(self) -> Altering:
        """The fourth: how it changes tables that are in use. Imported only when it is asked for."""

    @abstractmethod
    def operators(self) -> Operators:
        """The spelling of what a request may ask of a value."""

    @abstractmethod
    def speller(self, entities: Mapping[str, Entity]) -> Speller:
        """A speller of expression trees, for one statement."""

    def quote(self, name: str) -> str:
        """`name` as a quoted identifier."""
        return '"' + name.replace('"', '""') + '"'

    @abstractmethod
    def placeholder(self, number: int, type: Type | None) -> str:
        """The parameter of that number (from 1), of that type: `?1`, `$1::bigint`. None: a plain text."""

    @abstractmethod
    def encoder(self, type: Type | None) -> Callable[[Any], Any]:
        """The function that takes a Python value of the type (str, int, Decimal, datetime, list, …, never None)
        to what the driver binds for the placeholder."""

    @abstractmethod
    def try_lock(self, number: int) -> str:
        """SQL of a condition: whether this transaction has, until it ends and without waiting, the lock whose name is
        the parameter of that number, an integer of 64 bits. It is tried once for each row it is asked of."""

    @abstractmethod
    def journal(self, table: str, fields: Sequence[Field]) -> Journal:
        """How rows are appended to a table that readers follow by its column `position`; `fields` are the others."""

    @abstractmethod
    def load(self, column: str, field: Field) -> str:
        """The quoted, qualified `column` of a stored field in the internal form of the field's type."""

    @abstractmethod
    def json(self, sql: str, type: Type, *, nullable: bool, column: bool) -> str:
        """SQL of a text: the canonical JSON of the value `sql` (internal form) of that type, `null` for null, never
        SQL NULL itself. `column` says that `sql` is a plain column, cheap to write twice."""
