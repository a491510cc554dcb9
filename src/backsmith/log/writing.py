"""The observer of writes to entities that are logged: the change of each row becomes an entry, in its transaction.

In: changes of rows as `engine.writing.work` tells them, by the API, by `Data`, by actions and hooks, and those that the
database's foreign keys make. Out: rows of `backsmith_log`. What a transaction doesn't keep is not in the log either.

All stored fields are in it, hidden ones too: rules that are asked of a row as it was need them, and the log lies beside
the rows, in the same database under the same protection. No path of the API serves it, and whoever shows entries to
others has to leave out what they may not read. An update that changes nothing is no entry.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from backsmith.blueprint.blueprint import Blueprint, Entity, Relation
from backsmith.databases.journal import Journal
from backsmith.databases.json_values import json_writer, quoted
from backsmith.log.doing import Change, Doing, LinkChange


class LogWriter:
    """Takes part in writing (`engine.writing.work.Observer` and `LinkObserver`)."""

    def __init__(self, journal: Journal, blueprint: Blueprint, nudge: Callable[[], None]) -> None:
        """`nudge` says that there may be something to read, once the transaction has ended."""
        self._journal = journal
        self._nudge = nudge
        entities = {entity.name: entity for entity in blueprint.entities}
        self._images = {name: Images(entity) for name, entity in entities.items()}

    def observes(self, entity: Entity, verb: str) -> bool:
        """As Observer."""
        return entity.logged

    async def before(self, work: Doing, entity: Entity, verb: str, rows: Sequence[Any], old: Sequence[Any]) -> None:
        """As Observer: there is nothing to do before."""

    async def after(self, work: Doing, changes: Sequence[Change]) -> None:
        """As Observer."""
        rows: list[list[Any]] = []
        for change in changes:
            images = self._images[change.entity.name]
            before, after = images.row(change.before), images.row(change.after)
            if before != after:
                rows.append([change.verb, change.entity.id, change.entity.name, images.key(change.key), before, after])
        await self._append(work, rows)

    def observes_links(self, entity: Entity, relation: Relation) -> bool:
        """As LinkObserver."""
        return entity.logged

    async def linked(self, work: Doing, changes: Sequence[LinkChange]) -> None:
        """As LinkObserver."""
        rows: list[list[Any]] = []
        for change in changes:
            images, others = self._images[change.entity.name], self._images[change.relation.entity]
            name = quoted(change.relation.name)
            removed, added = (
                f"{{{name}:[{','.join(map(others.key, keys))}]}}" for keys in (change.removed, change.added)
            )
            rows.append(["link", change.entity.id, change.entity.name, images.key(change.key), removed, added])
        await self._append(work, rows)

    async def _append(self, work: Doing, rows: Sequence[Sequence[Any]]) -> None:
        if not rows:
            return
        asker = work.asker
        account = None if asker.id is None else account_text(asker.id)
        who = [work.now, account, asker.via, asker.name, work.system, work.action]
        acting = None if asker.impersonator is None else account_text(asker.impersonator)
        await self._journal.append(work.transaction, [[*who, *row, work.request_id, acting] for row in rows])
        self._nudge()


class Images:
    """Writes rows of an entity, and their keys, as canonical JSON."""

    def __init__(self, entity: Entity) -> None:
        stored = {field.name: json_writer(field.type) for field in entity.fields if field.computed is None}
        self._fields = [(name, f"{quoted(name)}:", write) for name, write in stored.items()]
        self._key = [stored[name] for name in entity.key]

    def row(self, row: Mapping[str, Any] | None) -> str | None:
        """`{"id":7,"status":"draft"}`; nothing of no row."""
        if row is None:
            return None
        return f"{{{','.join(label + write(row.get(name)) for name, label, write in self._fields)}}}"

    def key(self, key: Sequence[Any]) -> str:
        """`[7]`."""
        return f"[{','.join(write(value) for write, value in zip(self._key, key, strict=True))}]"


def account_text(key: Any) -> str:
    """The key of an account as JSON: a number as it is, a text or UUID in quotes."""
    return str(key) if isinstance(key, int) else quoted(str(key))
