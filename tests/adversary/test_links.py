"""What a link gives away: hidden and guarded foreign keys, keys that aren't the key, many to many, groups."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backsmith.blueprint.asker import NOBODY, Asker
from tests.adversary import building
from tests.adversary.conftest import open_client
from tests.engine.client import Client

ADA, STAFF = Asker(1), Asker(9, frozenset({"staff"}))


@pytest.mark.parametrize("asker", [NOBODY, ADA, STAFF])
@pytest.mark.parametrize(
    "target",
    [
        "badges?select=number,holder(name)",
        "badges?select=number,...holder(name)",
        "badges?select=number,persons(name)",
        "badges?select=number,holder_id(name)",
        "badges?select=number,persons!holder_id(name)",
        "badges?select=number,x:holder!inner()&x.name=eq.Bo",
        "badges?select=count(),holder(name)",
        "persons?select=name,badges(number)",
        "persons?select=name,desk(room)",
        "desks?select=room,people(name)",
        "desks?select=room,people!inner()",
    ],
)
def test_a_hidden_foreign_key_leads_nowhere_from_either_end(client: Client, asker: Asker, target: str) -> None:
    answer = client.get(f"/api/{target}", asker)
    assert (answer.status, answer.json["code"]) == (400, "PGRST200"), answer.text


@pytest.mark.parametrize(
    "target",
    [
        "persons?select=name,letters(subject)",
        "persons?select=name,letters!inner()&letters.subject=eq.hello",
        "letters?select=subject,sender(name)",
        "letters?select=subject,sender_email(name)",
        "letters?select=subject,sender!inner()&sender.name=eq.Bo",
        "letters?select=subject,sender(name)&order=sender(name)",
    ],
)
def test_a_foreign_key_does_not_tell_the_field_it_points_at(client: Client, target: str) -> None:
    """Everybody sees the address on the letter, but not whose address that is."""
    answer = client.get(f"/api/{target}")
    assert (answer.status, answer.json["code"]) == (403, "42501"), answer.text


def test_it_does_where_that_field_may_be_read(client: Client) -> None:
    assert client.get("/api/letters?select=subject,sender(name)&order=id", ADA).text == (
        '[{"subject":"hello","sender":{"name":"Ada"}},{"subject":"I quit","sender":null}]'
    )
    assert client.get("/api/persons?select=name,letters(subject)&order=id", ADA).text == (
        '[{"name":"Ada","letters":[{"subject":"hello"}]},{"name":"Bo","letters":[]},{"name":"Cy","letters":[]}]'
    )
    assert client.get("/api/letters?select=subject,sender!inner()&order=id", ADA).json == [{"subject": "hello"}]
    assert client.get("/api/letters?select=sender(name)&order=id", STAFF).json[1] == {"sender": {"name": "Bo"}}


def test_who_is_in_a_group_is_shown_where_all_of_the_person_is(client: Client) -> None:
    """A rule with `fields` doesn't show the links of many to many, from whichever end they are asked for."""
    for target in (
        "persons?select=groups(title)",
        "groups?select=members(name)",
        "groups?select=persons(name)",
        "groups?select=title,members!inner()&members.name=eq.Bo",
        "groups?select=members(count())",
    ):
        assert client.get(f"/api/{target}").status == 403, target
    assert client.get("/api/groups?select=title,members(name)&order=id", ADA).text == (
        '[{"title":"union","members":[{"name":"Ada"}]},{"title":"chess","members":[]}]'
    )
    assert client.get("/api/persons?select=name,groups(title)&order=id", ADA).text == (
        '[{"name":"Ada","groups":[{"title":"union"}]},{"name":"Bo","groups":[]},{"name":"Cy","groups":[]}]'
    )
    assert client.get("/api/groups?select=title,members!inner()&members.name=eq.Bo", ADA).json == []
    assert client.get("/api/groups?select=members(name)&id=eq.1", STAFF).json == [
        {"members": [{"name": "Ada"}, {"name": "Bo"}]}
    ]


def test_groups_do_not_tell_apart_rows_whose_foreign_key_is_not_shown(client: Client) -> None:
    """Ada made one remark; that the other two are by one and the same critic is none of her business."""
    target = "/api/remarks?select=count(),critic(name)"
    assert client.get(target).status == 403
    assert client.get(target, ADA).text == '[{"count":1,"critic":{"name":"Ada"}},{"count":2,"critic":null}]'
    assert client.get(target, STAFF).text == '[{"count":3,"critic":null}]'
    assert client.get("/api/remarks?select=count(),critic()", STAFF).text == '[{"count":3}]'
    assert client.get("/api/remarks?select=critic_id,count()", STAFF).text == '[{"critic_id":null,"count":3}]'
    assert client.get("/api/persons?select=count(),manager(name)&order=manager(name)", ADA).text == (
        '[{"count":1,"manager":{"name":"Cy"}},{"count":2,"manager":null}]'
    )


def test_a_link_to_oneself_is_shown_by_the_rule_of_the_row_that_has_it(client: Client) -> None:
    assert client.get("/api/persons?select=name,manager(name)&order=id", ADA).text == (
        '[{"name":"Ada","manager":{"name":"Cy"}},{"name":"Bo","manager":null},{"name":"Cy","manager":null}]'
    )
    assert client.get("/api/persons?select=name,reports(name)&order=id", ADA).text == (
        '[{"name":"Ada","reports":[]},{"name":"Bo","reports":[]},{"name":"Cy","reports":[{"name":"Ada"}]}]'
    )
    assert client.get("/api/persons?select=reports(name)").status == 403


def test_nothing_leads_to_a_private_entity_or_through_one(client: Client) -> None:
    for asker in (NOBODY, ADA, STAFF):
        for target in ("secrets", "secrets/1"):
            assert client.get(f"/api/{target}", asker).status == 404
        for select in ("secrets(code)", "secrets!inner()", "x:secrets(count())", "...secrets(code)", "account(email)"):
            answer = client.get(f"/api/persons?select=name,{select}", asker)
            assert (answer.status, answer.json["code"]) == (400, "PGRST200"), answer.text
            assert "Did you mean 'secrets'" not in answer.text


@pytest.fixture(scope="module")
def house(database_kind: str, new_url: Callable[[str], str], run: Any) -> Iterator[Client]:
    rows = {
        "Account": [{"id": 1, "email": None, "name": None}],
        "Firm": [{"id": 1, "name": "Acme"}],
        "Room": [{"firm_id": 1, "number": 5, "title": "attic"}],
        "Locker": [{"firm_id": 1, "number": 7, "title": "red"}],
        "Lease": [{"id": 1, "room_firm_id": 1, "room_number": 5, "locker_number": 7, "tenant_id": 1}],
    }
    one = open_client(building, rows, new_url(database_kind), run)
    yield one
    run(one.application.close())


def test_a_column_that_two_foreign_keys_share_shows_one_of_them_only(house: Client) -> None:
    assert house.get("/api/leases").text == '[{"id":1,"room_firm_id":1,"room_number":5}]'
    assert house.get("/api/leases?select=room(title)").text == '[{"room":{"title":"attic"}}]'
    for target in ("leases?select=locker_number", "leases?select=locker(title)", "lockers?select=leases(id)",
                   "leases?locker_number=eq.7", "leases?select=id,locker!inner()"):  # fmt: skip
        assert house.get(f"/api/{target}").status == 403, target
    assert house.get("/api/leases?select=locker(title)", ADA).text == '[{"locker":{"title":"red"}}]'
