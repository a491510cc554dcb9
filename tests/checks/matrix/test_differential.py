"""Two databases that differ only in what somebody may not see answer them alike, to the letter.

Of any model, with made-up rows: errors, counts, orders, tags and headers are compared. BACKSMITH_REQUESTS=100000 asks
that many of each database, BACKSMITH_SEED others.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AsyncExitStack
from pathlib import Path
from types import ModuleType

import pytest

from backsmith.app import compile_application
from backsmith.blueprint import Application, application_of
from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.blueprint.blueprint import Blueprint
from backsmith.checks.matrix.asking import settings_for
from backsmith.checks.matrix.coverage import askers_of
from backsmith.checks.matrix.serving import Served
from backsmith.checks.matrix.storing import store
from backsmith.checks.matrix.world import World
from backsmith.databases import open_database
from examples.shop import shop
from examples.tracker import tracker
from tests.checks.matrix.mutants import mutants
from tests.checks.matrix.random_requests import Requests
from tests.checks.matrix.secrets import pair

FEW = 400
REQUESTS = int(os.environ.get("BACKSMITH_REQUESTS", str(FEW)))
SEED = int(os.environ.get("BACKSMITH_SEED", "1"))


def nobody(world: World) -> Asker:
    return NOBODY


def somebody(world: World) -> Asker:
    """The account that most rows point at."""
    return next(asker for asker in askers_of(world.blueprint, world) if asker.id is not None)


async def served(application: Application, blueprint: Blueprint, world: World, url: str, folder: str) -> Served:
    settings = settings_for(application, url, folder)
    database = open_database(settings.database)
    await database.open()
    await store(database, blueprint, world)
    await database.close()
    return Served(application, blueprint, settings)


async def test_a_leak_would_make_a_difference(new_url: Callable[[str], str], tmp_path: Path) -> None:
    application = application_of(shop)
    blueprint = compile_application(application)
    one, other, asker, _ = pair(blueprint, somebody, SEED, writes=False)
    leaks = next(each.blueprint for each in mutants(blueprint) if str(each) == "Order: own read: always")
    requests = Requests([one, other], asker, SEED, writes=False)
    async with AsyncExitStack() as stack:
        both = [
            await stack.enter_async_context(await served(application, leaks, world, new_url("sqlite"), str(tmp_path)))
            for world in (one, other)
        ]
        for _ in range(300):
            question = requests.question()
            first, second = [await each.ask(question) for each in both]
            if first.comparable() != second.comparable():
                return
    pytest.fail("nothing was noticed")


@pytest.mark.parametrize("writes", [False, True], ids=["reading", "writing"])
@pytest.mark.parametrize("who", [nobody, somebody] if REQUESTS > FEW else [somebody])
@pytest.mark.parametrize("model", [shop, tracker], ids=["shop", "tracker"])
async def test_what_may_not_be_seen_makes_no_difference(
    model: ModuleType,
    who: Callable[[World], Asker],
    writes: bool,
    database_kind: str,
    new_url: Callable[[str], str],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    application = application_of(model)
    blueprint = compile_application(application)
    one, other, asker, changes = pair(blueprint, who, SEED, writes=writes)
    assert changes > 10, "the worlds should differ"
    requests = Requests([one, other], asker, SEED, writes=writes)
    async with AsyncExitStack() as stack:
        both = [
            await stack.enter_async_context(
                await served(
                    application, blueprint, world, new_url(database_kind), str(tmp_path_factory.mktemp("pair"))
                )
            )
            for world in (one, other)
        ]
        done = 0
        for _ in range(REQUESTS // 8):
            question = requests.question()
            first, second = [await each.ask(question) for each in both]
            assert first.comparable() == second.comparable(), question
            assert first.status < 500, f"{question}: {first.body!r}"
            done += first.done
        assert done > REQUESTS // 400 or who is nobody, "some requests should mean something"
