"""Somebody has a session of another's account, or an account with another's address. They don't keep it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from backsmith.accounts.administration import reset_link
from backsmith.databases.transaction import Transaction
from tests.accounts.application import Answer, Served
from tests.accounts.people import write_email as write_row
from tests.accounts.signing.post import PASSWORD, Post

Someone = Callable[[], Post]
ANOTHER = "another horse battery"


async def change_email(thief: Post, email: str) -> None:
    begun = await thief.ask("POST", "email", {"email": email})
    code = thief.last("email", email).values["code"]
    done = await thief.ask("POST", "email/confirm", {"flow": begun.json["flow"], "code": code})
    assert (begun.status, done.status) == (202, 204)


async def write_email(who: Post, email: str) -> None:
    """Change the row by the application's own code, without any mail."""
    await write_row(who.shop, (await who.ask("GET", "me")).json["id"], email)


async def undo(post: Someone, token: str) -> Answer:
    return await post().ask("POST", "email/undo", {"token": token})


async def test_a_second_change_of_the_address_doesnt_spend_the_link_of_the_first(post: Someone) -> None:
    owner = post()
    await owner.sign_up()
    await change_email(owner, f"thief1{owner.email}")
    link = owner.last("email.changed").token
    await change_email(owner, f"thief2{owner.email}")

    assert (await undo(post, link)).status == 200
    assert (await owner.ask("GET", "me")).status == 401
    asked = await post().ask("POST", "code", {"email": owner.email})
    assert (asked.status, owner.mails()[-1].template) == (202, "code")


async def test_the_thief_cannot_spend_the_owners_link_by_one_of_their_own(post: Someone) -> None:
    owner, thief = post(), post()
    await owner.sign_up()
    await change_email(owner, thief.email)
    link = owner.last("email.changed").token
    await change_email(owner, f"x{thief.email}")

    assert (await undo(post, thief.last("email.changed").token)).status == 200
    assert (await undo(post, link)).status == 200
    await post().ask("POST", "code", {"email": owner.email})
    assert owner.mails()[-1].template == "code"


async def test_the_owners_link_takes_those_back_that_came_after_it(post: Someone) -> None:
    owner, thief = post(), post()
    await owner.sign_up()
    await change_email(owner, thief.email)
    await change_email(owner, f"x{thief.email}")

    assert (await undo(post, owner.last("email.changed").token)).status == 200
    assert (await undo(post, thief.last("email.changed").token)).status == 400


async def test_another_password_doesnt_spend_the_link(post: Someone) -> None:
    owner = post()
    await owner.sign_up()
    thief = f"thief{owner.email}"
    await change_email(owner, thief)
    link = owner.last("email.changed").token
    changed = await owner.ask("POST", "password", {"current": PASSWORD, "password": ANOTHER})
    begun = await owner.ask("POST", "reset", {"email": thief})
    code = owner.last("reset", thief).values["code"]
    reset = await owner.ask(
        "POST", "reset/confirm", {"flow": begun.json["flow"], "code": code, "password": f"{ANOTHER}!"}
    )

    assert (changed.status, reset.status) == (204, 200)
    assert (await undo(post, link)).status == 200
    assert (await owner.sign_in(f"{ANOTHER}!")).status == 401


async def test_what_the_thief_added_goes_with_the_address(post: Someone) -> None:
    owner = post()
    await owner.sign_up()
    key = (await owner.ask("POST", "keys", {"name": "back door", "scopes": ["*:*"]})).json["key"]
    services, account = owner.services, owner.services.people.text((await owner.ask("GET", "me")).json["id"])

    async def add(transaction: Transaction) -> None:
        now, tables = services.clock(), services.tables
        await tables.totp.insert(transaction, account=account, secret=b"x", last_step=0, created_at=now)
        await tables.identities.insert(
            transaction, issuer="https://idp.example", subject=account, id=f"i{account}", account=account,
            provider="idp", email=None, created_at=now, used_at=None,
        )  # fmt: skip
        await tables.passkeys.insert(
            transaction, id=f"p{account}", account=account, name="Passkey", public_key=b"x", sign_count=0,
            transports="[]", backed_up=False, created_at=now, used_at=None,
        )  # fmt: skip

    await services.database.transact(add)
    await change_email(owner, f"thief{owner.email}")
    assert (await undo(post, owner.last("email.changed").token)).status == 200

    assert (await owner.shop.ask("GET", "/api/users", authorization=f"Bearer {key}")).status == 401
    for rows in (services.tables.passkeys, services.tables.identities, services.tables.totp):
        assert await rows.find(services.database, account=account) == []


async def test_what_the_owner_had_long_before_stays(post: Someone) -> None:
    """A link to an old mailbox alone is no way around a second factor."""
    owner = post()
    await owner.sign_up()
    services, account = owner.services, owner.services.people.text((await owner.ask("GET", "me")).json["id"])
    long_ago = services.clock().replace(year=2020, day=1)

    async def add(transaction: Transaction) -> None:
        await services.tables.totp.insert(transaction, account=account, secret=b"x", last_step=0, created_at=long_ago)

    await services.database.transact(add)
    await change_email(owner, f"new{owner.email}")
    assert (await undo(post, owner.last("email.changed").token)).status == 200
    assert len(await services.tables.totp.find(services.database, account=account)) == 1


async def test_notices_go_to_the_address_that_was_verified_whatever_the_row_says(post: Someone) -> None:
    owner, stranger = post(), post()
    await owner.sign_up()
    await write_email(owner, stranger.email)
    await owner.ask("POST", "password", {"current": PASSWORD, "password": ANOTHER})
    await change_email(owner, f"thief{owner.email}")

    assert stranger.mails() == []  # nobody bombs them, nor gets a link to an account into their hands
    assert [mail.template for mail in owner.mails()[-2:]] == ["password.changed", "email.changed"]
    assert (await undo(post, owner.last("email.changed").token)).status == 200


@pytest.mark.parametrize("way", ["code", "reset", "sign-up"])
async def test_who_writes_anothers_address_into_their_row_gets_none_of_their_mail(post: Someone, way: str) -> None:
    squatter, owner = post(), post()
    await squatter.sign_up()
    await write_email(squatter, owner.email)
    await post().ask("POST", way, {"email": owner.email})
    assert [(mail.template, sorted(mail.values)) for mail in owner.mails()] == [
        ("sign-up.known" if way == "sign-up" else "no-account", [])
    ]


async def test_a_code_that_was_mailed_to_the_former_address_is_good_no_more(post: Someone) -> None:
    owner = post()
    await owner.sign_up()
    begun = {way: (await owner.ask("POST", way, {"email": owner.email})).json["flow"] for way in ("code", "reset")}
    codes = {mail.template: mail.values["code"] for mail in owner.mails()[-2:]}
    await write_email(owner, f"new{owner.email}")
    for way, more in (("code", {}), ("reset", {"password": ANOTHER})):
        used = await post().ask("POST", f"{way}/confirm", {"flow": begun[way], "code": codes[way], **more})
        assert (used.status, used.json["type"]) == (400, "/errors/spent")


async def test_a_link_that_an_administrator_hands_over_leaves_no_way_in_for_who_squatted(
    post: Someone, club: Served
) -> None:
    squatter, owner = post(), post()
    await squatter.sign_up()
    key: dict[str, Any] = (await squatter.ask("POST", "keys", {"name": "back door", "scopes": ["*:*"]})).json
    account = (await squatter.ask("GET", "me")).json["id"]
    await write_email(squatter, owner.email)
    services = squatter.services

    async def vouch(transaction: Transaction) -> str:
        person = await services.people.find(transaction, account)
        assert person is not None
        return await reset_link(services, transaction, person)

    await services.database.transact(vouch)
    for credential in (key["key"], squatter.token):
        assert (await club.ask("GET", "/api/users", authorization=f"Bearer {credential}")).status == 401
