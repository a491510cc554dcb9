"""What a statement within a transaction is asked to tell of rows."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import NamedTuple

from backsmith.blueprint.blueprint import Field
from backsmith.blueprint.expressions import TRUE, Node
from backsmith.engine.planning.plan import Read

AT = "~"
"""Begins the names of the values that tell which row is meant, beside those it gets."""


class Flag(NamedTuple):
    """A condition whose truth a statement tells of each row."""

    node: Node
    after: bool = False
    """Of the row as it will be."""
    paired: bool = False
    """Of both the row as it is and as it will be."""
    also: Node = TRUE
    """Of a paired one: a second condition, of the row as it will be."""
    tried: bool = False
    """Of a paired one: or with the row as it is in the place of both."""
    rule: Node = TRUE
    """The rule or check that is asked by it, and decides: nobody may change the rows that it follows to until the
    transaction ends."""


class Flags(NamedTuple):
    """Flags under a name, by which statements with them are remembered: trees are too large to be looked up by."""

    name: Hashable
    each: tuple[Flag, ...]


NO_FLAGS = Flags((), ())


class Sought(NamedTuple):
    """What a statement tells of rows: their key, then whether the flags hold, then fields, then their JSON."""

    flags: Sequence[Flag] = ()
    fields: Sequence[Field] = ()
    show: Read | None = None
