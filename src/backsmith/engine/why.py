"""Why a reading request is answered as it is: which rules were tried, which clause failed for which row, the SQL.

`explain` walks the same spine as the server (read, authorize, plan), then asks the database about each clause of each
rule for the very row, rules aside. For whoever runs the server: it shows what the asker may not see.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
from msgspec import Struct

from backsmith.blueprint.asker import Asker
from backsmith.blueprint.blueprint import Entity, Location, Rule
from backsmith.blueprint.english import clauses, english
from backsmith.blueprint.expressions import FALSE, TRUE, FieldOf, Follow, Node, This
from backsmith.databases.database import Database
from backsmith.databases.dialect import Dialect
from backsmith.engine.access import AskerKind, decided
from backsmith.engine.planning.plan import Read
from backsmith.engine.planning.plans import PlanKey
from backsmith.engine.reading import Asked
from backsmith.engine.recording import Ran
from backsmith.engine.spelling.binding import Inputs, Statement, binder
from backsmith.engine.spelling.row_speller import RowSpeller
from backsmith.engine.spine import Engine
from backsmith.errors import RequestError
from backsmith.http.request import Request

Outcome = Literal["holds", "fails", "decides by row", "can't apply"]
OUT_OF_SCOPE = "the scopes of the API key leave it out"
Stage = Literal["", "read", "before", "after"]
"""Of a request that writes: whether the row may be read, and the row as it is and as it would be."""
Fetch = Callable[[str, Sequence[Any]], Awaitable[Sequence[Any]]]


class Clause(Struct, frozen=True):
    """A part of a rule's condition that has to hold."""

    english: str
    holds: bool | None
    """None where it depends on the row and no row was named."""
    values: dict[str, Any]
    """What the row has in the fields that the clause reads."""


class Tried(Struct, frozen=True):
    """A rule that was tried."""

    rule: str
    english: str
    fields: tuple[str, ...] | None
    outcome: Outcome
    reason: str
    clauses: tuple[Clause, ...]
    location: Location | None
    stage: Stage = ""


class Explanation(Struct, frozen=True):
    """How a request is decided."""

    request: str
    asker: str
    entity: str
    decision: str
    status: int
    row_exists: bool | None
    """Whether there is a row of that key at all; None for a list."""
    rules: tuple[Tried, ...]
    sql: str | None
    parameters: tuple[str, ...]
    query_plan: str | None
    error: str | None
    statements: tuple[Ran, ...] = ()
    """Of a request that writes, in their order; `sql` is that of one that reads."""


async def explain(engine: Engine, database: Database, request: Request, asked: Asked, asker: Asker) -> Explanation:
    """How `request` of `asker`, which has been read as `asked`, is decided."""
    kind = engine.authorizer.kind(asker)
    entity = asked.resource.entity
    inputs = Inputs(asked.values, asker, datetime.now(UTC))
    exists = await _exists(engine, database, asked, inputs) if asked.key_parts else None
    rules = [
        await _try(engine, database, asked, inputs, rule, kind, exists=exists)
        for rule in entity.rules
        if "read" in rule.verbs
    ]
    statement: Statement | None = None
    error: str | None = None
    status, rows = 200, 0
    try:
        key = PlanKey(entity.collection, asked.shape, kind, asked.key_parts, False, False)
        statement = engine.planner.make(key, asked.resource, asked.query_texts).statement
        rows = len(await database.fetch(statement.sql, statement.parameters(inputs)))
        status = 200 if rows or not asked.key_parts else 404
    except RequestError as refusal:
        status = refusal.kind.status
        error = ". ".join(filter(None, (refusal.message, refusal.hint)))
    shown = [] if statement is None else statement.parameters(inputs)
    return Explanation(
        request=request_text(request),
        asker=asker_text(asker),
        entity=entity.name,
        decision=_decision(status, rows, exists, rules, is_item=bool(asked.key_parts)),
        status=status,
        row_exists=exists,
        rules=tuple(rules),
        sql=None if statement is None else statement.sql,
        parameters=tuple(map(repr, shown)),
        query_plan=None if statement is None else await database.explain(statement.sql, shown),
        error=error,
    )


async def _exists(engine: Engine, database: Database, asked: Asked, inputs: Inputs) -> bool:
    """Whether there is a row of the key, rules aside."""
    return bool(await _ask(engine, database, asked, inputs, ()))


async def _try(
    engine: Engine,
    database: Database,
    asked: Asked,
    inputs: Inputs,
    rule: Rule,
    kind: AskerKind,
    *,
    exists: bool | None,
) -> Tried:
    condition = decided(rule, kind)
    outcome: Outcome
    found: tuple[Clause, ...] = ()
    if not kind.reaches(asked.resource.entity, "read"):
        outcome, reason = "can't apply", OUT_OF_SCOPE
    elif rule.needs_user and kind.anonymous:
        outcome, reason = "can't apply", "it asks who the user is, and nobody is signed in"
    elif condition == TRUE:
        outcome, reason = "holds", "it holds for every row"
    elif condition == FALSE:
        outcome, reason = "fails", "it can't hold for this user, whatever the row"
    else:
        parts = clauses(rule.condition)
        if exists:
            found = await _ask(engine, database, asked, inputs, parts)
            failed = [clause for clause in found if not clause.holds]
            outcome = "fails" if failed else "holds"
            reason = "; ".join(f"not so: {clause.english}{shown_values(clause.values)}" for clause in failed)
        else:
            found = tuple(Clause(english(part), None, {}) for part in parts)
            outcome = "decides by row"
            reason = "there is no such row" if exists is False else "it is part of the statement's WHERE"
    return Tried(rule.name, english(rule.condition), rule.fields, outcome, reason, found, rule.location)


async def _ask(
    engine: Engine, database: Database, asked: Asked, inputs: Inputs, parts: Sequence[Node]
) -> tuple[Clause, ...]:
    """What the clauses are of the row that is asked for; of none, something where there is such a row."""
    key = inputs.values[asked.query_values : asked.query_values + asked.key_parts]
    entity = asked.resource.entity
    return await clauses_of(engine, database.dialect, database.fetch, entity, key, parts, inputs.asker)


async def clauses_of(
    engine: Engine,
    dialect: Dialect,
    fetch: Fetch,
    entity: Entity,
    key: tuple[str, ...],
    parts: Sequence[Node],
    asker: Asker,
) -> tuple[Clause, ...]:
    """What the clauses are of the row with that key, rules aside; none where there is no such row."""
    read = [list(dict.fromkeys(fields_of(part))) for part in parts]
    speller = RowSpeller(dialect, engine.catalogue.entities)
    row = speller.speller.alias("t")
    columns = [f"CASE WHEN {speller.speller.condition(node, row)} THEN 1 ELSE 0 END" for node in parts]
    for field in (field for some in read for field in some):
        value = speller.speller.value(field, row)
        columns.append(dialect.json(value, field.type, nullable=True, column=False))
    where = speller.where(Read(entity, TRUE, (), key_slots=tuple(range(len(key)))), row)
    sql = f"SELECT {', '.join(columns) or '1'} FROM {speller.speller.table(entity)} AS {row}{where}"
    binders = tuple(binder(parameter, dialect, speller.encoders) for parameter in speller.speller.parameters)
    found = await fetch(sql, Statement(sql, binders).parameters(Inputs(key, asker, datetime.now(UTC))))
    if not found:
        return ()
    if not parts:
        return (Clause("there is such a row", True, {}),)
    values = list(found[0])
    rest = iter(values[len(parts) :])
    return tuple(
        Clause(english(part), bool(holds), {path_of(field): msgspec.json.decode(next(rest)) for field in some})
        for part, holds, some in zip(parts, values[: len(parts)], read, strict=True)
    )


def fields_of(node: object) -> Iterator[FieldOf]:
    """The fields that a condition reads of the row itself and of the rows its to-one relations lead to."""
    if isinstance(node, FieldOf):
        if _is_from_row(node.of):
            yield node
    elif isinstance(node, tuple):
        for item in node:  # pyright: ignore[reportUnknownVariableType] - nodes hold tuples of nodes
            yield from fields_of(item)  # pyright: ignore[reportUnknownArgumentType] - as above
    elif isinstance(node, Struct):
        for name in node.__struct_fields__:
            yield from fields_of(getattr(node, name))


def _is_from_row(row: object) -> bool:
    return isinstance(row, This) or (isinstance(row, Follow) and _is_from_row(row.of))


def path_of(field: FieldOf) -> str:
    """The path of a field as the rule writes it, without `self`: `customer.account_id`."""
    names = [field.field]
    row = field.of
    while isinstance(row, Follow):
        names.append(row.relation)
        row = row.of
    return ".".join(reversed(names))


def shown_values(values: dict[str, Any]) -> str:
    """What the row has, in brackets."""
    return f" ({', '.join(f'{name} is {value!r}' for name, value in values.items())})" if values else ""


def request_text(request: Request) -> str:
    """The request as it was sent."""
    return f"{request.method} {request.target}{'?' if request.query else ''}{request.query}"


def asker_text(asker: Asker) -> str:
    """Who asks, in words."""
    if asker.id is None:
        return "nobody (anonymous)"
    roles = f" with roles {', '.join(sorted(asker.roles))}" if asker.roles else ""
    key = "" if asker.name is None else f" by the API key {asker.name}"
    if asker.scopes is not None:
        key += f" limited to {', '.join(sorted(asker.scopes)) or 'nothing'}"
    return f"account {asker.id}{roles}{key}"


def _decision(status: int, rows: int, exists: bool | None, rules: Sequence[Tried], *, is_item: bool) -> str:
    if status in (401, 403):
        return "Refused: no rule lets this asker read it."
    if status not in (200, 404):
        return "Refused: the request itself is wrong."
    if not is_item:
        return f"Answered with {rows} row{'' if rows == 1 else 's'}: those for which a rule holds."
    if exists is False:
        return "Not found: there is no such row."
    if status == 404:
        if any(rule.outcome == "holds" for rule in rules):
            return "Not found: a rule would show the row, but a filter of the request leaves it out."
        return "Hidden: the row is there, but no rule holds for it, so to this asker it does not exist."
    return f"Shown by {', '.join(rule.rule for rule in rules if rule.outcome == 'holds')}."
