"""What to write: rows to make others like, fields to give with what has to be given, values to set fields to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from backsmith.blueprint.asker import Asker
from backsmith.blueprint.blueprint import Entity, Field, Rule
from backsmith.blueprint.expressions import FieldOf, Follow, This
from backsmith.blueprint.trees import walk
from backsmith.blueprint.types import is_file
from backsmith.checks.matrix.bodies import given_of_new, new_row
from backsmith.checks.matrix.computing import may_be_written
from backsmith.checks.matrix.ground import Ground
from backsmith.evolution.access_changes.meaning import WorldRow

BASES = 3
"""Rows that new ones are made like, of those that may be made and those that may not; more if rules tell more apart."""
VALUES = 3
"""Values that a field of a row is set to, at most."""


def bases_of(ground: Ground, entity: Entity, asker: Asker) -> list[WorldRow]:
    """Rows to make others like: one of each kind that rules tell apart, and else as many that the asker may make as
    that they may not."""
    expecting, names = ground.expecting, given_of_new(entity)
    kinds: dict[tuple[object, ...], list[WorldRow]] = {}
    rules = [replace(rule, needs_user=False) for rule in entity.rules]  # nobody is refused by that alone, or isn't
    for row in ground.rows(entity):
        can = any(expecting.leads(rule, asker, row) for rule in rules)
        kind = can, *(expecting.holds(rule, asker, row) for rule in rules)
        kinds.setdefault(kind, []).append(row)
    firsts = [rows[0] for rows in kinds.values()]
    ordered = [*firsts, *(row for row in ground.rows(entity) if row not in firsts)]
    may = {id(row): expecting.may(asker, "create", row, names) for row in ordered}
    chosen: list[WorldRow] = []
    for granted in (True, False):
        some = [row for row in ordered if may[id(row)] is granted]
        chosen += some[: max(BASES, sum(row in some for row in firsts))]
    return chosen


def telling(ground: Ground, entity: Entity, values: Mapping[str, Any], asker: Asker) -> list[tuple[str, ...]]:
    """For each rule that doesn't hold for what has to be given alone: what it looks at, if it holds with that."""
    bare = new_row(ground, entity, values, given_of_new(entity), asker)
    found: list[tuple[str, ...]] = []
    for rule in entity.rules:
        names = tuple(name for name in _looked_at(ground, entity, rule) if name not in given_of_new(entity))
        if names and names not in found and not ground.expecting.holds(rule, asker, bare):
            row = new_row(ground, entity, values, given_of_new(entity, *names), asker)
            if ground.expecting.holds(rule, asker, row):
                found.append(names)
    return found


def _looked_at(ground: Ground, entity: Entity, rule: Rule) -> list[str]:
    """The fields of a row that a rule looks at, and that can be given."""
    parts = list(walk(ground.expecting.written(entity.name, rule)))
    read = {part.field for part in parts if isinstance(part, FieldOf) and isinstance(part.of, This)}
    followed = {part.relation for part in parts if isinstance(part, Follow) and isinstance(part.of, This)}
    for relation in entity.relations:
        if relation.name in followed:
            read.update(relation.fields)
    return [field.name for field in written_of(entity) if field.name in read]


def written_of(entity: Entity) -> list[Field]:
    """The fields that a request can write, but for files."""
    return [field for field in entity.fields if may_be_written(field) and not field.hidden and not is_file(field.type)]


def others_of(ground: Ground, entity: Entity, field: Field, row: WorldRow | None) -> Iterator[Any]:
    """Values to set: the row's own, those of other rows, null."""
    own = [] if row is None else [row.values[field.name]]
    found: list[Any] = list(own)
    unique = field.unique or field.name in entity.key
    for each in () if unique else ground.rows(entity):
        value = each.values[field.name]
        if value not in found:
            found.append(value)
    yield from found[:VALUES]
