"""A shop in which all gets other names, while clients of both versions use it: at each step both are answered."""

from __future__ import annotations

import asyncio
from itertools import count
from typing import Any

import pytest

from backsmith.app import Backsmith
from backsmith.evolution.servers import wait_for_servers
from tests.engine.client import Answer
from tests.evolution.expansion.story import Story, ask, story_of
from tests.evolution.expansion.versions import Version

numbers = count(1)


def holds(answer: Answer, status: int, *members: dict[str, Any]) -> list[Any]:
    """The rows of a reply, each of which has these members, and perhaps others."""
    assert answer.status == status, (answer.status, answer.text)
    rows = answer.json if isinstance(answer.json, list) else [answer.json]
    assert [{name: row[name] for name in wanted} for row, wanted in zip(rows, members, strict=True)] == list(members)
    return rows


async def old_contract(application: Backsmith) -> None:
    """What clients of the old version ask for."""
    show = {"prefer": "return=representation"}
    number = next(numbers)
    email = f"old{number}@shop"
    client = {"surname": f"Old{number}", "email": email, "fax": "12"}
    (made,) = holds(await ask(application, "POST", "/api/clients", client, **show), 201, client)
    order = {"client_id": made["id"], "pieces": 2}
    holds(await ask(application, "POST", "/api/orders", order, **show), 201, {**order, "state": "new"})
    nested = {"surname": "N", "email": f"n{email}", "fax": None}
    holds(await ask(application, "POST", "/api/orders", {"client": nested, "pieces": 1}, **show), 201, {"pieces": 1})
    found = f"/api/clients?surname=eq.Old{number}&select=surname,orders(pieces,client(surname))&order=surname.desc"
    told = {"surname": f"Old{number}", "orders": [{"pieces": 2, "client": {"surname": f"Old{number}"}}]}
    assert (await ask(application, "GET", found)).json == [told]
    embedded = f"/api/orders?client_id=eq.{made['id']}&select=clients(email),client_id"
    assert (await ask(application, "GET", embedded)).json == [{"clients": {"email": email}, "client_id": made["id"]}]
    merged = {"surname": "Merged", "email": email, "fax": None}
    upsert = await ask(
        application,
        "POST",
        "/api/clients?on_conflict=email",
        merged,
        prefer="resolution=merge-duplicates,return=representation",
    )
    holds(upsert, 200, {**merged, "id": made["id"]})
    changed = {"surname": f"Older{number}"}
    holds(await ask(application, "PATCH", f"/api/clients/{made['id']}", changed, **show), 200, changed)
    holds(await ask(application, "PATCH", f"/api/clients?surname=eq.Older{number}", {"fax": "7"}, **show), 200, changed)
    operation = {"method": "PATCH", "path": f"/clients/{made['id']}", "body": {"surname": "Batched"}}
    assert (await ask(application, "POST", "/api/batch", {"operations": [operation]})).status == 200
    holds(await ask(application, "GET", f"/api/clients/{made['id']}?select=surname"), 200, {"surname": "Batched"})
    missing = await ask(application, "POST", "/api/orders", {"pieces": 1})
    assert missing.status == 422


async def new_contract(application: Backsmith) -> None:
    """What clients of the new version ask for."""
    show = {"prefer": "return=representation"}
    number = next(numbers)
    customer = {"last_name": f"New{number}", "email": f"new{number}@shop"}
    (made,) = holds(await ask(application, "POST", "/api/customers", customer, **show), 201, customer)
    order = {"buyer": made["id"], "pieces": 3, "state": "new", "gift": True}
    kept = {"buyer_id": made["id"], "pieces": 3, "state": "new", "gift": True}
    holds(await ask(application, "POST", "/api/orders", order, **show), 201, kept)
    found = f"/api/customers?last_name=eq.New{number}&select=last_name,purchases(pieces,gift,buyer(last_name))"
    told = {
        "last_name": f"New{number}",
        "purchases": [{"pieces": 3, "gift": True, "buyer": {"last_name": f"New{number}"}}],
    }
    assert (await ask(application, "GET", found)).json == [told]
    changed = {"last_name": f"Newer{number}"}
    answer = await ask(application, "PATCH", f"/api/customers/{made['id']}", changed, **show)
    holds(answer, 200, changed)
    assert "deprecation" not in answer.headers
    put = {"last_name": f"Put{number}", "email": f"put{number}@shop"}
    holds(await ask(application, "PUT", f"/api/customers/{made['id']}", put, **show), 200, put)
    refused = await ask(application, "POST", "/api/customers", {"email": f"no{number}@shop"})
    assert (refused.status, refused.json["code"]) == (422, "23502")


@pytest.mark.every_postgres
async def test_both_contracts_hold_at_every_step(database_url: str, shop: tuple[Version, Version]) -> None:
    async with story_of(database_url, *shop) as story:
        before = await story.serve(story.old)
        await old_contract(before)
        async for _ in story.expand(before.database):
            await old_contract(before)
        await story.follow()
        after = await story.serve(story.new)
        for _ in range(3):
            await asyncio.gather(old_contract(before), old_contract(after), new_contract(after))
        await each_reads_the_others_rows(before, after)
        await contracted(story, before, after)


async def each_reads_the_others_rows(before: Backsmith, after: Backsmith) -> None:
    await ask(before, "POST", "/api/clients", {"surname": "Fro", "email": "fro@shop"})
    await ask(after, "POST", "/api/customers", {"last_name": "To", "email": "to@shop"})
    fro = await ask(after, "GET", "/api/customers?email=eq.fro@shop&select=last_name")
    to = await ask(before, "GET", "/api/clients?email=eq.to@shop&select=surname")
    assert (fro.json, to.json) == ([{"last_name": "Fro"}], [{"surname": "To"}])


async def contracted(story: Story, before: Backsmith, after: Backsmith) -> None:
    """The rest of the way, while clients of the new version go on without a pause."""
    database = after.database
    await story.stop(before)
    head = await story.begin_contracting(database)
    await story.follow()
    await wait_for_servers(database, head, grace=0)
    gone = await ask(after, "GET", "/api/clients")
    assert gone.status == 404
    ended = asyncio.Event()

    async def go_on() -> int:
        number = 0
        while not ended.is_set():
            await new_contract(after)
            number += 1
        return number

    load = [asyncio.ensure_future(go_on()) for _ in range(2)]
    async for _ in story.contract(database):
        await new_contract(after)
        await asyncio.sleep(0.02)
    await story.follow()
    await new_contract(after)
    ended.set()
    assert all([await each for each in load])
    last = await ask(after, "GET", "/api/customers?last_name=eq.Fro")
    holds(last, 200, {"last_name": "Fro", "email": "fro@shop"})


@pytest.mark.parametrize("use", ["GET", "PATCH"])
async def test_a_missing_table_that_isnt_a_rename_is_an_error(
    database_url: str, shop: tuple[Version, Version], use: str
) -> None:
    async with story_of(database_url, *shop) as story:
        server = await story.serve(story.old)
        await server.database.execute("DROP TABLE orders")
        answer = await ask(server, use, "/api/orders?id=eq.1", {"pieces": 1} if use == "PATCH" else None)
        assert answer.status == 500
