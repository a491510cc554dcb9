"""Why a reading request is answered as it is: which rules were tried, which clause failed for which row, the SQL.

`explain` walks the same spine as the server (read, authorize, plan), then asks the database about each clause of each
rule for the very row, rules aside. For whoever runs the server: it shows what the asker may not see.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec
from msgspec import Struct

from backsmith.blueprint.asker import Asker
from backsmith.blueprint.blueprint import Entity, Location, Rule
from backsmith.blueprint.english import clauses, english
from backsmith.blueprint.expressions import FALSE, TRUE, FieldOf, Follow, Node, This
from backsmith.databases.database import Database
from backsmith.engine.access import AskerKind, decided
from backsmith.engine.planning.plan import Read
from backsmith.engine.planning.plans import PlanKey
from backsmith.engine.reading import Asked
from backsmith.engine.request import Request
from backsmith.engine.spelling.binding import Inputs, Statement, binder
from backsmith.engine.spelling.row_speller import RowSpeller
from backsmith.engine.spine import Engine
from backsmith.errors import RequestError

Outcome = Literal["holds", "fails", "decides by row", "can't apply"]


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
        request=f"{request.method} {request.target}{'?' if request.query else ''}{request.query}",
        asker=_asker(asker),
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
    entity = asked.resource.entity
    condition = decided(rule, kind)
    outcome: Outcome
    found: tuple[Clause, ...] = ()
    if rule.needs_user and kind.anonymous:
        outcome, reason = "can't apply", "it asks who the user is, and nobody is signed in"
    elif condition == TRUE:
        outcome, reason = "holds", "it holds for every row"
    elif condition == FALSE:
        outcome, reason = "fails", "it can't hold for this user, whatever the row"
    else:
        parts = clauses(rule.condition)
        if exists:
            found = await _clauses(engine, database, asked, inputs, entity, parts)
            failed = [clause for clause in found if not clause.holds]
            outcome = "fails" if failed else "holds"
            reason = "; ".join(f"not so: {clause.english}{_shown(clause.values)}" for clause in failed)
        else:
            found = tuple(Clause(english(part), None, {}) for part in parts)
            outcome = "decides by row"
            reason = "there is no such row" if exists is False else "it is part of the statement's WHERE"
    return Tried(rule.name, english(rule.condition), rule.fields, outcome, reason, found, rule.location)


async def _clauses(
    engine: Engine, database: Database, asked: Asked, inputs: Inputs, entity: Entity, parts: Sequence[Node]
) -> tuple[Clause, ...]:
    fields = [list(dict.fromkeys(fields_of(part))) for part in parts]
    row = await _ask(engine, database, asked, inputs, parts, [field for some in fields for field in some])
    values = list(row[0])
    outcomes, rest = values[: len(parts)], iter(values[len(parts) :])
    return tuple(
        Clause(english(part), bool(holds), {path_of(field): msgspec.json.decode(next(rest)) for field in some})
        for part, holds, some in zip(parts, outcomes, fields, strict=True)
    )


async def _ask(
    engine: Engine,
    database: Database,
    asked: Asked,
    inputs: Inputs,
    conditions: Sequence[Node],
    fields: Sequence[FieldOf] = (),
) -> Sequence[Any]:
    """Of the row with the asked key, rules aside: whether conditions hold, and the JSON of fields."""
    dialect, entity = database.dialect, asked.resource.entity
    speller = RowSpeller(dialect, engine.catalogue.entities)
    row = speller.speller.alias("t")
    columns = [f"CASE WHEN {speller.speller.condition(node, row)} THEN 1 ELSE 0 END" for node in conditions]
    for field in fields:
        value = speller.speller.value(field, row)
        columns.append(dialect.json(value, field.type, nullable=True, column=False))
    slots = tuple(range(asked.query_values, asked.query_values + asked.key_parts))
    where = speller.where(Read(entity, TRUE, (), key_slots=slots), row)
    sql = f"SELECT {', '.join(columns) or '1'} FROM {speller.speller.table(entity)} AS {row}{where}"
    binders = tuple(binder(parameter, dialect, speller.encoders) for parameter in speller.speller.parameters)
    return await database.fetch(sql, Statement(sql, binders).parameters(inputs))


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


def _shown(values: dict[str, Any]) -> str:
    return f" ({', '.join(f'{name} is {value!r}' for name, value in values.items())})" if values else ""


def _asker(asker: Asker) -> str:
    if asker.id is None:
        return "nobody (anonymous)"
    roles = f" with roles {', '.join(sorted(asker.roles))}" if asker.roles else ""
    return f"account {asker.id}{roles}"


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
