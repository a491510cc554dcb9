"""Lists: the other ends of relations to one, and those that face each other over a join table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from backsmith.adoption.names import free
from backsmith.adoption.plan import EntityPlan, JoinPlan, ManyPlan, OnePlan
from backsmith.adoption.relation_names import list_names, many_names
from backsmith.blueprint.blueprint import OnDelete
from backsmith.databases.schema import ForeignKey, Table

_ON_DELETE: dict[str, OnDelete] = {"no action": "no_action", "restrict": "restrict", "cascade": "cascade"}
Pair = frozenset[str]
"""The names of two entities, or of one that has to do with itself."""


def add_lists(
    entities: list[EntityPlan], joins: list[Table], entity_of: Callable[[str | None, str], EntityPlan]
) -> Iterator[str]:
    """Give each relation to one its other end, and each join table two lists; notes on what they can't say."""
    ends = [(join, *(entity_of(key.target_schema, key.target_table) for key in join.foreign_keys)) for join in joins]
    joined = Counter(frozenset((first.name, second.name)) for _, first, second in ends)
    for owner in entities:
        targets = Counter(one.target.name for one in owner.ones())
        for one in owner.ones():
            alone = targets[one.target.name] == 1
            crossed = joined[frozenset((owner.name, one.target.name))] > 0
            _add_other_end(owner, one, alone=alone, clear=alone and not crossed)
    for join, first, second in ends:
        related = _related(first, second) or _related(second, first)
        clear = joined[frozenset((first.name, second.name))] == 1 and first is not second and not related
        _add_join(join, first, second, clear=clear)
        for key in join.foreign_keys:
            if key.on_update != "no action":
                yield f"foreign key ({', '.join(key.columns)}) of {join.name}: on update {key.on_update}"


def _related(owner: EntityPlan, target: EntityPlan) -> bool:
    return any(one.target is target for one in owner.ones())


def _add_other_end(owner: EntityPlan, one: OnePlan, *, alone: bool, clear: bool) -> None:
    target = one.target
    name = free(many_names(owner, one, alone=alone), target.names() | _derived(target))
    target.members.append(ManyPlan(name, owner, None if clear and not one.unique else one.name, single=one.unique))


def _derived(entity: EntityPlan) -> set[str]:
    return {name for one in entity.ones() for name in one.derived}


def _add_join(join: Table, first: EntityPlan, second: EntityPlan, *, clear: bool) -> None:
    here, there = (_in_order(key, entity) for key, entity in zip(join.foreign_keys, (first, second), strict=True))
    itself = first is second
    name = free(list_names(second, there, to_itself=itself), first.names() | _derived(first))
    through = JoinPlan(join, here, there, _ON_DELETE[join.foreign_keys[0].on_delete])
    forth = ManyPlan(name, second, through=through)
    first.members.append(forth)
    back = ManyPlan(free(list_names(first, here, to_itself=itself), second.names() | _derived(second)), first)
    second.members.append(back)
    if not clear:
        forth.via, back.via = back.name, forth.name


def _in_order(key: ForeignKey, entity: EntityPlan) -> tuple[str, ...]:
    """The key's columns in the order of the primary key that they point at."""
    pairs = dict(zip(key.target_columns, key.columns, strict=True))
    return tuple(pairs[column] for column in entity.table.primary_key)
