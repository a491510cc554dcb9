"""What all kinds of writing share beside looking at rows: what rows point at, what shows them, checks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from backsmith.blueprint.blueprint import Check, Entity, Relation
from backsmith.engine.planning.plan import Read
from backsmith.engine.writing.looking import Looking
from backsmith.engine.writing.sought import Flag, Flags
from backsmith.engine.writing.statements import shown_inline
from backsmith.engine.writing.violations import check_failed
from backsmith.engine.writing.work import Key, Show, Work


class Common(Looking):
    """The tools of writing, one for all its kinds."""

    def leading(self, entity: Entity, names: Sequence[str], tested: Iterable[Relation]) -> tuple[Relation, ...]:
        """The relations among `names` that a statement is to follow, where the database wouldn't say which of them
        leads nowhere: all but those that are `tested` anyway, and those to rows that the same statement may write."""
        if self.dialect.stores.tells_references:
            return ()
        followed = frozenset(relation.id for relation in tested)
        return tuple(
            relation
            for relation in self.pointing(entity, names)
            if relation.id not in followed and relation.entity != entity.name
        )

    def pointing(self, entity: Entity, names: Sequence[str]) -> list[Relation]:
        """The relations whose foreign keys are among `names`."""
        written = frozenset(names)
        return [
            relation
            for relation in entity.relations
            if relation.kind == "to_one" and written & set(relation.fields) and not self.entities[relation.entity].view
        ]

    def inline(self, show: Show | None, *, single: bool, alone: bool = False) -> bool:
        """Whether the statement that writes rows can show them: a `single` one, or all in the order they come in.
        `show` None: nothing is to be shown."""
        if show is None:
            return True
        if show.read.order and not single:
            return False
        if self.catalogue.resources[show.read.entity.name].shapes.apart:
            return False  # the database sets one shape's fields for another's after the row is there
        name = None if show.cache is None else ("inline", show.cache, alone)
        return self.remembered(name, lambda: shown_inline(self.dialect, self.entities, show.read, alone=alone))

    async def check(
        self, work: Work, entity: Entity, checks: Sequence[Check], keys: Sequence[Key], pointers: Sequence[str]
    ) -> None:
        """Raise RequestError INVALID where checks that no constraint holds aren't met by a row that was written."""
        if not checks:
            return
        flags = Flags(("checks", *(check.id for check in checks)), tuple(map(flag_of, checks)))
        for pointer, each in zip(pointers, await self.look(work, entity, keys, flags), strict=True):
            if each is not None and not all(each.flags):
                failed = [check for check, holds in zip(checks, each.flags, strict=True) if not holds]
                raise check_failed(failed, pointer)


def flag_of(check: Check, *, after: bool = False) -> Flag:
    """Whether a check is met by a row as it is, or as it will be."""
    return Flag(check.condition, after=after, rule=check.condition)


def read_of(show: Show | None) -> Read | None:
    """What is shown, where something is."""
    return None if show is None else show.read
