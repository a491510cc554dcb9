"""Relations to many: each `list["Line"]` finds its other end, and each relation to one without one is given it.

The other end of a list is the one relation there that points back; else the one list there that faces it, with a join
table between; `Via("…")` says which where there are several.
"""

from __future__ import annotations

from msgspec.structs import replace

from backsmith.blueprint.blueprint import Relation
from backsmith.blueprint.drafts import Compilation, Draft, Part
from backsmith.blueprint.naming import did_you_mean, free_name, listed, snake
from backsmith.blueprint.resolve_joins import add_many_to_many, back_name
from backsmith.errors import Problem
from backsmith.model.entity import is_entity
from backsmith.model.markers import RenamedFrom, Through, Via

ONE_EACH = 'Say by Via("…") which relation each is the other end of, or remove one of them.'


def add_lists(compilation: Compilation) -> None:
    """Resolve the lists of all drafts, then give each relation to one its other end."""
    _mark_unique(compilation)
    done: set[str] = set()
    for draft in compilation.drafts:
        for part in _ends(draft):
            if not part.shape.many and (problem := _without_foreign_key(compilation, draft, part)) is not None:
                compilation.report(problem)
                draft.broken.add(part.name)
                done.add(part.path)
    for draft in compilation.drafts:
        for part in _ends(draft):
            if part.path not in done:
                done.add(part.path)
                _resolve(compilation, draft, part, done)
    for draft in compilation.drafts:
        for relation in list(draft.relations.values()):
            if relation.kind == "to_one" and relation.inverse is None:
                _add_implicit(compilation, draft, relation)


def _ends(draft: Draft) -> list[Part]:
    """The parts that are other ends: lists of entities, and single ones with Via."""
    entities = (part for part in draft.parts.values() if is_entity(part.shape.base))
    return [part for part in entities if part.shape.many or part.marker(Via)]


def _resolve(compilation: Compilation, draft: Draft, part: Part, done: set[str]) -> None:
    target = compilation.by_class.get(part.shape.base)
    if target is None:
        return
    if part.shape.many and (part.shape.nullable or part.shape.item_nullable):
        message = f"{part.path} is a list of entities, which is never None: without any it is empty."
        compilation.report(part.problem("bad-relation", message, f'Write {part.name}: list["{target.name}"].'))
    ones = _pointing_back(draft, part, target)
    facing = [] if ones or not part.shape.many else _facing(compilation, draft, part, target)
    lists = [each for each in facing if each.name not in target.relations]
    if len(ones) == 1:
        _add_to_many(compilation, draft, part, target, ones[0])
    elif len(lists) == 1 or (not ones and not lists and part.marker(Through)):
        other = lists[0] if lists else None
        if other is not None:
            done.add(other.path)
        add_many_to_many(compilation, (draft, part), (target, other))
    else:
        if facing and not lists:
            other = target.relations[facing[0].name]
            message = (
                f"{part.path} is ambiguous: {target.name}.{other.name} has the other end '{other.inverse}' already."
            )
            compilation.report(part.problem("ambiguous-relation", message, ONE_EACH))
        elif ones or lists:
            names = [each.name for each in ones] or [each.name for each in lists]
            message = f"{part.path} is ambiguous: {listed(names, 'and')} of {target.name} could be its other end."
            hint = f'Write {part.name}: Annotated[{_written(part, target)}, Via("{names[0]}")], or whichever it is.'
            compilation.report(part.problem("ambiguous-relation", message, hint))
        elif not _may_have_pointed_back(compilation, draft, part, target):
            compilation.report(_no_other_end(draft, part, target))
        draft.broken.add(part.name)


def _without_foreign_key(compilation: Compilation, draft: Draft, part: Part) -> Problem | None:
    """The mistake of a single end whose Via names what has no foreign key either: a list, or another end with Via."""
    via: Via = part.marker(Via)
    target = compilation.by_class.get(part.shape.base)
    other = target.parts.get(via.relation) if target else None
    if target is None or other is None or other is part or other not in _ends(target):
        return None
    if compilation.by_class.get(other.shape.base) is not draft:
        return None
    message = f"{part.path} and {other.path} would be the other ends of one another, without a foreign key."
    one = f'"{target.name} | None"' if part.shape.nullable else f'"{target.name}"'
    hint = "Leave out Via where the foreign key is to be."
    if other.shape.many:
        written = _written(other, draft)
        hint = f'Via goes with the list: {part.name}: {one}, {other.name}: Annotated[{written}, Via("{part.name}")].'
    return part.problem("bad-relation", message, hint, at="Via")


def _may_have_pointed_back(compilation: Compilation, draft: Draft, part: Part, target: Draft) -> bool:
    """Whether the other end is likely one of the target's parts whose own mistake is reported."""
    via: Via | None = part.marker(Via)
    if via is not None:
        return via.relation in target.broken
    for name in target.broken:
        other = target.parts.get(name)
        if other is None or (not other.shape.many and compilation.by_class.get(other.shape.base) is draft):
            return True
    return False


def _pointing_back(draft: Draft, part: Part, target: Draft) -> list[Relation]:
    """The relations to one of the target that `part` can be the other end of."""
    ones = [each for each in target.relations.values() if each.kind == "to_one" and each.entity == draft.name]
    via: Via | None = part.marker(Via)
    if via is not None:
        return [each for each in ones if each.name == via.relation]
    same = (each for each in _ends(draft) if each is not part and each.shape.base is part.shape.base)
    others = (each.marker(Via) for each in same)
    claimed = {each.relation for each in others if each}
    return [each for each in ones if each.name not in claimed]


def _facing(compilation: Compilation, draft: Draft, part: Part, target: Draft) -> list[Part]:
    """The lists of the target that face `part`, with a join table between them."""
    via: Via | None = part.marker(Via)
    found: list[Part] = []
    for other in _ends(target):
        if other is part or compilation.by_class.get(other.shape.base) is not draft or not other.shape.many:
            continue
        its_via: Via | None = other.marker(Via)
        if (via and via.relation != other.name) or (its_via and its_via.relation != part.name):
            continue
        if not _pointing_back(target, other, draft):
            found.append(other)
    return found


def _add_to_many(compilation: Compilation, draft: Draft, part: Part, target: Draft, one: Relation) -> None:
    if one.inverse is not None:
        draft.broken.add(part.name)
        message = (
            f"{part.path} is ambiguous: {draft.name}.{one.inverse} is the other end of {target.name}.{one.name} too."
        )
        compilation.report(part.problem("ambiguous-relation", message, ONE_EACH))
        return
    if not part.shape.many and not one.unique:
        message = f"{part.path} is one {target.name}, but several can point at the same {draft.name}."
        hint = f"Write {one.name}: Annotated[{draft.name}, Unique] in {target.name}, or list[…] here."
        compilation.report(part.problem("bad-relation", message, hint))
    renamed: RenamedFrom | None = part.marker(RenamedFrom)
    draft.relations[part.name] = Relation(
        id=compilation.ids.take(part.path, draft.earlier(part.name, renamed.name if renamed else None)),
        name=part.name,
        kind="to_many",
        entity=target.name,
        fields=one.target_fields,
        target_fields=one.fields,
        unique=one.unique,
        inverse=one.name,
        doc=part.doc,
        renamed_from=renamed.name if renamed else None,
    )
    target.relations[one.name] = replace(one, inverse=part.name)


def _add_implicit(compilation: Compilation, draft: Draft, one: Relation) -> None:
    """The unnamed other end of a relation to one, by the name of the collection where that is clear and free."""
    target = next(each for each in compilation.drafts if each.name == one.entity)
    alone = sum(each.kind == "to_one" and each.entity == one.entity for each in draft.relations.values()) == 1
    plain = snake(draft.name) if one.unique else draft.collection
    name = free_name(([plain] if alone else []) + [back_name(plain, one)], {*target.relations, *target.fields})
    target.relations[name] = Relation(
        id=compilation.ids.take(f"{target.name}.{name}", target.earlier(name)),
        name=name,
        kind="to_many",
        entity=draft.name,
        fields=one.target_fields,
        target_fields=one.fields,
        unique=one.unique,
        inverse=one.name,
        implicit=True,
    )
    draft.relations[one.name] = replace(one, inverse=name)


def _mark_unique(compilation: Compilation) -> None:
    """Relations to one whose fields are unique by a constraint or the key are one-to-one."""
    for draft in compilation.drafts:
        uniques = [set(each.fields) for each in draft.declaration.unique] + [set(draft.key)]
        for relation in draft.relations.values():
            own = {relation.name, *relation.fields}
            if any(each and each <= own for each in uniques) or any(
                draft.fields[each].unique for each in relation.fields
            ):
                draft.relations[relation.name] = replace(relation, unique=True)


def _no_other_end(draft: Draft, part: Part, target: Draft) -> Problem:
    via: Via | None = part.marker(Via)
    if via is not None:
        known = [*target.relations, *(each.name for each in _ends(target) if each is not part)]
        message = (
            f"{part.path}: {target.name} has no relation '{via.relation}' to {draft.name}."
            f"{did_you_mean(via.relation, known)}"
        )
        return part.problem("no-other-end", message, at="Via")
    message = f"{part.path} has no other end: nothing in {target.name} points at {draft.name}."
    own = snake(draft.name)
    hint = (
        f"Write in {target.name} {own}: {draft.name} where each has one, "
        f'{draft.collection}: list["{draft.name}"] where each has many.'
    )
    return part.problem("no-other-end", message, hint)


def _written(part: Part, target: Draft) -> str:
    return f'list["{target.name}"]' if part.shape.many else f'"{target.name} | None"'
