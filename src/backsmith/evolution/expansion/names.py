"""The names of an older version in the expanded blueprint: entities by their new names, fields where they are one."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from backsmith.blueprint.blueprint import Blueprint, Entity, Field
from backsmith.blueprint.expressions import CurrentUser, FieldOf, Follow, Node, This, Variable
from backsmith.blueprint.trees import changed, walk
from backsmith.evolution.expansion.looser import looser_type
from backsmith.evolution.matching import Pairs


class Names(Struct, frozen=True):
    """What the things of the old blueprint are called in the expanded one."""

    entities: Mapping[str, str]
    """New names of entities by their old ones."""
    fields: Mapping[str, Mapping[str, str]]
    """By the old name of the entity: new names of fields that are the same under both, by their old ones."""

    def field(self, entity: str, name: str) -> str:
        """The name of a field of the entity that was called so."""
        return self.fields.get(entity, {}).get(name, name)

    def listed(self, entity: str, names: tuple[str, ...]) -> tuple[str, ...]:
        """The names of several fields; a leading "-" stays."""
        return tuple(
            f"-{self.field(entity, name[1:])}" if name.startswith("-") else self.field(entity, name) for name in names
        )

    def node(self, node: Node) -> Node:
        """A condition of the old blueprint as one of the expanded."""
        match node:
            case FieldOf(of, field):
                inner = FieldOf(of, self.field(of.entity, field), node.type, node.nullable)
                return changed(inner, self.node)
            case This(entity):
                return This(self.entities.get(entity, entity))
            case Variable(name, entity):
                return Variable(name, self.entities.get(entity, entity))
            case CurrentUser(entity):
                return CurrentUser(self.entities.get(entity, entity))
            case Follow(of, relation, entity):
                return changed(Follow(of, relation, self.entities.get(entity, entity)), self.node)
            case _:
                return changed(node, self.node)


def names_of(old: Blueprint, new: Blueprint) -> Names:
    """The names of two blueprints whose ids agree."""
    entities: dict[str, str] = {}
    fields: dict[str, dict[str, str]] = {}
    for was, entity in Pairs(old, new).entities():
        entities[was.name] = entity.name
        before = {field.id: field for field in was.fields}
        fields[was.name] = {
            before[field.id].name: field.name
            for field in entity.fields
            if field.id in before and is_same(before[field.id], field)
        }
    return Names(entities, fields)


def is_same(was: Field, field: Field) -> bool:
    """Whether a field of the old version and one of the new have the same values, and so one column."""
    if (was.computed is None) != (field.computed is None):
        return False
    if field.computed is not None:
        return True
    return was.storage == field.storage and looser_type(was.type, field.type) is not None


def reads(node: Node, entity: Entity) -> frozenset[str]:
    """The fields of the row itself that a condition reads, without going into computed ones."""
    return frozenset(part.field for part in walk(node) if isinstance(part, FieldOf) and part.of == This(entity.name))
