"""Upsert: rows that are there by some of their fields are updated or left alone, the others are created.

They are looked for with a lock. One that another transaction creates in between breaks the unique constraint, and all
is tried again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from backsmith import errors
from backsmith.blueprint.blueprint import Entity
from backsmith.blueprint.expressions import TRUE
from backsmith.databases.transaction import Again
from backsmith.engine.bodies.problems import Problems, step
from backsmith.engine.catalogue import Resource
from backsmith.engine.writing.changing import Changing
from backsmith.engine.writing.common import Common
from backsmith.engine.writing.creating import Creating
from backsmith.engine.writing.looking import Seen
from backsmith.engine.writing.refusals import closed, unmet
from backsmith.engine.writing.sought import Flag, Flags
from backsmith.engine.writing.verdicts import Verdict
from backsmith.engine.writing.violations import refusal_of, taken
from backsmith.engine.writing.work import Given, Key, Show, Work, Written
from backsmith.errors import RequestError


class Upserting:
    """Creates or updates rows."""

    def __init__(self, common: Common, creating: Creating, changing: Changing) -> None:
        self._common = common
        self._creating = creating
        self._changing = changing

    async def upsert(
        self,
        work: Work,
        resource: Resource,
        rows: Sequence[Given],
        *,
        on: tuple[str, ...],
        duplicates: Literal["merge", "ignore"],
        show: Show | None,
    ) -> Written:
        """As `Writer.upsert`."""
        entity = resource.entity
        places = _places(rows, on)
        if duplicates == "merge":
            _refuse_twins(rows, places, on)
        there = await self._there(work, resource, places, on)
        keys: list[Key | None] = [None] * len(rows)
        new: list[int] = []
        known: list[int] = []
        met: set[tuple[Any, ...]] = set()
        for number, place in enumerate(places):
            if number in there:
                known.append(number)
            elif place is None or place not in met:
                new.append(number)
                if place is not None:
                    met.add(place)
        unseen = [number for number in known if not there[number].flags[0]]
        await self._refuse_unseen(work, resource, rows, on, unseen, duplicates)
        if duplicates == "merge":
            await self._merge(work, resource, rows, on, there, known, keys)
        await self._create(work, resource, rows, on, new, keys)
        written = Written([key for key in keys if key is not None], created=len(new))
        written.skipped = len(rows) - len(written.keys)
        if show is not None:
            written.shown = await self._common.show(work, entity, written.keys, show)
        return written

    async def _there(
        self, work: Work, resource: Resource, places: Sequence[tuple[Any, ...] | None], on: tuple[str, ...]
    ) -> dict[int, Seen]:
        """The rows that are there, by the numbers of those given: their keys, and whether the asker may see them and
        what they were found by, else a guess would tell whose value it is."""
        numbers = [number for number, place in enumerate(places) if place is not None]
        values = [place for place in places if place is not None]
        if not values:
            return {}
        entity = resource.entity
        access = TRUE if work.system else self._common.righter.seen(entity, work.kind, on)
        flags = Flags(("seen", None if work.system else work.kind, on), (Flag(access),))
        found = await self._common.there(work, entity, on, values, flags=flags, lock=True)
        return {numbers[place]: seen for place, seen in found.items()}

    async def _refuse_unseen(
        self,
        work: Work,
        resource: Resource,
        rows: Sequence[Given],
        on: tuple[str, ...],
        unseen: Sequence[int],
        duplicates: Literal["merge", "ignore"],
    ) -> None:
        """Say of rows that are there, but not to be seen, what a create would: whether it is allowed, and only where it
        is that they are taken (or pass over them). Of a number that the database hands out, that there is none."""
        refuse_assigned(resource, [rows[number] for number in unseen])
        for number in unseen:
            try:
                async with work.transaction.savepoint():
                    await self._creating.create(work, resource, [rows[number]])
            except RequestError as refusal:
                if duplicates == "merge" or not _is_taken(refusal, on):
                    raise
            else:
                raise taken(resource.entity, on, rows[number].pointer)

    async def _merge(
        self,
        work: Work,
        resource: Resource,
        rows: Sequence[Given],
        on: tuple[str, ...],
        there: dict[int, Seen],
        known: Sequence[int],
        keys: list[Key | None],
    ) -> None:
        """Update the rows that are there, in groups of the same fields."""
        if not known:
            return
        common, entity = self._common, resource.entity
        _refuse_renumbered(resource, rows, {number: there[number].key for number in known}, on)
        if not work.system and not common.authorizer.permissions(entity, work.kind, "update"):
            raise closed(entity, work.kind, "update")
        groups: dict[tuple[str, ...], list[int]] = {}
        numbered = {field.name for field in resource.key if field.identity}
        for number in known:
            # What the row was found by is as it was.
            names = tuple(name for name in rows[number].values if name not in on and name not in numbered)
            groups.setdefault(names, []).append(number)
        observed = bool(common.watching(entity, "update"))
        for names, numbers in groups.items():
            found = [there[number].key for number in numbers]
            if names:
                found = await self._update(work, entity, rows, names, numbers, found, observed=observed)
            for number, key in zip(numbers, found, strict=True):
                keys[number] = key

    async def _update(
        self,
        work: Work,
        entity: Entity,
        rows: Sequence[Given],
        names: tuple[str, ...],
        numbers: Sequence[int],
        found: Sequence[Key],
        *,
        observed: bool,
    ) -> list[Key]:
        plan = self._changing.plan(work, entity, names)
        givens = [
            Given({name: rows[number].values[name] for name in names}, pointer=rows[number].pointer)
            for number in numbers
        ]
        seen = await self._common.weighed(work, entity, found, givens, plan.flags, fields=observed)
        for each, given in zip(seen, givens, strict=True):
            if not Verdict(plan, each).may_be_written:
                raise unmet(entity, work.kind, "update", names, pointer=given.pointer)
        return await self._changing.change(work, plan, list(zip(seen, givens, strict=True)), observed=observed)

    async def _create(
        self,
        work: Work,
        resource: Resource,
        rows: Sequence[Given],
        on: tuple[str, ...],
        new: Sequence[int],
        keys: list[Key | None],
    ) -> None:
        if not new:
            return
        refuse_assigned(resource, [rows[number] for number in new])
        try:
            created = await self._creating.create(work, resource, [rows[number] for number in new])
        except RequestError as refusal:
            if _is_taken(refusal, on):
                raise Again(refusal) from refusal
            raise
        for number, key in zip(new, created.keys, strict=True):
            keys[number] = key


def _is_taken(refusal: RequestError, on: tuple[str, ...]) -> bool:
    """Whether another row has what rows are found by."""
    return refusal.kind == errors.DUPLICATE and set(refusal.members["errors"][0]["fields"]) == set(on)


def _places(rows: Sequence[Given], on: tuple[str, ...]) -> list[tuple[Any, ...] | None]:
    """The values by which rows are found; None where one is absent or null, which no row has."""
    places = (tuple(row.values.get(name) for name in on) for row in rows)
    return [None if None in place else place for place in places]


def _refuse_twins(rows: Sequence[Given], places: Sequence[tuple[Any, ...] | None], on: tuple[str, ...]) -> None:
    """Raise RequestError INVALID where two rows would be merged into one."""
    problems, met = Problems(), set[tuple[Any, ...]]()
    for row, place in zip(rows, places, strict=True):
        if place is not None and place in met:
            problems.add(row.pointer, "21000", f"Another row has the same {' and '.join(on)}")
        elif place is not None:
            met.add(place)
    if problems:
        raise refusal_of(problems)


def refuse_assigned(resource: Resource, rows: Sequence[Given]) -> None:
    """Raise RequestError INVALID where a row is addressed by a key that the database hands out, and isn't there."""
    problems = Problems()
    for row in rows:
        for field in resource.key:
            if field.identity and row.values.get(field.name) is not None:
                message = f"There is no row of that {field.name}, which the database hands out"
                problems.add(row.pointer + step(field.name), "428C9", message, f"Leave '{field.name}' out.")
    if problems:
        raise refusal_of(problems)


def _refuse_renumbered(
    resource: Resource, rows: Sequence[Given], found: Mapping[int, Key], on: tuple[str, ...]
) -> None:
    """Raise RequestError INVALID where a row that was found otherwise is given another number: the database hands those
    out, and would run into one that it didn't."""
    problems = Problems()
    for number, key in found.items():
        row = rows[number]
        for field, own in zip(resource.key, key, strict=True):
            if field.identity and field.name not in on and row.values.get(field.name, own) != own:
                message = f"{field.name} is numbered by the database, so it can't be changed"
                problems.add(row.pointer + step(field.name), "428C9", message, f"Leave '{field.name}' out.")
    if problems:
        raise refusal_of(problems)
