"""Change rows that were looked at, by their keys: the same values in all, or in each its own; and why one can't be."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from backsmith.blueprint.blueprint import Entity, Relation
from backsmith.databases.transaction import ViolationError
from backsmith.engine.bodies.checks import breakable
from backsmith.engine.spelling.binding import Statement
from backsmith.engine.writing.common import Common, flag_of
from backsmith.engine.writing.create_plans import check_names
from backsmith.engine.writing.looking import Seen
from backsmith.engine.writing.needed import Needed
from backsmith.engine.writing.needs import own_fields, visits
from backsmith.engine.writing.refusals import unmet
from backsmith.engine.writing.rights import NO_TARGETS
from backsmith.engine.writing.sought import Flag, Flags
from backsmith.engine.writing.verdicts import Plan, Verdict, flags_of
from backsmith.engine.writing.violations import Violations, check_failed, leads_nowhere
from backsmith.engine.writing.work import Given, Key, RowChange, Work
from backsmith.errors import RequestError


class Changing:
    """Plans updates and carries them out by keys."""

    def __init__(self, common: Common, violations: Violations) -> None:
        self._common = common
        self._violations = violations
        self.needed = Needed(common, violations)

    def plan(self, work: Work, entity: Entity, names: tuple[str, ...]) -> Plan:
        """How those fields are updated. Raises RequestError where no rule allows that to this kind of asker."""
        name = ("update", entity.name, None if work.system else work.kind, names)
        return self._common.remembered(name, lambda: self._plan(work, entity, names))

    def _plan(self, work: Work, entity: Entity, names: tuple[str, ...]) -> Plan:
        common, kind = self._common, None if work.system else work.kind
        check_names(common.catalogue.resources[entity.name], names)
        others = common.catalogue.resources[entity.name].shapes.others(names)
        rights = () if work.system else common.righter.rights(entity, work.kind, "update", names, others=others)
        targets, looked = NO_TARGETS if work.system else common.righter.enforced(entity, work.kind, names, rights)
        early = tuple(group for group in rights if not any(choice.late for choice in group))
        leading = common.leading(entity, names, targets if early == rights else ())
        flags = [flag for choice in chain(*rights) for flag in flags_of(choice)]
        flags += [Flag(node, after=True) for node in targets.values()]
        broken = breakable(common.about(entity).checks, {*names, *others})
        checks = tuple(
            each
            for each in broken
            if not visits(each.condition, entity, common.entities)
            and not own_fields(each.condition, entity, common.entities) & others
        )
        left = tuple(each for each in broken if each not in checks)
        flags += [flag_of(check, after=True) for check in checks]
        flagged = Flags((kind, names), tuple(flags))
        return Plan(entity, kind, names, names, rights, early, flagged, targets, checks, left, looked, leading)

    async def judged(self, work: Work, plan: Plan, seen: Seen, given: Given) -> RequestError | None:
        """Why a row can't become what is given, or None where nothing is known against it."""
        entity, verdict = plan.entity, Verdict(plan, seen)
        if not verdict.may_be_written:
            return unmet(entity, work.kind, "update", plan.asked)
        if verdict.nowhere:
            return self._nowhere(work, plan, verdict.nowhere, given.pointer)
        if not verdict.comes_out_well:
            return unmet(entity, work.kind, "update", plan.asked, after=True)
        pointing = [
            relation
            for relation in self._common.pointing(entity, plan.names)
            if relation.entity != entity.name and given.values.keys() >= {*relation.fields}
        ]
        if pointing:
            statement = self._common.speller(entity).judge((), pointing)
            (leads,) = await self._common.run(work, statement, self._common.inputs(work, row=given.values))
            nowhere = [relation for number, relation in enumerate(pointing) if not leads[number]]
            if nowhere:
                return self._nowhere(work, plan, nowhere, given.pointer)
        return check_failed(verdict.failed, given.pointer) if verdict.failed else None

    def _nowhere(self, work: Work, plan: Plan, nowhere: Sequence[Relation], pointer: str | None) -> RequestError:
        """What to say of relations that lead to no row, or to none that is to be seen."""
        if any(relation.id in plan.looked for relation in nowhere):
            return unmet(plan.entity, work.kind, "update", plan.asked, after=True)
        return leads_nowhere(self._common.catalogue, plan.entity, nowhere, pointer)

    async def violated(
        self, work: Work, plan: Plan, error: ViolationError, pointer: str | None, keys: Sequence[Key]
    ) -> RequestError:
        """What to raise for rows with those keys, which the database refused to change."""
        tested = {*plan.leading, *(plan.targets if plan.early == plan.rights else ())}
        unsure = [each for each in self._common.pointing(plan.entity, plan.names) if each not in tested]
        nowhere = self._violations.outgoing(error, plan.entity, unsure) if error.broken == "foreign_key" else ()
        if nowhere:
            return self._nowhere(work, plan, nowhere, pointer)
        if error.broken == "foreign_key":
            return await self.needed.refusal(work, plan.entity, error, keys, plan.names)
        return self._violations.of_row(error, plan.entity, unsure, pointer)

    async def change(
        self, work: Work, plan: Plan, changes: Sequence[tuple[Seen, Given]], *, observed: bool
    ) -> list[Key]:
        """Set what is given in rows that were seen with the plan's flags. Their keys, as they are then."""
        common, entity = self._common, plan.entity
        for each, given in changes:
            verdict = Verdict(plan, each)
            if verdict.nowhere or not verdict.comes_out_well:
                refusal = await self.judged(work, plan, each, given)
                raise refusal or unmet(entity, work.kind, "update", plan.asked, after=True)
        if not changes:
            return []
        copies = [given for _, given in changes]
        if observed:
            copies = [Given(dict(given.values), pointer=given.pointer) for given in copies]
            for observer in common.watching(entity, "update"):
                await observer.before(work, entity, "update", copies, [each.fields for each, _ in changes])
        await self._set(work, plan, [each.key for each, _ in changes], copies, changes)
        keys = [
            tuple(given.values.get(name, value) for name, value in zip(entity.key, each.key, strict=True))
            for (each, _), given in zip(changes, copies, strict=True)
        ]
        await self._test_late(work, plan, changes, keys)
        checks = breakable(common.about(entity).checks, {name for given in copies for name in given.values})
        await common.check(work, entity, checks, keys, [given.pointer for given in copies])
        hearing = common.hearing(entity, "update") if observed else ()
        if hearing:
            after = await common.look(work, entity, keys, fields=common.about(entity).stored)
            told = [
                RowChange(entity, "update", each.key, before.fields, each.fields)
                for (before, _), each in zip(changes, after, strict=True)
                if each is not None
            ]
            for observer in hearing:
                await observer.after(work, told)
        return keys

    async def _set(
        self,
        work: Work,
        plan: Plan,
        keys: Sequence[Key],
        givens: Sequence[Given],
        changes: Sequence[tuple[Seen, Given]],
    ) -> None:
        """Set values by keys: the same in all rows, or in each its own."""
        common, entity = self._common, plan.entity
        places = common.places(entity, keys)
        groups: dict[tuple[str, ...], list[int]] = {}
        for number, given in enumerate(givens):
            groups.setdefault(tuple(given.values), []).append(number)
        for names, numbers in groups.items():
            own = plan
            if names != plan.names:
                own = plan._replace(names=names, leading=common.leading(entity, names, plan.targets))
            check_names(common.catalogue.resources[entity.name], names)
            first = givens[numbers[0]].values
            try:
                async with self.needed.guard(work, entity, names):
                    if all(givens[number].values == first for number in numbers):
                        count = await self._set_same(work, own, first, [places[number] for number in numbers])
                    else:
                        rows = [{**givens[number].values, **places[number]} for number in numbers]
                        count = await self._set_each(work, own, rows)
            except ViolationError as error:
                pointer = givens[numbers[0]].pointer if len(numbers) == 1 else None
                raise await self.violated(work, own, error, pointer, [keys[number] for number in numbers]) from error
            if count < len(numbers):
                raise await self._why(work, own, keys, givens, changes, numbers)

    async def _set_same(
        self, work: Work, plan: Plan, values: Mapping[str, Any], places: Sequence[Mapping[str, Any]]
    ) -> int:
        common, entity = self._common, plan.entity
        statement = common.remembered(
            ("update keys", entity.name, plan.kind, plan.asked, plan.names),
            lambda: common.speller(entity).update_keys(plan.names, plan.early, plan.leading),
        )
        return len(await common.run_heavy(work, statement, common.inputs(work, (), values, places)))

    async def _set_each(self, work: Work, plan: Plan, rows: Sequence[Mapping[str, Any]]) -> int:
        common, entity = self._common, plan.entity

        def make(*, many: bool) -> Statement | None:
            return common.speller(entity).update_each(plan.names, plan.early, plan.leading, many=many)

        name = "update each", entity.name, plan.kind, plan.asked, plan.names
        many, one = common.remembered(name, lambda: (make(many=True), make(many=False)))
        if many is not None:
            return len(await common.run_heavy(work, many, common.inputs(work, rows=rows)))
        assert one is not None  # a single row can always be brought
        found = await common.run_each(work, one, [common.inputs(work, row=row) for row in rows])
        return sum(len(some) for some in found)

    async def _why(
        self,
        work: Work,
        plan: Plan,
        keys: Sequence[Key],
        givens: Sequence[Given],
        changes: Sequence[tuple[Seen, Given]],
        numbers: Sequence[int],
    ) -> RequestError:
        """Why one of the rows wasn't updated."""
        for number in numbers:
            refusal = await self.judged(work, plan, changes[number][0], givens[number])
            if refusal is not None:
                return refusal
        return unmet(plan.entity, work.kind, "update", plan.asked, after=True)

    async def _test_late(
        self, work: Work, plan: Plan, changes: Sequence[tuple[Seen, Given]], keys: Sequence[Key]
    ) -> None:
        """Rights that look at other rows of the table, asked of the rows where they are now."""
        if plan.early == plan.rights:
            return
        choices = tuple(Flag(choice.after, rule=choice.permission.condition) for choice in chain(*plan.rights))
        flags = Flags(("late", plan.kind, plan.asked), choices)
        after = await self._common.look(work, plan.entity, keys, flags)
        for (before, given), each in zip(changes, after, strict=True):
            if each is not None and Verdict(plan, before, each.flags).holds_late:
                continue
            if each is not None:
                targets = Flags(("targets", plan.kind, plan.asked), tuple(map(Flag, plan.targets.values())))
                (seen,) = await self._common.look(work, plan.entity, [each.key], targets)
                leads = () if seen is None else zip(plan.targets, seen.flags, strict=True)
                nowhere = [relation for relation, there in leads if not there]
                if nowhere:
                    raise self._nowhere(work, plan, nowhere, given.pointer)
            raise unmet(plan.entity, work.kind, "update", plan.asked, after=True)
