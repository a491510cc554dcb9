"""Servers that are told of a new shape, and those who wait for them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from backsmith.evolution.expansion import previous_on_expanded
from backsmith.evolution.history import fingerprint
from backsmith.evolution.servers import Running, StillRunningError, epoch_of, running_servers, wait_for_servers
from tests.evolution.expansion.conftest import EVERYONE
from tests.evolution.expansion.story import Story, ask, story_of
from tests.evolution.expansion.test_serving import expanded
from tests.evolution.expansion.versions import Version, expanded_of, versions_of


def names(story: Story, servers: list[Running]) -> list[tuple[str, str]]:
    """Which version each is of, and the state that it serves by."""
    versions = {fingerprint(story.old.blueprint): "old", fingerprint(story.new.blueprint): "new"}
    return sorted((versions[each.fingerprint], each.epoch.split()[1]) for each in servers)


async def test_servers_say_what_they_serve_while_two_versions_are_there(
    database_url: str, shop: tuple[Version, Version]
) -> None:
    async with story_of(database_url, *shop) as story:
        before = await story.serve(story.old)
        await story.follow()
        assert await running_servers(before.database) == []
        async for _ in story.expand(before.database):
            pass
        await story.follow()
        after = await story.serve(story.new)
        await story.follow()
        assert names(story, await running_servers(after.database)) == [("new", "expanded"), ("old", "expanded")]
        await story.stop(before)
        assert names(story, await running_servers(after.database)) == [("new", "expanded")]
        await story.begin_contracting(after.database)
        await story.follow()
        assert names(story, await running_servers(after.database)) == [("new", "contracting")]
        async for _ in story.contract(after.database):
            pass
        await story.follow()
        assert await running_servers(after.database) == []


async def test_nothing_is_contracted_while_a_server_of_the_old_version_runs(
    database_url: str, shop: tuple[Version, Version]
) -> None:
    async with expanded(database_url, shop) as (story, before, _):
        await story.follow()
        head = await story.begin_contracting(before.database)
        await story.follow()
        with pytest.raises(StillRunningError, match=r"Servers of the old version still run: .*, process") as told:
            await wait_for_servers(before.database, head, grace=0)
        assert len(told.value.servers) == 1
        await story.stop(before)
        await wait_for_servers(story.running[0].database, head, grace=0)


async def test_a_server_follows_only_when_its_requests_are_answered(
    database_url: str, shop: tuple[Version, Version]
) -> None:
    async with expanded(database_url, shop) as (story, before, after):
        await story.stop(before)
        await story.follow()
        head = await story.begin_contracting(after.database)
        served = after._http
        served._arriving += 1  # a request that takes its time
        following = asyncio.ensure_future(story.follow())
        with pytest.raises(StillRunningError, match="haven't taken up"):
            await wait_for_servers(after.database, head, grace=0.1, timeout=0.2)
        assert (await ask(after, "GET", "/api/clients")).status == 404  # new requests are not of the old shape
        served._arriving -= 1
        await following
        await wait_for_servers(after.database, head, grace=0)


async def test_a_server_looks_by_itself(database_url: str, shop: tuple[Version, Version], monkeypatch: Any) -> None:
    monkeypatch.setattr("backsmith.evolution.servers.LOOK", 0.05)
    async with expanded(database_url, shop) as (story, before, after):
        await story.stop(before)
        head = await story.begin_contracting(after.database)
        await wait_for_servers(after.database, head, timeout=5)
        assert after.server.head is not None
        assert epoch_of(after.server.head) == epoch_of(head)


async def test_the_moment_of_the_expansion_is_said(database_url: str, shop: tuple[Version, Version]) -> None:
    begun = int(datetime.now(UTC).timestamp())
    async with expanded(database_url, shop) as (_, _, after):
        answer = await ask(after, "GET", "/api/customers?select=surname")
        assert begun <= int(answer.headers["deprecation"].removeprefix("@")) <= datetime.now(UTC).timestamp()


def test_a_server_of_the_old_version_reads_what_may_be_left_out_now(tmp_path: Path) -> None:
    old, new = versions_of(
        tmp_path,
        f"class Note(Entity):\n    text: str\n    town: str\n{EVERYONE}",
        f'class Note(Entity):\n    text: str | None\n    city: Annotated[str, RenamedFrom("town")]\n{EVERYONE}',
    )
    (entity,) = previous_on_expanded(old.blueprint, expanded_of(old, new)).entities
    assert [(field.name, field.nullable, field.relaxed) for field in entity.fields] == [
        ("id", False, None),
        ("text", True, "added"),
        ("town", False, None),
    ]
