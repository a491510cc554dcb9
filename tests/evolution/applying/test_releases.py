"""The head through an expanded release: what is recorded when, and who is waited for."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from backsmith.blueprint.blueprint import Blueprint, Expansion
from backsmith.databases import Database
from backsmith.databases.steps import Statements
from backsmith.errors import DatabaseError
from backsmith.evolution import applying
from backsmith.evolution.applying import apply
from backsmith.evolution.carrying import StoppedError
from backsmith.evolution.history import Head, fingerprint
from backsmith.evolution.plan import Mode
from backsmith.evolution.records import read_blueprint, read_head, read_unfinished
from backsmith.evolution.servers import Running, StillRunningError
from tests.evolution.applying.plans import NEW, OLD, QUICK, fill, plan_of

BOTH = Blueprint(
    name="new", entities=(), expansion=Expansion(previous=fingerprint(OLD), target=fingerprint(NEW), pairs=())
)
EXPANDED = Head(
    hash=fingerprint(BOTH), blueprint=BOTH, state="expanded", previous=fingerprint(OLD), target=fingerprint(NEW)
)
COUNT = Statements(title="Count", statements=("UPDATE once SET n = n + 1",))


async def go(database: Database, mode: Mode, came_from: Blueprint | None, to: Blueprint) -> None:
    plan = plan_of(
        database,
        steps=(COUNT,),
        from_hash=None if came_from is None else fingerprint(came_from),
        to_hash=fingerprint(to),
    )
    await apply(database, replace(plan, mode=mode), to, options=QUICK)


async def counted(database: Database) -> int:
    return (await database.fetch("SELECT n FROM once", ()))[0][0]


@pytest.fixture
def waited(monkeypatch: pytest.MonkeyPatch) -> list[Head]:
    """The heads for which servers were waited for, in place of waiting."""
    heads: list[Head] = []

    async def wait(database: Database, head: Head, *, timeout: float) -> None:
        heads.append(head)
        assert await counted(database) == 2  # before the first step

    monkeypatch.setattr(applying, "wait_for_servers", wait)
    return heads


async def test_expanded_and_contracted(database: Database, waited: list[Head]) -> None:
    await fill(database)
    await go(database, "direct", None, OLD)
    await go(database, "expand", OLD, BOTH)
    assert await read_head(database) == EXPANDED
    assert waited == []
    await go(database, "contract", BOTH, NEW)
    assert waited == [replace(EXPANDED, state="contracting")]
    assert await read_head(database) == Head(hash=fingerprint(NEW), blueprint=NEW, previous=fingerprint(BOTH))
    assert await read_blueprint(database, fingerprint(OLD)) == OLD
    with pytest.raises(DatabaseError, match="No version 0123 was applied to this database"):
        await read_blueprint(database, "0123")


async def test_expanded_and_rolled_back(database: Database, waited: list[Head]) -> None:
    await fill(database)
    await go(database, "direct", None, OLD)
    await go(database, "expand", OLD, BOTH)
    await go(database, "rollback", BOTH, OLD)
    assert waited == []
    assert await read_head(database) == Head(hash=fingerprint(OLD), blueprint=OLD, previous=fingerprint(BOTH))


async def test_nothing_is_contracted_while_old_servers_run(
    database: Database, waited: list[Head], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def running(database: Database) -> list[Running]:
        return [Running("one, process 1", fingerprint(NEW), ""), Running("two, process 2", fingerprint(OLD), "")]

    await fill(database)
    await go(database, "direct", None, OLD)
    await go(database, "expand", OLD, BOTH)
    monkeypatch.setattr(applying, "running_servers", running)
    with pytest.raises(StillRunningError, match="Servers of the old version still run: two, process 2"):
        await go(database, "contract", BOTH, NEW)
    assert await read_head(database) == EXPANDED
    assert await read_unfinished(database) is None


async def test_servers_that_do_not_follow_stop_it(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(database: Database, head: Head, *, timeout: float) -> None:
        raise StillRunningError("Servers haven't taken up the new shape: one, process 1.", ["one, process 1"])

    await fill(database)
    await go(database, "direct", None, OLD)
    await go(database, "expand", OLD, BOTH)
    with monkeypatch.context() as patched:
        patched.setattr(applying, "wait_for_servers", never)
        with pytest.raises(StoppedError, match=r"one, process 1\. Nothing was taken away yet"):
            await go(database, "contract", BOTH, NEW)
    assert await counted(database) == 2
    assert await read_head(database) == replace(EXPANDED, state="contracting")

    async def at_once(database: Database, head: Head, *, timeout: float) -> None:
        return

    monkeypatch.setattr(applying, "wait_for_servers", at_once)
    await go(database, "contract", BOTH, NEW)
    assert await counted(database) == 3
