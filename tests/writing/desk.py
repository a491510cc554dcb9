"""Writes as the engine does: by the application's rules, for one who asks, each in a transaction of its own."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar, cast
from uuid import UUID

from msgspec.structs import replace

from backsmith.blueprint import compile as compile_model
from backsmith.blueprint import load
from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.blueprint.blueprint import Blueprint, Relation
from backsmith.databases import Database
from backsmith.databases.transaction import Transaction
from backsmith.engine.access import Authorizer
from backsmith.engine.catalogue import Catalogue
from backsmith.engine.grammar.limits import Limits
from backsmith.engine.grammar.parse import parse
from backsmith.engine.grammar.shape import shape_of
from backsmith.engine.planning.plan import Read
from backsmith.engine.planning.resolve import Resolver
from backsmith.engine.writing.work import Given, Observer, Rows, Show, Work, Written
from backsmith.engine.writing.writer import Writer
from backsmith.errors import RequestError
from backsmith.evolution import create_missing

T = TypeVar("T")
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
ADA, BO, STAFF = Asker(id=1), Asker(id=2), Asker(id=3, roles=frozenset({"staff"}))
READER = Asker(id=1, roles=frozenset({"reader"}))
"""Ada, who sees all customers."""
F1, F2, F3 = (UUID(int=number) for number in (1, 2, 3))

START: dict[str, list[dict[str, Any]]] = {
    "Person": [{"id": 1, "name": "Ada"}, {"id": 2, "name": "Bo"}, {"id": 3, "name": "Cy"}],
    "Customer": [
        {"id": 1, "person_id": 1, "name": "Ada", "email": "ada@x.org"},
        {"id": 2, "person_id": 2, "name": "Bo", "email": "bo@x.org"},
        {"id": 3, "person_id": None, "name": "Eve"},
    ],
    "Order": [
        {"id": 1, "customer_id": 1, "made_by_id": 1},
        {"id": 2, "customer_id": 1, "made_by_id": 1, "status": "shipped", "note": "gone"},
        {"id": 3, "customer_id": 2, "made_by_id": 2},
    ],
    "Product": [
        {"code": "oak", "title": "Oak"},
        {"code": "ash", "title": "Ash"},
        {"code": "elm", "title": "Elm", "withdrawn": True},
    ],
    "Line": [
        {"id": 1, "order_id": 1, "product_code": "oak", "price": Decimal("2.50"), "quantity": 2},
        {"id": 2, "order_id": 3, "product_code": "ash", "price": Decimal("1.00")},
    ],
    "Tag": [{"id": 1, "name": "quick"}, {"id": 2, "name": "watched", "secret": True}, {"id": 3, "name": "gift"}],
    "Folder": [
        {"id": F1, "name": "top", "owner_id": 1},
        {"id": F2, "name": "in", "owner_id": 1, "parent_id": F1},
        {"id": F3, "name": "deep", "owner_id": 1, "parent_id": F2},
    ],
    "Note": [{"id": 1, "text": "a", "folder_id": F3}, {"id": 2, "text": "b", "folder_id": None}],
    "Place": [{"room": "A", "number": 1}, {"room": "A", "number": 2, "taken": True}, {"room": "B", "number": 1}],
    "Ticket": [{"id": 1, "holder_id": 1}, {"id": 2, "holder_id": 1, "state": "done"}, {"id": 3, "holder_id": 2}],
    "Device": [{"id": 1}, {"id": 2, "active": False}],
}  # fmt: skip
LINKS = [(1, 1), (1, 2)]
"""Orders and their tags."""


class Desk:
    """Writes to one database."""

    def __init__(self, database: Database, *observers: Observer, blueprint: Blueprint | None = None) -> None:
        self.database = database
        self.blueprint = blueprint or _blueprint()
        self.catalogue = Catalogue(self.blueprint)
        self.authorizer = Authorizer(self.blueprint)
        self.writer = Writer(self.catalogue, self.authorizer, database.dialect, observers)
        self.operators = database.dialect.operators()

    def observed(self, *observers: Observer) -> Desk:
        """The same, with observers."""
        return Desk(self.database, *observers, blueprint=self.blueprint)

    async def create(self, entity: str, *rows: Mapping[str, Any], asker: Asker = ADA, **options: Any) -> Any:
        """What came of creating the rows."""
        many = len(rows) > 1
        given = [Given(dict(row), pointer=f"/{number}" if many else "") for number, row in enumerate(rows)]
        resource = self.catalogue.resources[entity]
        return await self._do(
            asker, options, entity, lambda work, show: self.writer.create(work, resource, given, show=show, last=True)
        )

    async def update(self, entity: str, which: Any, asker: Asker = ADA, *, options: Any = None, **values: Any) -> Any:
        """What came of setting values in one row, by its key, or in all that a filter finds, by its query string."""

        async def work_on(work: Work, show: Show | None) -> Written:
            rows = self.rows(entity, which, asker, system=work.system)
            return await self.writer.update(work, rows, Given(dict(values)), show=show, last=True)

        return await self._do(asker, dict(options or {}), entity, work_on)

    async def delete(self, entity: str, which: Any, asker: Asker = ADA, **options: Any) -> Any:
        """What came of deleting rows."""

        async def work_on(work: Work, show: Show | None) -> Written:
            return await self.writer.delete(
                work, self.rows(entity, which, asker, system=work.system), show=show, last=True
            )

        return await self._do(asker, options, entity, work_on)

    async def upsert(
        self, entity: str, *rows: Mapping[str, Any], on: tuple[str, ...], asker: Asker = ADA, **options: Any
    ) -> Any:
        """What came of creating rows or updating them."""
        given = [Given(dict(row), pointer=f"/{number}") for number, row in enumerate(rows)]
        resource, duplicates = self.catalogue.resources[entity], options.pop("duplicates", "merge")
        return await self._do(
            asker,
            options,
            entity,
            lambda work, show: self.writer.upsert(work, resource, given, on=on, duplicates=duplicates, show=show),
        )

    async def link(self, entity: str, key: Any, name: str, *keys: Any, asker: Asker = ADA, **options: Any) -> Any:
        """What came of linking a row to others."""
        resource = self.catalogue.resources[entity]
        relation: Relation = resource.relations[name]

        async def work_on(work: Work, show: Show | None) -> Written:
            targets = [(each,) for each in keys]
            await self.writer.link(work, resource, (key,), relation, targets, pointer=f"/{name}", **options)
            return Written([(key,)])

        return await self._do(asker, {}, entity, work_on)

    async def _do(
        self,
        asker: Asker,
        options: dict[str, Any],
        entity: str,
        act: Callable[[Work, Show | None], Awaitable[Written]],
    ) -> Any:
        system, select = options.pop("system", False), options.pop("select", None)
        assert not options, options

        async def work_on(transaction: Transaction) -> Written:
            work = Work(transaction, asker, self.authorizer.kind(asker), NOON, "r", system=system)
            show = (
                None
                if select is None
                else Show(self.read(entity, f"select={select}", asker), (), (entity, select, work.kind))
            )
            return await act(work, show)

        try:
            written = await self.database.transact(work_on, retry=True)
        except RequestError as refusal:
            return said(refusal)
        keys = [key[0] if len(key) == 1 else key for key in written.keys]
        found: dict[str, Any] = {"keys": keys}
        if written.shown is not None:
            found["shown"] = [json.loads(text, parse_float=str) for text in written.shown]
        if written.skipped:
            found["skipped"] = written.skipped
        return found

    def read(self, entity: str, query: str, asker: Asker, *, slots: tuple[int, ...] = ()) -> Read:
        """A resolved query."""
        shape, values = shape_of(query, Limits())
        resolver = Resolver(self.catalogue, self.authorizer, self.authorizer.kind(asker), self.operators, max_rows=1000)
        resource = self.catalogue.resources[entity]
        parsed = parse(shape, values, Limits())
        if slots:
            return resolver.item(parsed, resource, slots)
        read = resolver.collection(parsed, resource)
        return replace(read, most=None, order=read.order if read.limit is not None else ())

    def rows(self, entity: str, which: Any, asker: Asker, *, system: bool = False) -> Rows:
        """The rows meant by a key (one value, or a tuple) or a query string."""
        asker = STAFF if system else asker
        if isinstance(which, str) and "=" in which:
            _, values = shape_of(which, Limits())
            return Rows(self.read(entity, which, asker), values, (entity, which, asker.roles))
        key = cast("tuple[Any, ...]", which) if isinstance(which, tuple) else (which,)
        slots = tuple(range(len(key)))
        return Rows(
            self.read(entity, "", asker, slots=slots), tuple(map(str, key)), (entity, "item", asker.roles), item=True
        )

    async def table(self, entity: str, *names: str) -> list[tuple[Any, ...]]:
        """What the rows of an entity hold, by key, rules aside."""
        found = self.catalogue.resources[entity].entity
        fields = [self.catalogue.resources[entity].stored[name] for name in names or found.key]
        dialect = self.database.dialect
        quote, speller = dialect.quote, dialect.speller(self.catalogue.entities)
        columns = ", ".join(speller.field(found, field, "t") for field in fields)
        keys = ", ".join(quote(self.catalogue.resources[entity].stored[name].column) for name in found.key)
        rows: Any = await self.database.fetch(f"SELECT {columns} FROM {speller.table(found)} AS t ORDER BY {keys}", ())
        decoders = [dialect.stores.decoder(field.type) for field in fields]
        return [
            tuple(
                value if value is None or decode is None else decode(value)
                for value, decode in zip(row, decoders, strict=True)
            )
            for row in rows
        ]

    async def links(self) -> list[tuple[int, int]]:
        """Orders and their tags."""
        rows: Any = await self.database.fetch("SELECT * FROM orders_tags ORDER BY 1, 2", ())
        return [tuple(row) for row in rows]


def said(refusal: RequestError) -> dict[str, Any]:
    """A refusal as its reply has it."""
    parts = {
        "status": refusal.kind.status,
        "code": refusal.members.get("code", refusal.kind.code),
        "message": refusal.message,
        "details": refusal.details,
        "hint": refusal.hint,
        **{name: value for name, value in refusal.members.items() if name != "code"},
    }
    return {name: value for name, value in parts.items() if value is not None}


_compiled: list[Blueprint] = []


def _blueprint() -> Blueprint:
    if not _compiled:
        _compiled.append(compile_model(load(str(Path(__file__).with_name("model.py"))))[0])
    return _compiled[0]


async def begin(desk: Desk, rows: Mapping[str, Sequence[Mapping[str, Any]]] | None = None) -> None:
    """Create the tables and put the rows of START in, as the system."""
    await create_missing(desk.database, desk.blueprint)

    async def fill(transaction: Transaction) -> None:
        work = Work(transaction, Asker(id=3), desk.authorizer.kind(NOBODY), NOON, "start", system=True)
        for entity, some in (START if rows is None else rows).items():
            given = [Given(dict(row)) for row in some]
            await desk.writer.create(work, desk.catalogue.resources[entity], given)
        if rows is None:
            resource = desk.catalogue.resources["Order"]
            for order, tag in LINKS:
                await desk.writer.link(work, resource, (order,), resource.relations["tags"], [(tag,)])

    await desk.database.transact(fill)
    for entity in desk.blueprint.entities if desk.database.dialect.name == "postgres" else ():
        for field in entity.fields:
            if field.identity:
                table, column = desk.database.dialect.quote(entity.table), desk.database.dialect.quote(field.column)
                await desk.database.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', '{field.column}'), max({column})) FROM {table}"
                    " HAVING count(*) > 0"
                )
