"""Where rows are in a statement that is being written: the FROM they belong to, their alias, the columns at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from backsmith.blueprint.expressions import Row, This
from backsmith.blueprint.subset.facts import NOTHING, Facts

Link = list[tuple[str, str]]
"""Columns of a table, each with the value it has to have."""


@dataclass
class Frame:
    """The FROM of a SELECT that is being written: rows can be joined to it while its WHERE is written.

    The frame of a caller's statement is not `open`: nothing can be joined to that.
    """

    open: bool
    joins: list[str] = field(default_factory=list[str])
    joined: dict[tuple[tuple[str, ...], str], str] = field(default_factory=dict[tuple[tuple[str, ...], str], str])
    """The alias of a table joined already, by the columns it hangs on and its own name and columns."""
    locked: list[str] = field(default_factory=list[str])
    """The aliases whose rows the SELECT is to lock."""

    def __str__(self) -> str:
        return "".join(self.joins)


@dataclass
class Place:
    """A row in a statement: its alias, or how to get one, and the columns that are at hand without it."""

    frame: Frame
    alias: str | None
    join: Callable[[], str] | None = None
    at_hand: Mapping[str, str] = field(default_factory=dict[str, str])

    def table(self) -> str:
        """The alias, joining the table if it isn't yet."""
        if self.alias is None:
            assert self.join is not None
            self.alias = self.join()
        return self.alias


@dataclass(frozen=True)
class Scope:
    """The rows that one tree can speak of where it is being spelled."""

    this: Place
    rows: Mapping[Row, Place] = field(default_factory=dict[Row, Place])
    facts: Facts = NOTHING
    """What may be taken for granted: where it doesn't hold, the whole comes out right whatever is said here."""
    either_way: bool = False
    """Whether a condition may let pass by being false, so that the rows it looks at are to be locked then, too."""

    def place(self, row: Row) -> Place | None:
        """Where a row is, if it is at hand."""
        return self.this if isinstance(row, This) else self.rows.get(row)

    def knowing(self, facts: Facts) -> Scope:
        """The scope with more to be taken for granted."""
        return replace(self, facts=self.facts.both(facts)) if facts.present else self

    def valued(self) -> Scope:
        """The scope for a condition whose being false may let pass."""
        return self if self.either_way else replace(self, either_way=True)

    def having(self, row: Row, place: Place) -> Scope:
        """The scope with one more row at hand."""
        return replace(self, rows={**self.rows, row: place})


def equal(link: Link) -> str:
    """The condition that a link holds."""
    return " AND ".join(f"{column} = {value}" for column, value in link)
