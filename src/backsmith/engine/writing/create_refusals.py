"""Why a new row was refused: by a rule, by what it points at, by a check, by a constraint; and which of several."""

from __future__ import annotations

from collections.abc import Sequence

from backsmith.blueprint.blueprint import Entity, Relation
from backsmith.blueprint.expressions import TRUE
from backsmith.databases.transaction import ViolationError
from backsmith.engine.access import either, every
from backsmith.engine.writing.common import Common
from backsmith.engine.writing.create_plans import New, Plan
from backsmith.engine.writing.refusals import unmet
from backsmith.engine.writing.running import About
from backsmith.engine.writing.sought import Flag, Flags
from backsmith.engine.writing.violations import Violations, check_failed, leads_nowhere, taken
from backsmith.engine.writing.work import Key, Work
from backsmith.errors import RequestError


class CreateRefusals:
    """Finds out."""

    def __init__(self, common: Common, violations: Violations) -> None:
        self._common = common
        self._violations = violations

    async def refused(self, work: Work, about: About, plan: Plan, new: Sequence[New]) -> RequestError:
        """Why one of the rows was refused: what it points at isn't there to be seen, or no rule holds for it."""
        common, entity = self._common, about.entity
        condition = every(either(tuple(choice.after for choice in group)) for group in plan.rights) or TRUE
        late = plan.late != TRUE  # and tested in its time
        checks = [check.condition for check in plan.checks]
        asked = [*plan.targets.values(), TRUE if late else condition, *checks]
        pointing = [each for each in common.pointing(entity, plan.names) if each.entity != entity.name]
        statement = common.speller(entity).judge(asked, pointing)
        for row in new:
            ((*flags,),) = await common.run(work, statement, common.inputs(work, row=row.values))
            unseen = [relation for relation, leads in zip(plan.targets, flags, strict=False) if not leads]
            holds, *flags = flags[len(plan.targets) :]
            met, leads = flags[: len(checks)], flags[len(checks) :]
            nowhere = [relation for relation, there in zip(pointing, leads, strict=True) if not there]
            if unseen:
                return self._nowhere(work, entity, plan, unseen, row.pointer)
            if not holds:
                return unmet(entity, work.kind, "create", plan.asked, pointer=row.pointer)
            if nowhere:
                return self._nowhere(work, entity, plan, nowhere, row.pointer)
            if not all(met):
                failed = [check for check, holds in zip(plan.checks, met, strict=True) if not holds]
                return check_failed(failed, row.pointer)
        return unmet(entity, work.kind, "create", plan.asked)

    def _nowhere(
        self, work: Work, entity: Entity, plan: Plan, nowhere: Sequence[Relation], pointer: str | None
    ) -> RequestError:
        """What to say of relations that lead to no row, or to none that is to be seen."""
        if any(relation.id in plan.looked for relation in nowhere):
            return unmet(entity, work.kind, "create", plan.asked, pointer=pointer)
        return leads_nowhere(self._common.catalogue, entity, nowhere, pointer)

    async def test_late(self, work: Work, entity: Entity, plan: Plan, new: Sequence[New], keys: Sequence[Key]) -> None:
        """The rules that look at the row where it is. Raises RequestError where they don't hold."""
        named = "late", None if work.system else work.kind, plan.asked, plan.names, len(new) == 1
        flags = Flags(named, (Flag(plan.late, rule=plan.rule), *map(Flag, plan.targets.values())))
        seen = await self._common.look(work, entity, keys, flags)
        for row, each in zip(new, seen, strict=True):
            if each is not None and each.flags[0]:
                continue
            leads = () if each is None else zip(plan.targets, each.flags[1:], strict=True)
            nowhere = [relation for relation, there in leads if not there]
            if nowhere:
                raise self._nowhere(work, entity, plan, nowhere, row.pointer)
            raise unmet(entity, work.kind, "create", plan.asked, pointer=row.pointer)

    async def violated(
        self, work: Work, entity: Entity, error: ViolationError, plan: Plan, new: Sequence[New]
    ) -> RequestError:
        """What to raise for rows that the database refused: which of several, as far as that can be found out."""
        common, unsure = self._common, plan.unsure
        if error.broken == "foreign_key" and len(new) == 1:
            nowhere = self._violations.outgoing(error, entity, unsure)
            return self._nowhere(work, entity, plan, nowhere, new[0].pointer)
        if len(new) == 1:
            return self._violations.of_row(error, entity, unsure, new[0].pointer)
        if error.broken == "unique" and plan.traced:
            return await self._taken(work, entity, error, new)
        if error.broken == "foreign_key" and unsure:
            statement = common.speller(entity).judge((), unsure)
            for row in new:
                (leads,) = await common.run(work, statement, common.inputs(work, row=row.values))
                nowhere = [relation for number, relation in enumerate(unsure) if not leads[number]]
                if nowhere:
                    return self._nowhere(work, entity, plan, nowhere, row.pointer)
        return self._violations.of_row(error, entity, unsure, None)

    async def _taken(self, work: Work, entity: Entity, error: ViolationError, new: Sequence[New]) -> RequestError:
        """Which of several rows has a value that is taken: by one before it, or by one that was there."""
        fields = self._violations.unique_fields(error, entity)
        pointer: str | None = None
        values = [tuple(row.values.get(name) for name in fields) for row in new]
        there = await self._common.there(work, entity, fields, values) if fields else {}
        for number, row in enumerate(new):
            if fields and None not in values[number] and (number in there or values[number] in values[:number]):
                pointer = row.pointer
                break
        return taken(entity, fields, pointer)
