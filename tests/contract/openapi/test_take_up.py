"""A server that goes on to another shape of the model shows the document of that, without being started again."""

from __future__ import annotations

from typing import Any

from backsmith.app import Backsmith
from tests.evolution.expansion.conftest import shop as shop  # noqa: PLC0414  a fixture
from tests.evolution.expansion.story import ask, story_of
from tests.evolution.expansion.versions import Version


async def told(application: Backsmith) -> tuple[dict[str, bool], dict[str, bool]]:
    """The lists that its document has, and the members of a row of customers; whether each is deprecated."""
    document: dict[str, Any] = (await ask(application, "GET", "/openapi.json")).json
    lists = {
        path: item["get"].get("deprecated", False)
        for path, item in document["paths"].items()
        if path.startswith("/api/") and "{" not in path and "get" in item
    }
    members = document["components"]["schemas"]["Customer"]["properties"]
    return lists, {name: member.get("deprecated", False) for name, member in members.items()}


async def test_the_document_follows_the_database(database_url: str, shop: tuple[Version, Version]) -> None:
    async with story_of(database_url, *shop) as story:
        before = await story.serve(story.old)
        await story.follow()
        async for _ in story.expand(before.database):
            pass
        await story.follow()
        after = await story.serve(story.new)
        await story.follow()
        assert await told(after) == (
            {"/api/customers": False, "/api/clients": True, "/api/orders": False},
            dict.fromkeys(("id", "last_name", "email", "purchases"), False)
            | dict.fromkeys(("surname", "fax", "orders"), True),
        )
        await story.stop(before)
        await story.begin_contracting(after.database)
        await story.follow()
        async for _ in story.contract(after.database):
            pass
        await story.follow()
        assert await told(after) == (
            {"/api/customers": False, "/api/orders": False},
            {"id": False, "last_name": False, "email": False, "purchases": False},
        )
