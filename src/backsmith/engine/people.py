"""The application's accounts for sign-in (`accounts.people.People`): rows of its own entity, by its own writer.

What is written goes through defaults, checks, hooks and the change log, as what application code writes does; rules
don't apply, since whoever calls has decided that it may be done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import msgspec

from backsmith.blueprint.asker import NOBODY, Person
from backsmith.blueprint.blueprint import Entity
from backsmith.blueprint.types import Uuid
from backsmith.databases.transaction import Transaction
from backsmith.engine.code.data import ServerData
from backsmith.engine.code.session import Services, Session
from backsmith.model.account import Account
from backsmith.model.declaration import key_of


class AccountRows:
    """Finds, makes, changes and deletes accounts."""

    def __init__(self, services: Callable[[], Services], entity: Entity, account: type[Account]) -> None:
        """`services` gives what the engine that answers at the moment works with."""
        self._services = services
        self._account = account
        self._key = key_of(account)[0]
        self._is_uuid = isinstance(next(f.type for f in entity.fields if f.name == entity.key[0]), Uuid)

    def text(self, key: Any) -> str:
        """As People."""
        return msgspec.json.encode(key).decode()

    def key(self, text: str) -> Any:
        """As People."""
        found = msgspec.json.decode(text)
        return UUID(found) if self._is_uuid else found

    async def find(self, transaction: Transaction, key: Any) -> Person | None:
        """As People."""
        return self._row(await self._data(transaction).get(self._account, key))

    async def by_email(self, transaction: Transaction, email: str) -> Person | None:
        """As People."""
        data = self._data(transaction)
        found = await data.first(self._account, self._account.email == email)
        normal = email.strip().lower()
        if found is None and normal != email:
            found = await data.first(self._account, self._account.email == normal)
        return self._row(found)

    async def create(self, transaction: Transaction, values: Mapping[str, Any], request_id: str) -> Person:
        """As People."""
        made = self._row(await self._data(transaction, request_id).create(self._account, **values))
        assert made is not None
        return made

    async def update(self, transaction: Transaction, key: Any, values: Mapping[str, Any], request_id: str) -> None:
        """As People."""
        data = self._data(transaction, request_id)
        await data.update(self._reference(key), **values)

    async def delete(self, transaction: Transaction, key: Any, request_id: str) -> None:
        """As People."""
        await self._data(transaction, request_id).delete(self._reference(key))

    def _reference(self, key: Any) -> Account:
        row = object.__new__(self._account)
        row.__dict__ = {self._key: key}
        return row

    def _data(self, transaction: Transaction, request_id: str = "") -> ServerData:
        session = Session(self._services(), NOBODY, request_id=request_id, transaction=transaction)
        return ServerData(session, NOBODY).as_system()

    def _row(self, found: Any) -> Person | None:
        if found is None:
            return None
        values = found.__dict__
        return Person(values[self._key], values.get("email"), values.get("name"))
