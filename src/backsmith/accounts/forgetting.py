"""The observer of writes to accounts: what Backsmith keeps of one goes with its row, in the same transaction.

However the row is deleted (the API, an action, a cascade), sessions and keys end with it. Databases may hand out a key
again, and whoever gets it must find nothing of the one before. For the same reason a key stays what it is: sessions,
roles and the audit trail hang on it, and would become those of the next one who takes the key that was left.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from backsmith import errors
from backsmith.accounts.erasure import forget
from backsmith.accounts.roles import keep_an_administrator
from backsmith.accounts.services import Services
from backsmith.blueprint.blueprint import Entity
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError


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

    @property
    def before(self) -> Mapping[str, Any] | None:
        """All stored fields by name; None of a create."""
        ...

    @property
    def after(self) -> Mapping[str, Any] | None:
        """The same; None of a delete."""
        ...


class Forgetting:
    """Takes part in writing (`engine.writing.work.Observer`)."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._account = services.blueprint.account
        entity = next(each for each in services.blueprint.entities if each.name == self._account)
        self._key = entity.key[0]
        self._changeable = not next(field for field in entity.fields if field.name == self._key).identity

    def observes(self, entity: Entity, verb: str) -> bool:
        """As Observer."""
        return entity.name == self._account and (verb == "delete" or (verb == "update" and self._changeable))

    async def before(self, work: Doing, entity: Entity, verb: str, rows: Sequence[Any], old: Sequence[Any]) -> None:
        """As Observer: there is nothing to do before."""

    async def after(self, work: Doing, changes: Sequence[Change]) -> None:
        """As Observer. Raises RequestError REFUSED where a key has changed, REFERENCE of the last administrator."""
        for change in changes:
            if change.entity.name != self._account:
                continue
            before, after = change.before, change.after
            if before is not None and after is not None and before[self._key] != after[self._key]:
                raise RequestError(
                    errors.REFUSED,
                    f"{self._key} is the key of an account, and sessions and roles hang on it: it can't be changed",
                    hint="Make another account. What people may change is better a field of its own.",
                )
            if change.verb == "delete":
                key = change.key[0]
                await keep_an_administrator(self._services, work.transaction, key)
                await self._services.sessions.end_all(work.transaction, key)
                await forget(self._services, work.transaction, self._services.people.text(key))
