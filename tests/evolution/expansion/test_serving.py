"""The expanded blueprint as it is served: what requests in the shape of either version mean, and what is said of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from backsmith.app import Backsmith
from backsmith.evolution.usage import OTHERS, Usage, usage
from tests.evolution.expansion.conftest import EVERYONE, people_of
from tests.evolution.expansion.story import Story, ask, story_of
from tests.evolution.expansion.versions import Version, versions_of

SHOW = {"prefer": "return=representation"}


@asynccontextmanager
async def expanded(url: str, versions: tuple[Version, Version]) -> AsyncIterator[tuple[Story, Backsmith, Backsmith]]:
    """A server of the old and one of the new version, on the expanded database."""
    async with story_of(url, *versions) as story:
        before = await story.serve(story.old)
        async for _ in story.expand(before.database):
            pass
        await story.follow()
        yield story, before, await story.serve(story.new)


def deprecations(answer: Any) -> dict[str, str]:
    return {name: answer.headers[name] for name in ("backsmith-deprecated", "link") if name in answer.headers}


async def test_what_is_of_the_old_version_is_said(database_url: str, shop: tuple[Version, Version]) -> None:
    async with expanded(database_url, shop) as (_, _, after):
        await ask(after, "POST", "/api/customers", {"last_name": "A", "email": "a@b"})
        everything = await ask(after, "GET", "/api/customers")
        assert everything.json == [{"id": 1, "last_name": "A", "email": "a@b", "surname": "A", "fax": None}]
        assert "deprecation" not in everything.headers
        selected = await ask(after, "GET", "/api/customers?select=surname")
        assert selected.headers["deprecation"].startswith("@")
        assert deprecations(selected) == {"backsmith-deprecated": "customers.surname"}
        former = await ask(after, "GET", "/api/clients?fax=is.null&select=email")
        assert deprecations(former) == {
            "backsmith-deprecated": "clients, customers.fax",
            "link": '</api/customers>; rel="successor-version"',
        }
        embedded = await ask(after, "GET", "/api/orders?select=client(email)")
        assert deprecations(embedded) == {"backsmith-deprecated": "orders.client"}
        written = await ask(after, "PATCH", "/api/customers/1", {"surname": "B"})
        assert deprecations(written) == {"backsmith-deprecated": "customers.surname"}
        assert deprecations(await ask(after, "GET", "/api/customers?select=last_name")) == {}


async def test_one_value_under_two_names_has_to_be_the_same(database_url: str, shop: tuple[Version, Version]) -> None:
    async with expanded(database_url, shop) as (_, _, after):
        both = {"last_name": "A", "surname": "A", "email": "a@b"}
        assert (await ask(after, "POST", "/api/customers", both)).status == 201
        refused = await ask(after, "POST", "/api/customers", {**both, "surname": "B", "email": "b@b"})
        assert (refused.status, refused.json["errors"]) == (
            422,
            [
                {
                    "pointer": "/surname",
                    "code": "22023",
                    "message": "surname is an older name of what last_name holds, and both are given",
                    "hint": "Give last_name alone.",
                }
            ],
        )


async def test_either_shape_of_a_split_field_is_enough(database_url: str, people: tuple[Version, Version]) -> None:
    async with expanded(database_url, people) as (_, before, after):
        old = {"name": "Kurt Goedel", "note": "logic"}
        new = {"first": "Alan", "last": "Turing"}
        whole = {"id": 1, "first": "Kurt", "last": "Goedel", "name": "Kurt Goedel", "note": "logic"}
        other = {"id": 2, "first": "Alan", "last": "Turing", "name": "Alan Turing", "note": None}
        assert (await ask(after, "POST", "/api/people", old, **SHOW)).json == [whole]
        assert (await ask(after, "POST", "/api/people", new, **SHOW)).json == [other]
        assert (await ask(before, "GET", "/api/people")).json == [
            {"id": 1, "name": "Kurt Goedel", "note": "logic"},
            {"id": 2, "name": "Alan Turing", "note": None},
        ]
        changed = await ask(after, "PATCH", "/api/people/1", {"last": "Turing"}, **SHOW)
        assert changed.json["name"] == "Kurt Turing"
        changed = await ask(after, "PATCH", "/api/people?name=eq.Kurt Turing", {"name": "A B"}, **SHOW)
        assert [changed.json[0][name] for name in ("first", "last")] == ["A", "B"]
        put = await ask(after, "PUT", "/api/people/1", {"first": "P", "last": "Q"}, **SHOW)
        assert put.json == {"id": 1, "first": "P", "last": "Q", "name": "P Q", "note": "logic"}
        half = await ask(after, "POST", "/api/people", {"first": "A"})
        assert [(each["pointer"], each["message"]) for each in half.json["errors"]] == [("/last", "last is missing")]
        neither = await ask(after, "POST", "/api/people", {})
        assert [each["pointer"] for each in neither.json["errors"]] == ["/first", "/last"]
        nothing = await ask(after, "PATCH", "/api/people/1", {"name": None})
        assert [each["message"] for each in nothing.json["errors"]] == ["name can't be null"]


RULED = """
    @allow("read", "delete")
    def everyone(self) -> bool:
        return True

    @allow("create", "update")
    def nobody_is_root(self) -> bool:
        return self.{field} != "root"
"""


async def test_rules_of_the_new_shape_hold_for_what_is_written_in_the_old(database_url: str, tmp_path: Path) -> None:
    versions = people_of(
        tmp_path,
        f"class Person(Entity):\n    name: str\n{EVERYONE}",
        f"class Person(Entity):\n    first: str\n    last: str\n{RULED.format(field='first')}",
    )
    async with expanded(database_url, versions) as (_, _, after):
        assert (await ask(after, "POST", "/api/people", {"name": "root x"})).status in (401, 403)
        assert (await ask(after, "POST", "/api/people", [{"name": "a b"}, {"name": "root x"}])).status in (401, 403)
        assert (await ask(after, "POST", "/api/people", {"name": "a b"})).status == 201
        assert (await ask(after, "PATCH", "/api/people?id=gt.0", {"name": "root x"})).status in (401, 403)
        (row,) = (await ask(after, "GET", "/api/people?select=id,first,name")).json
        assert (row["first"], row["name"]) == ("a", "a b")
        item = f"/api/people/{row['id']}"
        assert (await ask(after, "PATCH", item, {"name": "root x"})).status in (401, 403)
        assert (await ask(after, "PUT", item, {"name": "root x"})).status in (401, 403)
        merge = {"prefer": "resolution=merge-duplicates"}
        assert (await ask(after, "POST", "/api/people", {"id": row["id"], "name": "root x"}, **merge)).status in (
            401,
            403,
        )
        assert (await ask(after, "PATCH", item, {"name": "c d"})).status == 204
        (row,) = (await ask(after, "GET", "/api/people?select=first,last,name")).json
        assert row == {"first": "c", "last": "d", "name": "c d"}


async def test_hooks_and_defaults_see_what_is_given_under_an_old_name(database_url: str, tmp_path: Path) -> None:
    rename = 'class Note(Entity):\n    body: Annotated[str, RenamedFrom("text")] = "empty"\n    size: int = 0\n'
    hook = """
@before("create", "update")
def measure(note: Note) -> None:
    note.size = len(note.body)
"""
    versions = versions_of(
        tmp_path, f"class Note(Entity):\n    text: str = 'none'\n{EVERYONE}", rename + EVERYONE + hook
    )
    async with expanded(database_url, versions) as (_, before, after):
        given = await ask(after, "POST", "/api/notes", {"text": "abc"}, **SHOW)
        assert given.json == [{"id": 1, "body": "abc", "size": 3, "text": "abc"}]
        assert (await ask(after, "POST", "/api/notes", {}, **SHOW)).json[0]["text"] == "empty"
        assert (await ask(before, "POST", "/api/notes", {}, **SHOW)).json == [{"id": 3, "text": "none"}]
        assert (await ask(after, "PATCH", "/api/notes/3", {"text": "four"}, **SHOW)).json["size"] == 4


async def test_a_field_of_another_type_has_both_to_the_end(database_url: str, tmp_path: Path) -> None:
    versions = versions_of(
        tmp_path,
        f"class Product(Entity):\n    price: int\n{EVERYONE}",
        f'class Product(Entity):\n    amount: Annotated[Decimal, RenamedFrom("price")]\n{EVERYONE}',
    )
    async with expanded(database_url, versions) as (story, before, after):
        await ask(before, "POST", "/api/products", {"price": 1})
        await ask(after, "POST", "/api/products", {"price": 2})
        made = await ask(after, "POST", "/api/products", {"amount": 3}, **SHOW)
        assert made.json == [{"id": 3, "amount": 3, "price": 3}]
        await ask(before, "PATCH", "/api/products/1", {"price": 10})
        await ask(after, "PATCH", "/api/products/2", {"amount": 20})
        both = (await ask(after, "GET", "/api/products?select=amount,price&order=price")).json
        assert both == [{"amount": number, "price": number} for number in (3, 10, 20)]
        await story.stop(before)
        await story.begin_contracting(after.database)
        await story.follow()
        await ask(after, "PATCH", "/api/products/3", {"amount": 4.5})
        async for _ in story.contract(after.database):
            pass
        await story.follow()
        last = await ask(after, "GET", "/api/products?order=id")
        assert last.json == [{"id": 1, "amount": 10}, {"id": 2, "amount": 20}, {"id": 3, "amount": 4.5}]


async def test_links_are_written_and_read_under_both_names(database_url: str, tmp_path: Path) -> None:
    tag = f'class Tag(Entity):\n    name: str\n    posts: list["Post"]\n{EVERYONE}'
    versions = versions_of(
        tmp_path,
        f"{tag}\nclass Post(Entity):\n    title: str\n    tags: list[Tag]\n{EVERYONE}",
        f"{tag}\nclass Post(Entity):\n    title: str\n"
        f'    labels: Annotated[list[Tag], RenamedFrom("tags")]\n{EVERYONE}',
    )
    async with expanded(database_url, versions) as (_, before, after):
        await ask(after, "POST", "/api/tags", [{"name": "a"}, {"name": "b"}])
        await ask(after, "POST", "/api/posts", {"title": "x", "tags": [1]})
        await ask(after, "POST", "/api/posts", {"title": "y", "labels": [{"name": "c"}]})
        await ask(after, "PATCH", "/api/posts/1", {"tags": [2]})
        told = [{"title": "x", "tags": [{"name": "b"}]}, {"title": "y", "tags": [{"name": "c"}]}]
        old = "/api/posts?select=title,tags(name)&order=id"
        assert (await ask(before, "GET", old)).json == (await ask(after, "GET", old)).json == told
        found = await ask(after, "GET", "/api/posts?select=title,labels!inner(name)&labels.name=eq.c")
        assert found.json == [{"title": "y", "labels": [{"name": "c"}]}]
        both = await ask(after, "POST", "/api/posts", {"title": "z", "labels": [1], "tags": [2]})
        assert [each["pointer"] for each in both.json["errors"]] == ["/tags"]


async def test_a_computed_field_that_is_gone_is_worked_out_still(database_url: str, tmp_path: Path) -> None:
    computed = '\n    @computed\n    def shout(self) -> str:\n        return self.{} + "!"\n'
    versions = versions_of(
        tmp_path,
        f"class Note(Entity):\n    text: str\n{computed.format('text')}{EVERYONE}",
        f'class Note(Entity):\n    body: Annotated[str, RenamedFrom("text")]\n{EVERYONE}',
    )
    async with expanded(database_url, versions) as (_, _, after):
        await ask(after, "POST", "/api/notes", {"body": "hey"})
        answer = await ask(after, "GET", "/api/notes?select=shout,text&shout=eq.hey!")
        assert answer.json == [{"shout": "hey!", "text": "hey"}]
        assert deprecations(answer) == {"backsmith-deprecated": "notes.shout, notes.text"}


async def test_a_relation_is_found_by_the_old_name_of_its_key(database_url: str, shop: tuple[Version, Version]) -> None:
    async with expanded(database_url, shop) as (_, _, after):
        customer = {"last_name": "A", "email": "a@b"}
        assert (await ask(after, "POST", "/api/orders", {"buyer": customer, "pieces": 1})).status == 201
        for embed in (
            "client_id(email)",
            "clients!client_id(email)",
            "customers!buyer(email)",
            "clients!client(email)",
        ):
            answer = await ask(after, "GET", f"/api/orders?select={embed}")
            assert [list(row.values()) for row in answer.json] == [[{"email": "a@b"}]], embed


async def test_a_removed_entity_is_answered(database_url: str, tmp_path: Path) -> None:
    tag = f"class Tag(Entity):\n    name: str\n{EVERYONE}"
    notes = f"class Note(Entity):\n    text: str\n    tag: Tag | None\n{EVERYONE}"
    versions = versions_of(tmp_path, f"{tag}\n{notes}", tag)
    async with expanded(database_url, versions) as (_, _, after):
        assert (await ask(after, "POST", "/api/tags", {"name": "t"})).status == 201
        assert (await ask(after, "POST", "/api/notes", {"text": "x", "tag": 1})).status == 201
        answer = await ask(after, "GET", "/api/notes?select=text,tag(name)")
        assert answer.json == [{"text": "x", "tag": {"name": "t"}}]
        assert deprecations(answer) == {"backsmith-deprecated": "notes"}


async def test_uses_are_counted_by_client(database_url: str, shop: tuple[Version, Version]) -> None:
    async with expanded(database_url, shop) as (story, _, after):
        for agent in ("phone/1.2", "phone/1.2", "till"):
            await ask(after, "GET", "/api/customers?select=surname", user_agent=agent)
        await ask(after, "GET", "/api/customers", user_agent="till")
        await ask(after, "GET", "/api/customers?select=last_name", user_agent="web")
        await story.stop(after)  # which writes what is left
        assert story.expanded.expansion is not None
        found = await usage(story.running[0].database, story.expanded.expansion.target)
        assert sorted((use.thing, use.client, use.count) for use in found) == [
            ("customers.*", "till", 1),
            ("customers.surname", "phone/1.2", 2),
            ("customers.surname", "till", 1),
        ]


async def test_clients_beyond_the_most_are_counted_as_one(database: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr("backsmith.evolution.usage.MOST", 3)
    counted = Usage(database, "t")
    for number in range(10):
        counted.count(["a"], f"client {number}")
    await counted.write()
    counted.count(["a"], "client 1")
    await counted.write()
    assert sorted((use.client, use.count) for use in await usage(database, "t")) == [
        ("client 0", 1),
        ("client 1", 2),
        ("client 2", 1),
        (OTHERS, 7),
    ]
    assert await usage(database, "another") == []
