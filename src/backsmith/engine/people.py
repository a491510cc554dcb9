"""The application's accounts for sign-in (`accounts.people.People`): rows of its own entity, by its own writer.

What is written goes through defaults, checks, hooks and the change log, as what application code writes does; rules
don't apply, since whoever calls has decided that it may be done.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, Literal
from uuid import UUID

import msgspec

from backsmith.blueprint.asker import NOBODY, Person
from backsmith.blueprint.blueprint import Entity
from backsmith.blueprint.types import Uuid
from backsmith.databases.transaction import Transaction
from backsmith.engine.code.data import ServerData
from backsmith.engine.code.session import Services, Session
from backsmith.model.account import Account
from backsmith.model.conditions import Condition, field
from backsmith.model.declaration import key_of


class AccountRows:
    """Finds, makes, changes and deletes accounts."""

    def __init__(self, services: Callable[[], Services], entity: Entity, account: type[Account]) -> None:
        """`services` gives what the engine that answers at the moment works with."""
        self._services = services
        self._account = account
        self._entity = entity.name
        self._key = key_of(account)[0]
        self._is_uuid = isinstance(next(f.type for f in entity.fields if f.name == entity.key[0]), Uuid)

    def text(self, key: Any) -> str:
        """As People."""
        return msgspec.json.encode(key).decode()

    def key(self, text: str) -> Any:
        """As People."""
        found = msgspec.json.decode(text)
        return UUID(found) if self._is_uuid else found

    async def exists(self, key: Any) -> bool:
        """As People."""
        session = Session(self._services(), NOBODY, request_id="")
        return await ServerData(session, NOBODY).as_system().get(self._account, key) is not None

    async def find(self, transaction: Transaction, key: Any) -> Person | None:
        """As People."""
        return self._row(await self._data(transaction).get(self._account, key))

    async def by_email(self, transaction: Transaction, email: str) -> Person | None:
        """As People. Of two that differ in case only, the one to the letter."""
        forms = list(dict.fromkeys((email, unicodedata.normalize("NFC", email.strip()).lower())))
        found = await self._data(transaction).find(self._account, field(self._account.email).in_(forms), limit=3)
        return self._row(min(found, key=lambda row: forms.index(row.email or ""), default=None))

    async def list(
        self, transaction: Transaction, *, search: str = "", after: Any | None = None, limit: int
    ) -> list[Person]:
        """As People."""
        where: list[Condition | bool] = []
        if search:
            email, name = field(self._account.email), field(self._account.name)
            where.append(email.contains_(search) | name.contains_(search))
        if after is not None:
            where.append(getattr(self._account, self._key) > after)
        data = self._data(transaction)
        return [
            Person(row.__dict__[self._key], row.email, row.name)
            for row in await data.find(self._account, *where, order=self._key, limit=limit)
        ]

    def check(self, values: Mapping[str, Any], verb: Literal["create", "update"] = "create") -> None:
        """As People."""
        self._given(values, verb)

    async def create(self, transaction: Transaction, values: Mapping[str, Any], request_id: str) -> Person:
        """As People."""
        given = self._given(values, "create")
        made = self._row(await self._data(transaction, request_id).create(self._account, **given))
        assert made is not None
        return made

    async def update(self, transaction: Transaction, key: Any, values: Mapping[str, Any], request_id: str) -> None:
        """As People."""
        given = self._given(values, "update")
        await self._data(transaction, request_id).update(self._reference(key), **given)

    async def delete(self, transaction: Transaction, key: Any, request_id: str) -> None:
        """As People."""
        await self._data(transaction, request_id).delete(self._reference(key))

    def _given(self, values: Mapping[str, Any], verb: Literal["create", "update"]) -> dict[str, Any]:
        """JSON values as Python values."""
        services = self._services()
        resource = services.catalogue.resources[self._entity]
        body = services.bodies.read(resource, msgspec.json.encode(values), "application/json", verb)
        return body.rows[0].values

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
