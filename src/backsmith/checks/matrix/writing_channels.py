"""The channels that write, each in a transaction that is undone: what is granted has to be what the oracle grants.

In: an entity and who asks. Answers that neither grant nor refuse (a check, a value that is taken) are unclear.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from backsmith.blueprint.asker import Asker
from backsmith.blueprint.blueprint import Entity, Field, Relation, Rule
from backsmith.blueprint.expressions import FieldOf, Follow, This
from backsmith.blueprint.trees import walk
from backsmith.blueprint.types import is_file
from backsmith.checks.matrix.bodies import body_of, fresh_values, given_of_new, json_of, new_row
from backsmith.checks.matrix.computing import may_be_written
from backsmith.checks.matrix.expecting import changed
from backsmith.checks.matrix.ground import Ground, key_text, parsed, told
from backsmith.checks.matrix.serving import Answer, Question
from backsmith.checks.matrix.world import through_entity
from backsmith.evolution.access_changes.meaning import WorldRow

UNDONE = {"prefer": "tx=rollback"}
BASES = 3
"""Rows that new ones are made like, at most, of those that may be made and of those that may not."""
VALUES = 3
"""Values that a field of a row is set to, at most."""


async def create(ground: Ground, entity: Entity, asker: Asker) -> None:
    """A row like each of some that are there: with what has to be given, and with each further field; so too with the
    fields besides that some rule looks at, where it holds only with them."""
    if entity.view:
        return
    for base in _bases(ground, entity, asker):
        values = fresh_values(ground, entity, base, asker)
        if values is None:
            continue
        optional = [each.name for each in _written(entity) if each.name not in given_of_new(entity)]
        optional = [name for name in optional if not (values[name] is None and name in entity.key)]
        for also in ((), *_telling(ground, entity, values, asker)):
            for more in ((), *((name,) for name in optional if name not in also)):
                names = given_of_new(entity, *also, *more)
                row = new_row(ground, entity, values, names, asker)
                may = ground.expecting.may(asker, "create", row, names)
                body = body_of(ground, entity, values, names)
                question = Question(ground.path(entity), asker, "POST", body, UNDONE)
                answer = await ground.served.ask(question)
                ground.granted(entity, "create", ", ".join(more), "create", question, answer, may=may)


def _telling(ground: Ground, entity: Entity, values: Mapping[str, Any], asker: Asker) -> list[tuple[str, ...]]:
    """For each rule that doesn't hold for what has to be given alone: what it looks at, if it holds with that."""
    bare = new_row(ground, entity, values, given_of_new(entity), asker)
    found: list[tuple[str, ...]] = []
    for rule in entity.rules:
        names = tuple(name for name in _looked_at(ground, entity, rule) if name not in given_of_new(entity))
        if names and names not in found and not ground.expecting.holds(rule, asker, bare):
            row = new_row(ground, entity, values, given_of_new(entity, *names), asker)
            if ground.expecting.holds(rule, asker, row):
                found.append(names)
    return found


def _looked_at(ground: Ground, entity: Entity, rule: Rule) -> list[str]:
    """The fields of a row that a rule looks at, and that can be given."""
    parts = list(walk(ground.expecting.written(entity.name, rule)))
    read = {part.field for part in parts if isinstance(part, FieldOf) and isinstance(part.of, This)}
    followed = {part.relation for part in parts if isinstance(part, Follow) and isinstance(part.of, This)}
    for relation in entity.relations:
        if relation.name in followed:
            read.update(relation.fields)
    return [field.name for field in _written(entity) if field.name in read]


async def update(ground: Ground, entity: Entity, asker: Asker) -> None:
    """Each field of each row: as it is, to what other rows have, and to nothing."""
    if entity.view:
        return
    for row in ground.rows(entity):
        for field in _written(entity):
            for value in _others(ground, entity, field, row):
                question, may = _patch(ground, entity, field, row, value, asker)
                answer = await ground.served.ask(question)
                ground.granted(entity, "update", field.name, "item", question, answer, may=may)


def _patch(
    ground: Ground, entity: Entity, field: Field, row: WorldRow, value: Any, asker: Asker
) -> tuple[Question, bool]:
    after = changed(ground.expecting.world, row, {field.name: value})
    seen = ground.expecting.visible(asker, row)
    may = seen and ground.expecting.may(asker, "update", row, (field.name,), after=after)
    body = {field.name: json_of(ground, entity, field.name, value)}
    return Question(ground.item(entity, row), asker, "PATCH", body, UNDONE), may


async def delete(ground: Ground, entity: Entity, asker: Asker) -> None:
    """Each row by its key."""
    if entity.view:
        return
    for row in ground.rows(entity):
        may = ground.expecting.visible(asker, row) and ground.expecting.may(asker, "delete", row)
        question = Question(ground.item(entity, row), asker, "DELETE", headers=UNDONE)
        ground.granted(entity, "delete", "", "item", question, await ground.served.ask(question), may=may)


async def bulk(ground: Ground, entity: Entity, asker: Asker) -> None:
    """All rows at once: those that may be changed or deleted are, the others are left alone."""
    if entity.view or len(entity.key) != 1:
        return
    key, expecting = entity.key[0], ground.expecting
    listed = ",".join(f'"{told(ground.key(entity, row)[0])}"' for row in ground.rows(entity))
    target = f"{ground.path(entity)}?{key}=in.({listed})&select={key}"
    headers = {"prefer": "tx=rollback,return=representation"}
    seen = [row for row in ground.rows(entity) if expecting.visible(asker, row)]
    for field in _written(entity):
        values = list(_others(ground, entity, field, None))
        if field.name == key or not values:
            continue
        value = values[0]
        pairs = [(row, changed(expecting.world, row, {field.name: value})) for row in seen]
        # What a row becomes decides only about those that may be changed as they are.
        chosen = [(row, after) for row, after in pairs if _before(ground, entity, field, row, after, asker)]
        well = all(expecting.may(asker, "update", row, (field.name,), after=after) for row, after in chosen)
        question = Question(target, asker, "PATCH", {field.name: json_of(ground, entity, field.name, value)}, headers)
        answer = await ground.served.ask(question)
        # Shown are those that may still be read as they are then.
        shown = {ground.key(entity, row)[0] for row, after in chosen if expecting.visible(asker, after, was=row)}
        _bulk(ground, entity, "update", field.name, question, answer, shown if well else None)
    gone = {ground.key(entity, row)[0] for row in seen if expecting.may(asker, "delete", row)}
    question = Question(target, asker, "DELETE", headers=headers)
    _bulk(ground, entity, "delete", "", question, await ground.served.ask(question), gone)


def _before(ground: Ground, entity: Entity, field: Field, row: WorldRow, after: WorldRow, asker: Asker) -> bool:
    rules = [
        rule for rule in entity.rules if "update" in rule.verbs and (rule.fields is None or field.name in rule.fields)
    ]
    return any(ground.expecting.holds(rule, asker, row, after if rule.after else None) for rule in rules)


def _bulk(
    ground: Ground, entity: Entity, verb: str, field: str, question: Question, answer: Answer, expected: set[str] | None
) -> None:
    if answer.done:
        found = {str(row[entity.key[0]]) for row in parsed(answer)} if answer.body else set[str]()
        if expected is None:
            ground.differ(entity, verb, field, "bulk", question, "refused", f"granted: {sorted(found)}")
        else:
            ground.agree(entity, verb, field, "bulk", question, sorted(expected), sorted(found))
    elif answer.refused and expected:
        ground.differ(entity, verb, field, "bulk", question, f"granted: {sorted(expected)}", f"refused ({answer.code})")
    elif answer.refused:
        ground.agreed += 1
    else:
        ground.unclear += 1


async def upsert(ground: Ground, entity: Entity, asker: Asker) -> None:
    """A row of each key that is there: changed where it may be seen and changed, and else as if it weren't there."""
    if entity.view:
        return
    names = given_of_new(entity, *entity.key)
    for row in ground.rows(entity):
        body = body_of(ground, entity, row.values, names)
        changes = [name for name in names if name not in entity.key]
        seen = ground.expecting.visible(asker, row)
        may = seen and ground.expecting.may(asker, "update", row, changes, after=row)
        headers = {"prefer": "tx=rollback,resolution=merge-duplicates"}
        question = Question(ground.path(entity), asker, "POST", body, headers)
        answer = await ground.served.ask(question)
        if answer.done and not (may if changes else seen):
            ground.differ(entity, "update", "", "upsert", question, "refused", f"granted ({answer.status})")
        else:
            ground.agreed += 1


async def nested(ground: Ground, entity: Entity, asker: Asker) -> None:
    """A row with one of each of its lists inside."""
    if entity.view:
        return
    for relation in entity.relations:
        there = ground.expecting.entities[relation.entity]
        if relation.kind != "to_many" or relation.implicit or relation.unique or there.private or there.view:
            continue
        for base, inner in zip(_bases(ground, entity, asker), _bases(ground, there, asker), strict=False):
            values, inside = fresh_values(ground, entity, base, asker), fresh_values(ground, there, inner, asker)
            if values is None or inside is None:
                continue
            names = given_of_new(entity)
            row = new_row(ground, entity, values, names, asker)
            others = [name for name in given_of_new(there) if name not in relation.target_fields]
            child = new_row(ground, there, inside, others, asker)
            back = next((r for r in there.relations if r.kind == "to_one" and r.fields == relation.target_fields), None)
            if back is None:
                continue
            child.links[back.name] = row
            body = {
                **body_of(ground, entity, values, names),
                relation.name: [body_of(ground, there, inside, others)],
            }
            expecting = ground.expecting
            may = expecting.may(asker, "create", row, names) and expecting.may(
                asker, "create", child, [*others, *relation.target_fields]
            )
            question = Question(ground.path(entity), asker, "POST", body, UNDONE)
            answer = await ground.served.ask(question)
            if answer.done and not may:
                ground.differ(there, "create", relation.name, "nested write", question, "refused", "granted")
            elif not answer.done and not answer.refused:
                ground.unclear += 1
            else:
                ground.agreed += 1


async def link(ground: Ground, entity: Entity, asker: Asker) -> None:
    """Each row linked to some that may be seen and to some that may not."""
    expecting = ground.expecting
    for relation in entity.relations:
        there = expecting.entities[relation.entity]
        if relation.kind != "many_to_many" or entity.view or there.private or len(there.key) != 1:
            continue
        if through_entity(expecting.entities, relation) is not None:
            continue
        for row in ground.rows(entity):
            for other in ground.rows(there)[:VALUES]:
                rules = [rule for rule in entity.rules if "update" in rule.verbs]
                covering = [rule for rule in rules if rule.fields is None or relation.name in rule.fields]
                after = linked(ground, row, relation, other, asker)
                holding = [rule for rule in covering if expecting.holds(rule, asker, row)]
                may = (
                    expecting.visible(asker, row)
                    and any(expecting.holds(rule, asker, after, was=row) for rule in holding)
                    and expecting.visible(asker, other)
                )
                key = ground.truth.body(other, there.key)[there.key[0]]
                body = {relation.name: [{there.key[0]: key}]}
                question = Question(ground.item(entity, row), asker, "PATCH", body, UNDONE)
                answer = await ground.served.ask(question)
                if answer.status == 409 and not may:
                    ground.agreed += 1  # what isn't to be seen isn't there to be linked
                else:
                    ground.granted(entity, "link", relation.name, "link", question, answer, may=may)


def linked(ground: Ground, row: WorldRow, relation: Relation, other: WorldRow, asker: Asker) -> WorldRow:
    """A row as linking it to `other` alone leaves it: links to rows that the asker doesn't see stay."""
    kept = [each for each in row.links[relation.name] if not ground.expecting.visible(asker, each)]
    return WorldRow(row.entity, row.values, {**row.links, relation.name: [*kept, other]})


async def action(ground: Ground, entity: Entity, asker: Asker) -> None:
    """Each action of each row, in a batch that is undone. What the application itself refuses is unclear."""
    for each in ground.expecting.blueprint.actions:
        if each.entity != entity.name:
            continue
        for row in ground.rows(entity):
            may = ground.expecting.visible(asker, row) and ground.expecting.may(asker, each.name, row)
            path = ground.item(entity, row, each.name).removeprefix(ground.served.prefix)
            question = _in_batch(ground, asker, "POST", path, {})
            answer = await ground.served.ask(question)
            said = (f" {each.name} ".encode(), b"permission denied for")
            own = answer.status == 403 and not any(words in answer.body for words in said)
            if answer.refused and own and may:
                ground.unclear += 1  # what it does itself isn't allowed to whoever called it
            elif answer.refused and own:
                ground.differ(entity, each.name, "", "action", question, "refused", "granted: it ran, and was refused")
            else:
                ground.granted(entity, each.name, "", "action", question, answer, may=may)


async def batch(ground: Ground, entity: Entity, asker: Asker) -> None:
    """A change and a deletion of each row as an operation of a batch, its key once as it is and once as a result."""
    if entity.view:
        return
    for row in ground.rows(entity):
        field = next((each for each in _written(entity) if each.name not in entity.key), None)
        address = f"/{entity.collection}/{key_text(ground.key(entity, row))}"
        may = ground.expecting.visible(asker, row) and ground.expecting.may(asker, "delete", row)
        question = _in_batch(ground, asker, "DELETE", address, None)
        ground.granted(entity, "delete", "", "batch", question, await ground.served.ask(question), may=may)
        if field is None:
            continue
        plain, may = _patch(ground, entity, field, row, row.values[field.name], asker)
        question = _in_batch(ground, asker, "PATCH", address, plain.body)
        ground.granted(entity, "update", field.name, "batch", question, await ground.served.ask(question), may=may)


def _in_batch(ground: Ground, asker: Asker, method: str, path: str, body: Any) -> Question:
    operation: dict[str, Any] = {"method": method, "path": path}
    if body is not None:
        operation["body"] = body
    return Question(f"{ground.served.prefix}/batch", asker, "POST", {"operations": [operation]}, UNDONE)


def _bases(ground: Ground, entity: Entity, asker: Asker) -> list[WorldRow]:
    """Rows to make others like: one of each kind that rules tell apart, and else as many that the asker may make as that
    they may not."""
    expecting, names = ground.expecting, given_of_new(entity)
    kinds: dict[tuple[object, ...], list[WorldRow]] = {}
    for row in ground.rows(entity):
        can = any(expecting.leads(rule, asker, row) for rule in entity.rules)
        kind = can, *(expecting.holds(rule, asker, row) for rule in entity.rules)
        kinds.setdefault(kind, []).append(row)
    firsts = [rows[0] for rows in kinds.values()]
    ordered = [*firsts, *(row for row in ground.rows(entity) if row not in firsts)]
    may = {id(row): expecting.may(asker, "create", row, names) for row in ordered}
    chosen: list[WorldRow] = []
    for granted in (True, False):
        some = [row for row in ordered if may[id(row)] is granted]
        chosen += some[: max(BASES, sum(row in some for row in firsts))]
    return chosen


def _written(entity: Entity) -> list[Field]:
    """The fields that a request can write, but for files."""
    return [field for field in entity.fields if may_be_written(field) and not field.hidden and not is_file(field.type)]


def _others(ground: Ground, entity: Entity, field: Field, row: WorldRow | None) -> Iterator[Any]:
    """Values to set: the row's own, those of other rows, null."""
    own = [] if row is None else [row.values[field.name]]
    found: list[Any] = list(own)
    unique = field.unique or field.name in entity.key
    for each in () if unique else ground.rows(entity):
        value = each.values[field.name]
        if value not in found:
            found.append(value)
    yield from found[:VALUES]
