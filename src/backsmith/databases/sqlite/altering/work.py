"""What is planned so far: steps, and the copy of the database on which each of them has been tried."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct

from backsmith.databases.altering import Alteration
from backsmith.databases.changes import (
    AlterColumnType,
    Change,
    CreateSync,
    DropColumn,
    DropSync,
    Fill,
    Key,
    TableName,
    describe,
)
from backsmith.databases.constraint_names import name_of
from backsmith.databases.facts import TableFacts
from backsmith.databases.sqlite.altering import costs
from backsmith.databases.sqlite.altering.scratch import Scratch, names_in, would_break
from backsmith.databases.sqlite.altering.table_text import folded
from backsmith.databases.sqlite.ddl import SqliteDdl
from backsmith.databases.sqlite.facts import STATISTICS
from backsmith.databases.steps import Batches, Statements, Step
from backsmith.errors import DatabaseError

PREFIX = "backsmith_new_"
"""Begins the name of a table that is to take another one's place, and of the triggers that keep it in step."""
KEYS = "backsmith_keys_"
"""Begins the name of a table that says which new key each row got."""
CONSTRAINTS = 3_053_000
"""Since this version SQLite adds and drops NOT NULL and CHECK in place."""


class Job(Struct, kw_only=True):
    """What happens to one table."""

    table: str
    changes: list[Change]
    """Of its columns, constraints and indexes, and its syncs."""
    fills: list[Fill]
    """Values that are worked out from the row alone, so that they may be written along with the rest."""
    given: set[str]
    """Columns that get values before the other changes are made, folded."""

    def of_type(self, *types: type[Change]) -> list[Change]:
        """Its changes of these types."""
        return [change for change in self.changes if isinstance(change, types)]

    def title(self) -> str:
        """All that happens, in English."""
        return "; ".join(_lower(describe(change)) for change in [*self.changes, *self.fills])

    def approvals(self) -> dict[str, str]:
        """What has to be approved, and what that is in English."""
        found: dict[str, str] = {}
        for change in self.changes:
            if isinstance(change, DropColumn):
                found[f"drop:{self.table}.{change.column.name}"] = describe(change)
            elif isinstance(change, AlterColumnType):
                found[f"convert:{self.table}.{change.new.name}"] = describe(change)
        return found

    def syncs(self) -> list[CreateSync]:
        """The columns that are held together from now on."""
        return [change for change in self.changes if isinstance(change, CreateSync)]

    def ended_syncs(self) -> list[DropSync]:
        """The columns that are no longer held together."""
        return [change for change in self.changes if isinstance(change, DropSync)]


class Work:
    """Steps, in their order."""

    def __init__(self, alteration: Alteration, ddl: SqliteDdl) -> None:
        self.ddl = ddl
        self.scratch = Scratch(alteration, ddl)
        self.steps: list[Step] = []
        self.version = alteration.facts.version
        self.sizes: dict[str, TableFacts] = {folded(name): size for name, size in alteration.facts.tables.items()}
        self.desired = {folded(table.name): table for table in alteration.desired.tables}
        statistics = {each.table or "" for each in alteration.facts.objects if each.kind == STATISTICS}
        self.analysed = set(map(folded, statistics))
        """Tables whose values SQLite has counted."""
        self.keys: Mapping[Key, str] = {}
        """The tables of new keys, while there are any."""

    # Steps
    def add(self, step: Statements | Batches) -> None:
        """A further step, tried on the copy. Raises DatabaseError where SQLite refuses it."""
        statements = step.statements if isinstance(step, Statements) else (step.statement + step.ending,)
        try:
            self.scratch.run(statements)
        except DatabaseError:
            self.check()
            raise
        self.steps.append(step)

    def look_again(self, table: str) -> None:
        """Have SQLite count a table's values anew, if it had: what it knew of them went with the old table."""
        if folded(table) in self.analysed:
            # As many rows as SQLite's own `PRAGMA optimize` looks at.
            self.add(
                Statements(
                    title=f"Count the values of {table} anew, by a sample, so that queries stay fast",
                    statements=("PRAGMA analysis_limit = 2000", f"ANALYZE {self.quote(table)}"),
                    locks=costs.WRITER,
                )
            )

    def check(self) -> None:
        """Raise DatabaseError where a view or trigger doesn't work any more."""
        if broken := self.scratch.newly_broken():
            raise would_break(broken)

    def approvals(self, jobs: Iterable[Job]) -> str | None:
        """The approval that the next step asks for. A step has but one, so further ones get steps that do nothing."""
        asked = [each for job in jobs for each in job.approvals().items()]
        for name, text in asked[:-1]:
            self.steps.append(Statements(title=f"{text}, with the steps below", statements=(), approval=name))
        return asked[-1][0] if asked else None

    # The database
    def quote(self, name: str) -> str:
        return self.ddl.quote(name)

    def size(self, table: str) -> TableFacts:
        """Its size before all changes."""
        return self.sizes.get(folded(table), TableFacts(rows=0, bytes=0))

    def all_rows(self) -> int:
        """Of all tables, whose foreign keys are checked."""
        return sum(size.rows for size in self.sizes.values())

    def indexes(self, table: str) -> int:
        """How many indexes it has."""
        found = self.scratch.table(table)
        return len(found.indexes) + len(found.uniques)

    def is_large(self, table: str) -> bool:
        """Whether it takes too long to be written anew at once."""
        return costs.rebuilt(self.size(table), self.indexes(table)).held > costs.LONGEST

    def free_name(self, table: str, columns: Iterable[str], suffix: str) -> str:
        """A name for an index that nothing in the database has."""
        columns, taken, number = list(columns), self.scratch.names(), 1
        name = name_of(table, columns, suffix)
        while folded(name) in taken:
            name = name_of(table, columns, f"{suffix}{number}")
            number += 1
        return name

    def row_key(self, table: str) -> tuple[str, ...]:
        """The columns by which its rows are told apart: their number, by its name there, or else the primary key."""
        found = self.scratch.table(table)
        if numbers := [column.name for column in found.columns if column.identity == "rowid"]:
            return (numbers[0],)
        columns = {folded(column.name) for column in found.columns}
        words = [word for word in ("rowid", "_rowid_", "oid") if word not in columns]
        return (words[0],) if words and self.scratch.has_rowid(table) else found.primary_key


def named(table: TableName) -> str:
    """The name of a table. Raises DatabaseError for one of an attached database."""
    if table.schema not in {None, "main"}:
        raise DatabaseError(f"Table {table} is in another file, which can't be changed along with this one.")
    return table.name


def is_plain(sql: str) -> bool:
    """Whether a value is worked out from the row alone: nothing else is read for it."""
    return not {"select", "exists"} & names_in(sql)


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
