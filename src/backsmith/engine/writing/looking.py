"""Looking at rows within a transaction: those that a plan means, or keys; whether conditions hold of them."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import Any, NamedTuple

from backsmith.blueprint.blueprint import Entity, Field
from backsmith.databases.database import Row
from backsmith.engine.writing.running import About, Running
from backsmith.engine.writing.slots import moved
from backsmith.engine.writing.sought import AT, NO_FLAGS, Flags, Sought
from backsmith.engine.writing.work import Given, Key, Rows, Show, Work


class Seen(NamedTuple):
    """A row that was looked at."""

    key: Key
    flags: tuple[bool, ...]
    fields: Mapping[str, Any]
    shown: str | None


class Looking(Running):
    """Looks at rows."""

    async def find(
        self,
        work: Work,
        rows: Rows,
        given: Mapping[str, Any],
        flags: Flags = NO_FLAGS,
        *,
        lock: bool = True,
        key: bool = False,
        fields: bool = False,
        show: Show | None = None,
    ) -> list[Seen]:
        """The rows that are meant, with whether the flags hold, their stored fields and their JSON if so asked."""
        entity = rows.read.entity
        about = self.about(entity)
        names = tuple(given)
        shown = None if show is None else moved(show.read, offset_of(rows, show))
        sought = Sought(flags.each, about.stored if fields else (), shown)
        cached = rows.cache is not None and (show is None or show.cache is not None)
        name = ("find", rows.cache, names, flags.name, lock, key, fields, None if show is None else show.cache)
        statement = self.remembered(
            name if cached else None,
            lambda: self.speller(entity).find(rows.read, names, sought, lock=lock, key=key),
        )
        found = await self.run_heavy(work, statement, self.inputs(work, values_of(rows, show), given))
        return [self._seen(about, row, sought, 0) for row in found]

    async def look(
        self,
        work: Work,
        entity: Entity,
        keys: Sequence[Key],
        flags: Flags = NO_FLAGS,
        *,
        fields: Sequence[Field] = (),
        show: Show | None = None,
        lock: bool = False,
    ) -> list[Seen | None]:
        """The rows with those keys, in their order; None for one that isn't there."""
        seen: list[Seen | None] = [None] * len(keys)
        for number, each in await self._looked(work, entity, keys, flags, fields, show, lock=lock):
            seen[number] = each
        return seen

    async def _looked(
        self,
        work: Work,
        entity: Entity,
        keys: Sequence[Key],
        flags: Flags,
        fields: Sequence[Field],
        show: Show | None,
        *,
        lock: bool,
    ) -> list[tuple[int, Seen]]:
        """The rows with those keys, each after its number: in the order that `show` asks for, else in that of keys."""
        if not keys:
            return []
        about = self.about(entity)
        sought = Sought(flags.each, fields, None if show is None else show.read)
        cached = show is None or show.cache is not None
        names = tuple(field.name for field in fields)
        name = ("look", entity.name, flags.name, names, lock, None if show is None else show.cache)
        statement = self.remembered(name if cached else None, lambda: self.speller(entity).look(sought, lock=lock))
        values = () if show is None else show.values
        inputs = self.inputs(work, values, rows=self.places(entity, keys))
        found = (
            await self.run(work, statement, inputs) if len(keys) == 1 else await self.run_heavy(work, statement, inputs)
        )
        return [(row[0], self._seen(about, row, sought, 1)) for row in found]

    def _seen(self, about: About, row: Row, sought: Sought, first: int) -> Seen:
        after = first + len(about.key)
        flags = tuple(bool(row[number]) for number in range(after, after + len(sought.flags)))
        after += len(sought.flags)
        values: dict[str, Any] = {}
        for number, field in enumerate(sought.fields, after):
            value = row[number]
            decode = self.dialect.stores.decoder(field.type) if value is not None else None
            values[field.name] = value if decode is None else decode(value)
        shown = None if sought.show is None else row[len(row) - 1]
        return Seen(self.key(about, row, first), flags, values, shown)

    async def show(self, work: Work, entity: Entity, keys: Sequence[Key], show: Show) -> list[str]:
        """What is shown of the rows with those keys that the asker may read: in the order asked for, else in theirs."""
        seen = await self._looked(work, entity, keys, NO_FLAGS, (), show, lock=False)
        return [each.shown for _, each in seen if each.shown is not None]

    async def there(
        self,
        work: Work,
        entity: Entity,
        by: Sequence[str],
        values: Sequence[tuple[Any, ...]],
        *,
        flags: Flags = NO_FLAGS,
        lock: bool = False,
    ) -> dict[int, Seen]:
        """The rows with those values of the fields `by`, which are unique, by the number of the values."""
        sought = Sought(flags.each)
        found = await self._by(work, entity, by, values, sought, flags.name, lock=lock)
        return {row[0]: self._seen(self.about(entity), row, sought, 1) for row in found}

    async def at(
        self,
        work: Work,
        entity: Entity,
        by: Sequence[str],
        values: Sequence[tuple[Any, ...]],
        *,
        fields: Sequence[Field],
    ) -> list[Seen]:
        """The rows with those values of the fields `by`, each once."""
        sought = Sought(fields=fields)
        found = await self._by(work, entity, by, values, sought, (), lock=False)
        seen = (self._seen(self.about(entity), row, sought, 1) for row in found)
        return list({each.key: each for each in seen}.values())

    async def _by(
        self,
        work: Work,
        entity: Entity,
        by: Sequence[str],
        values: Sequence[tuple[Any, ...]],
        sought: Sought,
        flagged: Hashable,
        *,
        lock: bool,
    ) -> Sequence[Row]:
        names = [AT + name for name in by]
        rows = [dict(zip(names, each, strict=True)) for each in values]
        told = flagged, len(sought.fields)
        statement = self.remembered(
            ("look by", entity.name, tuple(by), told, lock), lambda: self.speller(entity).look(sought, by=by, lock=lock)
        )
        return await self.run_heavy(work, statement, self.inputs(work, rows=rows))

    async def weighed(
        self,
        work: Work,
        entity: Entity,
        keys: Sequence[Key],
        givens: Sequence[Given],
        flags: Flags,
        *,
        fields: bool,
    ) -> list[Seen]:
        """The rows with those keys, with whether the flags hold for each with its own values, of the same fields."""
        about, names = self.about(entity), tuple(givens[0].values)
        sought = Sought(flags.each, about.stored if fields else ())
        name = ("weigh", entity.name, names, flags.name, fields)
        (many,) = self.remembered((*name, True), lambda: (self.speller(entity).weigh(names, sought, many=True),))
        rows = [{**given.values, **place} for given, place in zip(givens, self.places(entity, keys), strict=True)]
        if many is not None:
            found = await self.run_heavy(work, many, self.inputs(work, rows=rows))
        else:
            one = self.remembered((*name, False), lambda: self.speller(entity).weigh(names, sought, many=False))
            assert one is not None  # a single row can always be brought
            each = await self.run_each(work, one, [self.inputs(work, row=row) for row in rows])
            found = [row for some in each for row in some]
        return [self._seen(about, row, sought, 0) for row in found]


def offset_of(rows: Rows, show: Show) -> int:
    """By how much the slots of what is shown are to be raised in a statement that finds rows too."""
    return 0 if show.values is rows.values else len(rows.values)


def values_of(rows: Rows, show: Show | None) -> tuple[str, ...]:
    """The values of a statement that finds rows and shows them."""
    return rows.values if show is None or show.values is rows.values else (*rows.values, *show.values)
