"""What a query asks for under names of an older version: `customers.surname`, and `customers.*` where everything is
asked for and something of that is of an older version."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from backsmith.engine.catalogue import Catalogue, Resource
from backsmith.engine.grammar.query import (
    Condition,
    EmbedPath,
    Filter,
    Is,
    Logic,
    Query,
    SelectAll,
    SelectEmbed,
    SelectField,
    SelectItem,
)

EVERYTHING = ".*"
"""The end of what is said of a query that may not mean anything older."""


def deprecated_in(query: Query, resource: Resource, catalogue: Catalogue) -> tuple[str, ...]:
    """What a query that was resolved uses, each once."""
    if not catalogue.deprecates:
        return ()
    return tuple(dict.fromkeys(_Using(catalogue).query(query, resource)))


class _Using:
    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._at: dict[EmbedPath, Resource] = {}

    def query(self, query: Query, resource: Resource) -> Iterator[str]:
        yield from self._items(query.select, resource, ())
        for where in query.where:
            yield from self._named(_names(where.condition), where.path)
        for order in query.order:
            for term in order.terms:
                path = order.path if term.relation is None else (*order.path, term.relation)
                yield from self._named((term.field.name,), path)
        yield from self._named((*(query.on_conflict or ()), *(query.columns or ())), ())

    def _items(self, items: Iterable[SelectItem], resource: Resource, path: EmbedPath) -> Iterator[str]:
        self._at[path] = resource
        for item in items:
            match item:
                case SelectAll():
                    if not resource.shapes.deprecated.isdisjoint(resource.fields):
                        yield resource.entity.collection + EVERYTHING
                case SelectField(field=field):
                    yield from self._named(() if field is None else (field.name,), path)
                case SelectEmbed():
                    yield from self._embed(item, resource, path)

    def _embed(self, item: SelectEmbed, resource: Resource, path: EmbedPath) -> Iterator[str]:
        relation = self._catalogue.relation(resource, item.relation, () if item.hint is None else (item.hint,))
        if relation.deprecated is not None or item.relation in self._catalogue.former:
            yield f"{resource.entity.collection}.{item.relation}"
        target = self._catalogue.resources[relation.entity]
        yield from self._items(item.items, target, (*path, item.alias or item.relation))

    def _named(self, names: Iterable[str], path: EmbedPath) -> Iterator[str]:
        resource = self._at.get(path)
        for name in names:
            if resource is not None and name in resource.shapes.deprecated:
                yield f"{resource.entity.collection}.{name}"


def _names(condition: Condition) -> Iterator[str]:
    match condition:
        case Filter(field=field) | Is(field=field):
            yield field.name
        case Logic(items=items):
            for item in items:
                yield from _names(item)
