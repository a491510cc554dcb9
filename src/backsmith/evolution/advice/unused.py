"""Indexes that are of no use: those that nothing reads by, and those that another one makes superfluous.

What keeps rows unique or belongs to a foreign key is never among the unused. PostgreSQL counts how often an index is
used; elsewhere the plans of the requests that were served tell, and an index by which a rule looks for rows stays.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from backsmith.blueprint.blueprint import Blueprint, Entity
from backsmith.blueprint.expressions import FieldOf, Follow, Node
from backsmith.blueprint.trees import walk
from backsmith.databases.schema import Table, TableIndex
from backsmith.databases.served import Served
from backsmith.databases.trials import IndexUse, Trial
from backsmith.errors import DatabaseError
from backsmith.evolution.advice.advice import Advice
from backsmith.evolution.advice.candidates import existing, index_call
from backsmith.evolution.advice.english import size_of
from backsmith.evolution.advice.measuring import WHICH
from backsmith.evolution.advice.values import Values


def duplicates(entity: Entity, table: Table, desired: Table, uses: Mapping[str, IndexUse]) -> Iterator[Advice]:
    """Indexes of which another one has all the columns, and first; of two that are the same, the model's stays."""
    own = {index.name for index in desired.indexes}
    plain = [index for index in table.indexes if index.where is None and index.method is None]
    plain.sort(key=lambda index: index.name not in own)
    for number, index in enumerate(plain):
        if index.unique:
            continue
        size = len(index.columns)
        others = [each for each in existing(table) if each != index.columns and each[:size] == index.columns]
        same = any(each.columns == index.columns and (each.unique or at < number) for at, each in enumerate(plain))
        same = same or index.columns in (table.primary_key, *(unique.columns for unique in table.uniques))
        if not (others or same):
            continue
        fields = fields_of(entity, index)
        covering = index.columns if same else others[0]
        yield Advice(
            kind="duplicate",
            entity=entity.name,
            fields=fields,
            line=way_out(entity, index, fields),
            reason=f"The one on {', '.join(covering)} serves wherever this one does.",
            index=index.name,
            cost=_cost(uses.get(index.name)),
        )


async def unused(
    entity: Entity,
    table: Table,
    uses: Mapping[str, IndexUse],
    needed: frozenset[str],
    blueprint: Blueprint,
    served: Sequence[Served],
    *,
    now: datetime,
    age: timedelta,
) -> list[Advice]:
    """Indexes that nothing used for so long. `needed` are those that the plans of the served requests use."""
    since = min((each.since for each in served), default=None)
    found: list[Advice] = []
    for index in table.indexes:
        use = uses.get(index.name)
        if index.unique or use is None or index.name in needed or _supports_foreign_key(index, table):
            continue
        if use.scans is None:
            if since is None or now - since < age or _in_rules(entity, index, blueprint):
                continue
            reason = f"No request of {_period(since, now)} was planned by it."
            if blueprint.actions or blueprint.queries or blueprint.routes or blueprint.hooks:
                reason += " The application's own functions aren't counted: look there first."
        else:
            if use.scans or use.since is None or now - use.since < age:
                continue
            reason = (
                f"The database has not read by it once in {_period(use.since, now)}; if it is newer than that, wait."
            )
        fields = fields_of(entity, index)
        found.append(
            Advice(
                kind="unused",
                entity=entity.name,
                fields=fields,
                line=way_out(entity, index, fields),
                reason=reason,
                index=index.name,
                cost=_cost(use),
            )
        )
    return found


async def used_by(trial: Trial, values: Values, served: Sequence[Served]) -> frozenset[str]:
    """The names of the indexes that the plans of the statements use."""
    found: set[str] = set()
    for each in served:
        for which in WHICH:
            params = await values.parameters(each, which)
            if params is not None:
                try:
                    found |= await trial.used_by(each.sql, params)
                except DatabaseError:
                    continue
    return frozenset(found)


def fields_of(entity: Entity, index: TableIndex) -> tuple[str, ...]:
    """The terms of an index as the model names them."""
    names = {field.column: field.name for field in entity.fields if field.computed is None}
    found: list[str] = []
    for term in index.columns:
        column = term.removeprefix("-")
        found.append(("-" if term != column else "") + names.get(column, column))
    return tuple(found)


def way_out(entity: Entity, index: TableIndex, fields: tuple[str, ...]) -> str:
    """How to be rid of an index."""
    if any(each.fields == fields for each in entity.indexes):
        return f"Take {index_call(entity, fields)} out of {entity.name}."
    if any(field.indexed and (field.name,) == fields for field in entity.fields):
        return f"Take Indexed from {entity.name}.{fields[0]}."
    return f'The model doesn\'t have it: DROP INDEX "{index.name}".'


def _supports_foreign_key(index: TableIndex, table: Table) -> bool:
    return any(set(index.columns[: len(key.columns)]) == set(key.columns) for key in table.foreign_keys)


def _in_rules(entity: Entity, index: TableIndex, blueprint: Blueprint) -> bool:
    """Whether a rule looks at the first field of the index."""
    first = fields_of(entity, index)[0].removeprefix("-")
    conditions = (rule.condition for each in blueprint.entities for rule in each.rules)
    return any((entity.name, first) in _looked_at(condition, blueprint) for condition in conditions)


def _looked_at(condition: Node, blueprint: Blueprint) -> set[tuple[str, str]]:
    relations = {(entity.name, each.name): each.fields for entity in blueprint.entities for each in entity.relations}
    found: set[tuple[str, str]] = set()
    for part in walk(condition):
        if isinstance(part, FieldOf):
            found.add((part.of.entity, part.field))
        elif isinstance(part, Follow):
            found.update((part.of.entity, name) for name in relations[part.of.entity, part.relation])
    return found


def _period(since: datetime, now: datetime) -> str:
    days = (now - since).days
    return f"{days} days" if days != 1 else "1 day"


def _cost(use: IndexUse | None) -> str:
    return "" if use is None or use.bytes is None else f"It takes {size_of(use.bytes)}, and work at each write."
