"""What the model calls deprecated is so in documents, in plans and in replies to who uses it, and is counted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from backsmith.blueprint.asker import Asker
from backsmith.contract import contract_of
from backsmith.contract.openapi import document_of, encoded
from backsmith.errors import ModelError
from backsmith.evolution.api_changes import api_changes
from backsmith.evolution.calls import USE, callers
from tests.engine.client import Client
from tests.evolution.expansion.versions import version_of, versions_of
from tests.evolution.versions import Versions

RULE = """
    @allow("read", "create", "update", "delete", "close")
    def everyone(self) -> bool:
        return True
"""
MODEL = f'''
class Person(Entity):
    name: str
    phone: {{}}
{RULE}
    @action
    {{}}
    async def close(self, data: Data) -> None:
        """Close it."""

{{}}
@query(allow="everyone")
async def top(data: Data) -> list[int]:
    return []

{{}}
@route("GET", "/pages", allow="everyone")
async def pages() -> dict[str, int]:
    return {{{{}}}}
'''
PLAIN = MODEL.format("str | None", "", "", "")
MARKED = MODEL.format(
    'Annotated[str | None, Deprecated("Use contacts.", sunset=date(2027, 3, 31), since=date(2026, 1, 1))]',
    '@Deprecated("Use end.", sunset=date(2027, 2, 1), since=date(2026, 1, 2))',
    '@Deprecated("Use best.")',
    '@Deprecated("Use /shop.", since=date(2026, 1, 3))',
)


def test_the_plan_says_what_is_deprecated(tmp_path: Path) -> None:
    versions = Versions(tmp_path)
    old, new = versions.next(PLAIN), versions.next(MARKED)
    found = {change.about: change.text for change in api_changes(old, new)}
    assert found == {
        "people.phone": "It is deprecated, and still answered. Use contacts. It goes on 2027-03-31.",
        "POST /api/people/{id}/close": "It is deprecated, and still answered. Use end. It goes on 2027-02-01.",
        "GET /api/rpc/top": "It is deprecated, and still answered. Use best.",
        "GET /pages": "It is deprecated, and still answered. Use /shop.",
    }
    assert {change.text for change in api_changes(new, old)} == {"It isn't deprecated any more."}
    sooner = versions.next(MARKED.replace("2027, 3, 31", "2027, 3, 1"))
    assert [(each.risky, each.text) for each in api_changes(new, sooner)] == [
        (True, "It goes on 2027-03-01, not on 2027-03-31.")
    ]


def test_the_document_says_it(tmp_path: Path) -> None:
    document = json.loads(encoded(document_of(contract_of(Versions(tmp_path).next(MARKED)))))
    phone = document["components"]["schemas"]["Person"]["properties"]["phone"]
    assert (phone["deprecated"], phone["x-sunset"]) == (True, "2027-03-31")
    assert "Use contacts." in phone["description"]
    written = document["components"]["schemas"]["PersonCreate"]
    assert written["required"] == ["name"]
    ends = {
        path: (operation["deprecated"], operation.get("x-sunset"))
        for path, item in document["paths"].items()
        for operation in item.values()
        if operation.get("deprecated")
    }
    assert ends == {
        "/api/people/{id}/close": (True, "2027-02-01"),
        "/api/rpc/top": (True, None),
        "/pages": (True, None),
    }


async def test_replies_say_it_to_who_uses_it_and_uses_are_counted(database_url: str, tmp_path: Path) -> None:
    application = version_of(tmp_path, MARKED).served(database_url)
    await application.start()
    client, mobile = Client(application, None), Asker(id=None, name="mobile", via="key")
    body = {"content_type": "application/json"}
    made = await client.ask("/api/people", mobile, "POST", b'{"name": "a", "phone": "1"}', **body)
    assert made.status == 201

    async def told(target: str, method: str = "GET") -> dict[str, str]:
        answer = await client.ask(target, mobile, method)
        assert answer.status < 300, answer.text
        names = ("deprecation", "sunset", "backsmith-deprecated")
        return {name: answer.headers[name] for name in names if name in answer.headers}

    phone = {
        "deprecation": "@1767225600",
        "sunset": "Wed, 31 Mar 2027 00:00:00 GMT",
        "backsmith-deprecated": "people.phone",
    }
    assert await told("/api/people?select=phone") == phone
    assert await told("/api/people?select=name&phone=eq.1") == phone
    assert await told("/api/people?select=name") == {}
    assert await told("/api/people") == {}
    assert await told("/api/people/1/close", "POST") == {
        "deprecation": "@1767312000",
        "sunset": "Mon, 01 Feb 2027 00:00:00 GMT",
        "backsmith-deprecated": "POST /api/people/{id}/close",
    }
    assert await told("/pages") == {"deprecation": "@1767398400", "backsmith-deprecated": "GET /pages"}
    assert (await told("/api/rpc/top"))["backsmith-deprecated"] == "GET /api/rpc/top"
    assert application.calls is not None
    await application.calls.write()
    uses = {each.route: each.count for each in await callers(application.database) if each.method == USE}
    await application.close()
    assert uses == {
        "people.phone": 3,
        "people.*": 1,
        "POST /api/people/{id}/close": 1,
        "GET /pages": 1,
        "GET /api/rpc/top": 1,
    }


async def test_a_mark_is_taken_back_without_touching_rows(database_url: str, tmp_path: Path) -> None:
    old, new = versions_of(tmp_path, PLAIN, MARKED)
    assert [field.nullable for field in old.blueprint.entities[0].fields] == [
        field.nullable for field in new.blueprint.entities[0].fields
    ]


@pytest.mark.parametrize(
    ("mark", "said"),
    [
        ('Deprecated("")', "Person.phone is Deprecated, and what to use instead isn't said."),
        ('Deprecated("Use x.", sunset="2027-01-01")', "Person.phone is Deprecated with a sunset that is no day."),
        (
            'Deprecated("Use x.", sunset=date(2026, 1, 1), since=date(2027, 1, 1))',
            "Person.phone goes before it is Deprecated.",
        ),
    ],
)
def test_what_is_said_wrongly_is_a_mistake_of_the_model(mark: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(ModelError) as raised:
        Versions(tmp_path).next(MODEL.format(f"Annotated[str | None, {mark}]", "", "", ""))
    assert [problem.message for problem in raised.value.problems] == [said]
