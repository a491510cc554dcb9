"""What functions return -> JSON, rows as who asks may see them.

Rows that were read under the rules hold nothing else. Those that were read or written as the system are read once more
by the rules before they are shown; one that may not be seen at all is left out of a list, and null alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any, cast

import msgspec

from backsmith.engine.code.data import ServerData
from backsmith.engine.code.plain import LOADED, SYSTEM, Hidden, encode, plain
from backsmith.model.conditions import Comparison, Path
from backsmith.model.entity import Entity

_GONE: Any = object()


async def json_of(result: Any, data: ServerData, hidden: Hidden) -> bytes:
    """The JSON of what a function returned; `data` is that of who asks."""
    return encode(await shown(result, data, hidden))


async def shown(result: Any, data: ServerData, hidden: Hidden) -> Any:
    """What a function returned as what JSON has."""
    secret = list(_system_rows(result))
    if secret:
        result = _replaced(result, await _seen(secret, data))
    return plain(result, hidden)


def _system_rows(value: Any) -> Iterator[Entity]:
    match value:
        case Entity():
            if value.__dict__.get(SYSTEM):
                yield value
            else:
                for item in value.__dict__.values():
                    if isinstance(item, Entity | list):
                        yield from _system_rows(item)
        case _:
            for item in _parts(value):
                yield from _system_rows(item)


def _parts(value: Any) -> Iterable[Any]:
    match value:
        case Mapping():
            return cast("Mapping[Any, Any]", value).values()
        case list() | tuple() | set() | frozenset():
            return cast("Iterable[Any]", value)
        case msgspec.Struct():
            return [getattr(value, name) for name in value.__struct_fields__]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return [getattr(value, field.name) for field in fields(value)]
        case _:
            return ()


async def _seen(rows: list[Entity], data: ServerData) -> dict[int, Any]:
    """By the rows' identity: the rows as who asks may see them."""
    seen: dict[int, Any] = {}
    groups: dict[tuple[type[Entity], frozenset[str]], list[Entity]] = {}
    for row in rows:
        groups.setdefault((type(row), row.__dict__.get(LOADED, frozenset())), []).append(row)
    for (entity, loaded), some in groups.items():
        names = data.key_of(entity)
        if len(names) == 1:
            keys = tuple(row.__dict__.get(names[0]) for row in some)
            found = await data.find(entity, Comparison(Path(entity, names), "in", keys), load=tuple(loaded))
            by_key = {row.__dict__[names[0]]: row for row in found}
            seen |= {id(row): by_key.get(row.__dict__.get(names[0]), _GONE) for row in some}
            continue
        for row in some:
            key = tuple(row.__dict__.get(name) for name in names)
            there = await data.get(entity, key, load=tuple(loaded)) if names and None not in key else None
            seen[id(row)] = _GONE if there is None else there
    return seen


def _replaced(value: Any, seen: Mapping[int, Any]) -> Any:
    """The value with rows in place of those that were read as the system."""
    match value:
        case Entity():
            found = seen.get(id(value), value)
            return None if found is _GONE else found
        case Mapping():
            items = cast("Mapping[Any, Any]", value).items()
            return {name: _replaced(item, seen) for name, item in items}
        case list() | tuple() | set() | frozenset():
            items = cast("Iterable[Any]", value)
            return [_replaced(item, seen) for item in items if seen.get(id(item)) is not _GONE]
        case msgspec.Struct():
            names = zip(value.__struct_fields__, value.__struct_encode_fields__, strict=True)
            return {key: _replaced(getattr(value, name), seen) for name, key in names}
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {field.name: _replaced(getattr(value, field.name), seen) for field in fields(value)}
        case _:
            return value
