"""The two shapes of an entity while an older version of it is answered too: which names stand for which.

An older name of a field (`alias`) is another way to the same column; whatever is given under it is taken as given under
the name of today, so that nothing after the body knows it. Fields whose values are others in the older shape stay what
they are: the database keeps both shapes alike as it writes, so what one shape's fields will be isn't known before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from backsmith.blueprint.blueprint import Entity, Pair, Relation


class Shapes:
    """What is known of one entity; nothing where no older version is answered."""

    def __init__(self, entity: Entity, pairs: tuple[Pair, ...]) -> None:
        columns = {field.name: field.column for field in entity.fields if field.computed is None}
        self.aliases: Mapping[str, str] = {
            pair.old[0]: pair.new[0]
            for pair in pairs
            if pair.old[0] in columns and columns[pair.old[0]] == columns.get(pair.new[0])
        }
        """Older names of fields, and those of today."""
        self.relation_aliases: Mapping[str, str] = dict(_relation_aliases(entity, self.aliases))
        """The same of relations."""
        self.deprecated = frozenset(
            [thing.name for thing in (*entity.fields, *entity.relations) if thing.deprecated is not None]
            + [field.name for field in entity.fields if field.deprecation is not None]
        )
        """Names that are of an older version, or that the model calls deprecated."""
        self.apart = tuple(pair for pair in pairs if pair.old[0] in columns and pair.old[0] not in self.aliases)
        """Fields of the two shapes that have values of their own."""
        self._others: dict[str, frozenset[str]] = {}
        for pair in self.apart:
            self._others.update(dict.fromkeys(pair.old, frozenset(pair.new)))
            self._others.update(dict.fromkeys(pair.new, frozenset(pair.old)))

    def others(self, names: Iterable[str]) -> frozenset[str]:
        """The fields of the other shape that the database sets where those of the one are written."""
        if not self._others:
            return _NONE
        return _NONE.union(*(self._others.get(name, _NONE) for name in names))

    @property
    def all_apart(self) -> frozenset[str]:
        """All fields that the database may set for another shape's."""
        return frozenset(self._others)

    def every_name(self, names: Sequence[str]) -> tuple[str, ...]:
        """Names of today, and the older ones of the same fields."""
        return (*names, *(old for old, new in self.aliases.items() if new in names))

    def today(self, names: Iterable[str]) -> tuple[str, ...]:
        """Names of fields as they are today."""
        return tuple(self.aliases.get(name, name) for name in names)


_NONE: frozenset[str] = frozenset()


def _relation_aliases(entity: Entity, aliases: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    """Older names of relations that lead the same way under a name of today."""
    current = {_way(relation): relation.name for relation in entity.relations if relation.deprecated is None}
    for relation in entity.relations:
        if relation.deprecated is not None and _way(relation) in current:
            yield relation.name, current[_way(relation)]


def _way(relation: Relation) -> tuple[object, ...]:
    return relation.kind, relation.entity, relation.fields, relation.target_fields, relation.through
