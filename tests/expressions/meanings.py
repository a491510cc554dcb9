"""One function, three meanings: as Python on objects, and as SQL on SQLite and PostgreSQL.

A `World` holds the same random rows as objects and in the databases, and asks all three.
"""

from __future__ import annotations

import builtins
import decimal
import linecache
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from types import FunctionType
from typing import Any
from uuid import UUID

from backsmith.blueprint import compile  # noqa: A004 - the vocabulary's word for it
from backsmith.blueprint.blueprint import Entity
from backsmith.blueprint.expressions import Node
from backsmith.blueprint.functions import Context, compile_function
from backsmith.blueprint.simplify import mentioned_roles, simplify
from backsmith.blueprint.trees import type_of
from backsmith.blueprint.types import (
    Boolean,
    Date,
    DateTime,
    Duration,
    Float,
    Integer,
    List,
    Numeric,
    Text,
    Time,
    Type,
    Uuid,
)
from backsmith.databases import Database
from backsmith.databases.expressions import Speller
from backsmith.databases.parameters import Constant, RequestTime, UserKey, UserRoles
from backsmith.evolution.desired import tables_of
from tests.expressions import model
from tests.expressions.programs import PRELUDE, Program
from tests.expressions.rows import NOW, Record, objects, records

BLUEPRINT, _ = compile(model)
ENTITIES: Mapping[str, Entity] = {entity.name: entity for entity in BLUEPRINT.entities}
CONTEXT = Context(ENTITIES, BLUEPRINT.account)
RETURNS: dict[str, Type] = {
    "text": Text(), "int": Integer(), "big": Integer(), "float": Float(), "decimal": Numeric(18, 18), "bool": Boolean(),
    "date": Date(), "datetime": DateTime(), "time": Time(), "duration": Duration(), "uuid": Uuid(),
}  # fmt: skip
_numbers = count()


@dataclass(frozen=True)
class Asker:
    id: int | None
    roles: frozenset[str]


ASKERS = (
    Asker(1, frozenset({"staff"})),
    Asker(2, frozenset()),
    Asker(5, frozenset({"admin", "a"})),
    Asker(None, frozenset()),
)


def function_of(program: Program) -> FunctionType:
    """The function, defined in a module of its own whose source can be read."""
    name = f"<program {next(_numbers)}>"
    source = PRELUDE + program.source
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    module: dict[str, Any] = {"__name__": "program"}
    exec(builtins.compile(source, name, "exec"), module)
    return module["function"]


def tree_of(function: FunctionType, program: Program) -> tuple[Node, bool]:
    returns = RETURNS[program.kind]
    return compile_function(
        function, entity="Thing", context=CONTEXT, returns=returns, nullable=program.nullable, after=program.after
    )


class World:
    """Rows of one seed, as objects and in databases."""

    def __init__(self, seed: int, databases: Mapping[str, Database], run: Callable[[Any], Any]) -> None:
        self.records = records(seed)
        self.objects = objects(BLUEPRINT, self.records)
        self.databases = databases
        self.run = run
        for database in databases.values():
            run(fill(database, self.records))

    def python(self, function: FunctionType, asker: Asker, program: Program) -> list[Any]:
        """The value for each Thing, in the order of their keys."""
        user = None
        if asker.id is not None:
            user = self.objects["Person"][asker.id - 1]
            user._roles = asker.roles
        function.__globals__["now"] = lambda: NOW
        with decimal.localcontext(decimal.Context(prec=80)):
            rows = self.objects["Thing"]
            if program.after:
                pairs = [(row, after) for row in rows for after in rows]
                return [function(*pair, user) if program.user else function(*pair) for pair in pairs]
            return [function(row, user) if program.user else function(row) for row in rows]

    def sql(self, kind: str, tree: Node, asker: Asker) -> tuple[list[Any], list[str], list[int], list[int]]:
        """On one database: the values, their JSON, and the keys of the rows for which the condition is and isn't so."""
        return self.run(ask(self.databases[kind], tree, asker))

    def sql_pairs(self, kind: str, tree: Node, asker: Asker, *, negated: bool) -> list[bool]:
        """On one database, for each Thing before and each after: whether the condition holds."""
        return self.run(ask_pairs(self.databases[kind], tree, asker, negated=negated))


async def ask(database: Database, tree: Node, asker: Asker) -> tuple[list[Any], list[str], list[int], list[int]]:
    type = type_of(tree) or Text()
    dialect = database.dialect
    speller = dialect.speller(ENTITIES)
    value = speller.value(tree, "t")
    json = dialect.json(value, type, nullable=True, column=False)
    text = f'SELECT {value}, {json} FROM things AS t ORDER BY t."id"'
    rows = await database.fetch(text, bound(speller, asker))
    values = [decoded(row[0], type, dialect.name) for row in rows]
    kept: list[list[int]] = []
    if type == Boolean():
        for negated in (False, True):
            speller = dialect.speller(ENTITIES)
            where = speller.condition(tree, "t", negated=negated)
            text = f'SELECT t."id" FROM things AS t WHERE {where} ORDER BY t."id"'
            found = await database.fetch(text, bound(speller, asker))
            kept.append([row[0] for row in found])
    return values, [str(row[1]) for row in rows], *(kept or ([], []))  # type: ignore[return-value]


async def ask_pairs(database: Database, tree: Node, asker: Asker, *, negated: bool) -> list[bool]:
    speller = database.dialect.speller(ENTITIES)
    holds = speller.condition(tree, "t", negated=negated, after="a")
    order = 'ORDER BY t."id", a."id"'
    text = f"SELECT CASE WHEN {holds} THEN 1 ELSE 0 END FROM things AS t CROSS JOIN things AS a {order}"
    return [bool(row[0]) for row in await database.fetch(text, bound(speller, asker))]


def bound(speller: Speller, asker: Asker) -> list[Any]:
    """What the driver binds for the speller's parameters."""
    encoder = speller.dialect.encoder
    values: list[Any] = []
    for parameter in speller.parameters:
        match parameter:
            case UserKey(type):
                assert asker.id is not None
                values.append(encoder(type)(asker.id))
            case UserRoles():
                values.append(encoder(List(Text()))(sorted(asker.roles)))
            case RequestTime(offset):
                values.append(encoder(DateTime())(NOW + timedelta(microseconds=offset)))
            case Constant(value, type):
                values.append(encoder(type)(value))
            case _:
                raise AssertionError(parameter)
    return values


def decoded(value: Any, type: Type, dialect: str) -> Any:
    """The Python value of what a database gave for a value in its internal form."""
    if value is None or dialect == "postgres":
        return value
    match type:
        case Boolean():
            assert value in (0, 1)
            return bool(value)
        case Numeric(places=places):
            assert isinstance(value, int)
            return Decimal(value).scaleb(-places, decimal.Context(prec=80))
        case Date():
            return date.fromisoformat(value)
        case DateTime():
            return datetime.fromisoformat(value)
        case Time():
            return time.fromisoformat(value)
        case Duration():
            return timedelta(microseconds=value)
        case Uuid():
            return UUID(value)
        case Integer():
            assert isinstance(value, int)
            return value
        case _:
            return value


def decided(tree: Node, asker: Asker) -> Node:
    """The tree as the engine spells it for an asker."""
    roles = asker.roles & mentioned_roles(tree)
    return simplify(tree, anonymous=asker.id is None, roles=roles)


async def fill(database: Database, made: dict[str, list[Record]]) -> None:
    """Create the tables and insert the records."""
    dialect = database.dialect
    for statement in dialect.ddl.statements(tables_of(BLUEPRINT, dialect)):
        await database.execute(statement)
    for name, some in made.items():
        if name == "pairs":
            continue
        entity = ENTITIES[name]
        fields = [field for field in entity.fields if field.computed is None]
        names = ", ".join(dialect.quote(field.column) for field in fields)
        places = ", ".join(dialect.placeholder(number, field.type) for number, field in enumerate(fields, 1))
        encoders = [(field.name, dialect.encoder(field.type)) for field in fields]
        rows = [[None if row[key] is None else encode(row[key]) for key, encode in encoders] for row in some]
        await database.execute_many(f"INSERT INTO {dialect.quote(entity.table)} ({names}) VALUES ({places})", rows)
    through = next(relation.through for relation in ENTITIES["Thing"].relations if relation.through is not None)
    columns = ", ".join(map(dialect.quote, (*through.columns, *through.target_columns)))
    places = ", ".join(dialect.placeholder(number, Integer()) for number in (1, 2))
    rows = [[pair["thing"], pair["label"]] for pair in made["pairs"]]
    await database.execute_many(f"INSERT INTO {dialect.quote(through.table)} ({columns}) VALUES ({places})", rows)
