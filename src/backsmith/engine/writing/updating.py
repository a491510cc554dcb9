"""Update: rows that are meant and what to set in them, tested by the rules on each row before and after.

One row is a single statement. Of several, the rows are looked for first, with a lock: those that no rule lets the asker
write as they are are left alone; one that may be written but would come out as no rule allows refuses the request.
"""

from __future__ import annotations

from backsmith.databases.transaction import ViolationError
from backsmith.engine.planning.plan import Read
from backsmith.engine.spelling.binding import Statement
from backsmith.engine.writing.changing import Changing
from backsmith.engine.writing.common import Common
from backsmith.engine.writing.creating import shown_of
from backsmith.engine.writing.looking import offset_of, values_of
from backsmith.engine.writing.refusals import closed, missing_row, unmet
from backsmith.engine.writing.slots import moved
from backsmith.engine.writing.verdicts import Plan, Verdict
from backsmith.engine.writing.work import Given, Rows, Show, Work, Written
from backsmith.errors import RequestError


class Updating:
    """Updates rows."""

    def __init__(self, common: Common, changing: Changing) -> None:
        self._common = common
        self._changing = changing

    async def update(self, work: Work, rows: Rows, given: Given, *, show: Show | None, last: bool) -> Written:
        """As `Writer.update`."""
        common, entity = self._common, rows.read.entity
        if not work.system and not common.authorizer.permissions(entity, work.kind, "update"):
            raise closed(entity, work.kind, "update")
        if not given.values:
            return await self._nothing(work, rows, show)
        plan = self._changing.plan(work, entity, tuple(given.values))
        observed = bool(common.watching(entity, "update"))
        late = plan.early != plan.rights
        if not observed and not late and (rows.item or not (plan.rights or plan.leading)):
            inline = common.inline(show, single=rows.item) and (rows.item or show is None)
            return await self._at_once(work, rows, plan, given, show, inline=inline, last=last and inline)
        return await self._in_steps(work, rows, plan, given, show)

    async def _nothing(self, work: Work, rows: Rows, show: Show | None) -> Written:
        """Nothing is set: the rows are only found."""
        seen = await self._common.find(work, rows, {}, lock=False)
        if rows.item and not seen:
            raise missing_row(rows.read.entity, _key_text(rows))
        keys = [each.key for each in seen]
        shown = None if show is None else await self._common.show(work, rows.read.entity, keys, show)
        return Written(keys, shown)

    # One statement ----------------------------------------------------------------------------------------------

    async def _at_once(
        self, work: Work, rows: Rows, plan: Plan, given: Given, show: Show | None, *, inline: bool, last: bool
    ) -> Written:
        common, entity = self._common, plan.entity
        tested = plan.checks if rows.item else ()
        left = plan.left if rows.item else (*plan.checks, *plan.left)
        told = show if inline else None
        name = None
        if rows.cache is not None and (told is None or told.cache is not None):
            kind, cached = None if work.system else work.kind, None if told is None else told.cache
            name = ("update at once", rows.cache, kind, plan.names, cached, rows.item)
        read = None if told is None else moved(told.read, offset_of(rows, told))

        def make() -> Statement:
            checks = [check.condition for check in tested]
            return common.speller(entity).update(rows.read, plan.names, plan.rights, plan.leading, checks, read)

        if limited(rows.read):  # an UPDATE takes no limit
            return await self._in_steps(work, rows, plan, given, show)
        statement = common.remembered(name, make)
        inputs = common.inputs(work, values_of(rows, told), given.values)
        try:
            async with self._changing.needed.guard(work, entity, plan.names):
                if rows.item:
                    found = await common.run(work, statement, inputs, last=last and not left)
                else:
                    found = await common.run_heavy(work, statement, inputs)
        except ViolationError as error:
            looks = self._changing.needed.looks(entity, plan.names)
            keys = [each.key for each in await common.find(work, rows, {}, lock=False)] if looks else []
            raise await self._changing.violated(work, plan, error, given.pointer, keys) from error
        if rows.item and not found:
            raise await self._refused(work, rows, plan, given)
        about = common.about(entity)
        keys = [common.key(about, row) for row in found]
        if not rows.item:
            keys.sort()
        await common.check(work, entity, left, keys, [given.pointer] * len(keys))
        if show is None:
            return Written(keys)
        if inline:
            return Written(keys, shown_of([row[len(row) - 1] for row in found]))
        return Written(keys, await common.show(work, entity, keys, show))

    async def _refused(self, work: Work, rows: Rows, plan: Plan, given: Given) -> RequestError:
        """Why an item wasn't updated."""
        found = await self._common.find(work, rows, given.values, plan.flags, lock=False)
        if not found:
            return missing_row(plan.entity, _key_text(rows))
        refusal = await self._changing.judged(work, plan, found[0], given)
        return refusal or unmet(plan.entity, work.kind, "update", plan.asked)

    # Several ----------------------------------------------------------------------------------------------------

    async def _in_steps(self, work: Work, rows: Rows, plan: Plan, given: Given, show: Show | None) -> Written:
        observed = bool(self._common.watching(plan.entity, "update"))
        seen = await self._common.find(work, rows, given.values, plan.flags, fields=observed)
        if rows.item and not seen:
            raise missing_row(plan.entity, _key_text(rows))
        chosen = [each for each in seen if Verdict(plan, each).may_be_written]
        if rows.item and not chosen:
            raise unmet(plan.entity, work.kind, "update", plan.asked)
        if limited(rows.read):
            chosen.sort(key=lambda each: each.key)
        changes = [(each, given) for each in chosen]
        keys = await self._changing.change(work, plan, changes, observed=observed)
        shown = None if show is None else await self._common.show(work, plan.entity, keys, show)
        return Written(keys, shown, skipped=len(seen) - len(chosen))


def limited(read: Read) -> bool:
    """Whether only some of the rows that are found are meant."""
    return read.limit is not None or read.offset is not None or read.skip > 0 or read.most is not None


def _key_text(rows: Rows) -> list[str]:
    return [rows.values[slot] for slot in rows.read.key_slots]
