"""Rows as the application's own objects: JSON that the database made in, objects of the application's classes out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from backsmith.blueprint.asker import Asker
from backsmith.blueprint.blueprint import Entity, leads_to_one
from backsmith.blueprint.types import Json, List, Text, Type, is_file, plain_of
from backsmith.engine.code.plain import EMPTY, LOADED, SYSTEM
from backsmith.engine.values import converter
from backsmith.model.account import Account
from backsmith.model.declaration import key_of
from backsmith.model.entity import Entity as Model
from backsmith.model.files import File

_members = msgspec.json.Decoder(dict[str, msgspec.Raw])
_items = msgspec.json.Decoder(list[msgspec.Raw])
_text = msgspec.json.Decoder(str)

Loads = Mapping[str, "Loads"]
"""What is loaded of a row beside its own fields, as a tree: names of relations and of computed fields."""
NOTHING: Loads = {}


class Objects:
    """Makes objects of the application's classes."""

    def __init__(
        self, entities: Mapping[str, Entity], classes: Mapping[str, type[Model]], account: str | None = None
    ) -> None:
        """`account` names the entity of those who ask, where the application keeps them."""
        self.entities = entities
        self.classes = classes
        found = classes.get(account or "")
        self._account: type[Account] = found if found is not None and issubclass(found, Account) else Account

    def account(self, asker: Asker) -> Account | None:
        """Who asks, as far as their request tells: key and roles. None for nobody."""
        if asker.id is None:
            return None
        made = object.__new__(self._account)
        Account.__init__(made, roles=asker.roles)
        key = key_of(self._account)[0]
        made.__dict__ = {key: asker.id, **{n: v for n, v in made.__dict__.items() if n[0] == "_"}}
        return made

    def read(self, entity: Entity, row: str | bytes, loads: Loads = NOTHING, *, system: bool = False) -> Any:
        """The object of a row given as JSON. To-one relations lead to objects that hold their key.

        `system`: it was read without rules, which is noted, so that it is not shown as it is.
        """
        members = _members.decode(row)
        values: dict[str, Any] = {
            field.name: value_of(bytes(members[field.name]), plain_of(field.type))
            for field in entity.fields
            if field.name in members and (field.computed is None or field.name in loads)
        }
        empty: set[str] = set()
        for relation in entity.relations:
            if relation.deprecated is not None:
                continue  # the application's classes don't have it
            loaded = members.get(relation.name) if relation.name in loads else None
            if loaded is not None:
                target, inner = self.entities[relation.entity], loads[relation.name]
                if leads_to_one(relation):
                    is_none = bytes(loaded) == b"null"
                    values[relation.name] = None if is_none else self.read(target, bytes(loaded), inner, system=system)
                else:
                    rows = _items.decode(loaded)
                    values[relation.name] = [self.read(target, bytes(each), inner, system=system) for each in rows]
            elif relation.kind == "to_one" and all(name in values for name in relation.fields):
                target = self.entities[relation.entity]
                key = [values[name] for name in relation.fields]
                fields = dict(zip(relation.target_fields, key, strict=True))
                values[relation.name] = None if None in key else self.made(target, fields)
                if None in key:
                    empty.add(relation.name)
        if empty:
            values[EMPTY] = frozenset(empty)
        if loads:
            values[LOADED] = frozenset(loads)
        if system:
            values[SYSTEM] = True
        return self.made(entity, values)

    def made(self, entity: Entity, values: Mapping[str, Any]) -> Any:
        """An object that holds just these values."""
        made = object.__new__(self.classes[entity.name])
        if isinstance(made, Account):
            Account.__init__(made)  # roles come with requests, so an account that was read has none
            made.__dict__ = {name: value for name, value in made.__dict__.items() if name[0] == "_"}
        made.__dict__.update(values)
        return made


def value_of(raw: bytes, type: Type) -> Any:
    """The Python value of a field's canonical JSON."""
    if raw == b"null":
        return None
    if isinstance(type, Json):
        return msgspec.json.decode(raw, type=File if is_file(type) else Any)
    if isinstance(type, List):
        return [value_of(bytes(item), type.item) for item in _items.decode(raw)]
    text = _text.decode(raw) if raw.startswith(b'"') else raw.decode()
    return text if isinstance(type, Text) else converter(type, "eq")(text)
