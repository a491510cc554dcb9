"""How rows of one shape are created: which rights are needed, what is tested before and after, by which statements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from backsmith.blueprint.blueprint import Check, Entity, Relation
from backsmith.blueprint.expressions import TRUE, Node
from backsmith.engine.access import either, every
from backsmith.engine.catalogue import Resource
from backsmith.engine.spelling.binding import Statement
from backsmith.engine.writing.common import Common, read_of
from backsmith.engine.writing.needs import own_fields, visits
from backsmith.engine.writing.refusals import unmet
from backsmith.engine.writing.rights import NO_TARGETS, Rights, Targets
from backsmith.engine.writing.running import About
from backsmith.engine.writing.work import Show, Work
from backsmith.errors import UsageError


class New(NamedTuple):
    """A row that is about to be created."""

    asked: tuple[str, ...]
    """The fields that are given, for which rights are needed."""
    values: dict[str, Any]
    """With defaults."""
    pointer: str


class Plan(NamedTuple):
    """How rows of one shape are created."""

    asked: tuple[str, ...]
    names: tuple[str, ...]
    rights: Rights
    late: Node
    """What is tested once the rows are there."""
    rule: Node
    """All rules and checks that may be asked."""
    targets: Targets
    looked: frozenset[str]
    """Relations at whose rows rules look: that one leads nowhere is told as that no rule holds."""
    leading: tuple[Relation, ...]
    checks: tuple[Check, ...]
    """Those that no constraint holds, as far as the statement that writes tests them."""
    left: tuple[Check, ...]
    """The others."""
    unsure: tuple[Relation, ...]
    """Relations that nothing but the database's own constraint tests."""
    traced: bool
    """Whether it may have to be found out which of several rows breaks a constraint."""
    one: Statement
    many: Statement | None


class CreatePlans:
    """Makes plans and remembers them."""

    def __init__(self, common: Common) -> None:
        self._common = common

    def plan(
        self,
        work: Work,
        about: About,
        asked: tuple[str, ...],
        names: tuple[str, ...],
        show: Show | None,
        *,
        single: bool,
    ) -> Plan:
        """The plan for rows with the fields `names`, of which `asked` are given. Raises RequestError where no rule
        allows that to this kind of asker."""
        name = None
        if show is None or show.cache is not None:
            kind, cached = None if work.system else work.kind, None if show is None else show.cache
            name = ("create", about.entity.name, kind, asked, names, cached, single)
        return self._common.remembered(name, lambda: self._make(work, about, asked, names, show, single=single))

    def _make(
        self,
        work: Work,
        about: About,
        asked: tuple[str, ...],
        names: tuple[str, ...],
        show: Show | None,
        *,
        single: bool,
    ) -> Plan:
        common, entity = self._common, about.entity
        check_names(common.catalogue.resources[entity.name], names)
        rights: Rights = ()
        missing = about.defaults.missing - {*names}
        alone = single and not {*entity.key} & {*names}
        if not work.system:
            rights = common.righter.rights(entity, work.kind, "create", asked, missing=missing, alone=alone)
        # A row of nothing but what the database fills in has no candidate that could be tested.
        late = bool(rights) and (not names or any(choice.late for group in rights for choice in group))
        condition = every(either(tuple(choice.after for choice in group)) for group in rights) or TRUE
        if late and not entity.key:
            raise unmet(entity, work.kind, "create", asked)  # there is no finding it again to test it
        targets, looked = NO_TARGETS if work.system else common.righter.enforced(entity, work.kind, asked, rights)
        leading = common.leading(entity, names, () if late else targets)
        broken = [check for check in about.checks if check.of_new]
        checks = tuple(
            check
            for check in broken
            if names
            and not own_fields(check.condition, entity, common.entities) & missing
            and not visits(check.condition, entity, common.entities, alone=alone)
        )
        left = tuple(check for check in broken if check not in checks)
        tested = {*leading, *(() if late else targets)}
        unsure = tuple(relation for relation in common.pointing(entity, names) if relation not in tested)
        traced = bool(unsure) or _may_be_taken(entity, asked, names)
        early = every((*(() if late else (condition,)), *(check.condition for check in checks))) or TRUE
        rules = [choice.permission.condition for group in rights for choice in group]
        rule = every((*rules, *(check.condition for check in checks))) or TRUE

        def insert(*, many: bool) -> Statement | None:
            return common.speller(entity).insert(names, early, rule, leading, read_of(show), many=many)

        one, many = insert(many=False), insert(many=True) if names else None
        assert one is not None  # a single row can always be brought
        after = condition if late else TRUE
        return Plan(
            asked, names, rights, after, rule, targets, looked, leading, checks, left, unsure, traced, one, many
        )


def _may_be_taken(entity: Entity, asked: Sequence[str], names: Sequence[str]) -> bool:
    """Whether rows with these fields may have a unique value that is taken: not those that the database numbers, nor
    those with a UUID that was made just now."""
    made = {field.name for field in entity.fields if field.default and field.default.kind in ("uuid4", "uuid7")}
    chosen = {*names} - (made - {*asked})
    keys = [entity.key, *(unique.fields for unique in entity.uniques)]
    keys += [(field.name,) for field in entity.fields if field.unique]
    keys += [relation.fields for relation in entity.relations if relation.kind == "to_one" and relation.unique]
    return any(chosen & {*key} for key in keys)


def check_names(resource: Resource, names: Sequence[str]) -> None:
    """Raise UsageError for what isn't a stored field: a request never comes here with one, but a hook may."""
    for name in names:
        field = resource.stored.get(name)
        if field is None or field.computed is not None:
            raise UsageError(f"{resource.entity.name} has no field '{name}' that can be set.")
