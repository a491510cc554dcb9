"""What is told of writing, as far as the log needs it: the nouns of `engine.writing.work`, which fit these.

The log and the engine are siblings that know nothing of one another; `app.py` puts them together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from backsmith.blueprint.asker import Asker
from backsmith.blueprint.blueprint import Entity, Relation
from backsmith.databases.transaction import Transaction

Key = tuple[Any, ...]


class Doing(Protocol):
    """Who acts in which transaction, and why: `Work`."""

    @property
    def transaction(self) -> Transaction:
        """What everything belongs to."""
        ...

    @property
    def asker(self) -> Asker:
        """Who asks for it."""
        ...

    @property
    def now(self) -> datetime:
        """The instant of the request."""
        ...

    @property
    def request_id(self) -> str:
        """The id of the request."""
        ...

    @property
    def system(self) -> bool:
        """The application acts for itself."""
        ...

    @property
    def action(self) -> str | None:
        """The action of the application that writes."""
        ...


class Change(Protocol):
    """A change to one row: `RowChange`."""

    @property
    def entity(self) -> Entity:
        """What the row is of."""
        ...

    @property
    def verb(self) -> str:
        """create, update or delete."""
        ...

    @property
    def key(self) -> Key:
        """The row's key, as Python values."""
        ...

    @property
    def before(self) -> Mapping[str, Any] | None:
        """All stored fields by name; None of a create."""
        ...

    @property
    def after(self) -> Mapping[str, Any] | None:
        """The same; None of a delete."""
        ...


class LinkChange(Protocol):
    """A change to the links of one row: `LinkChange`."""

    @property
    def entity(self) -> Entity:
        """What the row is of."""
        ...

    @property
    def relation(self) -> Relation:
        """By what it is linked."""
        ...

    @property
    def key(self) -> Key:
        """The row's key."""
        ...

    @property
    def removed(self) -> Sequence[Key]:
        """The keys of rows that it was linked to."""
        ...

    @property
    def added(self) -> Sequence[Key]:
        """The keys of rows that it is linked to now."""
        ...
