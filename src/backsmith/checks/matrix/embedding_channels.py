"""The channels that read through others: aggregates and embeds.

In: an entity and who asks. What doesn't agree is noted on the ground.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

from backsmith.blueprint.asker import Asker
from backsmith.blueprint.blueprint import Entity, leads_to_one
from backsmith.checks.matrix.ground import MOST_ROWS, Ground, fields_of, parsed, told
from backsmith.checks.matrix.replies import UNORDERED, closed, key_of, rows_in


async def aggregate(ground: Ground, entity: Entity, asker: Asker) -> None:
    """Counts of rows and of each field's values, groups, and extremes."""
    seen = ground.seen(entity, asker)
    question, answer = await ground.get(f"{ground.path(entity)}?select=n:count()", asker)
    if answer.status == 200:
        ground.agree(entity, "read", "", "aggregate", question, [{"n": len(seen)}], parsed(answer))
    for field in fields_of(entity, hidden=True):
        values = [shown[field.name] for shown in seen.values()]
        target = f"{ground.path(entity)}?select=n:{field.name}.count()"
        question, answer = await ground.get(target, asker)
        if answer.status != 200:
            closed(ground, entity, field, "aggregate", question, answer, seen)
            continue
        filled = sum(value is not None for value in values)
        ground.agree(entity, "read", field.name, "aggregate", question, [{"n": filled}], parsed(answer))
        if isinstance(field.type, UNORDERED):
            continue
        target = f"{ground.path(entity)}?select=v:{field.name},n:count()&limit={MOST_ROWS}"
        question, answer = await ground.get(target, asker)
        if answer.status == 200:
            groups = Counter((each["v"], each["n"]) for each in parsed(answer))
            expected = Counter(Counter(values).items())
            ground.agree(entity, "read", field.name, "aggregate", question, expected, groups)
        question, answer = await ground.get(f"{ground.path(entity)}?select=a:{field.name}.min(),b:{field.name}.max()", asker)  # fmt: skip  # noqa: E501
        if answer.status == 200:
            known = {str(value) for value in values if value is not None}
            told = {str(value) for value in parsed(answer)[0].values() if value is not None}
            ground.agree(entity, "read", field.name, "aggregate", question, set[str](), told - known)


async def embed(ground: Ground, entity: Entity, asker: Asker) -> None:
    """Each relation: the rows at its other end, those that have any, and those found by a value of theirs."""
    seen = ground.seen(entity, asker)
    rows = [row for row in ground.rows(entity) if ground.key(entity, row) in seen]
    for relation in entity.relations:
        there = ground.expecting.entities[relation.entity]
        if not there.key:
            continue
        linked = {
            ground.key(entity, row): {
                ground.key(there, other): ground.shown(there, other, asker)
                for other in ground.expecting.linked(asker, row, relation)
            }
            for row in rows
        }
        keys, far = ",".join(entity.key), ",".join(there.key)
        target = f"{ground.path(entity)}?select={keys},x:{relation.name}({far})&limit={MOST_ROWS}"
        question, answer = await ground.get(target, asker)
        if answer.status != 200:
            some = any(linked.values())
            ground.agree(entity, "read", relation.name, "embed", question, False, some)
            continue
        found = {key_of(entity, row): _far(row["x"], there) for row in parsed(answer)}
        expected = {key: sorted(others) for key, others in linked.items()}
        ground.agree(entity, "read", relation.name, "embed", question, expected, found)
        for field in fields_of(there):
            if isinstance(field.type, UNORDERED):
                continue
            hidden = [ground.truth.of(row, there.key)[field.name] for row in ground.rows(there)]
            for value in [each for each in dict.fromkeys(hidden) if each is not None][:2]:
                test = f"x.{field.name}=eq.{told(value)}"
                target = f"{ground.path(entity)}?select={keys},x:{relation.name}!inner({far})&{test}&limit={MOST_ROWS}"
                question, answer = await ground.get(target, asker)
                matches = {
                    key: sorted(o for o, shown in others.items() if shown and shown[field.name] == value)
                    for key, others in linked.items()
                }
                matches = {key: some for key, some in matches.items() if some}
                if answer.status == 200:
                    found = {key_of(entity, row): _far(row["x"], there) for row in parsed(answer)}
                    ground.agree(there, "read", field.name, "embed filter", question, matches, found)
                else:
                    ground.agree(there, "read", field.name, "embed filter", question, {}, matches)
        if leads_to_one(relation):
            continue
        target = f"{ground.path(entity)}?select={keys},x:{relation.name}(n:count())&limit={MOST_ROWS}"
        question, answer = await ground.get(target, asker)
        if answer.status == 200:
            counts = {key_of(entity, row): row["x"][0]["n"] for row in parsed(answer)}
            expected = {key: len(others) for key, others in linked.items()}
            ground.agree(entity, "read", relation.name, "embed count", question, expected, counts)


def _far(value: Any, there: Entity) -> list[tuple[str, ...]]:
    return sorted(key_of(there, row) for row in rows_in(value))
