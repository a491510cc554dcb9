"""The reading half of `Data`: rows by key and by conditions, whether and how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar, cast

from backsmith.blueprint.asker import Asker
from backsmith.blueprint.blueprint import Entity as Noun
from backsmith.blueprint.expressions import FALSE, TRUE
from backsmith.databases.database import Row
from backsmith.engine.access import Access, AskerKind
from backsmith.engine.catalogue import Resource
from backsmith.engine.code.conditions import condition_node
from backsmith.engine.code.loading import key_order, loads_of, outputs_of, value_of_field
from backsmith.engine.code.objects import Loads
from backsmith.engine.code.plain import plain
from backsmith.engine.code.rows import RowHolder
from backsmith.engine.code.session import Session
from backsmith.engine.code.shown import Shown
from backsmith.engine.grammar.ranges import MAXIMUM
from backsmith.engine.planning.plan import Condition, Order, Predicate, Read
from backsmith.engine.spelling.binding import Inputs, Statement
from backsmith.engine.spelling.statement import ReadWriter
from backsmith.errors import UsageError
from backsmith.model.conditions import Condition as Written
from backsmith.model.entity import Entity
from backsmith.model.refusals import NotFound

E = TypeVar("E", bound=Entity)
ALL = Access(TRUE, {})
"""What the system may read."""


class Reading:
    """Reads for one asker, or for the system."""

    def __init__(self, session: Session, asker: Asker, *, system: bool = False) -> None:
        self._session = session
        self._services = session.services
        self._asker = asker
        self._system = system
        self._kind: AskerKind = session.services.authorizer.kind(asker)

    async def get(self, entity: type[E], key: Any, /, *, load: Any = (), lock: bool = False) -> E | None:
        """The row with that key (a tuple where the key has several fields), or None."""
        resource = self._resource(entity)
        parts = cast("tuple[Any, ...]", key) if isinstance(key, tuple) else (key,)
        if len(parts) != len(resource.key):
            raise UsageError(f"The key of {entity.__name__} has {len(resource.key)} fields, not {len(parts)}.")
        loads = self._loads(load, resource)
        access = self._access(resource.entity)
        if access.rows == FALSE or None in parts:
            return None
        read = Read(
            resource.entity,
            access.rows,
            outputs_of(resource.entity, loads, self._access, self._services.catalogue.entities),
            key_slots=tuple(range(len(parts))),
        )
        values = tuple(text_of(part) for part in parts)
        if lock:
            await self._hold(read, values)
        name = ("get", resource.entity.name, repr(load) if loads else "", self._kind, self._system)
        statement = self._services.statements.get(name, lambda: self._writer().item(read))
        rows = await self._services.opening.read(read, await self._fetch(statement, values))
        return self._object(resource.entity, rows[0][0], loads) if rows else None

    async def find(
        self,
        entity: type[E],
        /,
        *where: Written | bool,
        order: str | Sequence[str] = (),
        limit: int | None = None,
        offset: int = 0,
        load: Any = (),
        lock: bool = False,
    ) -> list[E]:
        """The rows that meet all conditions; `order` names fields, with "-" in front for the largest first."""
        resource = self._resource(entity)
        loads = self._loads(load, resource)
        terms = self._order(resource, (order,) if isinstance(order, str) else tuple(order))
        most, skip = None if limit is None else count_of(limit), count_of(offset)
        read = self._read(resource, where, loads, order=terms, most=most, skip=skip)
        if read is None:
            return []
        if lock:
            await self._hold(read)
        rows = await self._fetch(self._writer().page(read), heavy=True)
        rows = await self._services.opening.read(read, rows)
        return [self._object(resource.entity, row[0], loads) for row in rows]

    async def first(
        self,
        entity: type[E],
        /,
        *where: Written | bool,
        order: str | Sequence[str] = (),
        load: Any = (),
        lock: bool = False,
    ) -> E | None:
        """The first of the rows that meet all conditions, or None."""
        found = await self.find(entity, *where, order=order, limit=1, load=load, lock=lock)
        return found[0] if found else None

    async def one(self, entity: type[E], /, *where: Written | bool, load: Any = (), lock: bool = False) -> E:
        """The row that meets all conditions. Raises NotFound where there is none, UsageError where there are more."""
        found = await self.find(entity, *where, limit=2, load=load, lock=lock)
        if not found:
            raise NotFound(f"There is no such row in {self._resource(entity).entity.collection}")
        if len(found) > 1:
            raise UsageError(f"There are several rows of {entity.__name__} where one was asked for.")
        return found[0]

    async def exists(self, entity: type[Entity], /, *where: Written | bool) -> bool:
        """Whether a row meets all conditions."""
        read = self._read(self._resource(entity), where, {}, most=1)
        return read is not None and bool(await self._fetch(self._writer().page(read), heavy=True))

    async def count(self, entity: type[Entity], /, *where: Written | bool) -> int:
        """How many rows meet all conditions."""
        read = self._read(self._resource(entity), where, {})
        if read is None:
            return 0
        return (await self._fetch(self._writer().count(read), heavy=True))[0][0]

    def key_of(self, entity: type[Entity]) -> tuple[str, ...]:
        """The names of the fields that are the entity's key."""
        return self._resource(entity).entity.key

    def class_of(self, entity: str) -> Any:
        """The class of the entity of that name."""
        return self._services.objects.classes[entity]

    def noun_of(self, entity: str) -> Noun:
        """The entity of that name."""
        return self._services.catalogue.entities[entity]

    # For the other halves ------------------------------------------------------------------------------------------

    async def _fetch(self, statement: Statement, values: tuple[str, ...] = (), *, heavy: bool = False) -> Sequence[Row]:
        """The rows of a statement that reads: within the transaction, where there is one."""
        parameters = statement.parameters(Inputs(values, self._asker, self._session.now))
        level = self._session.level()
        if level is not None:
            async with level.turn() as transaction:
                return await transaction.fetch(statement.sql, parameters, heavy=heavy)
        return await self._services.database.read(statement.sql, parameters)

    async def _hold(self, read: Read, values: tuple[str, ...] = ()) -> None:
        """Hold rows until the transaction ends. Raises UsageError outside of one."""
        if self._session.level() is None:
            raise UsageError("lock=True holds rows until the transaction ends: begin one, or use an action.")
        holder = RowHolder(self._services.database.dialect, self._services.catalogue.entities)
        statement = holder.hold(read)
        if statement is not None:
            await self._fetch(statement, values, heavy=True)

    def _writer(self) -> ReadWriter:
        return ReadWriter(self._services.database.dialect, self._services.catalogue.entities)

    def _access(self, entity: Noun) -> Access:
        return ALL if self._system else self._services.authorizer.read(entity, self._kind)

    def _object(self, entity: Noun, row: str, loads: Loads) -> Any:
        return self._services.objects.read(entity, row, loads, system=self._system)

    def _resource(self, entity: type[Entity]) -> Resource:
        known = self._services.catalogue.resources.get(entity.__name__)
        if known is None:
            raise UsageError(f"{entity.__name__} isn't an entity of this application.")
        return known

    def _loads(self, load: Any, resource: Resource) -> Loads:
        if isinstance(load, tuple) and not load:
            return {}
        return loads_of(load, resource.entity, self._services.catalogue.entities)

    def _conditions(self, resource: Resource, where: Sequence[Written | bool]) -> tuple[Condition, ...]:
        shown = Shown(self._services.catalogue.entities, self._access)
        return tuple(Predicate(condition_node(item, resource.entity, shown)) for item in where if item is not True)

    def _read(
        self,
        resource: Resource,
        where: Sequence[Written | bool],
        loads: Loads,
        *,
        order: tuple[Order, ...] = (),
        most: int | None = None,
        skip: int = 0,
    ) -> Read | None:
        """What to read; None where no rule lets the asker read anything."""
        access = self._access(resource.entity)
        conditions = self._conditions(resource, where)
        if access.rows == FALSE:
            return None
        outputs = outputs_of(resource.entity, loads, self._access, self._services.catalogue.entities)
        return Read(resource.entity, access.rows, outputs, conditions, order, most=most, skip=skip)

    def _order(self, resource: Resource, names: tuple[str, ...]) -> tuple[Order, ...]:
        access = self._access(resource.entity)
        terms: list[Order] = []
        for name in names:
            field = resource.stored.get(name.removeprefix("-"))
            if field is None:
                raise UsageError(f"{resource.entity.name} has no field '{name.removeprefix('-')}' to order by.")
            if field.secret:
                raise secret_field(resource.entity.name, field.name)
            descending = name.startswith("-")
            terms.append(Order(value_of_field(field, access), descending, nulls_first=descending))
        return (*terms, *key_order(resource.entity, access, (name.removeprefix("-") for name in names)))


def secret_field(entity: str, field: str) -> UsageError:
    """The refusal to ask the database about an encrypted field."""
    return UsageError(f"{entity}.{field} is secret: the database doesn't know what is in it. Read rows, then look.")


def text_of(value: Any) -> str:
    """A value of a key as a request would give it."""
    if isinstance(value, Entity):
        raise UsageError(f"{value!r} is a row, not a key.")
    constant = plain(value)
    return constant if isinstance(constant, str) else str(constant)


def count_of(number: int) -> int:
    """A limit or offset: one that a request brought may be anything, and is spelled into the statement."""
    if not isinstance(number, int):  # pyright: ignore[reportUnnecessaryIsInstance] - callers may not check their types
        raise UsageError(f"A limit or offset is a whole number, not {number!r}.")
    return min(max(0, number), MAXIMUM)
