"""Rows as the application's own objects, and its objects as JSON: `read_object` and `plain`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, cast
from uuid import UUID

import msgspec

from backsmith.blueprint.blueprint import Entity
from backsmith.blueprint.types import Json, List, Text, Type
from backsmith.databases.values import datetime_text, duration_text, microseconds, time_text
from backsmith.engine.values import converter
from backsmith.model.account import Account
from backsmith.model.entity import Entity as Model

_members = msgspec.json.Decoder(dict[str, msgspec.Raw])
_items = msgspec.json.Decoder(list[msgspec.Raw])
_text = msgspec.json.Decoder(str)


class Objects:
    """Makes objects of the application's classes."""

    def __init__(self, entities: Mapping[str, Entity], classes: Mapping[str, type[Model]]) -> None:
        self.entities = entities
        self.classes = classes

    def read(self, entity: Entity, row: str) -> Any:
        """The object of a row given as JSON. To-one relations lead to objects that hold their key."""
        members = _members.decode(row)
        computed = {field.name for field in entity.fields if field.computed is not None}
        values = {
            field.name: _value(bytes(members[field.name]), field.type)
            for field in entity.fields
            if field.name in members and field.name not in computed
        }
        for relation in entity.relations:
            if relation.kind == "to_one" and all(name in values for name in relation.fields):
                target = self.entities[relation.entity]
                key = [values[name] for name in relation.fields]
                fields = dict(zip(relation.target_fields, key, strict=True))
                values[relation.name] = None if None in key else self._made(target, fields)
        return self._made(entity, values)

    def _made(self, entity: Entity, values: Mapping[str, Any]) -> Any:
        made = object.__new__(self.classes[entity.name])
        if isinstance(made, Account):
            Account.__init__(made)  # roles come with requests, so an account that was read has none
        made.__dict__.update(values)
        return made


def _value(raw: bytes, type: Type) -> Any:
    if raw == b"null":
        return None
    if isinstance(type, Json):
        return msgspec.json.decode(raw)
    if isinstance(type, List):
        return [_value(bytes(item), type.item) for item in _items.decode(raw)]
    text = _text.decode(raw) if raw.startswith(b'"') else raw.decode()
    return text if isinstance(type, Text) else converter(type, "eq")(text)


NOTHING: Mapping[str, frozenset[str]] = {}


def plain(value: Any, hidden: Mapping[str, frozenset[str]] = NOTHING) -> Any:
    """`value` as what JSON has, in the canonical forms (docs/architecture.md, "Values"); of rows without what is
    `hidden`, by the names of their entities.
    """
    match value:
        case None | bool() | int() | float() | str() | Decimal() | msgspec.Raw():
            return value
        case datetime():
            return datetime_text(value)
        case date() | UUID():
            return str(value)
        case time():
            return time_text(value)
        case timedelta():
            return duration_text(microseconds(value))
        case bytes():
            return f"\\x{value.hex()}"
        case Model():
            left_out = hidden.get(type(value).__name__, ())
            return {
                name: plain(item, hidden)
                for name, item in value.__dict__.items()
                if not name.startswith("_") and name not in left_out and not isinstance(item, Model)  # its key is there
            }
        case msgspec.Struct():
            return {name: plain(getattr(value, name), hidden) for name in value.__struct_fields__}
        case Mapping():
            return {str(name): plain(item, hidden) for name, item in cast("Mapping[Any, Any]", value).items()}
        case list() | tuple() | set() | frozenset():
            return [plain(item, hidden) for item in cast("Iterable[Any]", value)]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {field.name: plain(getattr(value, field.name), hidden) for field in fields(value)}
        case _:
            raise TypeError(
                f"A {type(value).__name__} can't be sent as JSON. Return rows, dataclasses or plain values."
            )
