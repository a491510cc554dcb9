"""`Data`: the application's data as its own functions use it, under the rules for whoever asks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from msgspec.structs import replace

from backsmith.blueprint.asker import Asker
from backsmith.blueprint.blueprint import Field
from backsmith.blueprint.expressions import FALSE
from backsmith.blueprint.types import Type
from backsmith.databases.database import Database, Row
from backsmith.databases.operators import type_of_value
from backsmith.engine.access import Access, AskerKind, Authorizer
from backsmith.engine.catalogue import Catalogue, Resource
from backsmith.engine.code.conditions import condition_node
from backsmith.engine.code.named_parameters import positional
from backsmith.engine.code.objects import Objects
from backsmith.engine.code.shown import Shown
from backsmith.engine.grammar.ranges import MAXIMUM
from backsmith.engine.planning.plan import Condition, Key, Order, Output, Predicate, Read, Value
from backsmith.engine.spelling.binding import Inputs, Statement
from backsmith.engine.spelling.statement import ReadWriter
from backsmith.errors import UsageError
from backsmith.model.conditions import Condition as Written
from backsmith.model.entity import Entity

E = TypeVar("E", bound=Entity)


class ReadData:
    """`backsmith.Data` for one request. Reads only what the rules let the asker read, except by `sql`."""

    def __init__(
        self, database: Database, catalogue: Catalogue, authorizer: Authorizer, objects: Objects, asker: Asker
    ) -> None:
        self._database = database
        self._catalogue = catalogue
        self._authorizer = authorizer
        self._objects = objects
        self._asker = asker
        self._kind: AskerKind = authorizer.kind(asker)
        self._now = datetime.now(UTC)

    async def get(self, entity: type[E], key: Any, /) -> E | None:
        """The row with that key (a tuple where the key has several fields), or None."""
        resource = self._resource(entity)
        parts = cast("tuple[Any, ...]", key) if isinstance(key, tuple) else (key,)
        if len(parts) != len(resource.key):
            raise UsageError(f"The key of {entity.__name__} has {len(resource.key)} fields, not {len(parts)}.")
        where = [getattr(entity, field.name) == part for field, part in zip(resource.key, parts, strict=True)]
        found = await self.find(entity, *where, limit=1)
        return found[0] if found else None

    async def find(
        self,
        entity: type[E],
        /,
        *where: Written | bool,
        order: str | tuple[str, ...] = (),
        limit: int | None = None,
        offset: int = 0,
    ) -> list[E]:
        """The rows that meet all conditions; `order` names fields, with "-" in front for the largest first."""
        resource = self._resource(entity)
        read = self._read(resource, where)
        if read is None:
            return []
        terms = self._order(resource, (order,) if isinstance(order, str) else order)
        writer = ReadWriter(self._database.dialect, self._catalogue.entities)
        read = replace(read, order=terms, most=None if limit is None else count_of(limit), skip=count_of(offset))
        rows = await self._fetch(writer.page(read))
        return [self._objects.read(resource.entity, row[0]) for row in rows]

    async def count(self, entity: type[E], /, *where: Written | bool) -> int:
        """How many rows meet all conditions."""
        read = self._read(self._resource(entity), where)
        if read is None:
            return 0
        statement = ReadWriter(self._database.dialect, self._catalogue.entities).count(read)
        return (await self._fetch(statement))[0][0]

    async def sql(self, query: str, /, **parameters: Any) -> list[dict[str, Any]]:
        """The rows of a SELECT; `:name` in it stands for the parameter of that name. Rules do not apply to it.

        Raises UsageError for a parameter that is missing or not used.
        """
        dialect = self._database.dialect
        types: dict[str, Type | None] = {name: type_of_value(value) for name, value in parameters.items()}
        text, names = positional(query, types, dialect)
        values = [
            None if parameters[name] is None else dialect.encoder(types[name])(parameters[name]) for name in names
        ]
        return await self._database.fetch_named(text, values)

    async def _fetch(self, statement: Statement) -> Sequence[Row]:
        parameters = statement.parameters(Inputs((), self._asker, self._now))
        rows = self._database.fetch_now(statement.sql, parameters)
        return await self._database.fetch(statement.sql, parameters) if rows is None else rows

    def _resource(self, entity: type[Entity]) -> Resource:
        known = self._catalogue.resources.get(entity.__name__)
        if known is None:
            raise UsageError(f"{entity.__name__} isn't an entity of this application.")
        return known

    def _read(self, resource: Resource, where: Sequence[Written | bool]) -> Read | None:
        """What to read; None where no rule lets the asker read anything."""
        access = self._authorizer.read(resource.entity, self._kind)
        if access.rows == FALSE:
            return None
        shown = Shown(self._catalogue.entities, lambda entity: self._authorizer.read(entity, self._kind))
        nodes = [condition_node(item, resource.entity, shown) for item in where]
        conditions: tuple[Condition, ...] = tuple(Predicate(node) for node in nodes)
        outputs = tuple(
            Output(Key(field.name), _value(field, access))
            for field in resource.entity.fields
            if field.computed is None and access.guards.get(field.name) != FALSE
        )
        return Read(resource.entity, access.rows, outputs, conditions)

    def _order(self, resource: Resource, names: tuple[str, ...]) -> tuple[Order, ...]:
        access = self._authorizer.read(resource.entity, self._kind)
        terms: list[Order] = []
        for name in names:
            field = resource.stored.get(name.removeprefix("-"))
            if field is None:
                raise UsageError(f"{resource.entity.name} has no field '{name.removeprefix('-')}' to order by.")
            descending = name.startswith("-")
            terms.append(Order(_value(field, access), descending, nulls_first=descending))
        given = {name.removeprefix("-") for name in names}
        terms.extend(Order(_value(field, access)) for field in resource.key if field.name not in given)
        return tuple(terms)


def count_of(number: int) -> int:
    """A limit or offset: one that a request brought may be anything, and is spelled into the statement."""
    if not isinstance(number, int):  # pyright: ignore[reportUnnecessaryIsInstance] - callers may not check their types
        raise UsageError(f"A limit or offset is a whole number, not {number!r}.")
    return min(max(0, number), MAXIMUM)


def _value(field: Field, access: Access) -> Value:
    guard = access.guards.get(field.name)
    return Value(field, field.type, field.nullable or guard is not None, guard=guard)
