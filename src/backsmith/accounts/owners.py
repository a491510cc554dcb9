"""The observer of writes to teams and memberships: every team that has members has an owner, whoever writes.

A membership that goes, or is given another role, by `/auth`, by a rule of the application, by its own code or with the
account that it is of: where a team's last owner would go, all of it is undone. The team is held first, so that of two
owners who leave at once one stays. Who makes a team under the application's own rules becomes its owner.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from backsmith.accounts.teams import Teams, last_owner
from backsmith.blueprint.asker import Asker
from backsmith.blueprint.blueprint import Blueprint, Entity
from backsmith.databases.transaction import Transaction
from backsmith.model.teams import OWNER


class Doing(Protocol):
    """`engine.writing.work.Work`."""

    @property
    def transaction(self) -> Transaction:
        """What everything belongs to."""
        ...

    @property
    def asker(self) -> Asker:
        """Who asks for it."""
        ...

    @property
    def system(self) -> bool:
        """The application acts for itself."""
        ...

    @property
    def request_id(self) -> str:
        """The id of the request."""
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
        """The row's key."""
        ...

    @property
    def before(self) -> Mapping[str, Any] | None:
        """All stored fields by name; None of a create."""
        ...

    @property
    def after(self) -> Mapping[str, Any] | None:
        """The same; None of a delete."""
        ...


class Owners:
    """Takes part in writing (`engine.writing.work.Observer`)."""

    def __init__(self, teams: Teams, blueprint: Blueprint) -> None:
        self._teams = teams
        self._team, self._membership = blueprint.team, blueprint.membership
        self._field = next(
            relation.fields[0]
            for entity in blueprint.entities
            if entity.name == blueprint.membership
            for relation in entity.relations
            if relation.name == "team"
        )

    def observes(self, entity: Entity, verb: str) -> bool:
        """As Observer."""
        return (entity.name == self._membership and verb != "create") or (
            entity.name == self._team and verb == "create"
        )

    async def before(self, work: Doing, entity: Entity, verb: str, rows: Sequence[Any], old: Sequence[Any]) -> None:
        """As Observer: there is nothing to do before."""

    async def after(self, work: Doing, changes: Sequence[Change]) -> None:
        """As Observer. Raises RequestError."""
        left: dict[Any, None] = {}
        for change in changes:
            if change.entity.name == self._team and change.verb == "create":
                await self._made(work, change.key[0])
            elif change.entity.name == self._membership and change.before is not None:
                team, after = change.before[self._field], change.after
                if change.before["role"] == OWNER and (
                    after is None or after["role"] != OWNER or after[self._field] != team
                ):
                    left[team] = None
        for team in left:
            if await self._teams.hold(work.transaction, team) is None:
                continue  # it goes itself
            if OWNER not in (await self._teams.members(work.transaction, team)).values():
                raise last_owner()

    async def _made(self, work: Doing, team: Any) -> None:
        asker = work.asker
        if asker.id is not None and not work.system:
            await self._teams.put(work.transaction, asker, team, asker.id, OWNER, work.request_id)
