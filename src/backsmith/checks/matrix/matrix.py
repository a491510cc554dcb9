"""The nouns of the access matrix, and what each answer looks like in words."""

from __future__ import annotations

from msgspec import Struct

from backsmith.blueprint.english import english
from backsmith.blueprint.expressions import FALSE, TRUE, Node
from backsmith.blueprint.trees import compared

ALL = "all fields"


class Standing(Struct, frozen=True):
    """Where somebody stands to a row: signed in or not, with which roles, tied to it how."""

    anonymous: bool = False
    roles: frozenset[str] = frozenset()
    ties: tuple[str, ...] = ()
    """Names of ties (`ties.Tie`) that hold."""
    others: tuple[str, ...] = ()
    """Those of the entity that don't hold, for somebody who has no tie: each makes them a stranger of a kind."""

    @property
    def name(self) -> str:
        """What the standing is called in a column's head: `owner (customer.account)`, `role staff`."""
        if self.anonymous:
            return "anonymous"
        if not self.roles and not self.ties:
            return ", ".join(("signed in", *self.others))
        roles = sorted(self.roles)
        named = [f"role{'s' if len(roles) > 1 else ''} {' and '.join(roles)}"] if roles else []
        return " and ".join([*self.ties, *named])


class Cell(Struct, frozen=True):
    """What one standing may do: `verb` on `fields` where `condition` holds for the row."""

    standing: Standing
    condition: Node

    @property
    def answer(self) -> str:
        """`always`, `never`, or `where the status is 'draft'`."""
        if self.condition == TRUE:
            return "always"
        if self.condition == FALSE:
            return "never"
        return f"where {english(self.condition, compares=bool(compared(self.condition)))}"


class Right(Struct, frozen=True):
    """A verb on some fields of an entity, for every standing. `fields` is empty where the verb is about whole rows."""

    verb: str
    fields: tuple[str, ...]
    whole: bool
    """Whether these are all fields that the verb can be about."""
    cells: tuple[Cell, ...]

    @property
    def about(self) -> str:
        """`all fields`, or their names."""
        return ALL if self.whole else ", ".join(self.fields) if self.fields else "the row"


class Telling(Struct, frozen=True):
    """Unique values that tell somebody who may write them of rows that they may not read: a value that is taken is
    refused, and no rule can help that."""

    fields: tuple[str, ...]
    who: tuple[str, ...]


class Part(Struct, frozen=True):
    """An entity's part of the matrix."""

    name: str
    collection: str
    channels: tuple[str, ...]
    """The ways that lead to its rows."""
    rights: tuple[Right, ...]
    tells: tuple[Telling, ...] = ()
    hidden: tuple[str, ...] = ()
    """Fields that leave by no channel, whoever asks."""


class Call(Struct, frozen=True):
    """Who may call a function of the application that says so itself."""

    about: str
    """`GET /api/rpc/best_sellers`."""
    cells: tuple[Cell, ...]


class Matrix(Struct, frozen=True):
    """Who can do what to which entity and field."""

    name: str
    parts: tuple[Part, ...]
    calls: tuple[Call, ...] = ()
