"""The writing half of `Data`: by the same Writer as requests, with the same rules, checks and hooks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar, cast

from backsmith.blueprint.blueprint import Relation
from backsmith.blueprint.expressions import FALSE
from backsmith.databases.transaction import Transaction
from backsmith.engine.catalogue import Resource, did_you_mean
from backsmith.engine.code.given import given_values
from backsmith.engine.code.loading import outputs_of
from backsmith.engine.code.reading import Reading, text_of
from backsmith.engine.planning.plan import Read
from backsmith.engine.writing import nested
from backsmith.engine.writing.work import Given, Key, Rows, Show, Work, Written
from backsmith.errors import UsageError
from backsmith.model.conditions import Condition, Path, parts
from backsmith.model.entity import Entity

E = TypeVar("E", bound=Entity)
T = TypeVar("T")


class Writing(Reading):
    """Writes for one asker, or for the system."""

    async def create(self, entity: Any, /, **values: Any) -> Any:
        """Make a row, and give it as it is then."""
        if isinstance(entity, Entity):
            if values:
                raise UsageError(
                    f"The values of a new {type(entity).__name__} stand in the row, or in create: not both."
                )
            return (await self._create(type(entity), [entity]))[0]
        return (await self._create(entity, [values]))[0]

    async def create_many(self, entity: type[E], rows: Iterable[E | Mapping[str, Any]], /) -> list[E]:
        """Make several rows in one statement."""
        return await self._create(entity, list(rows))

    async def update(self, row: E, /, **values: Any) -> E:
        """Change a row, and give it as it is then."""
        resource = self._resource(type(row))
        if not values:
            raise UsageError(f"update({type(row).__name__}) has nothing to change: update(row, status='placed').")
        given = self._validated(resource, values, "update")
        show = self._show(resource)

        async def work(transaction: Transaction) -> Written:
            writer = self._services.writer
            return await nested.update(writer, self._work(transaction), self._row(resource, row), given, show=show)

        written = await self._session.within(work)
        if written.shown:
            return self._object(resource.entity, written.shown[0], {})
        return self._unseen(resource, {**row.__dict__, **given.values}, written.keys[0])

    async def update_where(self, entity: type[Entity], /, *where: Condition | bool, **values: Any) -> int:
        """Change all rows that meet the conditions and that the rules let who asks change; gives how many."""
        resource = self._resource(entity)
        rows = self._rows(resource, where)
        given = self._validated(resource, values, "update")
        if rows is None:
            return 0
        work = self._writing(lambda work: nested.update(self._services.writer, work, rows, given))
        return len((await self._session.within(work)).keys)

    async def delete(self, row: Entity, /) -> None:
        """Delete a row."""
        resource = self._resource(type(row))
        rows = self._row(resource, row)
        await self._session.within(self._writing(lambda work: self._services.writer.delete(work, rows)))

    async def delete_where(self, entity: type[Entity], /, *where: Condition | bool) -> int:
        """Delete all rows that meet the conditions and that the rules let who asks delete; gives how many."""
        rows = self._rows(self._resource(entity), where)
        if rows is None:
            return 0
        written = await self._session.within(self._writing(lambda work: self._services.writer.delete(work, rows)))
        return len(written.keys)

    async def upsert(self, entity: type[E], on: str | tuple[str, ...], /, **values: Any) -> E:
        """Change the row that has the same unique values `on`, or make it."""
        return (await self.upsert_many(entity, on, [values]))[0]

    async def upsert_many(
        self,
        entity: type[E],
        on: str | tuple[str, ...],
        rows: Iterable[E | Mapping[str, Any]],
        /,
        *,
        ignore: bool = False,
    ) -> list[E]:
        """The same for several rows; with `ignore` those that exist are left as they are, and not given."""
        resource = self._resource(entity)
        names = self._stored_names(resource, (on,) if isinstance(on, str) else on)
        given = [
            self._validated(resource, given_values(row, resource.entity, self._services.catalogue.entities), "upsert")
            for row in rows
        ]
        show = self._show(resource)
        work = self._writing(
            lambda work: self._services.writer.upsert(
                work, resource, given, on=names, duplicates="ignore" if ignore else "merge", show=show
            )
        )
        return self._objects_of(resource, given, await self._session.within(work))

    async def link(self, row: Entity, relation: Any, /, *others: Entity) -> None:
        """Connect rows of many to many. Linking twice does no harm."""
        resource, noun = self._linked(row, relation)
        keys = [_key(self._resource(type(other)), other) for other in others]
        key = _key(resource, row)
        await self._session.within(
            self._writing(lambda work: self._services.writer.link(work, resource, key, noun, keys))
        )

    async def unlink(self, row: Entity, relation: Any, /, *others: Entity) -> None:
        """Separate rows of many to many, without `others` from all that the asker may see."""
        resource, noun = self._linked(row, relation)
        key = _key(resource, row)
        async with self._session.transaction():
            kept: list[Key] = []
            if others:
                gone = {_key(self._resource(type(other)), other) for other in others}
                there = await self.get(type(row), key, load=noun.name)
                linked = [] if there is None else cast("list[Entity]", getattr(there, noun.name, []))
                kept = [each for each in (_key(self._resource(type(one)), one) for one in linked) if each not in gone]
            work = self._writing(lambda work: self._services.writer.link(work, resource, key, noun, kept, replace=True))
            await self._session.within(work)

    # -----------------------------------------------------------------------------------------------------------------

    async def _create(self, entity: type[Any], rows: Sequence[Any]) -> list[Any]:
        resource = self._resource(entity)
        given = [
            self._validated(resource, given_values(row, resource.entity, self._services.catalogue.entities), "create")
            for row in rows
        ]
        if not given:
            return []
        show = self._show(resource)
        work = self._writing(lambda work: nested.create(self._services.writer, work, resource, given, show=show))
        return self._objects_of(resource, given, await self._session.within(work))

    def _work(self, transaction: Transaction) -> Work:
        session = self._session
        return Work(
            transaction,
            self._asker,
            self._kind,
            session.now,
            session.request_id,
            system=self._system,
            action=session.action,
            by_code=True,
        )

    def _writing(self, do: Callable[[Work], Awaitable[T]]) -> Callable[[Transaction], Awaitable[T]]:
        async def work(transaction: Transaction) -> T:
            return await do(self._work(transaction))

        return work

    def _new(self, resource: Resource, row: Any, verb: Any) -> Given:
        values = given_values(row, resource.entity, self._services.catalogue.entities)
        return self._validated(resource, values, verb)

    def _validated(self, resource: Resource, values: Mapping[str, Any], verb: Any) -> Given:
        """The values, checked. Raises UsageError for unknown names, RequestError INVALID for what can't be."""
        known = {*resource.stored, *(relation.name for relation in resource.entity.relations)}
        for name in values:
            if name not in known:
                hint = did_you_mean(name, known)
                raise UsageError(f"{resource.entity.name} has no field '{name}'." + (f" {hint}" if hint else ""))
        return self._services.bodies.validated(resource, values, verb)

    def _show(self, resource: Resource) -> Show | None:
        """What is read back of rows that were written; None where no rule lets the asker read any."""
        access = self._access(resource.entity)
        if access.rows == FALSE:
            return None
        outputs = outputs_of(resource.entity, {}, self._access, self._services.catalogue.entities)
        return Show(Read(resource.entity, access.rows, outputs), (), ("data", resource.entity.name, self._system))

    def _row(self, resource: Resource, row: Entity) -> Rows:
        """The row, by its key."""
        key = _key(resource, row)
        read = Read(resource.entity, self._access(resource.entity).rows, (), key_slots=tuple(range(len(key))))
        name = ("data", resource.entity.name, self._system)
        return Rows(read, tuple(text_of(part) for part in key), name, item=True)

    def _rows(self, resource: Resource, where: Sequence[Condition | bool]) -> Rows | None:
        """The rows that meet the conditions; None where the asker may read none."""
        if not where:
            raise UsageError("Which rows? Give conditions, or True for all of them.")
        access = self._access(resource.entity)
        conditions = self._conditions(resource, where)
        return None if access.rows == FALSE else Rows(Read(resource.entity, access.rows, (), conditions))

    def _objects_of(self, resource: Resource, given: Sequence[Given], written: Written) -> list[Any]:
        """The rows that were written, as objects; one that the asker may not read holds what was given."""
        rows = [self._object(resource.entity, row, {}) for row in written.shown or ()]
        by_key = {tuple(row.__dict__.get(name) for name in resource.entity.key): row for row in rows}
        if len(written.keys) != len(given):  # duplicates that were ignored
            return [by_key[key] for key in written.keys if key in by_key]
        return [
            by_key[key] if key in by_key else self._unseen(resource, row.values, key)
            for key, row in zip(written.keys, given, strict=True)
        ]

    def _unseen(self, resource: Resource, values: Mapping[str, Any], key: Key) -> Any:
        own = {**values, **dict(zip(resource.entity.key, key, strict=True))}
        return self._services.objects.made(resource.entity, own)

    def _stored_names(self, resource: Resource, names: tuple[str, ...]) -> tuple[str, ...]:
        """Names of fields, a to-one relation standing for its foreign key."""
        found: list[str] = []
        for name in names:
            relation = resource.relations.get(name)
            if name not in resource.stored and (relation is None or relation.kind != "to_one"):
                raise UsageError(f"{resource.entity.name} has no field '{name}'.")
            found += [name] if name in resource.stored or relation is None else relation.fields
        return tuple(found)

    def _linked(self, row: Entity, relation: Any) -> tuple[Resource, Relation]:
        resource = self._resource(type(row))
        name = parts(cast("Path[Any]", relation))[1][-1] if isinstance(relation, Path) else relation
        noun = next((each for each in resource.entity.relations if each.name == name), None)
        if noun is None or noun.kind != "many_to_many":
            raise UsageError(f"{relation!r} isn't a relation of many to many of {resource.entity.name}.")
        return resource, noun


def _key(resource: Resource, row: Entity) -> Key:
    """The key of a row. Raises UsageError for one that has none yet."""
    key = tuple(row.__dict__.get(name) for name in resource.entity.key)
    if not key or None in key:
        raise UsageError(f"{row!r} has no key: only rows that are in the database can be changed.")
    return key
