"""Writing rows with rows of their relations inside: what a body nests becomes flat writes, in the order they need.

In: rows as `Given`, with `related`. Out: what the Writer's own create and update give. Level by level: the rows that
to-one relations lead to come first, then the rows themselves, then those of to-many relations with their foreign keys
filled, then links of many to many. So a rule that follows a line to its order sees the order, and a foreign key finds
its row. All rows of one entity at one level are one write, however many rows they hang on.

A row of many to many with nothing but its key in it isn't made but linked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from backsmith.blueprint.blueprint import Relation
from backsmith.engine.bodies.problems import Problems, step
from backsmith.engine.catalogue import Resource
from backsmith.engine.writing.linking import Link
from backsmith.engine.writing.work import Given, Key, Rows, Show, Work, Written
from backsmith.engine.writing.writer import Writer


class _Inner(NamedTuple):
    """A row inside another."""

    outer: int
    """The number of the row that it is in."""
    relation: Relation
    given: Given


async def create(
    writer: Writer,
    work: Work,
    resource: Resource,
    rows: Sequence[Given],
    *,
    show: Show | None = None,
    last: bool = False,
) -> Written:
    """Create the rows and all that is nested in them. As `Writer.create`, whose errors it raises.

    Raises RequestError INVALID too, for a foreign key that is given and nested at once and says two things.
    """
    inner = list(_inner(resource, rows))
    if not inner:
        return await writer.create(work, resource, rows, show=show, last=last)
    flat = [Given(dict(row.values), pointer=row.pointer) for row in rows]
    ones = [each for each in inner if each.relation.kind == "to_one"]
    keys = await _make(writer, work, ones)
    for relation, numbers in _by_relation(ones):
        target = writer.catalogue.resources[relation.entity]
        values = await writer.fields_of(work, target, [keys[number] for number in numbers], relation.target_fields)
        for number, pointed in zip(numbers, values, strict=True):
            _fill(flat[ones[number].outer], relation.fields, pointed, ones[number].given.pointer)
    if len(ones) == len(inner):
        return await writer.create(work, resource, flat, show=show, last=last)
    written = await writer.create(work, resource, flat)
    await _make_many(writer, work, resource, written.keys, [each for each in inner if each.relation.kind != "to_one"])
    if show is not None:
        written.shown = await writer.show(work, resource, written.keys, show)
    return written


async def update(
    writer: Writer, work: Work, rows: Rows, given: Given, *, show: Show | None = None, last: bool = False
) -> Written:
    """Update the rows; a list of many to many replaces the links of each. As `Writer.update`, whose errors it raises.

    Where nothing but links is given, rows of a collection whose links the asker may not change are left alone.
    """
    if not given.related:
        return await writer.update(work, rows, given, show=show, last=last)
    written = await writer.update(work, rows, Given(given.values, pointer=given.pointer))
    resource = writer.catalogue.resources[rows.read.entity.name]
    lists = [(resource.relations[name], listed) for name, listed in given.related.items()]
    if not given.values and not rows.item:
        found = written.keys
        for relation, _ in lists:
            may = await writer.may_link(work, resource, relation, written.keys)
            written.keys = [key for key, allowed in zip(written.keys, may, strict=True) if allowed]
        written.skipped += len(found) - len(written.keys)
    for relation, listed in lists if written.keys else ():
        keys = await _make(writer, work, [_Inner(0, relation, each) for each in listed])
        links = [Link(key, keys, given.pointer + step(relation.name)) for key in written.keys]
        await writer.link_each(work, resource, relation, links, replace=True)
    if show is not None:
        written.shown = await writer.show(work, resource, written.keys, show)
    return written


def _inner(resource: Resource, rows: Sequence[Given]) -> Iterator[_Inner]:
    for number, row in enumerate(rows):
        for name, nested in row.related.items():
            for each in nested:
                yield _Inner(number, resource.relations[name], each)


def _by_relation(inner: Sequence[_Inner]) -> list[tuple[Relation, list[int]]]:
    """Each relation with the numbers of its rows."""
    found: dict[str, tuple[Relation, list[int]]] = {}
    for number, each in enumerate(inner):
        found.setdefault(each.relation.id, (each.relation, []))[1].append(number)
    return list(found.values())


async def _make_many(
    writer: Writer, work: Work, resource: Resource, keys: Sequence[Key], inner: Sequence[_Inner]
) -> None:
    """Make the rows of to-many relations, pointing at theirs, and those of many to many, and link them."""
    flat = list(inner)
    for relation, numbers in _by_relation(inner):
        if relation.kind == "to_many":
            outer = [keys[inner[number].outer] for number in numbers]
            values = await writer.fields_of(work, resource, outer, relation.fields)
            for number, pointed in zip(numbers, values, strict=True):
                given = inner[number].given
                row = Given(dict(given.values), given.related, given.pointer)
                _fill(row, relation.target_fields, pointed, row.pointer)
                flat[number] = inner[number]._replace(given=row)
    made = await _make(writer, work, flat)
    for relation, numbers in _by_relation(flat):
        if relation.kind == "many_to_many":
            linked: dict[int, list[int]] = {}
            for number in numbers:
                linked.setdefault(flat[number].outer, []).append(number)
            links = [
                Link(keys[outer], [made[number] for number in some], flat[some[0]].given.pointer.rpartition("/")[0])
                for outer, some in linked.items()
            ]
            await writer.link_each(work, resource, relation, links, new=True)


async def _make(writer: Writer, work: Work, inner: Sequence[_Inner]) -> list[Key]:
    """The keys of the rows, in their order; those that have more than a key in them are made, by entity."""
    keys: list[Key] = [()] * len(inner)
    groups: dict[str, list[int]] = {}
    for number, each in enumerate(inner):
        if is_link(each.relation, each.given):
            keys[number] = tuple(each.given.values[name] for name in each.relation.target_fields)
        else:
            groups.setdefault(each.relation.entity, []).append(number)
    for entity, numbers in groups.items():
        rows = [inner[number].given for number in numbers]
        written = await create(writer, work, writer.catalogue.resources[entity], rows)
        for number, key in zip(numbers, written.keys, strict=True):
            keys[number] = key
    return keys


def is_link(relation: Relation, given: Given) -> bool:
    """Whether a row in a list of many to many is nothing but the key of one that is there."""
    return relation.kind == "many_to_many" and not given.related and given.values.keys() == set(relation.target_fields)


def _fill(row: Given, fields: Sequence[str], values: Sequence[Any], pointer: str) -> None:
    """Point by a foreign key. Raises RequestError INVALID where it was given as something else."""
    for name, value in zip(fields, values, strict=True):
        if name in row.values and row.values[name] != value:
            problems = Problems()
            message = f"'{name}' is filled in for a nested row, and given as something else"
            problems.add(pointer or step(name), "22023", message, f"Leave '{name}' out.")
            problems.refuse()
        row.values[name] = value
