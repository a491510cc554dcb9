"""Create: flat rows in, each with its defaults, tested by the rules and inserted by one statement where that can be."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext
from itertools import groupby

from backsmith.blueprint.blueprint import Entity, Relation
from backsmith.blueprint.expressions import TRUE
from backsmith.databases.database import Row
from backsmith.databases.transaction import ViolationError
from backsmith.engine.catalogue import Resource
from backsmith.engine.spelling.binding import Inputs
from backsmith.engine.writing.common import Common
from backsmith.engine.writing.create_plans import CreatePlans, New, Plan
from backsmith.engine.writing.create_refusals import CreateRefusals
from backsmith.engine.writing.refusals import closed
from backsmith.engine.writing.running import About
from backsmith.engine.writing.violations import Violations
from backsmith.engine.writing.work import Given, Key, RowChange, Show, Work, Written


class Creating:
    """Creates rows."""

    def __init__(self, common: Common, violations: Violations) -> None:
        self._common = common
        self._plans = CreatePlans(common)
        self._refusals = CreateRefusals(common, violations)

    async def create(
        self,
        work: Work,
        resource: Resource,
        rows: Sequence[Given],
        *,
        show: Show | None = None,
        last: bool = False,
    ) -> Written:
        """Creates the rows. As `Writer.create`."""
        common, entity = self._common, resource.entity
        about = common.about(entity)
        if not work.system and not common.authorizer.permissions(entity, work.kind, "create"):
            raise closed(entity, work.kind, "create")
        new = [
            New(tuple(name for name in row.values), about.defaults.filled(row.values, work), row.pointer)
            for row in rows
        ]
        if common.watching(entity, "create"):
            new = await self._observed(work, entity, new)
        hearing = common.hearing(entity, "create")
        inline = common.inline(show, single=len(new) == 1) and not hearing
        alone = inline and last and len(new) == 1
        keys: list[Key] = []
        shown: list[str | None] = []
        for (asked, names), run in self._runs(about, new):
            plan = self._plans.plan(work, about, asked, names, show if inline else None, single=len(new) == 1)
            found = await self._insert(work, about, plan, run, show, last=alone and plan.late == TRUE and not plan.left)
            made = [common.key(about, row) for row in found] if entity.key else []
            keys.extend(made)
            if inline and show is not None:
                shown.extend(row[len(row) - 1] for row in found)
            if plan.late != TRUE:
                await self._refusals.test_late(work, entity, plan, run, made)
            await common.check(work, entity, plan.left, made, [row.pointer for row in run])
        if hearing:
            seen = await common.look(work, entity, keys, fields=about.stored)
            changes = [RowChange(entity, "create", each.key, None, each.fields) for each in seen if each is not None]
            for observer in hearing:
                await observer.after(work, changes)
        written = Written(keys, created=len(new))
        if show is not None:
            written.shown = shown_of(shown) if inline else await common.show(work, entity, keys, show)
        return written

    async def _observed(self, work: Work, entity: Entity, new: Sequence[New]) -> list[New]:
        """The rows as observers leave them."""
        copies = [Given(row.values, pointer=row.pointer) for row in new]
        for observer in self._common.watching(entity, "create"):
            await observer.before(work, entity, "create", copies, ())
        return [
            New(tuple(name for name in row.asked if name in copy.values), copy.values, row.pointer)
            for row, copy in zip(new, copies, strict=True)
        ]

    def _runs(self, about: About, new: Sequence[New]) -> list[tuple[tuple[tuple[str, ...], ...], list[New]]]:
        """Rows of the same shape that follow one another: the fields that rights are needed for, and all of them."""
        if len(new) == 1:
            (row,) = new
            return [((row.asked, tuple(row.values)), [row])]
        used = dict.fromkeys(name for row in new for name in row.values)
        for row in new:
            for name in used:
                # A null and nothing are the same, unless the database would fill it in.
                if name not in row.values and name not in about.defaults.missing:
                    row.values[name] = None

        def shape(row: New) -> tuple[tuple[str, ...], ...]:
            return row.asked, tuple(name for name in used if name in row.values)

        return [(names, list(run)) for names, run in groupby(new, shape)]

    async def _insert(
        self, work: Work, about: About, plan: Plan, new: Sequence[New], show: Show | None, *, last: bool
    ) -> Sequence[Row]:
        """What the statement tells of each row. Raises RequestError where one is refused."""
        common, entity = self._common, about.entity
        values = () if show is None else show.values
        inputs = common.inputs(work, values)
        try:
            if len(new) == 1:
                found = await common.run(work, plan.one, inputs._replace(row=new[0].values), last=last)
                place = 0
            else:
                found, place = await self._insert_together(work, entity, plan, new, inputs)
        except ViolationError as error:
            raise await self._refusals.violated(work, entity, error, plan, new) from error
        if len(found) < len(new):
            raise await self._refusals.refused(work, about, plan, new[place:])
        return found

    async def _insert_together(
        self, work: Work, entity: Entity, plan: Plan, new: Sequence[New], inputs: Inputs
    ) -> tuple[list[Row], int]:
        """As `_insert_many`, within a savepoint. Rows may point at one another in whatever order they come: where each
        is a statement of its own, that is looked at after the last."""
        common = self._common
        own = [each for each in common.pointing(entity, plan.names) if each.entity == entity.name]
        put_off = common.dialect.stores.put_off if own and plan.many is None else None
        if put_off is None:
            # To set it may be a round trip, which is spared where nothing would be looked up after a violation.
            async with work.transaction.savepoint() if plan.traced else nullcontext():
                return await self._insert_many(work, plan, new, inputs)
        begin, end = put_off
        await work.transaction.fetch(begin)
        try:
            async with work.transaction.savepoint():
                result = await self._insert_many(work, plan, new, inputs)
                judge = common.speller(entity).judge((), own)
                pointing = [row.values for row in new if any(_points(row, relation) for relation in own)]
                for each in await common.run_each(work, judge, [inputs._replace(row=values) for values in pointing]):
                    if not all(each[0][number] for number in range(len(own))):
                        raise ViolationError("foreign_key")
        except ViolationError:
            await work.transaction.fetch(end)
            raise
        await work.transaction.fetch(end)
        return result

    async def _insert_many(self, work: Work, plan: Plan, new: Sequence[New], inputs: Inputs) -> tuple[list[Row], int]:
        """What the statement tells of the rows that weren't refused, and the first that may have been."""
        if plan.many is not None:
            rows = [row.values for row in new]
            return list(await self._common.run_heavy(work, plan.many, inputs._replace(rows=rows))), 0
        each = await self._common.run_each(work, plan.one, [inputs._replace(row=row.values) for row in new])
        refused = next((number for number, some in enumerate(each) if not some), 0)
        return [row for some in each for row in some], refused


def _points(row: New, relation: Relation) -> bool:
    """Whether the row points at another by that relation."""
    return all(row.values.get(name) is not None for name in relation.fields)


def shown_of(shown: Sequence[str | None]) -> list[str]:
    """What is shown of the rows that the asker may read."""
    return [text for text in shown if text is not None]
