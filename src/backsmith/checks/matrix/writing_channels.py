"""The channels that write, each in a transaction that is undone: what is granted has to be what the oracle grants.

In: an entity and who asks. Answers that neither grant nor refuse (a check, a value that is taken) are unclear.
"""

from __future__ import annotations

from typing import Any

from backsmith.blueprint.asker import Asker
from backsmith.blueprint.blueprint import Entity, Field
from backsmith.checks.matrix.bases import bases_of, others_of, telling, written_of
from backsmith.checks.matrix.bodies import body_of, fresh_values, given_of_new, json_of, new_row
from backsmith.checks.matrix.expecting import changed
from backsmith.checks.matrix.ground import Ground
from backsmith.checks.matrix.serving import Question
from backsmith.evolution.access_changes.meaning import WorldRow

UNDONE = {"prefer": "tx=rollback"}


async def create(ground: Ground, entity: Entity, asker: Asker) -> None:
    """A row like each of some that are there: with what has to be given, and with each further field; so too with the
    fields besides that some rule looks at, where it holds only with them."""
    if entity.view:
        return
    for base in bases_of(ground, entity, asker):
        values = fresh_values(ground, entity, base, asker)
        if values is None:
            continue
        optional = [each.name for each in written_of(entity) if each.name not in given_of_new(entity)]
        optional = [name for name in optional if not (values[name] is None and name in entity.key)]
        for also in ((), *telling(ground, entity, values, asker)):
            for more in ((), *((name,) for name in optional if name not in also)):
                names = given_of_new(entity, *also, *more)
                row = new_row(ground, entity, values, names, asker)
                may = ground.expecting.may(asker, "create", row, names)
                body = body_of(ground, entity, values, names)
                question = Question(ground.path(entity), asker, "POST", body, UNDONE)
                answer = await ground.served.ask(question)
                ground.granted(entity, "create", ", ".join(more), "create", question, answer, may=may)


async def update(ground: Ground, entity: Entity, asker: Asker) -> None:
    """Each field of each row: as it is, to what other rows have, and to nothing."""
    if entity.view:
        return
    for row in ground.rows(entity):
        for field in written_of(entity):
            for value in others_of(ground, entity, field, row):
                question, may = patch_of(ground, entity, field, row, value, asker)
                answer = await ground.served.ask(question)
                ground.granted(entity, "update", field.name, "item", question, answer, may=may)


def patch_of(
    ground: Ground, entity: Entity, field: Field, row: WorldRow, value: Any, asker: Asker
) -> tuple[Question, bool]:
    """The change of a field of a row to a value, and whether it is allowed."""
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


async def action(ground: Ground, entity: Entity, asker: Asker) -> None:
    """Each action of each row, in a batch that is undone. What the application itself refuses is unclear."""
    for each in ground.expecting.blueprint.actions:
        if each.entity != entity.name:
            continue
        for row in ground.rows(entity):
            may = ground.expecting.visible(asker, row) and ground.expecting.may(asker, each.name, row)
            path = ground.item(entity, row, each.name).removeprefix(ground.served.prefix)
            question = in_batch(ground, asker, "POST", path, {})
            answer = await ground.served.ask(question)
            said = (f" {each.name} ".encode(), b"permission denied for")
            own = answer.status == 403 and not any(words in answer.body for words in said)
            if answer.refused and own and may:
                ground.unclear += 1  # what it does itself isn't allowed to whoever called it
            elif answer.refused and own:
                ground.differ(entity, each.name, "", "action", question, "refused", "granted: it ran, and was refused")
            else:
                ground.granted(entity, each.name, "", "action", question, answer, may=may)


def in_batch(ground: Ground, asker: Asker, method: str, path: str, body: Any) -> Question:
    """An operation as the only one of a batch."""
    operation: dict[str, Any] = {"method": method, "path": path}
    if body is not None:
        operation["body"] = body
    return Question(f"{ground.served.prefix}/batch", asker, "POST", {"operations": [operation]}, UNDONE)
