"""Link: rows of a join table, which belong to the row they are listed in.

To link needs a right to write the relation, of this row; the rows at the other end need only be there to be seen. Links
to rows that the asker may not see are left alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from backsmith import errors
from backsmith.blueprint.blueprint import Entity, Relation
from backsmith.blueprint.expressions import FALSE, TRUE, Aggregate, Node
from backsmith.blueprint.trees import walk
from backsmith.databases.database import Row
from backsmith.databases.rows import relation_named
from backsmith.databases.stores import Cell
from backsmith.databases.transaction import ViolationError
from backsmith.engine.access import Permission
from backsmith.engine.bodies.checks import breakable
from backsmith.engine.catalogue import Resource
from backsmith.engine.spelling.binding import Statement
from backsmith.engine.writing.common import Common
from backsmith.engine.writing.link_changes import LinkChanges
from backsmith.engine.writing.needs import expanded
from backsmith.engine.writing.refusals import closed, uncovered, unmet
from backsmith.engine.writing.sought import AT, Flag, Flags
from backsmith.engine.writing.statements import WriteSpeller
from backsmith.engine.writing.violations import leads_nowhere
from backsmith.engine.writing.work import Key, Verb, Work
from backsmith.errors import RequestError

OWN = "@"
"""Begins the names of the values of the row that is linked to others."""


class Link(NamedTuple):
    """A row and those that it is linked to."""

    key: Key
    keys: Sequence[Key]
    pointer: str = ""
    """Where they stand in the body."""


class Linking:
    """Writes links."""

    def __init__(self, common: Common) -> None:
        self._common = common

    async def link(
        self,
        work: Work,
        resource: Resource,
        relation: Relation,
        links: Sequence[Link],
        *,
        replace: bool,
        new: bool,
    ) -> None:
        """As `Writer.link_each`."""
        common, entity, target = self._common, resource.entity, self._common.entities[relation.entity]
        self._refuse_entity(relation)
        held = None if work.system else await self._allow(work, entity, links, relation, new=new)
        access = TRUE if work.system else common.authorizer.read(target, work.kind).rows
        kind = None if work.system else work.kind
        keys = list(dict.fromkeys(key for link in links for key in link.keys))
        seen = await common.look(work, target, keys, Flags(("seen", kind), (Flag(access),)))
        hidden = {key for key, each in zip(keys, seen, strict=True) if each is None or not each.flags[0]}
        for link in links:
            if not hidden.isdisjoint(link.keys):
                raise leads_nowhere(common.catalogue, entity, [relation], link.pointer)
        changes = LinkChanges(common, entity, relation)
        if replace:
            for link in links:
                values = dict(_own(entity, link.key))
                rows = common.places(target, link.keys)
                ended = await self._run(
                    work, ("unlink", relation.id, kind), relation, entity, access, values, rows, changes
                )
                changes.removed(ended)
        pairs = [
            {**dict(_own(entity, link.key)), **place}
            for link in links
            for place in common.places(target, list(dict.fromkeys(link.keys)))
        ]
        if pairs:
            try:
                made = await self._run(work, ("link", relation.id), relation, entity, None, {}, pairs, changes)
            except ViolationError as error:
                pointer = links[0].pointer if len(links) == 1 else ""
                raise leads_nowhere(common.catalogue, entity, [relation], pointer) from error
            changes.added(made)
        checks = breakable([each for each in common.about(entity).checks if each.changed_by], (relation.name,))
        await common.check(work, entity, checks, [link.key for link in links], [link.pointer for link in links])
        if held is not None:
            await self._still_allow(work, entity, links, relation, held, new=new)
        await changes.tell(work)

    async def _run(
        self,
        work: Work,
        name: tuple[Any, ...],
        relation: Relation,
        entity: Entity,
        access: Node | None,
        values: Mapping[str, Any],
        rows: Sequence[Mapping[str, Any]],
        changes: LinkChanges,
    ) -> Sequence[Row]:
        """Link the pairs in `rows`; with `access` end the links of the row of `values` to others than those. The keys
        of what has changed, where somebody observes that."""
        common = self._common

        def make() -> Statement:
            speller = LinkSpeller(common, entity, relation, told=changes.observed)
            return speller.link() if access is None else speller.unlink(access)

        statement = common.remembered((*name, entity.name), make)
        return await common.run(work, statement, common.inputs(work, (), values, rows))

    def _refuse_entity(self, relation: Relation) -> None:
        """Refuse what goes through a table whose rows the application has as an entity, with rules of its own."""
        through = relation.through
        assert through is not None  # of many to many
        for entity in self._common.entities.values():
            if (entity.schema, entity.table) == (through.schema, through.table):
                raise RequestError(
                    errors.UNSUPPORTED,
                    f"{relation.name} goes through {entity.collection}, whose rows are written themselves",
                    hint=f"Create and delete rows of {entity.collection}.",
                )

    async def _allow(
        self, work: Work, entity: Entity, links: Sequence[Link], relation: Relation, *, new: bool
    ) -> Sequence[Sequence[bool]]:
        """Raise RequestError where no rule allows it, else say of each row which rules hold. Of `new` rows the rules to
        create count too."""
        holding = await self._holding(work, entity, [link.key for link in links], relation, new=new)
        for link, held in zip(links, holding, strict=True):
            if not any(held):
                verb: Verb = "create" if new else "update"
                raise unmet(entity, work.kind, verb, (relation.name,), pointer=link.pointer or None)
        return holding

    async def _still_allow(
        self,
        work: Work,
        entity: Entity,
        links: Sequence[Link],
        relation: Relation,
        held: Sequence[Sequence[bool]],
        *,
        new: bool,
    ) -> None:
        """Raise RequestError where no rule that held before the links were written holds now that they are."""
        covering = self._covering(work, entity, relation, new=new)
        if not any(looks_at_links(each.condition, relation, self._common.entities) for each in covering):
            return
        holding = await self._holding(work, entity, [link.key for link in links], relation, new=new)
        for link, before, after in zip(links, held, holding, strict=True):
            if not any(one and other for one, other in zip(before, after, strict=True)):
                verb: Verb = "create" if new else "update"
                raise unmet(entity, work.kind, verb, (relation.name,), after=True, pointer=link.pointer or None)

    async def allowed(
        self, work: Work, entity: Entity, keys: Sequence[Key], relation: Relation, *, new: bool
    ) -> list[bool]:
        """Of each row whether a rule lets the asker link it. Raises RequestError where none could, of any row."""
        return [any(held) for held in await self._holding(work, entity, keys, relation, new=new)]

    def _covering(self, work: Work, entity: Entity, relation: Relation, *, new: bool) -> list[Permission]:
        """The rules that may let the asker link rows. Raises RequestError where there are none."""
        verbs: tuple[Verb, ...] = ("create", "update") if new else ("update",)
        permissions = self._common.authorizer.permissions
        known = [each for verb in verbs for each in permissions(entity, work.kind, verb)]
        if not known:
            raise closed(entity, work.kind, verbs[0])
        covering = [each for each in known if each.covers(relation.name)]
        if not covering:
            raise uncovered(entity, work.kind, verbs[0], relation.name)
        return covering

    async def _holding(
        self, work: Work, entity: Entity, keys: Sequence[Key], relation: Relation, *, new: bool
    ) -> Sequence[Sequence[bool]]:
        """Of each row which of the rules hold that may let the asker link it."""
        covering = self._covering(work, entity, relation, new=new)
        if any(permission.condition == TRUE for permission in covering):
            return [[permission.condition == TRUE for permission in covering]] * len(keys)
        named = Flags(("link", work.kind, relation.name, new), tuple(map(_flag, covering)))
        seen = await self._common.look(work, entity, keys, named, lock=True)
        return [[False] * len(covering) if each is None else each.flags for each in seen]


def _own(entity: Entity, key: Key) -> Iterator[tuple[str, Any]]:
    """The key of the row that is linked, as values of a statement."""
    yield from zip((OWN + name for name in entity.key), key, strict=True)


def _flag(permission: Permission) -> Flag:
    return Flag(permission.condition, paired=permission.rule.after, rule=permission.condition)


def looks_at_links(condition: Node, relation: Relation, entities: Mapping[str, Entity]) -> bool:
    """Whether the condition looks at rows by way of the join table of the relation, from either end."""
    for part in walk(expanded(condition, entities)):
        if isinstance(part, Aggregate):
            through = relation_named(entities[part.of.entity], part.relation).through
            ours = relation.through
            if through and ours and (through.schema, through.table) == (ours.schema, ours.table):
                return True
    return False


class LinkSpeller(WriteSpeller):
    """Writes one statement about a join table. Use once."""

    def __init__(self, common: Common, entity: Entity, relation: Relation, *, told: bool) -> None:
        """`told`: the keys of both ends of each link that is written or ended are to come back."""
        target = common.entities[relation.entity]
        super().__init__(common.dialect, common.entities, target)
        assert relation.through is not None  # of many to many
        self._relation = relation
        through, quote = relation.through, self.dialect.quote
        self._table = (
            quote(through.table) if through.schema is None else f"{quote(through.schema)}.{quote(through.table)}"
        )
        own = {field.name: field for field in entity.fields}
        self._own = [
            Cell(OWN + name, own[name], column) for name, column in zip(relation.fields, through.columns, strict=True)
        ]
        self._others = dict(zip(relation.target_fields, map(quote, through.target_columns), strict=True))
        columns = [(cell.field, quote(cell.column)) for cell in self._own]
        columns += [(self.fields[name], column) for name, column in self._others.items()]
        keys = ", ".join(self.dialect.load(column, field) for field, column in columns)
        self._keys_told = f" RETURNING {keys}" if told else ""

    def link(self) -> Statement:
        """Links the pairs of `Inputs.rows` that aren't linked yet."""
        at, quote = self.speller.alias("at"), self.dialect.quote
        cells = [cell._replace(column=cell.name) for cell in self._own]
        given = self.stores.keys([*cells, *self._key_cells()], self._bind, quote)
        columns = ", ".join([*(quote(cell.column) for cell in self._own), *self._others.values()])
        names = [*(cell.column for cell in cells), *(AT + name for name in self._others)]
        values = ", ".join(f"{at}.{quote(name)}" for name in names)
        return self._statement(
            f"INSERT INTO {self._table} ({columns}) SELECT {values} FROM ({given}) AS {at}"
            f" WHERE TRUE ON CONFLICT DO NOTHING{self._keys_told}"
        )

    def unlink(self, access: Node) -> Statement:
        """Ends the links of the row of `Inputs.row` to all but those of `Inputs.rows`, as far as they may be seen."""
        at, there, quote = self.speller.alias("at"), self.speller.alias("there"), self.dialect.quote
        own = " AND ".join(f"{quote(cell.column)} = {self.stores.cell(cell, self._bind)}" for cell in self._own)
        given = self.stores.keys(self._key_cells(), self._bind, quote)
        others = ", ".join(self._others.values())
        kept = ", ".join(f"{at}.{quote(AT + name)}" for name in self._others)
        left = others if len(self._others) == 1 else f"({others})"
        text = f"DELETE FROM {self._table} WHERE {own} AND {left} NOT IN (SELECT {kept} FROM ({given}) AS {at})"
        if access not in (TRUE, FALSE):
            joined = quote(self._relation.through.table) if self._relation.through else ""
            same = " AND ".join(
                f"{self._column(self.entity, name, there)} = {joined}.{column}" for name, column in self._others.items()
            )
            seen = f"{same} AND ({self.speller.condition(access, there)})"
            text += f" AND EXISTS (SELECT 1 FROM {self.table} AS {there} WHERE {seen})"
        elif access == FALSE:
            text += " AND FALSE"
        return self._statement(text + self._keys_told)
