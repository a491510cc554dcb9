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
list       TEXT, a JSON array of canonical values   array
=========  =======================================  =======================

`load` takes a column to that form, `json` takes the form to JSON text, `encode` takes a Python value to what the
driver binds for it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from backsmith.blueprint.blueprint import Entity, Field
from backsmith.blueprint.types import Type
from backsmith.databases.ddl import Ddl

if TYPE_CHECKING:
    from backsmith.databases.expressions import Speller
    from backsmith.databases.operators import Operators


class Dialect(ABC):
    """How one database spells things. Subclasses override; nothing else asks which database it is."""

    name: str
    """`sqlite` or `postgres`."""
    ddl: Ddl
    """The other half: how it spells tables."""

    brackets: bool = False
    """Whether `[x]` is a quoted name."""
    case_collation: str = "default"
    """The collation by which text is lower-cased as Unicode says, where that needs one."""

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
    def load(self, column: str, field: Field) -> str:
        """The quoted, qualified `column` of a stored field in the internal form of the field's type."""

    @abstractmethod
    def json(self, sql: str, type: Type, *, nullable: bool, column: bool) -> str:
        """SQL of a text: the canonical JSON of the value `sql` (internal form) of that type, `null` for null, never
        SQL NULL itself. `column` says that `sql` is a plain column, cheap to write twice."""
