"""Delete: rows that are meant, tested by the rules; what their foreign keys take along is told to those who observe."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain

from backsmith.blueprint.blueprint import Entity
from backsmith.databases.transaction import ViolationError
from backsmith.engine.spelling.binding import Statement
from backsmith.engine.writing.cascades import Cascades
from backsmith.engine.writing.common import Common
from backsmith.engine.writing.creating import shown_of
from backsmith.engine.writing.looking import Seen, offset_of, values_of
from backsmith.engine.writing.needed import Needed
from backsmith.engine.writing.refusals import closed, missing_row, unmet
from backsmith.engine.writing.rights import Rights
from backsmith.engine.writing.slots import moved
from backsmith.engine.writing.sought import Flag, Flags
from backsmith.engine.writing.updating import limited
from backsmith.engine.writing.violations import Violations
from backsmith.engine.writing.work import RowChange, Rows, Show, Work, Written


class Deleting:
    """Deletes rows."""

    def __init__(self, common: Common, violations: Violations) -> None:
        self._common = common
        self._needed = Needed(common, violations)
        self._cascades = Cascades(common)

    async def delete(self, work: Work, rows: Rows, *, show: Show | None, last: bool) -> Written:
        """As `Writer.delete`."""
        common, entity = self._common, rows.read.entity
        if not work.system and not common.authorizer.permissions(entity, work.kind, "delete"):
            raise closed(entity, work.kind, "delete")
        rights = () if work.system else common.righter.rights(entity, work.kind, "delete", ())
        observed = bool(common.watching(entity, "delete")) or self._cascades.observed(entity)
        late = any(choice.late for choice in chain(*rights))
        plain = not observed and not late and (rows.item or not rights) and not limited(rows.read)
        if plain and common.inline(show, single=rows.item, alone=True) and (rows.item or show is None):
            return await self._at_once(work, rows, rights, show, last=last and rows.item)
        return await self._in_steps(work, rows, rights, show, observed=observed)

    async def _at_once(self, work: Work, rows: Rows, rights: Rights, show: Show | None, *, last: bool) -> Written:
        common, entity = self._common, rows.read.entity
        name = None
        if rows.cache is not None and (show is None or show.cache is not None):
            kind, cached = None if work.system else work.kind, None if show is None else show.cache
            name = ("delete at once", rows.cache, kind, cached, rows.item)
        read = None if show is None else moved(show.read, offset_of(rows, show))

        def make() -> Statement:
            return common.speller(entity).delete(rows.read, rights, read)

        statement = common.remembered(name, make)
        inputs = common.inputs(work, values_of(rows, show))
        try:
            async with self._needed.guard(work, entity):
                if rows.item:
                    found = await common.run(work, statement, inputs, last=last)
                else:
                    found = await common.run_heavy(work, statement, inputs)
        except ViolationError as error:
            looks = self._needed.looks(entity)
            keys = [each.key for each in await common.find(work, rows, {}, lock=False)] if looks else []
            raise await self._needed.refusal(work, entity, error, keys) from error
        if rows.item and not found:
            seen = await common.find(work, rows, {}, lock=False)
            key = [rows.values[slot] for slot in rows.read.key_slots]
            raise unmet(entity, work.kind, "delete", ()) if seen else missing_row(entity, key)
        about = common.about(entity)
        keys = [common.key(about, row) for row in found]
        if not rows.item:
            keys.sort()
        return Written(keys, None if show is None else shown_of([row[len(row) - 1] for row in found]))

    async def _in_steps(self, work: Work, rows: Rows, rights: Rights, show: Show | None, *, observed: bool) -> Written:
        common, entity = self._common, rows.read.entity
        named = "delete", None if work.system else work.kind
        flags = Flags(named, tuple(Flag(choice.before, rule=choice.permission.condition) for choice in chain(*rights)))
        seen = await common.find(work, rows, {}, flags, key=True, fields=observed, show=show)
        if rows.item and not seen:
            raise missing_row(entity, [rows.values[slot] for slot in rows.read.key_slots])
        chosen = [each for each in seen if _may_go(rights, each)]
        if rows.item and not chosen:
            raise unmet(entity, work.kind, "delete", ())
        shown = None if show is None else shown_of([each.shown for each in chosen])
        chosen.sort(key=lambda each: each.key)
        if chosen:
            await self._delete(work, entity, chosen, observed=observed)
        return Written([each.key for each in chosen], shown, skipped=len(seen) - len(chosen))

    async def _delete(self, work: Work, entity: Entity, chosen: Sequence[Seen], *, observed: bool) -> None:
        common = self._common
        changes: list[RowChange] = []
        if observed:
            for observer in common.watching(entity, "delete"):
                await observer.before(work, entity, "delete", (), [each.fields for each in chosen])
            if common.hearing(entity, "delete"):
                changes = [RowChange(entity, "delete", each.key, each.fields, None) for each in chosen]
            if self._cascades.observed(entity):
                changes += await self._cascades.changes(work, entity, chosen)
        statement = common.remembered(("delete keys", entity.name), lambda: common.speller(entity).delete_keys(()))
        keys = [each.key for each in chosen]
        try:
            async with self._needed.guard(work, entity):
                await common.run_heavy(work, statement, common.inputs(work, rows=common.places(entity, keys)))
        except ViolationError as error:
            raise await self._needed.refusal(work, entity, error, keys) from error
        observers = {id(o): o for change in changes for o in common.hearing(change.entity, change.verb)}
        for observer in observers.values():
            own = [change for change in changes if observer in common.hearing(change.entity, change.verb)]
            await observer.after(work, own)


def _may_go(rights: Rights, seen: Seen) -> bool:
    """Whether the asker may delete the row, by its flags."""
    flags, may_go = iter(seen.flags), True
    for group in rights:
        holds = [next(flags) for _ in group]
        may_go = may_go and any(holds)
    return may_go
