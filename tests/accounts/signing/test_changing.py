"""Another password, another e-mail address."""

from __future__ import annotations

from tests.accounts.people import write_email
from tests.accounts.signing.post import PASSWORD, Post


async def other_session(post: Post) -> str:
    return (await post.sign_in()).json["access_token"]


async def works(post: Post, token: str | None) -> bool:
    return (await post.shop.ask("GET", "/auth/me", authorization=f"Bearer {token}")).status == 200


async def test_another_password_ends_other_sessions_and_what_was_begun(post: Post):
    await post.sign_up()
    other = await other_session(post)
    await post.ask("POST", "reset", {"email": post.email})
    link = post.last("reset").token
    changed = await post.ask("POST", "password", {"password": "quite another one", "current": PASSWORD})
    assert (changed.status, changed.body) == (204, b"")
    assert post.last("password.changed")
    assert [await works(post, post.token), await works(post, other)] == [True, False]
    assert [(await post.sign_in()).status, (await post.sign_in("quite another one")).status] == [401, 200]
    body = {"token": link, "password": "and a third one"}
    assert (await post.ask("POST", "reset/confirm", body)).status == 400


async def test_the_mail_about_another_password_tells_of_the_keys_that_open_the_account(post: Post):
    await post.sign_up()
    assert (await post.ask("POST", "password", {"password": "quite another one", "current": PASSWORD})).status == 204
    assert post.last("password.changed").values["keys"] == 0
    assert (await post.ask("POST", "keys", {"name": "reports", "scopes": ["read:*"]})).status == 201
    begun = await post.ask("POST", "reset", {"email": post.email})
    body = {"flow": begun.json["flow"], "code": post.last("reset").values["code"], "password": "and a third one"}
    assert (await post.ask("POST", "reset/confirm", body)).status == 200
    assert post.last("password.changed").values["keys"] == 1


async def test_another_password_takes_the_one_before(post: Post):
    await post.sign_up()
    for current in ({}, {"current": "not the one"}):
        refused = await post.ask("POST", "password", {"password": "quite another one", **current})
        assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/current")
    assert (await post.sign_in()).status == 200


async def test_a_first_password(post: Post):
    await post.sign_up(password=None)
    assert (await post.ask("GET", "me")).json["methods"] == ["code"]
    assert (await post.ask("POST", "password", {"password": PASSWORD})).status == 204
    assert (await post.sign_in()).status == 200


async def test_another_address_is_confirmed_there_and_told_here(post: Post):
    await post.sign_up()
    new, other = f"new-{post.email}", await other_session(post)
    begun = await post.ask("POST", "email", {"email": new})
    assert (begun.status, begun.json.keys()) == (202, {"flow", "next"})
    assert (await post.ask("GET", "me")).json["email"] == post.email
    body = {"flow": begun.json["flow"], "code": post.last("email", new).values["code"]}
    assert (await post.ask("POST", "email/confirm", body)).status == 204
    me = (await post.ask("GET", "me")).json
    assert (me["email"], me["verified"]) == (new, True)
    assert post.last("email.changed").values["email"] == new
    assert not await works(post, other)


async def test_whose_address_was_changed_by_a_thief_takes_it_back(post: Post):
    await post.sign_up()
    new = f"thief-{post.email}"
    await post.ask("POST", "email", {"email": new})
    await post.ask("POST", "email/confirm", {"token": post.last("email", new).token})
    link = post.last("email.changed").token
    thief, post.token = post.token, None
    undone = [await post.ask("POST", "email/undo", {"token": link}) for _ in range(2)]
    assert [answer.status for answer in undone] == [200, 400]
    assert not await works(post, thief)
    assert (await post.sign_in()).status == 401
    await post.ask("POST", "code", {"email": post.email})
    assert (await post.ask("POST", "code/confirm", {"token": post.last("code").token})).status == 200


async def test_an_address_that_another_account_has_gets_the_same_reply(post: Post):
    await post.sign_up()
    taken, token = post.email, post.token
    post.token, post.email = None, f"other-{taken}"
    await post.sign_up()
    begun = await post.ask("POST", "email", {"email": taken})
    assert (begun.status, sorted(begun.json)) == (202, ["flow", "next"])
    assert post.last("sign-up.known", taken)
    assert token


async def test_a_link_opened_by_who_is_signed_in_as_somebody_else(post: Post):
    """Whose mail it is must not give their address to another's account by opening a link."""
    await post.sign_up()
    victim = f"victim-{post.email}"
    await post.ask("POST", "email", {"email": victim})
    link = post.last("email", victim).token
    thief, post.token, post.email = post.token, None, victim
    await post.sign_up()
    assert (await post.ask("POST", "email/confirm", {"token": link})).status == 400
    post.token = thief
    assert (await post.ask("POST", "email/confirm", {"token": link})).status == 409


async def test_verifying_the_own_address(post: Post):
    await post.sign_up()
    me = (await post.ask("GET", "me")).json["id"]
    own = f"own-{post.email}"
    await write_email(post.shop, me, own)
    begun = await post.ask("POST", "verify")
    assert begun.status == 202
    body = {"flow": begun.json["flow"], "code": post.last("verify", own).values["code"]}
    assert (await post.ask("POST", "verify/confirm", body)).status == 204
    assert (await post.ask("GET", "me")).json["verified"] is True
