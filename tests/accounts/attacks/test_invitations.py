"""An invitation is as good as who invited, when it is accepted."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

from backsmith.databases.transaction import Transaction
from tests.accounts.application import Answer, Served
from tests.accounts.people import Known, sign_in, write_email
from tests.accounts.signing.post import Post

Someone = Callable[[], Post]
_numbers = count(1)


async def someone(club: Served, *roles: str) -> Known:
    return await sign_in(club, f"inviter{next(_numbers)}@shop.example", roles=roles)


async def invited_by_an_administrator(club: Served, guest: Post, administrator: Known) -> str:
    body = {"email": guest.email, "roles": ["admin"]}
    assert (await administrator.ask("POST", "/auth/admin/invitations", body)).status == 201
    return guest.last("invitation").token


async def refused(club: Served, guest: Post, token: str) -> Answer:
    """What becomes of the invitation; nothing is left of the sign-up."""
    answer = await guest.ask("POST", "sign-up", {"email": guest.email, "invitation": token})
    services = guest.services
    made = await services.database.transact(lambda transaction: services.people.by_email(transaction, guest.email))
    assert made is None
    return answer


async def test_by_an_administrator_who_was_disabled_since(club: Served, post: Someone) -> None:
    chief, rogue, guest = await someone(club, "admin"), await someone(club, "admin"), post()
    token = await invited_by_an_administrator(club, guest, rogue)
    assert (await chief.ask("POST", f"/auth/admin/accounts/{rogue.key}/disable")).status == 204
    assert (await refused(club, guest, token)).status == 400


async def test_by_an_administrator_whose_role_went_by_whatever_way(club: Served, post: Someone) -> None:
    rogue, guest = await someone(club, "admin"), post()
    token = await invited_by_an_administrator(club, guest, rogue)
    services = guest.services
    account = services.people.text(rogue.key)
    await services.database.transact(lambda transaction: services.tables.roles.delete(transaction, account=account))
    assert (await refused(club, guest, token)).status == 400


async def test_by_who_left_the_team_by_the_applications_own_rules(club: Served, post: Someone) -> None:
    owner, rogue, guest = await someone(club), await someone(club), post()
    team = (await owner.ask("POST", "/auth/teams", {"name": "Crew"})).json["id"]
    await owner.ask("POST", f"/auth/teams/{team}/invitations", {"email": rogue.email, "role": "admin"})
    token = guest.last("team-invitation", rogue.email).token
    assert (await rogue.ask("POST", "/auth/invitations/accept", {"token": token})).status == 200
    await rogue.ask("POST", f"/auth/teams/{team}/invitations", {"email": guest.email, "role": "admin"})
    token = guest.last("team-invitation").token

    (mine,) = (await rogue.ask("GET", f"/api/members?account_id=eq.{rogue.key}")).json
    assert (await rogue.ask("DELETE", f"/api/members/{mine['id']}")).status == 204
    assert (await refused(club, guest, token)).status == 400


async def test_to_a_team_that_is_gone_and_whose_key_another_one_has(club: Served, post: Someone) -> None:
    owner, another, guest = await someone(club), await someone(club), post()
    team = (await owner.ask("POST", "/auth/teams", {"name": "Crew"})).json["id"]
    await owner.ask("POST", f"/auth/teams/{team}/invitations", {"email": guest.email, "role": "owner"})
    token = guest.last("team-invitation").token
    assert (await owner.ask("DELETE", f"/api/crews/{team}")).status == 204
    await another.ask("POST", "/auth/teams", {"name": "Others"})  # on SQLite it gets the key
    assert (await refused(club, guest, token)).status == 400


async def test_with_an_address_that_is_anothers_by_then(club: Served, post: Someone) -> None:
    """The application writes the invited address into the row of somebody else's account."""
    owner, guest, thief = await someone(club), post(), post()
    team = (await owner.ask("POST", "/auth/teams", {"name": "Crew"})).json["id"]
    await owner.ask("POST", f"/auth/teams/{team}/invitations", {"email": guest.email})
    token = guest.last("team-invitation").token
    await thief.sign_up()
    key = (await thief.ask("GET", "me")).json["id"]
    await write_email(club, key, guest.email)
    assert (await thief.ask("POST", "invitations/accept", {"token": token})).status == 403


async def test_a_program_with_the_role_administers_nobody_so_that_the_last_person_stays(club: Served) -> None:
    chief = await someone(club, "admin")
    assert club.application.accounts is not None
    services = club.application.accounts.services
    await chief.ask("POST", "/auth/admin/service-accounts", {"name": "reporting", "roles": ["admin"]})

    async def others(transaction: Transaction) -> None:
        for row in await services.tables.roles.find(transaction, role="admin"):
            state = await services.tables.states.one(transaction, account=row["account"])
            if row["account"] != services.people.text(chief.key) and (state is None or state["kind"] == "person"):
                await services.tables.roles.delete(transaction, account=row["account"])

    await services.database.transact(others)
    assert (await chief.ask("POST", f"/auth/admin/accounts/{chief.key}/disable")).status == 409
    assert (await chief.ask("DELETE", f"/auth/admin/accounts/{chief.key}/roles/admin")).status == 409
