"""The observer of writes to accounts: what Backsmith keeps of one goes with its row, in the same transaction.

However the row is deleted (the API, an action, a cascade), sessions and keys end with it. Databases may hand out a key
again, and whoever gets it must find nothing of the one before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from backsmith.accounts.erasure import forget
from backsmith.accounts.services import Services
from backsmith.blueprint.blueprint import Entity
from backsmith.databases.transaction import Transaction


class Doing(Protocol):
    """`engine.writing.work.Work`."""

    @property
    def transaction(self) -> Transaction:
        """What everything belongs to."""
        ...


class Change(Protocol):
    """A change to one row: `engine.writing.work.RowChange`."""

    @property
    def entity(self) -> Entity:
        """What the row is of."""
        ...

    @property
    def verb(self) -> str:
        """create, update or delete."""
        ...

    @property
    def key(self) -> tuple[Any, ...]:
        """The row's key, as Python values."""
        ...


class Forgetting:
    """Takes part in writing (`engine.writing.work.Observer`)."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._account = services.blueprint.account

    def observes(self, entity: Entity, verb: str) -> bool:
        """As Observer."""
        return entity.name == self._account and verb == "delete"

    async def before(self, work: Doing, entity: Entity, verb: str, rows: Sequence[Any], old: Sequence[Any]) -> None:
        """As Observer: there is nothing to do before."""

    async def after(self, work: Doing, changes: Sequence[Change]) -> None:
        """As Observer."""
        for change in changes:
            if change.verb == "delete" and change.entity.name == self._account:
                key = change.key[0]
                await self._services.sessions.end_all(work.transaction, key)
                await forget(self._services, work.transaction, self._services.people.text(key))
