"""`team.has(…)` means the same as Python and as SQL: of random teams, accounts and roles, asked of both."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import product
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from backsmith import Account, Entity, Membership, Team, TeamEntity, allow
from backsmith.app import asgi
from backsmith.blueprint.asker import Asker
from tests.engine.client import Client
from tests.engine.rows import fill

ROLES: tuple[Any, ...] = ("owner", "admin", "member")


class Thing(TeamEntity):
    """Each rule lets one see one field."""

    any_role: int = 1
    one_role: int = 1
    two_roles: int = 1
    not_one: int = 1
    lead: Account

    @allow("read", fields=["any_role"])
    def by_any(self, user: Account) -> bool:
        return self.team.has(user)

    @allow("read", fields=["one_role"])
    def by_one(self, user: Account) -> bool:
        return self.team.has(user, "admin")

    @allow("read", fields=["two_roles"])
    def by_two(self, user: Account) -> bool:
        return self.team.has(user, "owner", "admin")

    @allow("read", fields=["not_one"])
    def by_not(self, user: Account) -> bool:
        return not self.team.has(user, "member") and self.team.has(self.lead)


RULES = {"any_role": "by_any", "one_role": "by_one", "two_roles": "by_two", "not_one": "by_not"}


def test_both_mean_the_same(new_url: Callable[[str], str], database_kind: str, run: Any, tmp_path: Path) -> None:
    drawn = random.Random(7)
    teams, accounts = range(1, 7), range(1, 6)
    members = [
        {"id": number, "team_id": team, "account_id": account, "role": drawn.choice(ROLES)}
        for number, (team, account) in enumerate(product(teams, accounts), 1)
        if drawn.random() < 0.6
    ]
    things = [{"id": team, "team_id": team, "lead_id": drawn.choice(accounts)} for team in teams]
    model = ModuleType("things")
    model.__dict__.update(Thing=Thing, __file__=str(tmp_path / "things.py"))
    application = asgi(model, database=new_url(database_kind), access_log=False)

    async def begin() -> None:
        await application.start()
        rows: dict[str, Any] = {
            "Account": [{"id": each, "email": None, "name": None} for each in accounts],
            "Team": [{"id": each, "name": "x"} for each in teams],
            "Membership": members,
            "Thing": things,
        }
        await fill(application.database, application.blueprint, rows)

    run(begin())
    client = Client(application, run)
    try:
        for asker in accounts:
            shown = {row["id"]: row for row in client.get("/api/things", Asker(asker)).json}
            for row in things:
                team = Team(id=row["team_id"], name="x", memberships=[])
                team.memberships = [
                    Membership(team=team, account=Account(id=each["account_id"]), role=each["role"])
                    for each in members
                    if each["team_id"] == row["team_id"]
                ]
                thing: Entity = Thing(id=row["id"], team=team, lead=Account(id=row["lead_id"]))
                user = Account(id=asker)
                within = team.has(user)  # what the compiler adds; the functions know nothing of it
                for field, rule in RULES.items():
                    expected = within and getattr(thing, rule)(user)
                    assert (shown.get(row["id"], {}).get(field) is not None) is expected, (asker, row, field)
    finally:
        run(application.close())


def test_it_is_ordinary_python() -> None:
    ada, bo = Account(id=1), Account(id=2)
    team = Team(name="Ours", memberships=[])
    team.memberships = [Membership(team=team, account=ada, role="owner")]
    assert (team.has(ada), team.has(bo), team.has(None)) == (True, False, False)
    assert (team.has(ada, "owner"), team.has(ada, "admin", "member")) == (True, False)
    thing = Thing(team=team, lead=ada)
    assert thing.by_any(ada)
    with pytest.raises(TypeError):
        Team(nam="x")
