"""What a new row has where nothing is given: constants, this instant, new UUIDs, whoever asks."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from backsmith.blueprint.blueprint import Entity, Field
from backsmith.blueprint.types import Boolean, Float, Integer, Json, List, Text, Type, plain_of
from backsmith.blueprint.types import Enum as EnumType
from backsmith.engine.shapes import Shapes
from backsmith.engine.values import scalar
from backsmith.engine.writing.refusals import nobody
from backsmith.engine.writing.work import Work
from backsmith.model.defaults import new_uuid7

Maker = Callable[[Work], Any]


class Defaults:
    """The defaults of an entity that the engine fills in; those in SQL are left to the database."""

    def __init__(self, entity: Entity, shapes: Shapes) -> None:
        kept_alike = {name for pair in shapes.apart for name in pair.old}
        makers = (
            (field.name, _maker(entity, field))
            for field in entity.fields
            if field.name not in kept_alike and field.name not in shapes.aliases
        )
        self._makers: tuple[tuple[str, Maker], ...] = tuple((name, made) for name, made in makers if made is not None)
        self._shapes = shapes
        self.missing = frozenset(
            field.name
            for field in entity.fields
            if field.identity or (field.default is not None and field.default.kind == "sql")
        ).union(shapes.all_apart)
        """Fields that the database fills in."""

    def filled(self, values: Mapping[str, Any], work: Work) -> dict[str, Any]:
        """The values with those that are absent and have a default.

        Raises RequestError UNAUTHENTICATED where that is whoever asks, and nobody is signed in.
        """
        filled = dict(values)
        others = self._shapes.others(values)
        for name, make in self._makers:
            if name not in filled and name not in others:
                filled[name] = make(work)
        return filled


def _maker(entity: Entity, field: Field) -> Maker | None:
    default = field.default
    if default is None or field.computed is not None:
        return None
    match default.kind:
        case "constant":
            value = constant(default.value, plain_of(field.type))
            return lambda _: value
        case "now":
            return lambda work: work.now
        case "today":
            return lambda work: work.now.date()
        case "uuid7":
            return lambda _: new_uuid7()
        case "uuid4":
            return lambda _: uuid.uuid4()
        case "empty_list":
            return lambda _: []
        case "current_user":
            return _current_user(entity, field)
        case "sql":
            return None


def _current_user(entity: Entity, field: Field) -> Maker:
    def make(work: Work) -> Any:
        if work.asker.id is None and not field.nullable:
            raise nobody(entity, field.name)
        return work.asker.id

    return make


def constant(value: Any, type: Type) -> Any:
    """A constant of the blueprint as a Python value of the type: decimals, times and UUIDs are texts there."""
    match type:
        case _ if value is None:
            return None
        case Json():
            return msgspec.Raw(msgspec.json.encode(value))
        case List(item):
            return [constant(each, item) for each in value]
        case Text() | EnumType() | Integer() | Boolean() | Float():
            return value
        case _:
            return scalar(type)(str(value))
