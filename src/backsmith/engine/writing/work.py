"""The nouns of writing: a unit of work, the rows it is given, which rows it means, what it did to them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, Protocol, runtime_checkable

from msgspec import Struct

from backsmith.blueprint.asker import Asker
from backsmith.blueprint.blueprint import Entity, Relation
from backsmith.databases.transaction import Transaction
from backsmith.engine.access import AskerKind
from backsmith.engine.planning.plan import Read

Verb = Literal["create", "update", "delete"]
Key = tuple[Any, ...]
"""The values of a row's key, in the order of the entity's key fields, as Python values."""


class Work:
    """One unit of work: a transaction, who acts in it, and why. What it does is kept as a whole or not at all."""

    __slots__ = ("action", "asker", "by_code", "kind", "now", "request_id", "system", "transaction")

    def __init__(
        self,
        transaction: Transaction,
        asker: Asker,
        kind: AskerKind,
        now: datetime,
        request_id: str,
        *,
        system: bool = False,
        action: str | None = None,
        by_code: bool = False,
    ) -> None:
        self.transaction = transaction
        self.asker = asker
        self.kind = kind
        self.now = now
        """The instant of the request, aware and in UTC: `now()` of every default and rule."""
        self.request_id = request_id
        self.system = system
        """The application acts for itself: rules don't apply; checks and constraints do."""
        self.action = action
        """The name of the application's action that writes, None where the API itself does."""
        self.by_code = by_code
        """The application's own code writes, by `Data`."""


class Given(Struct):
    """A row as it is given: validated Python values of the fields' types by field name, and rows of its relations.

    A foreign key stands under its fields' names (`customer_id`). What is absent is not in `values`: a create fills it
    with its default, an update leaves it alone.
    """

    values: dict[str, Any]
    related: Mapping[str, Sequence[Given]] = {}
    """By relation name: one row of a to-one relation that is made first, rows of a to-many one that are made after; of
    many to many rows to be made, or with nothing but a key in `values`, rows to be linked."""
    pointer: str = ""
    """Where it stood in the body, as a JSON pointer (RFC 6901): `/0`, `/lines/2`; empty for the body itself."""


class Show(Struct, frozen=True):
    """What is shown of rows that were written: a resolved `select`, and the request's values that it refers to."""

    read: Read
    values: tuple[str, ...] = ()
    cache: Hashable = None
    """Names the statement, where it is worth remembering."""


class Rows(Struct, frozen=True):
    """Which rows are meant: a resolved filter or an item's key, and the request's values that it refers to.

    `read.access` is the rule to read: who may not see a row can't mean it.
    """

    read: Read
    values: tuple[str, ...] = ()
    cache: Hashable = None
    item: bool = False
    """Of an item's path: a row that isn't there is NOT_FOUND, one that may not be written FORBIDDEN."""


class Written(Struct):
    """What was done."""

    keys: list[Key]
    """Of the rows written, in the order given; of those a collection's filter found, in the order of their keys."""
    shown: list[str] | None = None
    """The JSON of the rows that the asker may read, where `show` asked for it; of deleted rows as they were."""
    skipped: int = 0
    """Rows that were meant and seen, but that no rule lets the asker write (or duplicates that were ignored)."""
    created: int = 0
    """How many of the rows are new, of an upsert."""


class RowChange(Struct, frozen=True):
    """A change to one row, for those who observe its entity: all its stored fields by name, as Python values."""

    entity: Entity
    verb: Verb
    key: Key
    before: Mapping[str, Any] | None
    """None of a create."""
    after: Mapping[str, Any] | None
    """None of a delete."""


class LinkChange(Struct, frozen=True):
    """A change to the links of one row by a relation of many to many."""

    entity: Entity
    relation: Relation
    key: Key
    removed: tuple[Key, ...]
    """The keys of the rows at the other end that it is linked to no longer."""
    added: tuple[Key, ...]
    """The keys of those that it wasn't linked to before."""


class Observer(Protocol):
    """Takes part in writing, within the transaction: hooks, the change log, files. Raising undoes it all."""

    def observes(self, entity: Entity, verb: Verb) -> bool:
        """Whether it wants to hear of this. Decided once, when a plan is made."""
        ...

    async def before(self, work: Work, entity: Entity, verb: Verb, rows: Sequence[Given], old: Sequence[Any]) -> None:
        """Before the rules are asked and rows are written; may change the `values` of `rows`.

        Of an update `rows` holds one Given for each row that is meant, each with its own copy of the values, and `old`
        the rows as they are (mappings, as in RowChange). Of a delete `rows` is empty.
        """
        ...

    async def after(self, work: Work, changes: Sequence[RowChange]) -> None:
        """After the statement, rows that a cascade of the database deleted or changed among them."""
        ...


@runtime_checkable
class SparingObserver(Protocol):
    """An Observer that may need only `before`: rows aren't read again where nobody hears how they came out."""

    def hears_after(self, entity: Entity, verb: Verb) -> bool:
        """Whether it is to be called after what it observes, too. Decided once."""
        ...


@runtime_checkable
class LinkObserver(Protocol):
    """An Observer that hears of links too."""

    def observes_links(self, entity: Entity, relation: Relation) -> bool:
        """Whether it wants to hear of a relation's links. Decided once."""
        ...

    async def linked(self, work: Work, changes: Sequence[LinkChange]) -> None:
        """After the statements, where any link has changed. What a row that is deleted takes along isn't told."""
        ...
