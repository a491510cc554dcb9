"""The channels that write in other ways: many rows at once, found by their keys, within others, as links, in batches.

In: an entity and who asks. Answers that neither grant nor refuse (a check, a value that is taken) are unclear.
"""

from __future__ import annotations

from backsmith.blueprint.asker import Asker
from backsmith.blueprint.blueprint import Entity, Field, Relation
from backsmith.blueprint.types import is_file
from backsmith.checks.matrix.bases import VALUES, bases_of, others_of, written_of
from backsmith.checks.matrix.bodies import body_of, fresh_values, given_of_new, json_of, new_row
from backsmith.checks.matrix.expecting import changed
from backsmith.checks.matrix.ground import Ground, key_text, parsed, told
from backsmith.checks.matrix.serving import Answer, Question
from backsmith.checks.matrix.world import through_entity
from backsmith.checks.matrix.writing_channels import UNDONE, in_batch, patch_of
from backsmith.evolution.access_changes.meaning import WorldRow


async def bulk(ground: Ground, entity: Entity, asker: Asker) -> None:
    """All rows at once: those that may be changed or deleted are, the others are left alone."""
    if entity.view or len(entity.key) != 1:
        return
    key, expecting = entity.key[0], ground.expecting
    listed = ",".join(f'"{told(ground.key(entity, row)[0])}"' for row in ground.rows(entity))
    target = f"{ground.path(entity)}?{key}=in.({listed})&select={key}"
    headers = {"prefer": "tx=rollback,return=representation"}
    seen = [row for row in ground.rows(entity) if expecting.visible(asker, row)]
    for field in written_of(entity):
        values = list(others_of(ground, entity, field, None))
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


async def put(ground: Ground, entity: Entity, asker: Asker) -> None:
    """Each row given whole, as it is: all that some rule may let such an asker write, so that nothing is left out."""
    if entity.view:
        return
    expecting = ground.expecting
    rules = [rule for rule in entity.rules if {"create", "update"} & set(rule.verbs) and expecting.ever(asker, [rule])]
    for row in ground.rows(entity):
        open_ = [
            field for field in entity.fields if any(rule.fields is None or field.name in rule.fields for rule in rules)
        ]
        names = [field.name for field in written_of(entity) if field in open_ and field.name not in entity.key]
        files = {field.name: None for field in open_ if is_file(field.type)}  # left out of the body, so they go
        if not names:
            continue
        after = changed(expecting.world, row, files)
        seen = expecting.visible(asker, row)
        may = seen and expecting.may(asker, "update", row, [*names, *files], after=after)
        body = body_of(ground, entity, row.values, names)
        question = Question(ground.item(entity, row), asker, "PUT", body, UNDONE)
        answer = await ground.served.ask(question)
        if seen or answer.done:
            ground.granted(entity, "update", "", "put", question, answer, may=may)
        else:
            ground.agreed += 1  # it would have been a new row


async def nested(ground: Ground, entity: Entity, asker: Asker) -> None:
    """A row with one of each of its lists inside."""
    if entity.view:
        return
    for relation in entity.relations:
        there = ground.expecting.entities[relation.entity]
        if relation.kind != "to_many" or relation.implicit or relation.unique or there.private or there.view:
            continue
        for base, inner in zip(bases_of(ground, entity, asker), bases_of(ground, there, asker), strict=False):
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


async def batch(ground: Ground, entity: Entity, asker: Asker) -> None:
    """A change and a deletion of each row as an operation of a batch, its key once as it is and once as a result."""
    if entity.view:
        return
    for row in ground.rows(entity):
        field = next((each for each in written_of(entity) if each.name not in entity.key), None)
        address = f"/{entity.collection}/{key_text(ground.key(entity, row))}"
        may = ground.expecting.visible(asker, row) and ground.expecting.may(asker, "delete", row)
        question = in_batch(ground, asker, "DELETE", address, None)
        ground.granted(entity, "delete", "", "batch", question, await ground.served.ask(question), may=may)
        if field is None:
            continue
        plain, may = patch_of(ground, entity, field, row, row.values[field.name], asker)
        question = in_batch(ground, asker, "PATCH", address, plain.body)
        ground.granted(entity, "update", field.name, "batch", question, await ground.served.ask(question), may=may)
