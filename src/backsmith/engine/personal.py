"""What the application's rows say of a person (`Field.personal`): given to them, and erased.

In: an account's key. Out: the rows that lead to that account, each with its key and its personal fields; or the same
rows with something else in these fields. It is read and written as application code does it, without rules: what is
about a person is theirs to have, and to have forgotten. Hidden fields are erased, and not given.
"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from functools import reduce
from typing import Any, NamedTuple

import msgspec

from backsmith.blueprint.asker import NOBODY
from backsmith.blueprint.blueprint import Blueprint, Entity, Field
from backsmith.blueprint.types import Json, Text, is_file, plain_of
from backsmith.databases.json_values import json_writer
from backsmith.databases.transaction import Transaction
from backsmith.engine.code.data import ServerData
from backsmith.engine.code.session import Services, Session
from backsmith.engine.writing.defaults import constant
from backsmith.model.conditions import Path
from backsmith.model.declaration import key_of
from backsmith.model.entity import Entity as Model

Raw = msgspec.Raw
_RANDOM = 8
"""Bytes of what makes an erased value unlike every other."""


class About(NamedTuple):
    """Personal fields of an entity whose person is found on the same way."""

    entity: Entity
    of: tuple[str, ...]
    fields: tuple[Field, ...]


class Touched(NamedTuple):
    """A row that was erased."""

    entity: Entity
    key: tuple[Any, ...]
    values: Mapping[str, Raw]
    """What its personal fields hold now, as JSON."""


class PersonalRows:
    """The rows about a person."""

    def __init__(
        self,
        services: Callable[[], Services],
        blueprint: Blueprint,
        classes: Mapping[str, type[Model]],
        also: Callable[[Transaction, Touched], Awaitable[None]] | None = None,
    ) -> None:
        """`services` gives what the engine that answers at the moment works with; `classes` are the entities' own;
        `also` hears of each row that was erased, in the same transaction."""
        self._also = also
        self._services = services
        self._classes = classes
        self._abouts = list(abouts(blueprint))
        self._account = key_of(classes[blueprint.account or "Account"])[0]

    async def export(self, transaction: Transaction, key: Any) -> dict[str, list[dict[str, Raw]]]:
        """The rows by collection: keys and personal fields, as JSON."""
        found: dict[str, dict[tuple[Any, ...], dict[str, Raw]]] = {}
        data = self._data(transaction)
        for about in self._abouts:
            entity = about.entity
            keys = [field for field in entity.fields if field.name in entity.key]
            shown = [*keys, *(field for field in about.fields if not field.hidden)]
            rows = found.setdefault(entity.collection, {})
            async for row in self._rows(data, about, key):
                values = row.__dict__
                place = tuple(values[name] for name in entity.key)
                rows.setdefault(place, {}).update({each.name: json_of(values[each.name], each) for each in shown})
        return {collection: list(rows.values()) for collection, rows in found.items() if rows}

    async def erase(self, transaction: Transaction, key: Any, request_id: str) -> None:
        """Put something else into the personal fields of all rows about a person.

        Raises RequestError where a check or hook of the application refuses that.
        """
        data = self._data(transaction, request_id)
        for about in self._abouts:
            unique = {name for each in about.entity.uniques for name in each.fields}
            async for row in self._rows(data, about, key):
                values = {
                    field.name: erased(field, unique=field.unique or field.name in unique) for field in about.fields
                }
                await data.update(row, **values)
                place = tuple(row.__dict__[name] for name in about.entity.key)
                shown = {field.name: json_of(values[field.name], field) for field in about.fields}
                if self._also is not None:
                    await self._also(transaction, Touched(about.entity, place, shown))

    async def _rows(self, data: ServerData, about: About, key: Any) -> AsyncIterator[Any]:
        cls = self._classes[about.entity.name]
        path: Any = reduce(getattr, (*about.of, self._account), Path[Any](cls, ()))
        for row in await data.find(cls, path == key, limit=None):
            yield row

    def _data(self, transaction: Transaction, request_id: str = "") -> ServerData:
        session = Session(self._services(), NOBODY, request_id=request_id, transaction=transaction)
        return ServerData(session, NOBODY).as_system()


def abouts(blueprint: Blueprint) -> list[About]:
    """The personal fields of all tables, by entity and by the way to the person."""
    found: dict[tuple[str, tuple[str, ...]], list[Field]] = {}
    entities = {entity.name: entity for entity in blueprint.entities}
    for entity in blueprint.entities:
        for field in entity.fields:
            if field.personal is not None and field.personal.of is not None and not entity.view:
                found.setdefault((entity.name, field.personal.of), []).append(field)
    return [About(entities[name], of, tuple(fields)) for (name, of), fields in found.items()]


def erased(field: Field, *, unique: bool) -> Any:
    """What takes the place of the field's value, as a Python value; a `unique` one is unlike every other."""
    personal = field.personal
    if personal is None or personal.erased == "nothing":
        return None
    if personal.erased == "constant":
        return constant(personal.value, plain_of(field.type))
    type = plain_of(field.type)
    assert isinstance(type, Text)
    return _word(type, unique=unique)


def _word(type: Text, *, unique: bool) -> str:
    """The word "erased", made to fit the field; the top-level domain invalid is nobody's (RFC 2606)."""
    random = secrets.token_hex(_RANDOM)
    match type.format:
        case "email":
            word = f"erased-{random}@erased.invalid"
        case "url":
            word = f"https://erased.invalid/{random}" if unique else "https://erased.invalid/"
        case _:
            word = f"erased-{random}" if unique else "erased"
    longest = len(word) if type.max_length is None else type.max_length
    return word[:longest].ljust(type.min_length or 0, "-")


def json_of(value: Any, field: Field) -> Raw:
    """A value of a row as JSON."""
    type = plain_of(field.type)
    if isinstance(type, Json) or is_file(type):
        return Raw(msgspec.json.encode(value))
    return Raw(json_writer(type)(value).encode())
