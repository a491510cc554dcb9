"""The relations of an entity in both versions: the new ones, and the old ones that are answered still."""

from __future__ import annotations

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Entity, Relation, leads_to_one
from backsmith.evolution.expansion.fields import OLD, use
from backsmith.evolution.expansion.names import Names
from backsmith.evolution.expansion.refusals import refused
from backsmith.evolution.matching import by_id


def relations_of(was: Entity, entity: Entity, names: Names) -> tuple[Relation, ...]:
    """The relations of the expanded entity. Raises RefusedError."""
    before, now = by_id(was.relations), by_id(entity.relations)
    found: list[Relation] = []
    older: list[Relation] = []
    for relation in entity.relations:
        old = before.get(relation.id)
        if old is None:
            found.append(relation)
            continue
        if old.kind != relation.kind or names.entities.get(old.entity) != relation.entity:
            text = f"{relation.name} is a relation of another kind, or to another entity."
            raise refused(entity, relation.name, text, "Give it a new name, and move the values by a migration.")
        if leads_to_one(old) != leads_to_one(relation) and not relation.implicit:
            text = f"{relation.name} leads to one row in one version, and to a list of them in the other."
            raise refused(entity, relation.name, text, "Give it a new name.")
        kept = replace(
            relation,
            through=old.through,
            nullable=relation.nullable or old.nullable,
            unique=relation.unique and old.unique,
        )
        found.append(kept)
        if old.name != relation.name:
            older.append(replace(kept, id=old.id + OLD, name=old.name, deprecated=use(relation.name)))
    for old in was.relations:
        if old.id not in now:
            older.append(_removed(was, old, names))
    taken = {relation.name for relation in found} | {field.name for field in entity.fields}
    for relation in older:
        if relation.name in taken and relation.implicit:
            continue
        if relation.name in taken:
            text = f"The name {relation.name} stood for something else before, so both can't be answered."
            raise refused(entity, relation.name, text, "Give the new one another name.")
    return (*found, *(relation for relation in older if relation.name not in taken))


def _removed(was: Entity, relation: Relation, names: Names) -> Relation:
    return replace(
        relation,
        entity=names.entities.get(relation.entity, relation.entity),
        fields=names.listed(was.name, relation.fields),
        target_fields=names.listed(relation.entity, relation.target_fields),
        nullable=True,
        deprecated=use(),
    )


def removed_entity(was: Entity, names: Names) -> Entity:
    """An entity that the new version doesn't have."""
    return replace(
        was,
        deprecated=use(),
        relations=tuple(
            replace(
                relation,
                entity=names.entities.get(relation.entity, relation.entity),
                target_fields=names.listed(relation.entity, relation.target_fields),
            )
            for relation in was.relations
        ),
        fields=tuple(
            field if field.computed is None else replace(field, computed=names.node(field.computed))
            for field in was.fields
        ),
        rules=tuple(
            replace(rule, condition=names.node(rule.condition), verbs=kept)
            for rule in was.rules
            if (kept := tuple(verb for verb in rule.verbs if verb in ("read", "create", "update", "delete")))
        ),
        checks=tuple(replace(check, condition=names.node(check.condition)) for check in was.checks),
    )
