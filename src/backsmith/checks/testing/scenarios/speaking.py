"""Names in scenarios: `{first}` stands for the key of a row, `{first.total}` for a value of it.

In: values and addresses as they were written. Out: the same with what the names stand for. Where a member is a relation
to one, the name of a row alone will do: `customer: ada`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import quote

from backsmith.blueprint.blueprint import Entity

_NAME = re.compile(r"\{([^{}.]+)(?:\.([^{}]+))?\}")


class UnknownNameError(Exception):
    """No row has that name."""


class Names:
    """What is called what."""

    def __init__(self, entities: Mapping[str, Entity]) -> None:
        """`entities` are those of the application, by name."""
        self._entities = entities
        self._rows: dict[str, tuple[Entity, dict[str, Any]]] = {}

    def call(self, name: str, entity: Entity, row: dict[str, Any]) -> None:
        """Remember a row by its name."""
        self._rows[name] = (entity, row)

    def knows(self, name: str, entity: str | None = None) -> bool:
        """Whether there is a row of that name, of that entity."""
        return name in self._rows and entity in (None, self._rows[name][0].name)

    def key(self, name: str) -> Any:
        """The key of a row. Raises UnknownNameError. Several parts are a text with commas between them."""
        if name not in self._rows:
            raise UnknownNameError(f"No row is called '{name}'.")
        entity, row = self._rows[name]
        parts = [row[field] for field in entity.key]
        return parts[0] if len(parts) == 1 else ",".join(map(str, parts))

    def target(self, text: str) -> str:
        """An address with its names replaced."""
        return _NAME.sub(lambda found: quote(str(self._meant(found)), safe=","), text)

    def value(self, value: Any, entity: Entity | None = None) -> Any:
        """A value with its names replaced; `entity` is that of which it is a row, where that is known."""
        match value:
            case str():
                whole = _NAME.fullmatch(value)
                return self._meant(whole) if whole else _NAME.sub(lambda found: str(self._meant(found)), value)
            case dict():
                items = cast("dict[str, Any]", value).items()
                return {name: self._member(name, each, entity) for name, each in items}
            case list():
                return [self.value(each, entity) for each in cast("list[Any]", value)]
            case _:
                return value

    def _member(self, name: str, value: Any, entity: Entity | None) -> Any:
        relation = None if entity is None else next((each for each in entity.relations if each.name == name), None)
        if relation is None:
            return self.value(value)
        if isinstance(value, list):
            return [self._related(each, relation.entity) for each in cast("list[Any]", value)]
        return self._related(value, relation.entity)

    def _related(self, value: Any, entity: str) -> Any:
        if isinstance(value, str) and self.knows(value, entity):
            return self.key(value)
        return self.value(value, self._entities[entity])

    def _meant(self, found: re.Match[str]) -> Any:
        name, member = found[1], found[2]
        if member is None:
            return self.key(name)
        if name not in self._rows or member not in self._rows[name][1]:
            raise UnknownNameError(f"No row is called '{name}' and has '{member}'.")
        return self._rows[name][1][member]
