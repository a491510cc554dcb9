"""What must stay silent: a row that isn't to be seen is answered as one that isn't there, whatever is asked of it.

Each question is put twice, once with the key of a hidden row and once with one that no row has, and the answers have to
be alike to the letter, but for the key itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from backsmith.blueprint.asker import Asker
from backsmith.blueprint.blueprint import Entity, Field
from backsmith.blueprint.types import Integer, Text, Uuid
from backsmith.checks.matrix.bodies import body_of_new, given_of_new
from backsmith.checks.matrix.ground import Ground, key_text, told
from backsmith.checks.matrix.serving import Answer, Question

UNDONE = {"prefer": "tx=rollback"}
MOST = 3
"""Hidden rows that are asked about, at most."""


async def by_key(ground: Ground, entity: Entity, asker: Asker) -> None:
    """By key: read, changed, deleted, called, compared, put, filtered."""
    missing = missing_key(ground, entity)
    if missing is None:
        return
    hidden = [row for row in ground.rows(entity) if not ground.expecting.visible(asker, row)]
    for row in hidden[:MOST]:
        there = tuple(ground.key(entity, row))
        for one, other in zip(
            _by_key(ground, entity, asker, there), _by_key(ground, entity, asker, missing), strict=True
        ):
            await _alike(ground, entity, one, other, there, missing)


def _by_key(ground: Ground, entity: Entity, asker: Asker, key: tuple[str, ...]) -> Iterator[Question]:
    address = ground.path(entity, key_text(key))
    yield Question(address, asker)
    yield Question(address, asker, "HEAD")
    yield Question(address, asker, headers={"if-none-match": "*"})
    yield Question(address, asker, headers={"range": "0-0"})
    for field in entity.fields:
        if field.computed is None and not field.hidden and field.name not in entity.key:
            body = {field.name: None}
            yield Question(address, asker, "PATCH", body, UNDONE)
            yield Question(address, asker, "PATCH", body, {**UNDONE, "if-match": "*"})
            break
    yield Question(address, asker, "DELETE", headers=UNDONE)
    yield Question(address, asker, "DELETE", headers={**UNDONE, "if-match": '"x"'})
    for action in ground.expecting.blueprint.actions:
        if action.entity == entity.name:
            yield Question(f"{address}/{action.name}", asker, "POST", {})
    if len(entity.key) == 1:
        name = entity.key[0]
        listed = f"{ground.path(entity)}?{name}=eq.{told(key[0])}"
        yield Question(listed, asker, headers={"prefer": "count=exact"})
        yield Question(f"{listed}&select=n:count()", asker)
        yield Question(listed, asker, headers={"accept": "application/vnd.pgrst.object+json"})
        yield Question(listed, asker, "DELETE", headers={"prefer": "tx=rollback,return=representation"})
        for relation in entity.relations:
            yield Question(f"{ground.path(entity)}?select={relation.name}()&{name}=eq.{told(key[0])}", asker)


async def by_pointing(ground: Ground, entity: Entity, asker: Asker) -> None:
    """By a foreign key: a new row that points at a hidden row, a row that is made to, and a filter on it."""
    base = next(iter(ground.rows(entity)), None)
    for relation in entity.relations:
        there = ground.expecting.entities[relation.entity]
        if relation.kind != "to_one" or len(relation.fields) != 1 or relation.target_fields != there.key:
            continue
        missing = missing_key(ground, there)
        hidden = [
            row
            for row in ground.rows(there)
            if not ground.expecting.visible(asker, row) and row is not ground.expecting.user(asker)
        ]
        if missing is None or base is None:
            continue
        name = relation.fields[0]
        field = next(field for field in entity.fields if field.name == name)
        for row in hidden[:MOST]:
            pair: list[list[Question]] = []
            for key in (ground.key(there, row), missing):
                value = _typed(field, key[0])
                body = {**body_of_new(ground, entity, base, given_of_new(entity)), name: value}
                some = [Question(ground.path(entity), asker, "POST", body, UNDONE)]
                some += [
                    Question(ground.item(entity, each), asker, "PATCH", {name: value}, UNDONE)
                    for each in ground.rows(entity)[:MOST]
                    if each is not row
                ]
                pair.append(some)
            for one, other in zip(*pair, strict=True):
                await _alike(ground, entity, one, other, ground.key(there, row), missing)


async def _alike(
    ground: Ground, entity: Entity, one: Question, other: Question, there: tuple[str, ...], missing: tuple[str, ...]
) -> None:
    first, second = await ground.served.ask(one), await ground.served.ask(other)
    a, b = _without(first, there), _without(second, missing)
    if a != b and not (first.done and second.done and first.status == 201):
        ground.differ(entity, "read", "", "hidden or missing", one, f"{other} answered {b}", f"shown: {a}")
    else:
        ground.agreed += 1


def _without(answer: Answer, key: tuple[str, ...]) -> object:
    text = repr(answer.comparable())
    for part in key:
        text = re.sub(rf"(?<!\w){re.escape(part)}(?!\w)", "KEY", text)
    length = answer.headers.get("content-length")
    return text if length is None else text.replace(f"'content-length': '{length}'", "")


def missing_key(ground: Ground, entity: Entity) -> tuple[str, ...] | None:
    """A key that no row has, as long as theirs."""
    if len(entity.key) != 1:
        return None
    field = next(field for field in entity.fields if field.name == entity.key[0])
    taken = {ground.key(entity, row)[0] for row in ground.rows(entity)}
    match field.type:
        case Integer():
            tries = (str(number) for number in range(9999, 1000, -1))
        case Uuid():
            tries = (f"00000000-0000-4000-8000-{number:012d}" for number in range(100))
        case Text():
            length = max(map(len, taken), default=1)
            tries = (f"z{number}".ljust(length, "z")[:length] for number in range(9, 0, -1))
        case _:
            return None
    return next(((text,) for text in tries if text not in taken), None)


def _typed(field: Field, text: str) -> Any:
    return int(text) if isinstance(field.type, Integer) else text
