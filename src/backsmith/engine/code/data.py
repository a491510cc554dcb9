"""`Data` as the engine has it: reading, calculating, writing, transactions and SQL, for one asker or for the system."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractAsyncContextManager
from typing import Any

from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.blueprint.types import Type
from backsmith.databases.operators import type_of_value
from backsmith.databases.transaction import Transaction
from backsmith.engine.code.aggregates import Aggregating
from backsmith.engine.code.named_parameters import positional
from backsmith.engine.code.writing import Writing
from backsmith.errors import UsageError
from backsmith.model.account import Account
from backsmith.model.declaration import key_of
from backsmith.model.entity import Entity


class ServerData(Aggregating, Writing):
    """`backsmith.Data`."""

    def transaction(self) -> AbstractAsyncContextManager[None]:
        """What is done inside is kept together; inside of another transaction it is a savepoint."""
        return self._session.transaction()

    def as_system(self) -> ServerData:
        """The same data without rules. Checks and constraints hold; what a function returns is shown by the rules."""
        return ServerData(self._session, self._asker, system=True)

    def as_account(self, account: Entity | Any, /, *, roles: Iterable[str] = ()) -> ServerData:
        """The same data under the rules for that account, a row or a key; for None, of nobody."""
        if account is None:
            return ServerData(self._session, NOBODY)
        key = account
        if isinstance(account, Entity):
            if not isinstance(account, Account):
                raise UsageError(f"{account!r} is no account.")
            key = account.__dict__.get(key_of(type(account))[0])
            roles = (*roles, *account.roles)
        if key is None:
            raise UsageError(f"{account!r} has no key.")
        # What an API key is not good for stays so, whoever the application acts as.
        return ServerData(self._session, Asker(key, frozenset(roles), "token", scopes=self._asker.scopes))

    async def sql(self, query: str, /, **parameters: Any) -> list[dict[str, Any]]:
        """The rows of a SELECT; `:name` in it stands for the parameter of that name. Rules do not apply to it.

        Raises UsageError for a parameter that is missing or not used.
        """
        text, values = self._bound(query, parameters)
        level = self._session.level()
        if level is None:
            return await self._services.database.fetch_named(text, values)
        async with level.turn() as transaction:
            return await transaction.fetch_named(text, values)

    async def execute(self, statement: str, /, **parameters: Any) -> None:
        """Run an INSERT, UPDATE or DELETE. Rules, hooks and the change log do not hear of it.

        Raises UsageError as `sql` does, RequestError where a constraint refuses it.
        """
        text, values = self._bound(statement, parameters)

        async def run(transaction: Transaction) -> None:
            await transaction.fetch(text, values, heavy=True)

        await self._session.within(run)

    def _bound(self, text: str, parameters: dict[str, Any]) -> tuple[str, list[Any]]:
        dialect = self._services.database.dialect
        types: dict[str, Type | None] = {name: type_of_value(value) for name, value in parameters.items()}
        query, names = positional(text, types, dialect)
        return query, [
            None if parameters[name] is None else dialect.encoder(types[name])(parameters[name]) for name in names
        ]
