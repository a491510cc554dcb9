"""What a condition needs to be asked of a row: which of the row's own fields, and which other rows.

That decides when a rule of writing can be tested: on the row that is about to be written, or only once it is there.
"""

from __future__ import annotations

from collections.abc import Mapping

from backsmith.blueprint.blueprint import Entity, Relation
from backsmith.blueprint.expressions import (
    AFTER,
    Aggregate,
    Arithmetic,
    Call,
    Compare,
    CurrentUser,
    FieldOf,
    Follow,
    IsNull,
    Node,
    Row,
    This,
    Variable,
)
from backsmith.blueprint.trees import changed, compared, root, walk
from backsmith.databases.rows import field_named, relation_named
from backsmith.engine.code.shown import about


def expanded(node: Node, entities: Mapping[str, Entity]) -> Node:
    """The condition with computed fields replaced by what they are computed from."""
    if isinstance(node, FieldOf):
        tree = field_named(entities[node.of.entity], node.field).computed
        if tree is not None:
            return expanded(about(tree, node.of), entities)
    return changed(node, lambda part: expanded(part, entities))


def own_fields(node: Node, entity: Entity, entities: Mapping[str, Entity]) -> frozenset[str]:
    """The stored fields of the row itself that the condition needs."""
    found: set[str] = set()
    for part in walk(expanded(node, entities)):
        match part:
            case FieldOf(of=This(), field=name):
                found.add(name)
            case Follow(of=This(), relation=name) | Aggregate(of=This(), relation=name):
                found.update(relation_named(entity, name).fields)
            case Compare(left=This()) | Compare(right=This()) | IsNull(of=This()):
                found.update(entity.key)
            case _:
                pass
    return frozenset(found)


def visits(node: Node, entity: Entity, entities: Mapping[str, Entity], *, alone: bool = False) -> bool:
    """Whether the condition looks at rows of `entity` other than the one it is asked of, which the same statement may
    change. `alone`: it makes a single row, which nothing can lead to yet."""
    for part in walk(expanded(node, entities)):
        match part:
            case Variable(name=variable, entity=name) if name == entity.name and variable != AFTER:
                return True
            case Aggregate(variable=Variable(entity=name)) if name == entity.name:
                return True
            case Follow(entity=name) if name == entity.name and not alone:
                return True
            case FieldOf(of=CurrentUser(entity=name), field=field) if name == entity.name and field not in entity.key:
                return True
            case _:
                pass
    return False


def followed(node: Node, entities: Mapping[str, Entity]) -> frozenset[Row]:
    """The rows that the condition looks at one by one: those that to-one paths of the row lead to, the asker's account
    and theirs. Of computed fields, as their own trees call them."""
    found: set[Row] = set()
    for part in walk(node):
        match part:
            case FieldOf(of=of, field=name) if (tree := field_named(entities[of.entity], name).computed) is not None:
                found |= followed(tree, entities)
            case Follow() | CurrentUser():
                begin = root(part)
                if not isinstance(begin, Variable) or begin.name == AFTER:
                    found.add(part)
            case _:
                pass
    return frozenset(found)


def looks_at(node: Node, relation: Relation, entities: Mapping[str, Entity]) -> bool:
    """Whether the condition itself looks at the row that a to-one relation of the row leads to: of the row after, where
    it compares the row before and after."""
    tree = expanded(node, entities)
    rows = compared(tree) or {This(part.entity) for part in walk(tree) if isinstance(part, This)}
    there = {Follow(row, relation.name, relation.entity) for row in rows}
    for part in walk(tree):
        match part:
            case FieldOf(of=of, field=field) if of in there and field not in relation.target_fields:
                return True
            case Follow(of=of) | Aggregate(of=of) if of in there:
                return True
            case _:
                pass
    return False


def may_fail(node: Node, entities: Mapping[str, Entity]) -> bool:
    """Whether the condition may be an error for a row, of a number that is too large for one."""
    return any(isinstance(part, Arithmetic | Aggregate | Call) for part in walk(expanded(node, entities)))
