"""A CREATE TABLE in parts, which can be changed and put together again; `table_reader` reads them.

A table is changed by changing its own text: whatever it says that a `Schema` has no place for stays as it was written.
Only parts that are changed are written anew; comments between parts stay with the part that they stand before.
"""

from __future__ import annotations

from typing import Literal

from msgspec import Struct, field

ClauseKind = Literal[
    "primary key", "not null", "null", "unique", "check", "default", "collate", "references", "generated", "name"
]


class Clause(Struct, frozen=True, kw_only=True):
    """A constraint of a column or of the table, as it is written."""

    kind: ClauseKind
    sql: str
    name: str | None = None
    columns: tuple[str, ...] = ()
    """Of a constraint of the table: the columns in its parentheses."""
    target: str | None = None
    """The table that a foreign key points at."""
    inner: str = ""
    """What stands in the parentheses of a check."""


class Part(Struct, kw_only=True):
    """A column, or a constraint of the table, which is a single clause."""

    lead: str
    """What stands between the part before and this one: comma, white space, comments."""
    sql: str | None
    """As it is written; None once it was changed."""
    clauses: list[Clause]
    column: str | None = None
    written: str = ""
    """The column's name as SQL."""
    type: str = ""

    def text(self) -> str:
        """As SQL."""
        if self.sql is not None:
            return self.sql
        return " ".join(filter(None, [self.written, self.type, *(clause.sql for clause in self.clauses)]))

    def has(self, *kinds: ClauseKind) -> bool:
        """Whether one of its clauses is of such a kind."""
        return any(clause.kind in kinds for clause in self.clauses)

    def without(self, *kinds: ClauseKind) -> None:
        """Take all clauses of these kinds out."""
        if self.has(*kinds):
            self.change([clause for clause in self.clauses if clause.kind not in kinds])

    def change(self, clauses: list[Clause]) -> None:
        """Have these clauses in place of those that are there."""
        self.clauses, self.sql = clauses, None


class TableText(Struct, kw_only=True):
    """A CREATE TABLE in parts."""

    parts: list[Part]
    end: str
    """What stands between the last part and the closing parenthesis."""
    options: list[str] = field(default_factory=list[str])
    """`STRICT`, `WITHOUT ROWID`, as they are written."""

    def sql(self, name: str) -> str:
        """CREATE TABLE by that name, which is SQL."""
        body = "".join(part.lead + part.text() for part in self.parts)
        options = ", ".join(self.options)
        return f"CREATE TABLE {name} ({body}{self.end}){' ' if options else ''}{options}"

    def column(self, name: str) -> Part | None:
        """The column of that name, whatever the case of its letters."""
        return next((part for part in self.columns() if folded(part.column or "") == folded(name)), None)

    def columns(self) -> list[Part]:
        """The columns."""
        return [part for part in self.parts if part.column is not None]

    def remove(self, gone: Part) -> None:
        """Take a part out."""
        at = next(number for number, part in enumerate(self.parts) if part is gone)
        del self.parts[at]
        if at == 0 and self.parts:
            self.parts[0].lead = gone.lead

    def add_column(self, part: Part) -> None:
        """Put a column behind the others."""
        part.lead = ",\n    " if self.columns() else "\n    "
        self.parts.insert(len(self.columns()), part)

    def add_constraint(self, part: Part) -> None:
        """Put a constraint behind all that is there."""
        part.lead = ",\n    "
        self.parts.append(part)

    def has_option(self, word: str) -> bool:
        """Whether `STRICT` or `WITHOUT` is among its options."""
        return any(option.upper().startswith(word) for option in self.options)

    def drop_option(self, word: str) -> None:
        """Take `STRICT` or `WITHOUT` out of its options."""
        self.options = [option for option in self.options if not option.upper().startswith(word)]


def folded(name: str) -> str:
    """A name as SQLite compares it with others."""
    return name.encode().lower().decode()
