"""An old and a new version on one database, brought from step to step as `backsmith apply` does."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from backsmith.app import Backsmith
from backsmith.blueprint.asker import NOBODY
from backsmith.blueprint.blueprint import Blueprint
from backsmith.databases.altering import Alteration
from backsmith.databases.changes import DropSync, Fill
from backsmith.databases.database import Database
from backsmith.databases.own_tables import without_own
from backsmith.databases.session import Session
from backsmith.databases.steps import Alone, Batches, Statements, Step
from backsmith.evolution.desired import tables_of
from backsmith.evolution.diff import diff
from backsmith.evolution.expansion import on_to_new, syncs_of
from backsmith.evolution.history import Head, fingerprint
from backsmith.evolution.records import Records
from backsmith.evolution.renames import renamed_schema, renames
from tests.engine.client import Answer, Client
from tests.evolution.expansion.versions import Version, expanded_of


async def ask(application: Backsmith, method: str, target: str, body: Any = None, **headers: str) -> Answer:
    """The reply; what is given as body is sent as JSON."""
    sent = b"" if body is None else json.dumps(body).encode()
    if sent:
        headers = {"content_type": "application/json", **headers}
    return await Client(application, None).ask(target, NOBODY, method, sent, **headers)


class Story:
    """The database on its way from the old version to the new one."""

    def __init__(self, url: str, old: Version, new: Version) -> None:
        self.url = url
        self.old = old
        self.new = new
        self.expanded = expanded_of(old, new)
        self.running: list[Backsmith] = []

    async def serve(self, version: Version) -> Backsmith:
        """A server of a version."""
        application = version.served(self.url)
        await application.start()
        self.running.append(application)
        return application

    async def stop(self, application: Backsmith) -> None:
        self.running.remove(application)
        await application.close()

    async def follow(self) -> None:
        """Let all servers look at the head now."""
        for application in self.running:
            await application.server.look()

    async def expand(self, database: Database) -> AsyncIterator[str]:
        """The steps of the expansion, each told when it is done."""
        syncs = syncs_of(self.expanded, self.new.blueprint, database.dialect)
        fills = [
            Fill(
                each.table,
                each.sync.up,
                " AND ".join(f"{database.dialect.quote(column)} IS NULL" for column, _ in each.sync.up),
                "the old shape",
            )
            for each in syncs
        ]
        async for title in carried_out(database, self.old.blueprint, self.expanded, [*syncs, *fills]):
            yield title
        head = Head(
            hash=fingerprint(self.expanded),
            blueprint=self.expanded,
            state="expanded",
            previous=fingerprint(self.old.blueprint),
            target=fingerprint(self.new.blueprint),
        )
        await run(database, [Records(database.dialect).head(head)])

    async def begin_contracting(self, database: Database) -> Head:
        await run(database, [Records(database.dialect).contracting()])
        return Head(
            hash=fingerprint(self.expanded),
            blueprint=self.expanded,
            state="contracting",
            previous=fingerprint(self.old.blueprint),
            target=fingerprint(self.new.blueprint),
        )

    async def contract(self, database: Database) -> AsyncIterator[str]:
        """The steps of the contraction."""
        ended = [
            DropSync(each.table, each.sync) for each in syncs_of(self.expanded, self.new.blueprint, database.dialect)
        ]
        expanded, new = on_to_new(self.expanded, self.new.blueprint)
        async for title in carried_out(database, expanded, new, ended):
            yield title
        head = Head(hash=fingerprint(self.new.blueprint), blueprint=self.new.blueprint)
        await run(database, [Records(database.dialect).head(head)])


@asynccontextmanager
async def story_of(url: str, old: Version, new: Version) -> AsyncIterator[Story]:
    """Its servers are stopped at the end."""
    story = Story(url, old, new)
    try:
        yield story
    finally:
        for application in list(story.running):
            await story.stop(application)


async def run(database: Database, statements: list[Any]) -> None:
    async with database.session() as session:
        await session.transact(statements, lock_timeout=5)


async def carried_out(database: Database, before: Blueprint, after: Blueprint, also: list[Any]) -> AsyncIterator[str]:
    """Each step's title, once it is done."""
    dialect = database.dialect
    actual = without_own(await database.inspect())
    desired = tables_of(after, dialect)
    found = renames(before, after, actual, dialect.ddl)
    renamed = renamed_schema(actual, found, dialect.ddl)
    previous = renamed_schema(tables_of(before, dialect), found, dialect.ddl)
    changes = (*found, *diff(renamed, desired, dialect, previous=previous), *also)
    facts = await database.facts()
    steps = (
        dialect.altering.steps(Alteration(actual=actual, desired=desired, changes=changes, facts=facts))
        if changes
        else []
    )
    async with database.session() as session:
        for step in steps:
            await _do(session, step)
            yield step.title


async def _do(session: Session, step: Step) -> None:
    match step:
        case Statements():
            await session.transact(
                [(sql, ()) for sql in step.statements], lock_timeout=5, foreign_keys=step.foreign_keys
            )
        case Alone():
            await session.run_alone(step.statement, lock_timeout=5)
        case Batches():
            await session.transact([(step.statement, ())], lock_timeout=5)
        case _:
            raise NotImplementedError(step)
