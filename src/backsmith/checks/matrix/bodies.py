"""Bodies of requests that write: the values of a row that is there, fresh where they have to be unique.

A new row is a copy of one that keeps all constraints, so that nothing but a rule should speak against it.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast
from uuid import uuid4

from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.blueprint.blueprint import Entity, Field
from backsmith.blueprint.expressions import Literal
from backsmith.blueprint.subset.constants import value_of
from backsmith.blueprint.types import List
from backsmith.checks.matrix.ground import Ground
from backsmith.checks.matrix.values import CantMakeError, Making, unique_form
from backsmith.checks.matrix.world import uniques_of
from backsmith.evolution.access_changes.meaning import WorldRow

UNUSED = 20_000
"""So far from the keys that are there is one that isn't, and that the database hands out to none either."""


def given_of_new(entity: Entity, *more: str) -> tuple[str, ...]:
    """The fields that a new row has to give, and `more`."""
    needed = [
        field.name
        for field in entity.fields
        if field.computed is None and not field.identity and not field.nullable and field.default is None
    ]
    return tuple(dict.fromkeys([*needed, *more]))


def fresh_values(ground: Ground, entity: Entity, base: WorldRow, asker: Asker) -> dict[str, Any] | None:
    """The values of `base` with others where a unique field or key would be taken, its own account first where one is
    asked for; None where none were found."""
    values = dict(base.values)
    making = Making((), random.Random(len(ground.found)))
    pointing = {name for relation in entity.relations if relation.kind == "to_one" for name in relation.fields}
    for names in uniques_of(entity):
        taken = frozenset(unique_form(row.values[name] for name in names) for row in ground.rows(entity))
        if unique_form(values[name] for name in names) not in taken or any(values[name] is None for name in names):
            continue
        own = [name for name in names if name not in pointing]
        if own:
            field = _field(entity, own[0])
            if field.identity:
                values[field.name] += UNUSED
                continue
            try:
                values[field.name] = making.of(field, unlike=frozenset(form[names.index(own[0])] for form in taken))
            except CantMakeError:
                return None
        elif not _repoint(ground, entity, names, values, taken, asker):
            return None
    return values


def _repoint(
    ground: Ground,
    entity: Entity,
    names: Sequence[str],
    values: dict[str, Any],
    taken: frozenset[tuple[Any, ...]],
    asker: Asker,
) -> bool:
    """Whether the foreign keys of a unique key could be made to point elsewhere."""
    for relation in entity.relations:
        if relation.kind != "to_one" or not set(relation.fields) <= set(names):
            continue
        user = ground.expecting.user(asker)
        for target in sorted(ground.expecting.world.rows[relation.entity], key=lambda row: row is not user):
            tried = dict(values)
            for name, there in zip(relation.fields, relation.target_fields, strict=True):
                tried[name] = target.values[there]
            if unique_form(tried[name] for name in names) not in taken:
                values.update(tried)
                return True
    return False


def new_row(ground: Ground, entity: Entity, values: Mapping[str, Any], given: Iterable[str], asker: Asker) -> WorldRow:
    """The row that a create with these fields of `values` makes, as far as it can be known before."""
    names = set(given)
    row = WorldRow(entity.name)
    for field in entity.fields:
        if field.computed is None:
            row.values[field.name] = values[field.name] if field.name in names else default_of(field, asker)
    ground.expecting.world.link(row)
    for relation in entity.relations:
        if relation.kind != "to_one":
            row.links[relation.name] = None if relation.unique else []
    return row


def default_of(field: Field, asker: Asker) -> Any:
    """What a field has where nothing is given."""
    default = field.default
    if default is None:
        return None
    match default.kind:
        case "constant":
            if isinstance(field.type, List) or default.value is None:
                return default.value
            return value_of(Literal(default.value, field.type))
        case "now":
            return datetime.now(UTC)
        case "today":
            return datetime.now(UTC).date()
        case "uuid4" | "uuid7":
            return uuid4()
        case "current_user":
            return asker.id
        case "empty_list":
            return []
        case "sql":
            return None


def body_of(ground: Ground, entity: Entity, values: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Values as JSON. Those of rows that are there are as the API writes them."""
    return {name: json_of(ground, entity, name, values[name]) for name in names}


def json_of(ground: Ground, entity: Entity, name: str, value: Any) -> Any:
    """A value of a field as a body has it."""
    if value is None or isinstance(value, bool | int | str):
        return value
    for row in ground.rows(entity):
        if row.values[name] == value:
            return ground.truth.body(row, entity.key)[name]
    plain = isinstance(value, float | list | dict)
    return cast("Any", value) if plain else str(value)


def body_of_new(ground: Ground, entity: Entity, base: WorldRow, names: Iterable[str]) -> dict[str, Any]:
    """The body of a row like `base`."""
    values = fresh_values(ground, entity, base, NOBODY) or base.values
    return body_of(ground, entity, values, names)


def _field(entity: Entity, name: str) -> Field:
    return next(field for field in entity.fields if field.name == name)
