"""Teams and memberships for `/auth/teams` (`accounts.teams.Teams`): rows of the application's entities, by its writer.

What is written goes through defaults, checks, hooks and the change log, under the name of whoever asks for it. Rules
don't apply, but to what the application lets people set when they make a team.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

import msgspec

from backsmith.blueprint.asker import NOBODY, Asker, TeamRow
from backsmith.blueprint.blueprint import Blueprint, Entity
from backsmith.blueprint.types import Enum, Uuid
from backsmith.databases.transaction import Transaction
from backsmith.engine.code.data import ServerData
from backsmith.engine.code.session import Services, Session
from backsmith.model.account import Account
from backsmith.model.declaration import key_of
from backsmith.model.entity import Entity as Model
from backsmith.model.teams import Membership, Team


class TeamRows:
    """Finds, makes and changes teams and memberships."""

    def __init__(
        self, services: Callable[[], Services], blueprint: Blueprint, classes: Mapping[str, type[Model]]
    ) -> None:
        """`services` gives what the engine that answers at the moment works with. The application has teams."""
        self._services = services
        entities = {entity.name: entity for entity in blueprint.entities}
        team, membership, account = (
            entities[name] for name in (blueprint.team, blueprint.membership, blueprint.account) if name is not None
        )
        self._team: type[Team] = _class(classes, team, Team)
        self._membership: type[Membership] = _class(classes, membership, Membership)
        self._account: type[Account] = _class(classes, account, Account)
        self._is_uuid = isinstance(next(each.type for each in team.fields if each.name == team.key[0]), Uuid)
        role = next(field.type for field in membership.fields if field.name == "role")
        self.roles = role.values if isinstance(role, Enum) else ()

    def text(self, key: Any) -> str:
        """As Teams."""
        return msgspec.json.encode(key).decode()

    def key(self, text: str) -> Any:
        """As Teams."""
        found = msgspec.json.decode(text)
        return UUID(found) if self._is_uuid else found

    async def create(self, transaction: Transaction, asker: Asker, name: str, request_id: str) -> TeamRow:
        """As Teams."""
        return self._row(await self._data(transaction, asker, request_id).create(self._team, name=name))

    async def create_by_rules(
        self, transaction: Transaction, asker: Asker, values: Mapping[str, Any], request_id: str
    ) -> TeamRow:
        """As Teams."""
        session = Session(self._services(), asker, request_id=request_id, transaction=transaction)
        return self._row(await ServerData(session, asker).create(self._team, **values))

    async def hold(self, transaction: Transaction, key: Any) -> TeamRow | None:
        """As Teams."""
        found = await self._data(transaction).get(self._team, key, lock=True)
        return None if found is None else self._row(found)

    async def of_account(self, transaction: Transaction, account: Any) -> list[tuple[TeamRow, str]]:
        """As Teams."""
        mine = self._membership.account == _reference(self._account, account)
        found = await self._data(transaction).find(self._membership, mine, load="team")
        teams = [(self._row(each.team), str(each.role)) for each in found]
        return sorted(teams, key=lambda each: (each[0].name, str(each[0].key)))

    async def members(self, transaction: Transaction, team: Any) -> dict[Any, str]:
        """As Teams."""
        its = self._membership.team == _reference(self._team, team)
        found = await self._data(transaction).find(self._membership, its)
        return {_key(each.account): str(each.role) for each in found}

    async def put(
        self, transaction: Transaction, asker: Asker, team: Any, account: Any, role: str, request_id: str
    ) -> None:
        """As Teams."""
        data = self._data(transaction, asker, request_id)
        found = await self._one(data, team, account)
        if found is None:
            values = {"team": _reference(self._team, team), "account": _reference(self._account, account)}
            await data.create(self._membership, role=role, **values)
        elif found.role != role:
            await data.update(found, role=role)

    async def remove(self, transaction: Transaction, asker: Asker, team: Any, account: Any, request_id: str) -> None:
        """As Teams."""
        data = self._data(transaction, asker, request_id)
        found = await self._one(data, team, account)
        if found is not None:
            await data.delete(found)

    async def _one(self, data: ServerData, team: Any, account: Any) -> Membership | None:
        entity = self._membership
        here = entity.team == _reference(self._team, team)
        return await data.first(entity, here, entity.account == _reference(self._account, account))

    def _data(self, transaction: Transaction, asker: Asker = NOBODY, request_id: str = "") -> ServerData:
        session = Session(self._services(), asker, request_id=request_id, transaction=transaction)
        return ServerData(session, asker).as_system()

    def _row(self, found: Team) -> TeamRow:
        return TeamRow(_key(found), found.name)


def _class(classes: Mapping[str, type[Model]], entity: Entity, base: type[Any]) -> Any:
    found = classes[entity.name]
    assert issubclass(found, base)
    return found


def _key(row: Model) -> Any:
    return row.__dict__[key_of(type(row))[0]]


def _reference(entity: type[Any], key: Any) -> Any:
    row = object.__new__(entity)
    row.__dict__ = {key_of(entity)[0]: key}
    return row
