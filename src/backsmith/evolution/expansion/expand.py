"""`expand`: two versions of a blueprint -> the one in which both work, or why there can't be one.

It is a blueprint like any other: its tables are `tables_of(expanded)`, which servers of the old version go on using as
they are; a server serves it as it is. What is of the old version alone is `deprecated`.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Blueprint, Check, Entity, Expansion, Field, Index, Pair, UniqueKey
from backsmith.evolution.expansion.fields import Fields, fields_of
from backsmith.evolution.expansion.names import Names, names_of, reads
from backsmith.evolution.expansion.refusals import Refusal, RefusedError, refused
from backsmith.evolution.expansion.relations import relations_of, removed_entity
from backsmith.evolution.expansion.rules import rules_of
from backsmith.evolution.history import fingerprint
from backsmith.evolution.matching import Pairs, aligned


def expand(old: Blueprint, new: Blueprint) -> Blueprint | tuple[Refusal, ...]:
    """The blueprint in which `old` and `new` both work; else all reasons why there is none."""
    matched = aligned(new, old)
    names = names_of(old, matched)
    pairs = Pairs(old, matched)
    before = {entity.id: entity for entity in old.entities}
    entities: list[Entity] = []
    together: list[Pair] = []
    refusals: list[Refusal] = []
    for entity in matched.entities:
        was = before.get(entity.id)
        if was is None:
            entities.append(entity)
            continue
        try:
            made, own = _entity(was, entity, matched, names)
        except RefusedError as error:
            refusals.append(error.refusal)
        else:
            entities.append(made)
            together += own
    refusals += [*_twins(pairs), *_moves(matched)]
    if refusals:
        return tuple(refusals)
    entities += [removed_entity(entity, names) for entity in pairs.removed()]
    return replace(
        matched,
        entities=tuple(entities),
        expansion=Expansion(previous=fingerprint(old), target=fingerprint(new), pairs=tuple(together)),
    )


def _twins(pairs: Pairs) -> Iterator[Refusal]:
    """What is gone and has a name that something new has now."""
    for gone in pairs.removed():
        for entity in pairs.new_entities.values():
            same = (gone.name, gone.collection, gone.table), (entity.name, entity.collection, entity.table)
            if any(mine == its for mine, its in zip(*same, strict=True)):
                text = f"{entity.name} has a name, collection or table that another entity had before."
                yield refused(entity, None, text, "Give the new one other names.").refusal


def _moves(new: Blueprint) -> Iterator[Refusal]:
    """Fields that were another entity's: no trigger keeps rows of two tables alike."""
    for entity in new.entities:
        for field in entity.fields:
            if field.renamed_from is not None and "." in field.renamed_from:
                text = f"{field.name} was a field of another entity, and values of two tables can't be kept alike."
                way = "Keep the old field in this version, and drop it in a later one."
                yield refused(entity, field.name, text, way).refusal


def _entity(was: Entity, entity: Entity, new: Blueprint, names: Names) -> tuple[Entity, tuple[Pair, ...]]:
    """The entity in both versions, and which of its fields hold the same. Raises RefusedError."""
    if was.view or entity.view:
        if was.view != entity.view:
            raise refused(entity, None, f"{entity.name} is a view in one version and a table in the other.")
        return replace(entity, former_collections=_former(was, entity)), ()
    made = fields_of(was, entity, new.migrations)
    relations = relations_of(was, entity, names)
    fields = tuple(_computed(field, entity, names) for field in made.fields)
    known = {field.name for field in fields}
    return replace(
        entity,
        table=was.table,
        schema=was.schema,
        former_collections=_former(was, entity),
        fields=fields,
        relations=relations,
        rules=rules_of(was, entity, made, relations, names),
        checks=tuple(_checks(was, entity, made, names)),
        raw_checks=tuple(check for check in entity.raw_checks if check.sql in {each.sql for each in was.raw_checks}),
        uniques=tuple(_uniques(was, entity, made, names)),
        indexes=(*entity.indexes, *_old_indexes(was, entity, known, names)),
    ), made.pairs


def _former(was: Entity, entity: Entity) -> tuple[str, ...]:
    return (was.collection,) if was.collection != entity.collection else ()


def _computed(field: Field, entity: Entity, names: Names) -> Field:
    """An old computed field, in the names of the new version."""
    if field.computed is None or field.deprecated is None:
        return field
    return replace(field, computed=names.node(field.computed))


def _checks(was: Entity, entity: Entity, fields: Fields, names: Names) -> Iterator[Check]:
    """Those that every row meets that either version writes."""
    before = [names.node(check.condition) for check in was.checks]
    for check in entity.checks:
        if check.condition in before or reads(check.condition, entity) <= fields.added:
            yield check


def _uniques(was: Entity, entity: Entity, fields: Fields, names: Names) -> Iterator[UniqueKey]:
    before = [frozenset(names.listed(was.name, unique.fields)) for unique in was.uniques]
    for unique in entity.uniques:
        if frozenset(unique.fields) in before or set(unique.fields) <= fields.added:
            yield unique


def _old_indexes(was: Entity, entity: Entity, known: set[str], names: Names) -> Iterator[Index]:
    """The indexes of the old version, whose requests are still answered."""
    there = {index.fields for index in entity.indexes}
    for index in was.indexes:
        fields = names.listed(was.name, index.fields)
        if fields not in there and {name.removeprefix("-") for name in fields} <= known:
            yield Index(fields, index.name)
