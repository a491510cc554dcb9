"""What `load` names -> a tree of names, and the outputs of a read that loads it, under the rights of who asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, cast

from backsmith.blueprint.blueprint import Entity, Field, Relation, leads_to_one
from backsmith.blueprint.expressions import FALSE
from backsmith.blueprint.naming import did_you_mean
from backsmith.engine.access import Access, every, linking_fields
from backsmith.engine.code.objects import Loads
from backsmith.engine.planning.plan import Embed, Key, Order, Output, Predicate, Read, Value
from backsmith.errors import UsageError
from backsmith.model.conditions import Path, parts

Tree = dict[str, "Tree"]
Rights = Callable[[Entity], Access]


def loads_of(load: Any, entity: Entity, entities: Mapping[str, Entity]) -> Loads:
    """The tree of what is named: paths of the class, or texts with dots. Raises UsageError for unknown names."""
    tree: Tree = {}
    items = cast("Iterable[Any]", load) if isinstance(load, tuple | list | set | frozenset) else (load,)
    for item in items:
        names = _names(item, entity)
        branch, at = tree, entity
        for name in names:
            branch = branch.setdefault(name, {})
            at = _step(at, name, item, entities)
    return tree


def _names(item: Any, entity: Entity) -> tuple[str, ...]:
    if isinstance(item, str):
        return tuple(item.split("."))
    if isinstance(item, Path):
        root, names = parts(cast("Path[Any]", item))
        if root.__name__ == entity.name and names:
            return names
    raise UsageError(f"{item!r} can't be loaded with {entity.name}: name a relation of it, such as {entity.name}.….")


def _step(entity: Entity, name: str, item: Any, entities: Mapping[str, Entity]) -> Entity:
    relation = next((each for each in entity.relations if each.name == name), None)
    if relation is not None:
        return entities[relation.entity]
    if any(field.name == name and field.computed is not None for field in entity.fields):
        return entity
    known = [each.name for each in entity.relations if not each.implicit]
    known += [field.name for field in entity.fields if field.computed is not None]
    message = f"{item!r}: {entity.name} has no relation or computed field '{name}'.{did_you_mean(name, known)}"
    raise UsageError(message)


def outputs_of(
    entity: Entity, loads: Loads, rights: Rights, entities: Mapping[str, Entity]
) -> tuple[Output | Embed, ...]:
    """What is read of a row: the fields that may be seen, and what is loaded."""
    access = rights(entity)
    outputs: list[Output | Embed] = [
        Output(Key(field.name), value_of_field(field, access))
        for field in entity.fields
        if (field.computed is None or field.name in loads)
        and access.guards.get(field.name) != FALSE
        and (field.deprecated is None or field.name in entity.key)
    ]
    for relation in entity.relations:
        if relation.name in loads:
            embed = _embed(relation, access, loads[relation.name], rights, entities)
            if embed is not None:
                outputs.append(embed)
    return tuple(outputs)


def _embed(
    relation: Relation, access: Access, loads: Loads, rights: Rights, entities: Mapping[str, Entity]
) -> Embed | None:
    """The rows of a relation inside a row; None where nobody of the asker's kind sees the link."""
    here, there = linking_fields(relation)
    target = entities[relation.entity]
    far = rights(target)
    near_guards = [access.guards[name] for name in here if name in access.guards]
    far_guards = [far.guards[name] for name in there if name in far.guards]
    if FALSE in (*near_guards, *far_guards):
        return None
    where = tuple(Predicate(guard) for guard in dict.fromkeys(far_guards))
    order = () if leads_to_one(relation) else key_order(target, far)
    read = Read(target, far.rows, outputs_of(target, loads, rights, entities), where, order)
    return Embed(Key(relation.name), relation, read, every(near_guards))


def value_of_field(field: Field, access: Access) -> Value:
    """A field as it may be seen."""
    guard = access.guards.get(field.name)
    return Value(field, field.type, field.nullable or guard is not None, guard=guard)


def key_order(entity: Entity, access: Access, given: Iterable[str] = ()) -> tuple[Order, ...]:
    """The order that tells any two rows apart, without the names that are `given` already."""
    fields = {field.name: field for field in entity.fields}
    return tuple(Order(value_of_field(fields[name], access)) for name in entity.key if name not in set(given))
