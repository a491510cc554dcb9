"""Writing: the rows and rights of a unit of work in, statements of its transaction, what was written out.

Each of Writer's methods runs inside `work.transaction` and never ends it: what raises leaves nothing behind, because
the transaction is left.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

from backsmith.blueprint.blueprint import Relation
from backsmith.databases.dialect import Dialect
from backsmith.engine.access import Authorizer
from backsmith.engine.catalogue import Catalogue, Resource
from backsmith.engine.sealed.opening import Opening, tree_of
from backsmith.engine.writing.changing import Changing
from backsmith.engine.writing.common import Common
from backsmith.engine.writing.creating import Creating
from backsmith.engine.writing.deleting import Deleting
from backsmith.engine.writing.linking import Link, Linking
from backsmith.engine.writing.updating import Updating
from backsmith.engine.writing.upserting import Upserting
from backsmith.engine.writing.violations import Violations
from backsmith.engine.writing.work import Given, Key, Observer, Rows, Show, Work, Written


class Writer:
    """Writes the rows of one application."""

    def __init__(
        self,
        catalogue: Catalogue,
        authorizer: Authorizer,
        dialect: Dialect,
        observers: Sequence[Observer] = (),
        *,
        opening: Opening | None = None,
    ) -> None:
        """`opening` opens the encrypted fields of what is shown."""
        self._opening = Opening(None) if opening is None else opening
        self.catalogue = catalogue
        self.observers: list[Observer] = list(observers)
        """May be appended to before the first request."""
        common, violations = Common(catalogue, authorizer, dialect, self.observers), Violations(catalogue, dialect)
        self._common = common
        self._creating = Creating(common, violations)
        changing = Changing(common, violations)
        self._updating = Updating(common, changing)
        self._deleting = Deleting(common, violations)
        self._upserting = Upserting(common, self._creating, changing)
        self._linking = Linking(common)

    async def create(
        self, work: Work, resource: Resource, rows: Sequence[Given], *, show: Show | None = None, last: bool = False
    ) -> Written:
        """Create flat rows (`related` isn't looked at), each with its defaults.

        `last` promises that nothing else is done in the transaction.

        Raises RequestError: FORBIDDEN or UNAUTHENTICATED where no rule allows it, DUPLICATE, REFERENCE, INVALID.
        """
        return await self._opened(show, await self._creating.create(work, resource, rows, show=show, last=last))

    async def update(
        self, work: Work, rows: Rows, given: Given, *, show: Show | None = None, last: bool = False
    ) -> Written:
        """Set the values of `given` in the rows that are meant. Of a collection, rows that no rule lets the asker
        write are left alone and counted.

        Raises RequestError as `create`, and NOT_FOUND of an item.
        """
        return await self._opened(show, await self._updating.update(work, rows, given, show=show, last=last))

    async def delete(self, work: Work, rows: Rows, *, show: Show | None = None, last: bool = False) -> Written:
        """Delete the rows that are meant; of a collection, those that a rule lets the asker delete.

        Raises RequestError FORBIDDEN, UNAUTHENTICATED, NOT_FOUND of an item, REFERENCE where others point at one.
        """
        return await self._opened(show, await self._deleting.delete(work, rows, show=show, last=last))

    async def upsert(
        self,
        work: Work,
        resource: Resource,
        rows: Sequence[Given],
        *,
        on: tuple[str, ...],
        duplicates: Literal["merge", "ignore"],
        show: Show | None = None,
    ) -> Written:
        """Create the rows that aren't there by the fields `on`, and update the others, or leave them alone.

        Raises RequestError as `create` and `update`, and Again where another transaction creates one meanwhile.
        """
        return await self._opened(
            show, await self._upserting.upsert(work, resource, rows, on=on, duplicates=duplicates, show=show)
        )

    async def link(
        self,
        work: Work,
        resource: Resource,
        key: Key,
        relation: Relation,
        keys: Sequence[Key],
        *,
        replace: bool = False,
        new: bool = False,
        pointer: str = "",
    ) -> None:
        """Link a row to others by a relation of many to many; `replace`: to no others that the asker may see. Of a row
        that is `new` in this transaction, a rule to create it is enough.

        Raises RequestError FORBIDDEN, UNAUTHENTICATED, REFERENCE where one of `keys` is of no row to be seen.
        """
        await self.link_each(work, resource, relation, [Link(key, keys, pointer)], replace=replace, new=new)

    async def link_each(
        self,
        work: Work,
        resource: Resource,
        relation: Relation,
        links: Sequence[Link],
        *,
        replace: bool = False,
        new: bool = False,
    ) -> None:
        """Link several rows, each to its own others. As `link`."""
        await self._linking.link(work, resource, relation, links, replace=replace, new=new)

    async def may_link(self, work: Work, resource: Resource, relation: Relation, keys: Sequence[Key]) -> list[bool]:
        """Of each row whether a rule lets the asker change its links. Raises RequestError where none could, of any."""
        if work.system:
            return [True] * len(keys)
        return await self._linking.allowed(work, resource.entity, keys, relation, new=False)

    async def show(self, work: Work, resource: Resource, keys: Sequence[Key], show: Show) -> list[str]:
        """The JSON of those rows that the asker may read: in the order that `show` asks for, else in that of `keys`."""
        shown = await self._common.show(work, resource.entity, keys, show)
        return await self._opening.texts(tree_of(show.read), shown)

    async def _opened(self, show: Show | None, written: Written) -> Written:
        """What was written, with what is shown of it opened."""
        tree = None if show is None or not written.shown else tree_of(show.read)
        if tree is not None and written.shown is not None:
            written.shown = await self._opening.texts(tree, written.shown)
        return written

    async def fields_of(
        self, work: Work, resource: Resource, keys: Sequence[Key], names: Sequence[str]
    ) -> list[tuple[Any, ...]]:
        """The values of stored fields of the rows with those keys, in their order, whoever asks."""
        if tuple(names) == resource.entity.key:
            return list(keys)
        fields = [resource.stored[name] for name in names]
        seen = await self._common.look(work, resource.entity, keys, fields=fields)
        return [tuple(each.fields[name] for name in names) if each is not None else () for each in seen]
