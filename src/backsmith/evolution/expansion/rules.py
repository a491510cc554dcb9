"""The rules of an entity in both versions: the new ones, mapped onto what only the old version has.

- A field under its old name is read and written exactly as under its new one.
- A field whose values are others now (`Pair`), and one that is gone, needs both: a rule of the new version that holds
  for the row (and for the fields that stand for it now), and a rule of the old version that holds for the field.

So nothing may be read or written that neither of the two versions allows. Rules that say nothing of fields mean all of
them, so where there are fields of the second kind the new rules say which they mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Entity, Pair, Relation, Rule
from backsmith.blueprint.expressions import AFTER, And, Node, Variable
from backsmith.blueprint.trees import changed, walk
from backsmith.evolution.expansion.fields import OLD, Fields
from backsmith.evolution.expansion.names import Names

VERBS = ("read", "create", "update")
"""Those of which fields are a part."""


def rules_of(
    was: Entity, entity: Entity, fields: Fields, relations: Iterable[Relation], names: Names
) -> tuple[Rule, ...]:
    """The rules of the expanded entity, which has these fields and relations."""
    same = dict(_same(entity, fields, relations))
    apart = {name: pair.new for pair in fields.pairs if name_apart(pair, same) for name in pair.old}
    apart |= dict.fromkeys(fields.removed, ())
    known = {relation.name for relation in entity.relations}
    apart |= {
        relation.name: ()
        for relation in relations
        if relation.kind == "many_to_many" and relation.name not in known and relation.name not in same
    }
    covered = tuple(field.name for field in entity.fields)
    covered += tuple(relation.name for relation in entity.relations if relation.kind == "many_to_many")
    rules = [_with_names(rule, same, covered if apart else None) for rule in entity.rules]
    return (*rules, *_of_old_fields(was, entity, apart, names))


def name_apart(pair: Pair, same: dict[str, str]) -> bool:
    """Whether the old fields of a pair have other values than the new ones."""
    return not all(name in same for name in pair.old)


def _same(entity: Entity, fields: Fields, relations: Iterable[Relation]) -> Iterator[tuple[str, str]]:
    """Old names, each with the new one of the same thing."""
    columns: dict[str, str] = {}
    made = {field.name: field for field in fields.fields}
    for field in entity.fields:
        if made[field.name].computed is None:
            columns[made[field.name].column] = field.name
    for pair in fields.pairs:
        (name, *_), (now, *_) = pair.old, pair.new
        if made[name].computed is not None or columns.get(made[name].column) == now:
            yield name, now
    by_id = {relation.id: relation.name for relation in entity.relations}
    for relation in relations:
        if relation.deprecated and (now := by_id.get(relation.id.removesuffix(OLD))) is not None:
            yield relation.name, now


def _with_names(rule: Rule, same: dict[str, str], covered: tuple[str, ...] | None) -> Rule:
    fields = rule.fields if rule.fields is not None else covered
    if fields is None:
        return rule
    return replace(rule, fields=(*fields, *(old for old, now in same.items() if now in fields)))


def _of_old_fields(was: Entity, entity: Entity, apart: dict[str, tuple[str, ...]], names: Names) -> Iterator[Rule]:
    for old in was.rules:
        mine = {name: now for name, now in apart.items() if old.fields is None or name in old.fields}
        for rule in entity.rules if mine else ():
            verbs = tuple(verb for verb in VERBS if verb in old.verbs and verb in rule.verbs)
            if rule.after != old.after:  # one is asked of two rows at once, the other of each
                verbs = tuple(verb for verb in verbs if verb != "update")
            fields = tuple(name for name, now in mine.items() if rule.fields is None or set(now) <= set(rule.fields))
            if verbs and fields:
                yield Rule(
                    id=f"{rule.id}~{old.id}",
                    name=rule.name,
                    verbs=verbs,
                    condition=_both(rule.condition, names.node(old.condition)),
                    fields=fields,
                    needs_user=rule.needs_user or old.needs_user,
                    after=rule.after or old.after,
                    doc=rule.doc,
                    location=rule.location,
                )


def _both(new: Node, old: Node) -> Node:
    """Both conditions hold. A name that both bind is another one in the second."""
    bound = {part.name for part in walk(new) if isinstance(part, Variable)} - {AFTER}
    return And((new, _renamed(old, bound)))


def _renamed(node: Node, bound: set[str]) -> Node:
    def rename(part: Node) -> Node:
        if isinstance(part, Variable) and part.name in bound:
            return Variable(f"{part.name}_old", part.entity)
        return changed(part, rename)

    return rename(node)
