"""The channels that read: each asks the engine in its own way for what the oracle already knows.

In: an entity and who asks. What doesn't agree is noted on the ground.
"""

from __future__ import annotations

import csv
import io
from typing import Any

from backsmith.blueprint.asker import Asker
from backsmith.blueprint.blueprint import Entity, Field
from backsmith.checks.matrix.ground import MOST_ROWS, Ground, Shown, fields_of, parsed, told
from backsmith.checks.matrix.replies import UNORDERED, closed, key_of, rows_in
from backsmith.checks.matrix.serving import Answer, Question

VALUES = 4
"""Values of each field that are asked for by filters, at most: those of rows that aren't to be seen first."""


async def item(ground: Ground, entity: Entity, asker: Asker) -> None:
    """Each row by its key."""
    for row in ground.rows(entity):
        expected = ground.shown(entity, row, asker)
        question, answer = await ground.get(f"{ground.item(entity, row)}?select=*", asker)
        if answer.status == 200 and expected is not None:
            compare(ground, entity, "item", question, parsed(answer), expected)
        else:
            ground.agree(entity, "read", "", "item", question, expected is not None, answer.status == 200)


async def list_(ground: Ground, entity: Entity, asker: Asker) -> None:
    """The whole list, its exact count, a range of it, and all of its pages."""
    seen = ground.seen(entity, asker)
    target = f"{ground.path(entity)}?select=*&limit={MOST_ROWS}"
    question, answer = await ground.get(target, asker, prefer="count=exact")
    if not _listed(ground, entity, "list", question, answer, seen):
        return
    for row in parsed(answer):
        compare(ground, entity, "list", question, row, seen[key_of(entity, row)])
    total = answer.headers.get("content-range", "").rpartition("/")[2]
    ground.agree(entity, "read", "", "count", question, str(len(seen)), total)
    question, answer = await ground.get(f"{ground.path(entity)}?select={entity.key[0]}", asker, range="0-0", prefer="count=exact")  # fmt: skip  # noqa: E501
    total = answer.headers.get("content-range", "").rpartition("/")[2]
    ground.agree(entity, "read", "", "count", question, str(len(seen)), total)
    await _pages(ground, entity, asker, seen)


async def _pages(ground: Ground, entity: Entity, asker: Asker, seen: dict[tuple[str, ...], Shown]) -> None:
    target: str | None = f"{ground.path(entity)}?select={','.join(entity.key)}&limit=3"
    found: list[tuple[str, ...]] = []
    first: Question | None = None
    while target is not None and len(found) <= len(seen):
        question, answer = await ground.get(target, asker)
        first = first or question
        found += [key_of(entity, row) for row in parsed(answer)] if answer.status == 200 else []
        link = answer.headers.get("link", "")
        target = link.partition("<")[2].partition(">")[0] if 'rel="next"' in link else None
    if first is not None:
        ground.agree(entity, "read", "", "pages", first, sorted(seen), sorted(found))


async def table(ground: Ground, entity: Entity, asker: Asker) -> None:
    """The list as CSV."""
    seen = ground.seen(entity, asker)
    names = [field.name for field in fields_of(entity)]
    target = f"{ground.path(entity)}?select=*&limit={MOST_ROWS}"
    question, answer = await ground.get(target, asker, accept="text/csv")
    if answer.status != 200:
        ground.agree(entity, "read", "", "csv", question, 0, len(seen))
        return
    rows = list(csv.DictReader(io.StringIO(answer.body.decode())))
    found = {tuple(row[name] for name in entity.key): {name for name in names if row.get(name)} for row in rows}
    expected = {key: {name for name, value in shown.items() if value not in (None, "")} & set(names) for key, shown in seen.items()}  # fmt: skip  # noqa: E501
    ground.agree(entity, "read", "", "csv", question, sorted_of(expected), sorted_of(found))


async def filter_(ground: Ground, entity: Entity, asker: Asker) -> None:
    """Each field by its values, those of hidden rows and null among them; plain, negated and within or()."""
    seen = ground.seen(entity, asker)
    for field in fields_of(entity, hidden=True):
        tests = [("is.null", None)] + [(f"eq.{told(value)}", value) for value in _values(ground, entity, field, seen)]
        for test, value in tests:
            matches = {key for key, shown in seen.items() if shown[field.name] == value}
            filled = {key for key, shown in seen.items() if shown[field.name] is not None}
            await _filtered(ground, entity, field, asker, f"{field.name}={test}", matches, seen)
            negated = filled - matches if value is not None else filled
            await _filtered(ground, entity, field, asker, f"{field.name}=not.{test}", negated, seen)
            if value is None or not any(sign in str(value) for sign in ',()"\\.:* '):
                either = f"or=({field.name}.{test},and({field.name}.{test},not.or({field.name}.is.null)))"
                await _filtered(ground, entity, field, asker, either, matches, seen)


async def _filtered(
    ground: Ground,
    entity: Entity,
    field: Field,
    asker: Asker,
    test: str,
    matches: set[tuple[str, ...]],
    seen: dict[tuple[str, ...], Shown],
) -> None:
    target = f"{ground.path(entity)}?select={','.join(entity.key)}&limit={MOST_ROWS}&{test}"
    question, answer = await ground.get(target, asker)
    if answer.status == 200:
        found = {key_of(entity, row) for row in parsed(answer)}
        ground.agree(entity, "read", field.name, "filter", question, sorted(matches), sorted(found))
    else:
        closed(ground, entity, field, "filter", question, answer, seen)


async def sort(ground: Ground, entity: Entity, asker: Asker) -> None:
    """By each field, up and down: what isn't shown stands where nulls do, in the order of the key."""
    seen = ground.seen(entity, asker)
    for field in fields_of(entity, hidden=True):
        if isinstance(field.type, UNORDERED):
            continue
        target = f"{ground.path(entity)}?select={','.join(entity.key)}&limit={MOST_ROWS}"
        question, answer = await ground.get(f"{target}&order={field.name}", asker)
        if answer.status != 200:
            closed(ground, entity, field, "sort", question, answer, seen)
            continue
        order = [key_of(entity, row) for row in parsed(answer)]
        nulls = [key for key in order if key in seen and seen[key][field.name] is None]
        ground.agree(entity, "read", field.name, "sort", question, sorted(seen), sorted(order))
        ground.agree(entity, "read", field.name, "sort", question, nulls, order[len(order) - len(nulls) :])
        if field.name not in entity.key:
            plain = [key for key in await _in_order(ground, entity, asker) if key in nulls]
            ground.agree(entity, "read", field.name, "sort", question, plain, nulls)


async def _in_order(ground: Ground, entity: Entity, asker: Asker) -> list[tuple[str, ...]]:
    target = f"{ground.path(entity)}?select={','.join(entity.key)}&limit={MOST_ROWS}"
    _, answer = await ground.get(target, asker)
    return [key_of(entity, row) for row in parsed(answer)] if answer.status == 200 else []


async def batch(ground: Ground, entity: Entity, asker: Asker) -> None:
    """List and items as operations of a batch."""
    seen = ground.seen(entity, asker)
    below = ground.path(entity).removeprefix(ground.served.prefix)
    rows = ground.rows(entity)[:20]
    paths = [f"{below}?select=*&limit={MOST_ROWS}"]
    for each in [*paths, *(f"{ground.item(entity, row).removeprefix(ground.served.prefix)}?select=*" for row in rows)]:
        operation = {"operations": [{"method": "GET", "path": each}]}
        question = Question(f"{ground.served.prefix}/batch", asker, "POST", operation)
        answer = await ground.served.ask(question)
        if answer.status != 200:
            if each == paths[0]:
                ground.agree(entity, "read", "", "batch", question, 0, len(seen))
            continue
        for row in rows_in(parsed(answer)["results"][0]["body"]):
            expected = seen.get(key_of(entity, row))
            if expected is None:
                ground.agree(entity, "read", "", "batch", question, None, row)
            else:
                compare(ground, entity, "batch", question, row, expected)


def compare(ground: Ground, entity: Entity, channel: str, question: Question, row: Shown, expected: Shown) -> None:
    """Hold a row that was shown to what it should look like."""
    for field in entity.fields:
        value = row.get(field.name)
        ground.agree(
            entity, "read", field.name, channel, question, None if field.hidden else expected[field.name], value
        )


def _listed(
    ground: Ground, entity: Entity, channel: str, question: Question, answer: Answer, seen: dict[tuple[str, ...], Shown]
) -> bool:
    """Whether there is a list with the rows that it should have, to be looked at further."""
    if answer.status != 200:
        ground.agree(entity, "read", "", channel, question, 0, len(seen))
        return False
    found = sorted(key_of(entity, row) for row in parsed(answer))
    ground.agree(entity, "read", "", channel, question, sorted(seen), found)
    return found == sorted(seen)


def _values(ground: Ground, entity: Entity, field: Field, seen: dict[tuple[str, ...], Shown]) -> list[Any]:
    if isinstance(field.type, UNORDERED):
        return []
    rows = [(ground.key(entity, row), ground.truth.of(row, entity.key)[field.name]) for row in ground.rows(entity)]
    hidden = [value for key, value in rows if value is not None and (key not in seen or seen[key][field.name] is None)]
    others = [value for _, value in rows if value is not None]
    return list(dict.fromkeys([*hidden[: VALUES - 1], *others]))[:VALUES]


def sorted_of(found: dict[tuple[str, ...], set[str]]) -> list[tuple[tuple[str, ...], list[str]]]:
    """Sets by key, in an order."""
    return sorted((key, sorted(names)) for key, names in found.items())
