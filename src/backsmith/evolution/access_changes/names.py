"""One language for both sides: conditions of the old blueprint in the names of the new one, computed fields written
out.

In: two blueprints. Out: trees that are equal where they mean the same. What has only one side keeps its name, with a
mark where the other side has something else of that name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Blueprint, Entity
from backsmith.blueprint.expressions import AFTER, Aggregate, CurrentUser, FieldOf, Follow, Node, Row, This, Variable
from backsmith.blueprint.trees import changed, shape
from backsmith.blueprint.types import Float, Integer, Numeric, Type

GONE = "~old"
"""Marks a name of the old blueprint that means something else in the new one."""
_NUMBERS = (Integer, Float, Numeric)


class Names:
    """Takes trees of the old blueprint to the names of the new one."""

    def __init__(self, old: Blueprint, new: Blueprint) -> None:
        self._old = {entity.name: entity for entity in old.entities}
        self._new = {entity.name: entity for entity in new.entities}
        by_id = {entity.id: entity for entity in new.entities}
        self._entities: dict[str, str] = {}
        self._members: dict[tuple[str, str], str] = {}
        self.foreign: set[tuple[str, str]] = set()
        """Fields of which both sides have other kinds of values, by entity and name (new)."""
        for was in old.entities:
            entity = by_id.get(was.id)
            self._entities[was.name] = _name(was.name, entity, self._new)
            taken = {} if entity is None else {each.name: each for each in (*entity.fields, *entity.relations)}
            there = {each.id: each for each in taken.values()}
            for member in (*was.fields, *was.relations):
                self._members[was.name, member.name] = _name(member.name, there.get(member.id), taken)
            fields = {} if entity is None else {field.id: field for field in entity.fields}
            for field in was.fields:
                now = fields.get(field.id)
                if entity is not None and now is not None and not _alike(field.type, now.type):
                    self.foreign.add((entity.name, now.name))

    def entity(self, name: str) -> str:
        """What an old entity is called."""
        return self._entities.get(name, name)

    def member(self, entity: str, name: str) -> str:
        """What a field or relation of an old entity is called."""
        return self._members.get((entity, name), name)

    def before(self, condition: Node) -> Node:
        """An old condition, in the new names."""
        written = written_out(condition, self._old)
        return shape(self._renamed(written))

    def after(self, condition: Node) -> Node:
        """A new condition."""
        return shape(written_out(condition, self._new))

    def world(self) -> dict[str, Entity]:
        """The entities of both sides, in the new names, with the fields and relations of both."""
        found = dict(self._new)
        for was in self._old.values():
            name = self._entities[was.name]
            entity = found.get(name)
            renamed = self._entity(was, name)
            if entity is None:
                found[name] = renamed
                continue
            fields, relations = ({each.name for each in group} for group in (entity.fields, entity.relations))
            found[name] = replace(
                entity,
                fields=(*entity.fields, *(each for each in renamed.fields if each.name not in fields)),
                relations=(*entity.relations, *(each for each in renamed.relations if each.name not in relations)),
            )
        return found

    def _entity(self, was: Entity, name: str) -> Entity:
        def own(member: str) -> str:
            return self.member(was.name, member)

        def named(names: tuple[str, ...]) -> tuple[str, ...]:
            return tuple(map(own, names))

        fields = tuple(
            replace(field, name=own(field.name), relation=None if field.relation is None else own(field.relation))
            for field in was.fields
        )
        relations = tuple(
            replace(
                relation,
                name=own(relation.name),
                entity=self.entity(relation.entity),
                fields=named(relation.fields),
                target_fields=tuple(self.member(relation.entity, each) for each in relation.target_fields),
                inverse=None if relation.inverse is None else self.member(relation.entity, relation.inverse),
            )
            for relation in was.relations
        )
        return replace(was, name=name, key=named(was.key), fields=fields, relations=relations, rules=(), checks=())

    def _renamed(self, node: Node) -> Node:
        match node:
            case This(entity) | CurrentUser(entity):
                return type(node)(self.entity(entity))
            case Variable(name, entity):
                return Variable(name, self.entity(entity))
            case Follow(of, relation, entity):
                return Follow(self._row(of), self.member(of.entity, relation), self.entity(entity))
            case FieldOf(of, field, kind, nullable):
                row, name = self._row(of), self.member(of.entity, field)
                now = self._field(row.entity, name)
                if now is not None and (row.entity, name) not in self.foreign:
                    kind, nullable = now
                return FieldOf(row, name, kind, nullable)
            case Aggregate(of=of, relation=relation):
                return changed(replace(node, relation=self.member(of.entity, relation)), self._renamed)
            case _:
                return changed(node, self._renamed)

    def _row(self, row: Row) -> Row:
        return cast("Row", self._renamed(row))

    def _field(self, entity: str, name: str) -> tuple[Type, bool] | None:
        there = self._new.get(entity)
        fields = () if there is None else there.fields
        return next(((field.type, field.nullable) for field in fields if field.name == name), None)


def _name(was: str, now: object, taken: Mapping[str, object]) -> str:
    if now is not None:
        return str(getattr(now, "name", was))
    return was + GONE if was in taken else was


def _alike(old: Type, new: Type) -> bool:
    return type(old) is type(new) or (isinstance(old, _NUMBERS) and isinstance(new, _NUMBERS))


def written_out(condition: Node, entities: Mapping[str, Entity]) -> Node:
    """The condition with the trees of computed fields in place of their names."""
    count = 0

    def write(node: Node) -> Node:
        nonlocal count
        node = changed(node, write)
        if isinstance(node, FieldOf) and node.of.entity in entities:
            tree = computed_tree(entities[node.of.entity], node.field)
            if tree is not None:
                count += 1
                return write(on_row(_fresh(tree, count), node.of))
        return node

    return write(condition)


def computed_tree(entity: Entity, name: str) -> Node | None:
    """The tree of a computed field; None of a stored one."""
    return next((field.computed for field in entity.fields if field.name == name), None)


def on_row(condition: Node, row: Row) -> Node:
    """A condition about `This`, about another row."""

    def move(node: Node) -> Node:
        return row if isinstance(node, This) else changed(node, move)

    return move(condition)


def _fresh(tree: Node, number: int) -> Node:
    """The tree with variables that no other tree binds."""

    def rename(name: str) -> str:
        return name if name == AFTER else f"{name}/{number}"

    def renamed(node: Node) -> Node:
        if isinstance(node, Variable):
            return Variable(rename(node.name), node.entity)
        return changed(node, renamed)

    return renamed(tree)
