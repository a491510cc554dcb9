"""What application code gives to be written: mappings, or objects of its classes -> values by name.

Of an object those attributes count that were given, or changed since: defaults are left to be filled in, as for a
request, so that nobody needs a rule for a field that nobody wrote.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from backsmith.blueprint.blueprint import Entity as Noun
from backsmith.model.declaration import REQUIRED, attributes_of, key_of
from backsmith.model.defaults import Generated
from backsmith.model.entity import MADE, Entity


def given_values(row: Any, entity: Noun, entities: Mapping[str, Noun]) -> Mapping[str, Any]:
    """The values of a new row, an object or a mapping. Rows in it that have a key are pointed at or linked, others
    are made; rows of to-many relations are always made."""
    values: Mapping[str, Any] = _given(row) if isinstance(row, Entity) else row
    relations = {relation.name: relation for relation in entity.relations}
    found: dict[str, Any] = {}
    for name, value in values.items():
        relation = relations.get(name)
        if relation is None:
            found[name] = value
            continue
        target, made = entities[relation.entity], relation.kind == "to_many"
        if isinstance(value, list | tuple | set | frozenset):
            items = cast("list[Any]", value)
            found[name] = [_member(item, target, entities, made=made) for item in items]
        else:
            found[name] = _member(value, target, entities, made=made)
    return found


def _member(value: Any, entity: Noun, entities: Mapping[str, Noun], *, made: bool) -> Any:
    is_there = isinstance(value, Entity) and None not in (value.__dict__.get(name) for name in key_of(type(value)))
    if isinstance(value, Mapping) or (isinstance(value, Entity) and (made or not is_there)):
        return given_values(value, entity, entities)
    return value


def _given(row: Entity) -> dict[str, Any]:
    """The attributes that somebody gave the object."""
    own = row.__dict__
    made: Mapping[str, Any] = own.get(MADE, {})
    found: dict[str, Any] = {}
    for name, default in attributes_of(type(row)).items():
        if name not in own:
            continue
        value = own[name]
        filled = made.get(name, REQUIRED) is value if isinstance(default, Generated) else _same(value, default)
        if not filled:
            found[name] = value
    return found


def _same(value: Any, default: Any) -> bool:
    return default is not REQUIRED and type(value) is type(default) and value == default
