"""The example `tracker`, from the first sign-up to a team at work: over HTTP, by sessions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.accounts.application import Answer, Served, serve
from tests.accounts.people import Known, mails, sign_in

MODEL = Path("examples/tracker/tracker.py")


@pytest.fixture(scope="module")
def served(
    database_kind: str, new_url: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory, run: Any
) -> Iterator[Served]:
    one = run(serve(MODEL.read_text(), new_url(database_kind), tmp_path_factory.mktemp("tracker")))
    yield one
    run(one.application.close())


def test_a_team_at_work(served: Served, run: Any) -> None:
    sent = mails(served)
    ada, bo, cy = (run(sign_in(served, f"{name}@example.org")) for name in ("ada", "bo", "cy"))

    def ask(who: Known, method: str, target: str, body: Any = None) -> Answer:
        return run(who.ask(method, target, body, prefer="return=representation"))

    team = ask(ada, "POST", "/auth/teams", {"name": "Gardeners"}).json["id"]
    assert ask(ada, "POST", f"/auth/teams/{team}/invitations", {"email": bo.email}).status == 201
    assert ask(bo, "POST", "/auth/invitations/accept", {"token": sent[-1].token}).json == {"team": team}

    assert ask(bo, "POST", "/api/projects", {"team": team, "name": "Garden"}).status == 403, "admins say what is done"
    garden = ask(
        ada,
        "POST",
        "/api/projects?select=id,name,left,tasks(title)",
        {"team": team, "name": "Garden", "tasks": [{"team": team, "title": "Dig"}, {"team": team, "title": "Sow"}]},
    )
    assert (garden.status, garden.json[0]["left"]) == (201, 2), garden.text
    tasks = ask(bo, "GET", "/api/tasks?select=id,title&order=title").json
    taken = ask(bo, "POST", f"/api/tasks/{tasks[0]['id']}/take")
    assert (taken.json["assignee_id"], taken.json["status"]) == (bo.key, "doing")
    assert ask(ada, "PATCH", f"/api/tasks/{tasks[0]['id']}", {"status": "done", "hours": 3}).status == 200
    assert ask(bo, "GET", "/api/rpc/hours_by_project").json == {"Garden": 3}

    for target in ("/api/projects", "/api/tasks", "/api/organisations", "/api/memberships", "/api/labels"):
        assert ask(cy, "GET", target).json == [], target
    assert ask(cy, "GET", f"/api/projects/{garden.json[0]['id']}").status == 404
    assert ask(cy, "GET", "/api/rpc/hours_by_project").json == {}

    assert ask(bo, "POST", f"/auth/teams/{team}/leave").status == 204
    assert ask(bo, "GET", "/api/tasks").json == []
