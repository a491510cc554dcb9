"""What only a person knows: whether something new is something old by another name.

In: two blueprints whose ids agree, and what is approved to go. Out: a question for each new thing that could be one
of those that are gone. It is never guessed: the model says it (RenamedFrom), the lock file keeps it, or the end of the
old one is approved by its name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from backsmith.blueprint.blueprint import Blueprint, Entity, Field, Migration
from backsmith.evolution.matching import Pairs, by_id
from backsmith.evolution.plan import Question

_WORD = re.compile(r"\w+")


def questions(old: Blueprint, new: Blueprint, approvals: Collection[str]) -> list[Question]:
    """The questions that are open."""
    pairs = Pairs(old, new)
    found = list(_entity_questions(pairs, approvals))
    for was, entity in pairs.entities():
        if not entity.view:
            found += _field_questions(was, entity, new, approvals)
            found += _value_questions(was, entity, approvals)
    return found


def _entity_questions(pairs: Pairs, approvals: Collection[str]) -> Iterator[Question]:
    gone = [each for each in pairs.removed() if not each.view and f"drop:{each.table}" not in approvals]
    for entity in pairs.added():
        candidates = tuple(each.name for each in gone if not entity.view and _resembles(each, entity))
        if candidates:
            yield Question(
                about=entity.name,
                candidates=candidates,
                ways=(
                    *(f'It was {name}: class {entity.name}(Entity, renamed_from="{name}")' for name in candidates),
                    *(
                        f"It is new, and {each.name} goes: --approve drop:{each.table}"
                        for each in gone
                        if each.name in candidates
                    ),
                ),
            )


def _resembles(was: Entity, entity: Entity) -> bool:
    """Whether at least half of the fields that tell something have the same name and type."""
    before = {(each.name, type(each.type)) for each in was.fields if each.name not in was.key}
    after = {(each.name, type(each.type)) for each in entity.fields if each.name not in entity.key}
    return bool(before & after) and 2 * len(before & after) >= max(len(before), len(after))


def _field_questions(was: Entity, entity: Entity, new: Blueprint, approvals: Collection[str]) -> Iterator[Question]:
    after, before = by_id(entity.fields), by_id(was.fields)
    read = {name for each in new.migrations if each.entity == entity.name for name in _reads(each)}
    related = {relation.id for relation in entity.relations}
    kept = {name for each in was.relations if each.id in related for name in each.fields}
    gone = [
        field
        for field in was.fields
        if field.id not in after
        and field.computed is None
        and field.name not in read | kept
        and f"drop:{was.table}.{field.column}" not in approvals
    ]
    for field in entity.fields:
        if field.id in before or field.computed is not None or _is_explained(field, entity, was, new):
            continue
        candidates = tuple(each.name for each in gone if _could_be(each, field))
        if candidates:
            yield Question(
                about=f"{entity.name}.{field.name}",
                candidates=candidates,
                ways=(
                    *(f'It was {name}: Annotated[…, RenamedFrom("{name}")]' for name in candidates),
                    *(
                        f"It is new, and {each.name} goes: --approve drop:{was.table}.{each.column}"
                        for each in gone
                        if each.name in candidates
                    ),
                ),
            )


def _reads(migration: Migration) -> set[str]:
    """The fields of the version before that it takes values from; of SQL every word that may be one."""
    words = (word for _, texts in migration.up_sql for text in texts.values() for word in _WORD.findall(text))
    return {*migration.reads, *words}


def _is_explained(field: Field, entity: Entity, was: Entity, new: Blueprint) -> bool:
    """Whether it is known where the new field comes from."""
    if field.renamed_from is not None and "." in field.renamed_from:
        return True
    before = by_id(was.relations)
    if any(field.relation == each.name and each.id in before for each in entity.relations):
        return True
    return any(each.entity == entity.name and field.name in each.writes for each in new.migrations)


def _could_be(was: Field, field: Field) -> bool:
    return type(was.type) is type(field.type) and (was.relation is None) == (field.relation is None)


def _value_questions(was: Entity, entity: Entity, approvals: Collection[str]) -> Iterator[Question]:
    before = by_id(was.fields)
    for field in entity.fields:
        old = before.get(field.id)
        if old is None or old.computed is not None or field.computed is not None:
            continue
        old_values: tuple[str, ...] = getattr(old.type, "values", ())
        new_values: tuple[str, ...] = getattr(field.type, "values", ())
        renamed = dict(field.renamed_values)
        gone = tuple(value for value in old_values if value not in new_values and value not in renamed)
        added = [value for value in new_values if value not in old_values and value not in renamed.values()]
        name = f"drop:{was.table}.{old.column}="
        gone = tuple(value for value in gone if name + value not in approvals)
        if gone and added:
            yield Question(
                about=f"{entity.name}.{field.name} = {added[0]!r}",
                candidates=gone,
                ways=(
                    f'It was {gone[0]!r}: Annotated[…, RenamedFrom(values={{"{gone[0]}": "{added[0]}"}})]',
                    f"It is new, and {gone[0]!r} goes: --approve {name}{gone[0]}",
                ),
            )
