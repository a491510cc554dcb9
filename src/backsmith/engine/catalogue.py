"""The blueprint, indexed for requests: collections, fields and relations by the names a request may use.

Made once at the start; a request only looks up. Unknown names are refused with the nearest known one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches

from backsmith import errors
from backsmith.blueprint.blueprint import Blueprint, Entity, Field, Pair, Query, Relation
from backsmith.engine.shapes import Shapes
from backsmith.errors import RequestError


def did_you_mean(name: str, known: Iterable[str]) -> str | None:
    """A hint naming the nearest of `known`, or None."""
    close = get_close_matches(name, list(known), n=1, cutoff=0.6)
    return f"Did you mean '{close[0]}'?" if close else None


class Resource:
    """An entity with its names indexed."""

    def __init__(self, entity: Entity, entities: Mapping[str, Entity], pairs: tuple[Pair, ...] = ()) -> None:
        """`pairs` are fields that hold the same in an older shape and in this one."""
        self.entity = entity
        self.fields: Mapping[str, Field] = {field.name: field for field in entity.fields if not field.hidden}
        self.stored: Mapping[str, Field] = {field.name: field for field in entity.fields}
        self.relations: Mapping[str, Relation] = {
            relation.name: relation
            for relation in entity.relations
            if not is_hidden(relation, entity, entities[relation.entity])
        }
        self.hidden = frozenset(
            {field.name for field in entity.fields if field.hidden}
            | {relation.name for relation in entity.relations if relation.name not in self.relations}
        )
        """Names of fields and relations that never leave."""
        self.key: tuple[Field, ...] = tuple(self.stored[name] for name in entity.key)
        self.shapes = Shapes(entity, pairs)
        self.deprecates = entity.deprecated is not None or bool(self.shapes.deprecated)
        """Whether anything of it is of an older version, or deprecated."""

    def field(self, name: str) -> Field:
        """The field of that name that may be asked for at all.

        Raises RequestError UNKNOWN_FIELD; a hidden field is as unknown as one that isn't there.
        """
        try:
            return self.fields[name]
        except KeyError:
            collection = self.entity.collection
            message = f"column {collection}.{name} does not exist"
            raise RequestError(
                errors.UNKNOWN_FIELD, message, hint=did_you_mean(name, self.fields), details=None
            ) from None


def is_hidden(relation: Relation, here: Entity, there: Entity) -> bool:
    """Whether the relation would tell the values of a hidden field: of its foreign key, or of what that points at.
    A hidden key says nothing by being pointed at."""
    ends = [(here, relation.fields, relation.kind == "to_one"), (there, relation.target_fields, False)]
    if relation.kind == "to_many":
        ends = [(here, relation.fields, False), (there, relation.target_fields, True)]
    return any(
        field.hidden and field.name in names and (points or field.name not in entity.key)
        for entity, names, points in ends
        for field in entity.fields
    )


class Catalogue:
    """All that can be asked for by name."""

    def __init__(self, blueprint: Blueprint) -> None:
        self.blueprint = blueprint
        self.entities: Mapping[str, Entity] = {entity.name: entity for entity in blueprint.entities}
        pairs = () if blueprint.expansion is None else blueprint.expansion.pairs
        self.resources: Mapping[str, Resource] = {
            entity.name: Resource(entity, self.entities, tuple(pair for pair in pairs if pair.entity == entity.name))
            for entity in blueprint.entities
        }
        self.collections: dict[str, Resource] = {
            entity.collection: self.resources[entity.name] for entity in blueprint.entities if not entity.private
        }
        self.former: dict[str, str] = {}
        """Collections' names of an older version, and what they are called now; what is gone without a successor is
        called as ever."""
        for entity in blueprint.entities:
            if entity.deprecated and not entity.private:
                self.former[entity.collection] = entity.collection
            for name in entity.former_collections if not entity.private else ():
                self.former[name] = entity.collection
                self.collections.setdefault(name, self.resources[entity.name])
        self.deprecates = bool(self.former) or any(resource.deprecates for resource in self.resources.values())
        """Whether anything is of an older version, or deprecated."""
        self.queries: Mapping[str, Query] = {query.name: query for query in blueprint.queries}

    def collection(self, name: str) -> Resource:
        """The resource served as `name`. Raises RequestError UNKNOWN_COLLECTION."""
        try:
            return self.collections[name]
        except KeyError:
            raise RequestError(
                errors.UNKNOWN_COLLECTION,
                f"Could not find the collection '{name}'",
                hint=did_you_mean(name, self.collections),
            ) from None

    def relation(self, resource: Resource, name: str, hints: tuple[str, ...]) -> Relation:
        """The relation of `resource` that an embed means: by relation name, or by the collection at its other end,
        narrowed by hints (a relation, a foreign key field, or a join table's name).

        Raises RequestError UNKNOWN_RELATION, or AMBIGUOUS_RELATION with the embeds to choose from.
        """
        known = resource.relations.values()
        named = resource.relations.get(name)
        if named is not None and not hints:
            return self._reachable(resource, name, (named,))
        matches = [r for r in known if name in self._names(resource, r)]
        for hint in hints:
            matches = [r for r in matches if hint in self._hints(resource, r)]
        declared = [r for r in matches if not r.implicit]
        current = [r for r in declared or matches if r.deprecated is None]
        return self._reachable(resource, name, tuple(current or declared or matches))

    def _names(self, resource: Resource, relation: Relation) -> tuple[str, ...]:
        foreign_key = resource.shapes.every_name(relation.fields) if relation.kind == "to_one" else ()
        target = self.entities[relation.entity]
        return (relation.name, target.collection, *target.former_collections, *foreign_key)

    def _hints(self, resource: Resource, relation: Relation) -> tuple[str, ...]:
        through = (relation.through.table,) if relation.through else ()
        fields = resource.shapes.every_name(relation.fields)
        return (relation.name, relation.inverse or "", *fields, *relation.target_fields, *through)

    def _reachable(self, resource: Resource, name: str, matches: tuple[Relation, ...]) -> Relation:
        collection = resource.entity.collection
        served = [r for r in matches if not self.entities[r.entity].private]
        if len(served) == 1:
            return served[0]
        if not served:
            names = (r.name for r in resource.relations.values() if not self.entities[r.entity].private)
            raise RequestError(
                errors.UNKNOWN_RELATION,
                f"Could not find a relationship between '{collection}' and '{name}'",
                details=f"'{collection}' has no relation or related collection named '{name}'.",
                hint=did_you_mean(name, names),
            )
        choices = [
            {"cardinality": r.kind, "relationship": r.name, "embedding": f"{collection} with {r.entity}"}
            for r in served
        ]
        names = ", ".join(f"'{name}!{r.name}'" for r in served)
        raise RequestError(
            errors.AMBIGUOUS_RELATION,
            f"Could not embed because more than one relationship was found for '{collection}' and '{name}'",
            details=f"There are {len(served)} relations to '{name}'.",
            hint=f"Try changing '{name}' to one of the following: {names}.",
            choices=choices,
        )
