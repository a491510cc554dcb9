"""What belongs to a team is kept within it, whatever the rules of the application say: the tracker."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backsmith.blueprint.asker import NOBODY, Asker
from examples.tracker import tracker
from tests.accounts.teams.rows import ADA, BO, CY, LINKS, OURS, ROWS, THEIRS, joins
from tests.adversary.conftest import open_client
from tests.engine.client import Answer, Client
from tests.writes.rows import begin_anew

ada, bo, cy = Asker(ADA), Asker(BO), Asker(CY)
STAFF = Asker(BO, frozenset({"staff", "admin", "billing", "analyst"}))


@pytest.fixture(scope="module")
def opened(database_kind: str, new_url: Callable[[str], str], run: Any) -> Iterator[Client]:
    client = open_client(tracker, {}, new_url(database_kind), run)
    yield client
    run(client.application.close())


@pytest.fixture
def client(opened: Client, run: Any) -> Client:
    async def begin() -> None:
        application = opened.application
        await begin_anew(application.database, application.blueprint, ROWS)
        for statement in joins(LINKS):
            await application.database.execute(statement)

    run(begin())
    return opened


def send(client: Client, method: str, target: str, body: Any, asker: Asker) -> Answer:
    headers = {"content_type": "application/json", "prefer": "return=representation"}
    return client.get(target, asker, method, json.dumps(body).encode(), **headers)


def names(answer: Answer, name: str = "name") -> list[str]:
    return [row[name] for row in answer.json]


def test_a_rule_for_everyone_means_everyone_of_the_team(client: Client) -> None:
    assert names(client.get("/api/projects?order=id", ada)) == ["Garden", "Attic"]
    assert names(client.get("/api/projects?order=id", cy)) == ["Secret", "Plot"]
    assert client.get("/api/projects", NOBODY).status == 401
    assert client.get("/api/projects/3", ada).status == 404
    assert client.get("/api/projects?select=count()", ada).json == [{"count": 2}]


def test_a_rule_for_a_role_means_those_of_the_team_who_have_it(client: Client) -> None:
    assert names(client.get("/api/projects?order=id", STAFF)) == ["Garden", "Attic"]


def test_a_rule_across_teams_is_said_to_be_one(client: Client) -> None:
    assert client.get("/api/tasks?select=id,hours&order=id", STAFF).json == [
        {"id": 1, "hours": 3},
        {"id": 2, "hours": 2},
        {"id": 3, "hours": 9},
        {"id": 4, "hours": 7},
        {"id": 5, "hours": 40},
    ]
    assert client.get("/api/tasks?select=title&id=eq.4", STAFF).json == [{"title": None}]


def test_members_see_their_team_and_who_is_in_it(client: Client) -> None:
    assert client.get("/api/organisations?select=name,memberships(account_id,role)", bo).json == [
        {"name": "Ours", "memberships": [{"account_id": 1, "role": "owner"}, {"account_id": 2, "role": "member"}]}
    ]
    assert client.get("/api/memberships?select=account_id&order=id", bo).json == [{"account_id": 1}, {"account_id": 2}]


def test_teams_and_memberships_are_not_made_by_the_collections(client: Client) -> None:
    assert send(client, "POST", "/api/organisations", {"name": "Mine"}, ada).status == 403
    assert send(client, "POST", "/api/memberships", {"team": THEIRS, "account": ADA}, ada).status == 403
    assert send(client, "PATCH", "/api/memberships/2", {"role": "owner"}, ada).status == 403
    assert client.get("/api/memberships/2", ada, "DELETE").status == 403


def test_owners_and_admins_name_their_team(client: Client) -> None:
    assert send(client, "PATCH", f"/api/organisations/{OURS}", {"name": "Us"}, ada).status == 200
    assert send(client, "PATCH", f"/api/organisations/{OURS}", {"name": "Us"}, bo).status == 403
    assert send(client, "PATCH", f"/api/organisations/{OURS}", {"plan": "paid"}, ada).status == 403
    assert send(client, "PATCH", f"/api/organisations/{THEIRS}", {"name": "Us"}, ada).status == 404


def test_new_rows_are_of_a_team_of_ones_own(client: Client) -> None:
    assert send(client, "POST", "/api/labels", {"team": OURS, "name": "new"}, bo).status == 201
    assert send(client, "POST", "/api/labels", {"team": THEIRS, "name": "new"}, bo).status == 403
    assert send(client, "POST", "/api/labels", {"team": 77, "name": "new"}, bo).status == 403
    missing = send(client, "POST", "/api/labels", {"name": "new"}, bo)
    assert (missing.status, missing.json["errors"][0]["pointer"]) == (422, "/team_id")


def test_two_teams_have_the_same_names(client: Client) -> None:
    assert send(client, "POST", "/api/labels", {"team": OURS, "name": "dirty"}, bo).status == 201
    assert send(client, "POST", "/api/labels", {"team": OURS, "name": "urgent"}, bo).status == 409


def test_rows_do_not_change_to_a_team_of_others(client: Client) -> None:
    assert send(client, "PATCH", "/api/labels/1", {"team": THEIRS}, ada).status == 403
    assert send(client, "PATCH", "/api/labels?name=eq.urgent", {"team": THEIRS}, ada).status == 403
    assert send(client, "PATCH", "/api/labels/2", {"team": OURS}, ada).status == 404


def test_who_is_in_both_keeps_them_apart(client: Client, run: Any) -> None:
    run(
        client.application.database.execute(
            "INSERT INTO memberships (team_id, account_id, role) VALUES (2, 1, 'owner')"
        )
    )
    refused = send(client, "POST", "/api/tasks", {"team": OURS, "project": 3, "title": "x"}, ada)
    assert (refused.status, refused.json["message"]) == (422, "project has to be of the same team")
    assert send(client, "PATCH", "/api/tasks/1", {"project": 3}, ada).json["message"] == refused.json["message"]
    assert (
        send(client, "PATCH", "/api/tasks/1", {"parent": 4}, ada).json["message"] == "parent has to be of the same team"
    )
    assert send(client, "PATCH", "/api/tasks/1", {"project": 3, "team": THEIRS}, ada).status == 422, "it has a comment"
    left = send(client, "PATCH", "/api/projects/1", {"team": THEIRS, "name": "Moved"}, ada)
    assert (left.status, left.json["message"]) == (422, "tasks has to be of the same team")
    assert send(client, "PATCH", "/api/projects?id=in.(1)", {"team": THEIRS, "name": "Moved"}, ada).status == 422
    linked = send(client, "PATCH", "/api/tasks/2", {"labels": [{"id": 3}]}, ada)
    assert (linked.status, linked.json["message"]) == (422, "labels has to be of the same team")
    assert send(client, "PATCH", "/api/labels/3", {"tasks": [{"id": 2}]}, ada).status == 422, "from the other end too"
    assert client.get("/api/tasks/2?select=labels(name)", ada).json == {"labels": []}


def test_what_nothing_hangs_on_moves(client: Client, run: Any) -> None:
    run(
        client.application.database.execute(
            "INSERT INTO memberships (team_id, account_id, role) VALUES (2, 1, 'owner')"
        )
    )
    assert send(client, "POST", "/api/projects", {"team": OURS, "name": "Loose"}, ada).status == 201
    assert send(client, "PATCH", "/api/projects?name=eq.Loose", {"team": THEIRS}, ada).status == 200
    assert names(client.get("/api/projects?order=id", cy)) == ["Secret", "Plot", "Loose"]


def test_an_action_is_for_the_team(client: Client) -> None:
    assert send(client, "POST", "/api/tasks/1/take", {}, bo).status == 200
    assert send(client, "POST", "/api/tasks/4/take", {}, bo).status == 404


def test_a_check_asks_who_is_a_member(client: Client) -> None:
    assert send(client, "PATCH", "/api/tasks/1", {"assignee": BO}, ada).json["assignee_id"] == BO
    unseen = send(client, "PATCH", "/api/tasks/1", {"assignee": CY}, ada)
    assert (unseen.status, unseen.json["message"]) == (409, "assignee_id leads to no row of users")


def test_who_is_in_a_team_together_sees_names(client: Client) -> None:
    assert names(client.get("/api/users?order=id", bo)) == ["ada", "bo"]
    assert client.get("/api/users?select=email&id=eq.1", bo).json == [{"email": None}]
