"""What the values of a shape's requests are like: for each, the field whose values they are compared with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Blueprint, Entity
from backsmith.blueprint.expressions import Compare, CurrentUser, Follow
from backsmith.blueprint.trees import walk
from backsmith.databases.served import Sample
from backsmith.engine.planning.plan import Condition, Embed, Exists, Junction, Read, Test
from backsmith.engine.planning.plans import PlanKey

LIMIT = Sample(form="25")
OFFSET = Sample(form="0")
FORMS = {
    "eq": "{}", "neq": "{}", "gt": "{}", "gte": "{}", "lt": "{}", "lte": "{}", "isdistinct": "{}", "in": '("{}")',
    "like": "{}*", "ilike": "{}*", "fts": "{}", "plfts": "{}", "phfts": "{}", "wfts": "{}", "cs": '{"{}"}',
    "ov": '{"{}"}',
}  # fmt: skip
SPANS = frozenset({"gt", "gte", "lt", "lte"})


def samples_of(read: Read, entity: Entity, query_values: int, key: PlanKey) -> tuple[Sample, ...] | None:
    """A sample for each value that the plan of the key takes; None where there is one of which nothing is known."""
    found = dict(_of_read(read))
    fields = {field.name: field for field in entity.fields}
    for slot, name in zip(read.key_slots, entity.key, strict=False):
        found[slot] = Sample(entity=entity, field=fields[name])
    for slot, term in zip(read.after or (), read.order, strict=False):
        if slot is not None and term.value.field is not None and not term.through:
            found[slot] = Sample(entity=entity, field=term.value.field, pick="middle")
    if key.ranged:
        found[query_values], found[query_values + 1] = LIMIT, OFFSET
    total = query_values + key.key_parts + 2 * key.ranged + sum(key.after or ())
    if key.after is not None:  # the cursor itself is the one that no part of the plan reads
        unread = next((slot for slot in range(query_values) if slot not in found), None)
        if unread is not None:
            found[unread] = Sample(form="")
    return tuple(found[slot] for slot in range(total)) if all(slot in found for slot in range(total)) else None


def _of_read(read: Read) -> Iterator[tuple[int, Sample]]:
    for operand, sample in ((read.limit, LIMIT), (read.offset, OFFSET)):
        if operand is not None and operand.slot is not None:
            yield operand.slot, sample
    for condition in read.where:
        yield from _of_condition(condition, read.entity)
    for output in read.outputs:
        if isinstance(output, Embed):
            yield from _of_read(output.read)


def _of_condition(condition: Condition, entity: Entity) -> Iterator[tuple[int, Sample]]:
    match condition:
        case Test(value, operator, operand, quantifier=None) if operand.slot is not None and operator in FORMS:
            if value.field is not None and not (value.path or value.cast or value.aggregate or value.field.computed):
                pick = "middle" if operator in SPANS else "common"
                yield operand.slot, Sample(entity=entity, field=value.field, form=FORMS[operator], pick=pick)
        case Junction(items=items):
            for item in items:
                yield from _of_condition(item, entity)
        case Exists(embed):
            yield from _of_read(embed.read)
        case _:
            pass


def user_sample(read: Read, entities: Mapping[str, Entity], blueprint: Blueprint) -> Sample:
    """What the key of those who ask is like: a value that the rule compares with it, else any account's key."""
    for part in walk(read.access):
        match part:
            case Compare("eq", Follow(of=of, relation=name), CurrentUser()):
                entity = entities[of.entity]
                relation = next(relation for relation in entity.relations if relation.name == name)
                field = next(field for field in entity.fields if field.name == relation.fields[0])
                return Sample(entity=entity, field=field)
            case _:
                pass
    account = entities.get(blueprint.account or "")
    if account is None or not account.key:
        return Sample(form="1")
    key = next(field for field in account.fields if field.name == account.key[0])
    return replace(Sample(form="{}"), entity=account, field=key)
