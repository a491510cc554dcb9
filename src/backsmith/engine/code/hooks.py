"""`@before` and `@after`: the application's hooks as an observer of writing.

A hook is handed an object of the row's class. What a `before` hook changes in it is checked as what application code
gives, and written along; rules aren't asked of it, since nobody but the application gave it.
"""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

import msgspec

from backsmith.blueprint.blueprint import Entity, Hook
from backsmith.databases.stores import Envelope
from backsmith.engine.catalogue import did_you_mean
from backsmith.engine.code.data import ServerData
from backsmith.engine.code.functions import Function, Handed
from backsmith.engine.code.session import Services, Session
from backsmith.engine.writing.work import Given, RowChange, Verb, Work
from backsmith.errors import UsageError

DEEPEST = 16
"""Hooks that may be at work inside one another: more are hooks that call themselves."""


class Hooks:
    """Calls the hooks of an application (`engine.writing.work.Observer`)."""

    def __init__(self, hooks: Iterable[Hook], services: Services) -> None:
        self._services = services
        self._hooks: dict[tuple[str, str, str], list[Function]] = {}
        for hook in hooks:
            function = Function(hook.function, hook.injected)
            for verb in dict.fromkeys(hook.verbs):
                self._hooks.setdefault((hook.entity, verb, hook.when), []).append(function)
        self._nothing = {
            entity.name: {field.name: None for field in entity.fields if field.computed is None}
            for entity in services.catalogue.entities.values()
        }
        """Of a new row: what the database has yet to fill in."""
        self._depth: dict[int, int] = {}
        """How many hooks are at work in each transaction."""

    def observes(self, entity: Entity, verb: Verb) -> bool:
        """Whether there are hooks of that."""
        return any((entity.name, verb, when) in self._hooks for when in ("before", "after"))

    def hears_after(self, entity: Entity, verb: Verb) -> bool:
        """As SparingObserver."""
        return (entity.name, verb, "after") in self._hooks

    async def before(self, work: Work, entity: Entity, verb: Verb, rows: Sequence[Given], old: Sequence[Any]) -> None:
        """Call the `before` hooks for each row."""
        hooks = self._hooks.get((entity.name, verb, "before"))
        if hooks is None:
            return
        for number in range(len(old) if verb == "delete" else len(rows)):
            was = await self._object(entity, old[number]) if verb != "create" else None
            if verb == "delete":
                await self._call(work, hooks, was, was)
                continue
            given = rows[number]
            was_there = old[number] if verb == "update" else self._nothing[entity.name]
            row = await self._object(entity, {**was_there, **given.values})
            before = {name: _copied(value) for name, value in row.__dict__.items()}
            await self._call(work, hooks, row, was)
            changed = _changes(row, before)
            if changed:
                given.values.update(self._checked(entity, changed))

    async def after(self, work: Work, changes: Sequence[RowChange]) -> None:
        """Call the `after` hooks for each change."""
        for change in changes:
            hooks = self._hooks.get((change.entity.name, change.verb, "after"))
            if hooks is not None:
                was = None if change.before is None else await self._object(change.entity, change.before)
                row = was if change.after is None else await self._object(change.entity, change.after)
                await self._call(work, hooks, row, was)

    async def _call(self, work: Work, hooks: Sequence[Function], row: Any, old: Any) -> None:
        within = id(work.transaction)
        depth = self._depth.get(within, 0)
        if depth >= DEEPEST:
            raise UsageError(f"Hooks of {type(row).__name__} call one another without end.")
        self._depth[within] = depth + 1
        session = Session(
            self._services,
            work.asker,
            request_id=work.request_id,
            now=work.now,
            action=work.action,
            transaction=work.transaction,
        )
        handed = Handed(
            ServerData(session, work.asker, system=work.system),
            self._services.objects.account(work.asker),
            row=row,
            old=old,
        )
        try:
            for hook in hooks:
                await hook.call_here(handed)
        finally:
            session.end()
            if depth:
                self._depth[within] = depth
            else:
                del self._depth[within]

    def _checked(self, entity: Entity, changed: Mapping[str, Any]) -> Mapping[str, Any]:
        """What a hook has changed, as values of the fields. Raises RequestError INVALID, UsageError for no fields."""
        resource = self._services.catalogue.resources[entity.name]
        for name in changed:
            if name not in resource.stored and not any(each.name == name for each in entity.relations):
                hint = did_you_mean(name, resource.stored)
                raise UsageError(
                    f"A hook of {entity.name} gave it '{name}', which is no field." + (f" {hint}" if hint else "")
                )
        given = self._services.bodies.validated(resource, changed, "update")
        if given.related:
            names = ", ".join(given.related)
            raise UsageError(f"A hook of {entity.name} changed {names}: rows of relations are written by data.")
        return given.values

    async def _object(self, entity: Entity, values: Mapping[str, Any]) -> Any:
        """The row as an object; to-one relations lead to objects that hold their key."""
        own = {name: _decoded(value) for name, value in values.items()}
        if any(isinstance(value, Envelope) for value in own.values()):
            own |= await self._services.opening.patiently(lambda: self._opened(entity, own))
        for relation in entity.relations:
            if relation.kind == "to_one" and all(name in own for name in relation.fields):
                key = [own[name] for name in relation.fields]
                target = self._services.catalogue.entities[relation.entity]
                fields = dict(zip(relation.target_fields, key, strict=True))
                own[relation.name] = None if None in key else self._services.objects.made(target, fields)
        return self._services.objects.made(entity, own)

    def _opened(self, entity: Entity, values: Mapping[str, Any]) -> dict[str, Any]:
        """The values that are encrypted, opened."""
        fields, opening = self._services.catalogue.resources[entity.name].stored, self._services.opening
        return {
            name: opening.value(entity, fields[name], value)
            for name, value in values.items()
            if isinstance(value, Envelope)
        }


def _decoded(value: Any) -> Any:
    return msgspec.json.decode(value) if isinstance(value, msgspec.Raw) else value


def _copied(value: Any) -> Any:
    return copy.deepcopy(cast(Any, value)) if isinstance(value, list | dict) else value


def _changes(row: Any, before: Mapping[str, Any]) -> dict[str, Any]:
    """The attributes that a hook has changed."""
    return {
        name: value
        for name, value in row.__dict__.items()
        if name[0] != "_" and (name not in before or _differs(value, before[name]))
    }


def _differs(value: Any, before: Any) -> bool:
    return value is not before and (type(value) is not type(before) or value != before)
