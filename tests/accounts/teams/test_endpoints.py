"""`/auth/teams`: who makes teams, who comes in and goes, and that one owner stays."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from backsmith.accounts.endpoint import Call
from backsmith.accounts.invitations import accept
from backsmith.accounts.sessions import Client
from backsmith.errors import SPENT, RequestError
from tests.accounts.application import Answer, Served, serve
from tests.accounts.people import Known, Mail, mails, sign_in, trail

MODEL = """
    from typing import Annotated, Literal
    from annotated_types import MaxLen
    from backsmith import Account, Team, TeamEntity, allow

    class Club(Team):
        \"\"\"A team with something of the application's own.\"\"\"
        motto: Annotated[str, MaxLen(20)] | None
        plan: Literal["free", "paid"] = "free"

        @allow("create", fields=["name", "motto"])
        def by_anyone(self, user: Account) -> bool:
            return True

        @allow("delete")
        def by_owners(self, user: Account) -> bool:
            return self.has(user, "owner")

    class Project(TeamEntity, log=True):
        name: str

        @allow("read", "create")
        def everyone(self) -> bool:
            return True
"""
PARALLEL = 60
"""Of the same invitation over HTTP."""


@pytest.fixture(scope="module")
def served(
    database_kind: str, new_url: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory, run: Any
) -> Iterator[Served]:
    one = run(serve(MODEL, new_url(database_kind), tmp_path_factory.mktemp("club")))
    yield one
    run(one.application.close())


class Team:
    """A team with an owner, an admin and a member, and somebody outside."""

    def __init__(self, served: Served, run: Any, number: int) -> None:
        def person(name: str) -> Known:
            return run(sign_in(served, f"{name}{number}@example.org"))

        self._run = run
        self.served = served
        self.address = f"10.0.{number}.1"  # limits count by address
        self.mails = mails(served)
        self.owner, self.admin, self.member, self.outsider = map(person, ("ow", "ad", "me", "out"))
        made = self.ask(self.owner, "POST", "/auth/teams", {"name": f"Club {number}"})
        assert made.status == 201, made.text
        self.id = made.json["id"]
        for who, role in ((self.admin, "admin"), (self.member, "member")):
            self.join(who, role)

    def ask(self, who: Known, method: str, target: str, body: Any = None) -> Answer:
        return self._run(who.ask(method, target, body, address=self.address))

    def invite(self, by: Known, email: str, role: str = "member") -> Answer:
        return self.ask(by, "POST", f"/auth/teams/{self.id}/invitations", {"email": email, "role": role})

    def last(self) -> Mail:
        return self.mails[-1]

    def join(self, who: Known, role: str) -> None:
        assert self.invite(self.owner, who.email, role).status == 201
        accepted = self.ask(who, "POST", "/auth/invitations/accept", {"token": self.last().token})
        assert (accepted.status, accepted.json) == (200, {"team": self.id}), accepted.text

    def roles(self) -> dict[str, str]:
        rows = self.ask(self.owner, "GET", f"/api/memberships?team_id=eq.{self.id}&select=account_id,role").json
        names = {each.key: each.email[:2] for each in (self.owner, self.admin, self.member, self.outsider)}
        return {names[row["account_id"]]: row["role"] for row in rows}

    def put(self, by: Known, whom: Known, role: str) -> Answer:
        return self.ask(by, "PATCH", f"/auth/teams/{self.id}/members/{whom.key}", {"role": role})

    def remove(self, by: Known, whom: Known) -> Answer:
        return self.ask(by, "DELETE", f"/auth/teams/{self.id}/members/{whom.key}")


_numbers = iter(range(10_000))


@pytest.fixture
def team(served: Served, run: Any) -> Team:
    return Team(served, run, next(_numbers))


def said(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["message"]


# Making and seeing ----------------------------------------------------------------------------------------------------


def test_who_makes_a_team_owns_it(team: Team) -> None:
    assert team.roles() == {"ow": "owner", "ad": "admin", "me": "member"}
    name = team.ask(team.owner, "GET", f"/api/clubs/{team.id}?select=name").json["name"]
    assert team.ask(team.member, "GET", "/auth/teams").json == {
        "teams": [{"id": team.id, "name": name, "role": "member"}]
    }
    assert team.ask(team.outsider, "GET", "/auth/teams").json == {"teams": []}


def test_further_fields_are_those_that_a_rule_lets_people_set(team: Team) -> None:
    made = team.ask(team.outsider, "POST", "/auth/teams", {"name": "X", "fields": {"motto": "go"}})
    shown = team.ask(team.outsider, "GET", f"/api/clubs/{made.json['id']}?select=motto,memberships(role)")
    assert (made.status, shown.json) == (201, {"motto": "go", "memberships": [{"role": "owner"}]})
    cheated = team.ask(team.outsider, "POST", "/auth/teams", {"name": "X", "fields": {"plan": "paid"}})
    assert cheated.status == 403
    assert team.ask(team.outsider, "POST", "/auth/teams", {"name": "X", "plan": "paid"}).status == 422


def test_who_makes_a_team_by_the_collection_owns_it_too(team: Team) -> None:
    made = team.ask(team.outsider, "POST", "/api/clubs?select=id", {"name": "Y"})
    assert made.status == 201
    assert [each["role"] for each in team.ask(team.outsider, "GET", "/auth/teams").json["teams"]] == ["owner"]


def test_nobody_makes_teams_without_signing_in(served: Served, run: Any) -> None:
    assert run(served.ask("POST", "/auth/teams", {"name": "X"})).status == 401


# Inviting -------------------------------------------------------------------------------------------------------------


def test_an_invitation_is_a_mail_and_a_line_in_the_list(team: Team) -> None:
    made = team.invite(team.admin, "New.One@Example.org", "admin")
    shown = {"id": made.json["id"], "email": "new.one@example.org", "role": "admin"}
    assert (made.status, {name: made.json[name] for name in shown}) == (201, shown)
    assert (team.last().template, team.last().to) == ("team-invitation", "new.one@example.org")
    assert team.last().values["link"].startswith("http://localhost:8000/auth/invitation#")
    listed = team.ask(team.owner, "GET", f"/auth/teams/{team.id}/invitations").json["invitations"]
    assert [{name: each[name] for name in shown} for each in listed] == [shown]
    assert team.last().token not in made.text


def test_an_invitation_says_nothing_about_accounts(team: Team) -> None:
    known, unknown = (team.invite(team.owner, email) for email in (team.outsider.email, f"x{team.outsider.email}"))
    assert known.status == unknown.status == 201
    assert known.json.keys() == unknown.json.keys()


def test_members_and_outsiders_dont_invite(team: Team) -> None:
    assert said(team.invite(team.member, "x@example.org")) == (403, "Only owners and admins of a team may do that")
    assert said(team.invite(team.outsider, "x@example.org")) == (404, f"There is no team {team.id} that you are in")
    assert said(team.invite(team.admin, "x@example.org", "owner")) == (403, "Only owners of a team decide about owners")
    assert team.ask(team.member, "GET", f"/auth/teams/{team.id}/invitations").status == 403
    assert team.ask(team.outsider, "GET", f"/auth/teams/{team.id}/invitations").status == 404
    assert said(team.invite(team.owner, "x@example.org", "boss")) == (422, "There is no role 'boss' in teams")


@pytest.mark.parametrize("email", ["nobody", "a@b@c", "x@example.org\r\nBcc: y@example.org", "<x@example.org>", ""])
def test_what_is_no_address_is_refused(team: Team, email: str) -> None:
    assert team.invite(team.owner, email).status == 422


def test_an_invitation_is_for_who_gets_the_mail(team: Team, run: Any) -> None:
    team.invite(team.owner, team.outsider.email)
    token = team.last().token
    other = team.ask(team.member, "POST", "/auth/invitations/accept", {"token": token})
    assert said(other) == (403, "The invitation is for another e-mail address, or yours isn't verified")
    unverified = run(sign_in(team.served, team.outsider.email, verified=False))
    assert team.ask(unverified, "POST", "/auth/invitations/accept", {"token": token}).status == 403
    assert run(team.served.ask("POST", "/auth/invitations/accept", {"token": token})).status == 401
    run(sign_in(team.served, team.outsider.email))
    assert team.ask(team.outsider, "POST", "/auth/invitations/accept", {"token": token}).status == 200
    assert team.roles()["ou"] == "member"


def test_an_invitation_is_good_once(team: Team, run: Any) -> None:
    team.invite(team.owner, team.outsider.email)
    body = {"token": team.last().token}

    async def at_once() -> list[Answer]:
        asked = (team.outsider.ask("POST", "/auth/invitations/accept", body) for _ in range(PARALLEL))
        return await asyncio.gather(*asked)

    statuses = [answer.status for answer in run(at_once())]
    assert statuses.count(200) == 1, statuses
    assert set(statuses) <= {200, 400, 429}
    assert team.roles()["ou"] == "member"


def test_of_a_thousand_at_once_one_accepts(team: Team, run: Any) -> None:
    """Past the limits of attempts, which let a few dozen requests of an address through."""
    team.invite(team.owner, team.outsider.email)
    token, accounts = team.last().token, team.served.application.accounts
    assert accounts is not None
    services, turn = accounts.services, asyncio.Semaphore(200)
    call = cast("Call", SimpleNamespace(services=services, client=Client("", ""), request_id="many"))

    async def one() -> bool:
        async with turn:
            try:
                await services.database.transact(lambda tx: accept(call, tx, token, team.outsider.key), retry=True)
            except RequestError as error:
                assert error.kind is SPENT
                return False
            return True

    async def at_once() -> int:
        return sum(await asyncio.gather(*(one() for _ in range(1000))))

    assert run(at_once()) == 1
    assert team.roles()["ou"] == "member"


def test_an_invitation_that_was_taken_back_is_spent(team: Team) -> None:
    id, token = team.invite(team.owner, team.outsider.email).json["id"], team.last().token
    assert team.ask(team.outsider, "DELETE", f"/auth/teams/{team.id}/invitations/{id}").status == 404
    assert team.ask(team.admin, "DELETE", f"/auth/teams/{team.id}/invitations/{id}").status == 204
    spent = team.ask(team.outsider, "POST", "/auth/invitations/accept", {"token": token})
    assert said(spent) == (400, "This code or link isn't good (any more).")


def test_a_new_invitation_takes_the_place_of_the_one_before(team: Team) -> None:
    team.invite(team.owner, team.outsider.email, "admin")
    before = team.last().token
    team.invite(team.owner, team.outsider.email, "member")
    assert team.ask(team.outsider, "POST", "/auth/invitations/accept", {"token": before}).status == 400
    assert len(team.ask(team.owner, "GET", f"/auth/teams/{team.id}/invitations").json["invitations"]) == 1


def test_an_invitation_of_seven_days_ago_is_spent(team: Team, monkeypatch: pytest.MonkeyPatch) -> None:
    team.invite(team.owner, team.outsider.email)
    services = team.served.application.accounts.services  # type: ignore[union-attr]
    later = services._replace(clock=lambda: services.clock() + timedelta(days=7, seconds=1))
    endpoints = team.served.application.accounts.endpoints  # type: ignore[union-attr]
    monkeypatch.setattr(endpoints, "_services", later)
    spent = team.ask(team.outsider, "POST", "/auth/invitations/accept", {"token": team.last().token})
    assert spent.status == 400


def test_who_has_no_account_signs_up_by_the_invitation(team: Team, run: Any) -> None:
    email = f"new{team.id}@example.org"
    team.invite(team.owner, email, "admin")
    body = {"email": email, "password": "wax tulip seven harbour", "invitation": team.last().token}
    stolen = run(team.served.ask("POST", "/auth/sign-up", {**body, "email": "x@example.org"}, address=team.address))
    assert said(stolen) == (422, "The invitation is for another e-mail address")
    made = run(team.served.ask("POST", "/auth/sign-up", body, address=team.address))
    assert made.status == 200, made.text
    teams = run(team.served.ask("GET", "/auth/teams", authorization=f"Bearer {made.json['access_token']}")).json
    assert [(each["id"], each["role"]) for each in teams["teams"]] == [(team.id, "admin")]
    again = run(team.served.ask("POST", "/auth/sign-up", {**body, "email": f"y{email}"}, address=team.address))
    assert again.status == 400


def test_invitations_of_who_may_not_invite_any_more_are_spent(team: Team) -> None:
    team.invite(team.admin, team.outsider.email)
    token = team.last().token
    assert team.remove(team.owner, team.admin).status == 204
    assert team.ask(team.outsider, "POST", "/auth/invitations/accept", {"token": token}).status == 400


def test_a_token_of_another_kind_is_none(team: Team, run: Any) -> None:
    for token in ("", ".", "x.y", "x" * 200, team.outsider.token[:200]):
        assert team.ask(team.outsider, "POST", "/auth/invitations/accept", {"token": token}).status == 400


# Coming and going -----------------------------------------------------------------------------------------------------


def test_members_leave(team: Team) -> None:
    assert team.ask(team.member, "POST", f"/auth/teams/{team.id}/leave").status == 204
    assert team.roles() == {"ow": "owner", "ad": "admin"}
    assert team.ask(team.member, "GET", f"/api/clubs/{team.id}").status == 404


def test_admins_remove_members_and_not_owners(team: Team) -> None:
    assert said(team.remove(team.member, team.admin)) == (403, "Only owners and admins of a team may do that")
    assert said(team.remove(team.admin, team.owner)) == (403, "Only owners of a team decide about owners")
    assert team.remove(team.outsider, team.member).status == 404
    assert said(team.remove(team.owner, team.outsider)) == (404, "The team has no such member")
    assert team.remove(team.admin, team.member).status == 204
    assert team.roles() == {"ow": "owner", "ad": "admin"}


def test_only_owners_make_owners(team: Team) -> None:
    assert team.put(team.admin, team.member, "owner").status == 403
    assert team.put(team.admin, team.admin, "owner").status == 403
    assert team.put(team.admin, team.owner, "member").status == 403
    assert team.put(team.member, team.member, "admin").status == 403
    assert team.put(team.admin, team.member, "admin").status == 204
    assert team.put(team.owner, team.admin, "owner").status == 204
    assert team.roles() == {"ow": "owner", "ad": "owner", "me": "admin"}


def test_the_last_owner_stays(team: Team) -> None:
    message = "A team needs an owner, and this is its last."
    assert said(team.ask(team.owner, "POST", f"/auth/teams/{team.id}/leave")) == (409, message)
    assert said(team.remove(team.owner, team.owner)) == (409, message)
    assert said(team.put(team.owner, team.owner, "member")) == (409, message)
    assert team.roles()["ow"] == "owner"


def test_a_team_is_handed_over(team: Team) -> None:
    assert team.ask(team.admin, "POST", f"/auth/teams/{team.id}/owner", {"account": team.admin.key}).status == 403
    assert team.ask(team.owner, "POST", f"/auth/teams/{team.id}/owner", {"account": team.outsider.key}).status == 404
    assert team.ask(team.owner, "POST", f"/auth/teams/{team.id}/owner", {"account": team.member.key}).status == 204
    assert team.roles() == {"ow": "admin", "ad": "admin", "me": "owner"}


def test_a_team_goes_with_its_memberships_where_the_application_lets_it(team: Team) -> None:
    assert team.ask(team.admin, "DELETE", f"/api/clubs/{team.id}").status == 403
    assert team.ask(team.owner, "DELETE", f"/api/clubs/{team.id}").status == 204
    assert team.ask(team.owner, "GET", "/auth/teams").json == {"teams": []}


def test_the_only_owner_of_others_is_not_erased_and_the_others_are(team: Team) -> None:
    refused = team.ask(team.owner, "DELETE", "/auth/me")
    assert said(refused) == (409, f"The account is the only owner of team {team.id}, which others are in.")
    gone = team.ask(team.member, "DELETE", "/auth/me")
    assert (gone.status, gone.json) == (200, {"account": "deleted"})
    rows = team.ask(team.admin, "GET", f"/api/memberships?team_id=eq.{team.id}&select=role&order=role").json
    assert rows == [{"role": "admin"}, {"role": "owner"}]


def test_of_two_owners_who_leave_at_once_one_stays(team: Team, run: Any) -> None:
    team.put(team.owner, team.admin, "owner")

    async def at_once() -> list[int]:
        leaving = (who.ask("POST", f"/auth/teams/{team.id}/leave") for who in (team.owner, team.admin))
        return [answer.status for answer in await asyncio.gather(*leaving)]

    assert sorted(run(at_once())) == [204, 409]


def test_the_last_owner_stays_whoever_writes(team: Team, run: Any) -> None:
    """The application's own code, without rules."""
    teams = team.served.application.teams
    assert teams is not None

    async def take_out(transaction: Any) -> None:
        from backsmith.blueprint.asker import NOBODY  # noqa: PLC0415

        await teams.remove(transaction, NOBODY, team.id, team.owner.key, "")

    with pytest.raises(Exception, match="A team needs an owner"):
        run(team.served.application.database.transact(take_out))
    assert team.roles()["ow"] == "owner"


def test_an_api_key_or_a_session_that_ended_does_none_of_it(team: Team, run: Any) -> None:
    assert run(team.owner.ask("POST", "/auth/sign-out")).status in (200, 204)
    assert team.invite(team.owner, "x@example.org").status == 401


def test_it_stands_in_the_trail(team: Team, run: Any) -> None:
    team.put(team.owner, team.member, "admin")
    team.remove(team.owner, team.member)
    found = [
        (each["event"], each["account"], each["actor"])
        for each in run(trail(team.served, "team.created", "team.joined", "team.role", "team.removed"))
        if f'"team":{team.id}' in each["details"].replace(" ", "")
    ]
    owner, admin, member = (str(each.key) for each in (team.owner, team.admin, team.member))
    assert found == [
        ("team.created", owner, owner),
        ("team.joined", admin, owner),
        ("team.joined", member, owner),
        ("team.role", member, owner),
        ("team.removed", member, owner),
    ]
