"""Signing in by password, and by a code or link by mail; setting a new password."""

from __future__ import annotations

from typing import Any

import pytest
from argon2 import PasswordHasher

from backsmith.databases.transaction import Transaction
from tests.accounts.people import sign_in, write_email
from tests.accounts.signing.post import PASSWORD, Post


async def test_a_wrong_password_and_an_unknown_address_are_refused_alike(post: Post):
    await post.sign_up()
    wrong, unknown = await post.sign_in("not the one"), await post.sign_in("not the one", "nobody@shop.example")
    assert wrong.json["message"] == "The e-mail address and the password don't fit."
    assert seen(wrong) == seen(unknown)
    assert wrong.status == 401


async def test_a_disabled_account_is_refused_as_a_wrong_password_is(post: Post):
    await post.sign_up()
    wrong = await post.sign_in("not the one")
    await disable(post)
    assert seen(await post.sign_in()) == seen(wrong)


async def test_a_service_account_is_refused(post: Post):
    await post.sign_up()
    await state(post, kind="service")
    assert (await post.sign_in()).status == 401


async def test_a_code_by_mail(post: Post):
    await post.sign_up()
    begun = await post.ask("POST", "code", {"email": post.email})
    body = {"flow": begun.json["flow"], "code": post.last("code").values["code"]}
    done = await post.ask("POST", "code/confirm", body)
    assert (done.status, done.json["account"]) == (200, (await post.ask("GET", "me")).json["id"])
    assert (await post.ask("POST", "code/confirm", body)).json["message"] == "This code or link isn't good (any more)."


async def test_a_link_by_mail_is_good_once(post: Post):
    await post.sign_up()
    await post.ask("POST", "code", {"email": post.email})
    token = post.last("code").token
    answers = [await post.ask("POST", "code/confirm", {"token": token}) for _ in range(2)]
    assert [answer.status for answer in answers] == [200, 400]


async def test_a_code_of_another_kind_signs_nobody_in(post: Post):
    await post.sign_up()
    begun = await post.ask("POST", "reset", {"email": post.email})
    body = {"flow": begun.json["flow"], "code": post.last("reset").values["code"]}
    assert (await post.ask("POST", "code/confirm", body)).status == 400
    assert (await post.ask("POST", "code/confirm", {"token": post.last("reset").token})).status == 400


async def test_after_five_wrong_codes_the_right_one_is_no_good_any_more(post: Post):
    await post.sign_up()
    begun = await post.ask("POST", "code", {"email": post.email})
    code = post.last("code").values["code"]
    wrong = f"{(int(code) + 1) % 10**8:08d}"
    for _ in range(5):
        assert (await post.ask("POST", "code/confirm", {"flow": begun.json["flow"], "code": wrong})).status == 400
    assert (await post.ask("POST", "code/confirm", {"flow": begun.json["flow"], "code": code})).status == 400


async def test_a_code_begun_before_the_account_was_disabled(post: Post):
    await post.sign_up()
    await post.ask("POST", "code", {"email": post.email})
    await disable(post)
    assert (await post.ask("POST", "code/confirm", {"token": post.last("code").token})).status == 400


@pytest.mark.parametrize("kind", ["code", "reset"])
async def test_known_and_unknown_addresses_get_the_same_reply(post: Post, kind: str):
    await post.sign_up()
    known = await post.ask("POST", kind, {"email": post.email})
    unknown = await post.ask("POST", kind, {"email": f"x{post.email}"})
    assert seen(known, flow=22) == seen(unknown, flow=22)
    assert [post.last(kind).template, post.last("no-account", f"x{post.email}").values] == [kind, {}]
    wrong = [
        await post.ask("POST", f"{kind}/confirm", {"flow": begun.json["flow"], "code": "1", **more})
        for begun in (known, unknown)
        for more in ({"password": "quite another one"} if kind == "reset" else {},)
    ]
    assert seen(wrong[0]) == seen(wrong[1])


async def test_an_address_that_was_changed_to_and_not_verified_is_nobodys(post: Post):
    """An application's own code may change `email`; whose it is then hasn't been shown."""
    await post.sign_up()
    me = (await post.ask("GET", "me")).json["id"]
    victim = f"victim-{post.email}"
    await write_email(post.shop, me, victim)
    assert (await post.ask("GET", "me")).json["verified"] is False
    await post.ask("POST", "code", {"email": victim})
    assert post.last("no-account", victim)


async def test_an_account_that_the_application_made_is_claimed_by_mail(post: Post):
    services = post.services

    async def work(transaction: Transaction) -> None:
        await services.people.create(transaction, {"email": post.email}, "")

    await services.database.transact(work)
    await post.ask("POST", "code", {"email": post.email})
    done = await post.ask("POST", "code/confirm", {"token": post.last("code").token})
    post.token = done.json["access_token"]
    assert (await post.ask("GET", "me")).json["verified"] is True


async def test_an_account_with_a_state_and_no_verified_address_isnt(post: Post):
    await sign_in(post.shop, post.email, verified=False)
    await post.ask("POST", "code", {"email": post.email})
    assert post.last("no-account")


# Reset


async def test_a_reset_sets_the_password_ends_sessions_and_signs_nobody_in(post: Post):
    await post.sign_up()
    begun = await post.ask("POST", "reset", {"email": post.email})
    body = {"flow": begun.json["flow"], "code": post.last("reset").values["code"], "password": "quite another one"}
    other = (await post.ask("POST", "code", {"email": post.email}), post.last("code").token)[1]
    done = await post.ask("POST", "reset/confirm", body)
    assert (done.status, done.json, done.cookies) == (200, {"next": "sign-in"}, {})
    assert post.last("password.changed")
    assert (await post.ask("GET", "me")).status == 401
    assert (await post.sign_in()).status == 401
    assert (await post.sign_in("quite another one")).status == 200
    assert (await post.ask("POST", "code/confirm", {"token": other})).status == 400


async def test_a_password_that_isnt_taken_leaves_the_link_good(post: Post):
    await post.sign_up(name="Annabella")
    await post.ask("POST", "reset", {"email": post.email})
    token = post.last("reset").token
    for password in ("short", "password123", f"{post.email}1", "Annabella1!", "a" * 1025):
        refused = await post.ask("POST", "reset/confirm", {"token": token, "password": password})
        assert (refused.status, refused.json["errors"][0]["pointer"]) == (422, "/password"), password
    done = await post.ask("POST", "reset/confirm", {"token": token, "password": "quite another one"})
    assert done.status == 200


async def test_a_second_factor_is_asked_for_whatever_the_first_one_was(post: Post):
    await post.sign_up()
    await with_totp(post)
    answers = [await post.sign_in()]
    await post.ask("POST", "code", {"email": post.email})
    answers.append(await post.ask("POST", "code/confirm", {"token": post.last("code").token}))
    for answer in answers:
        expected = {"next": "second-factor", "flow": answer.json["flow"], "methods": ["totp"]}
        assert (answer.status, answer.json, answer.cookies) == (200, expected, {})
    await post.ask("POST", "reset", {"email": post.email})
    body = {"token": post.last("reset").token, "password": "quite another one"}
    assert (await post.ask("POST", "reset/confirm", body)).json == {"next": "sign-in"}
    assert (await post.sign_in("quite another one")).json["next"] == "second-factor"


async def test_a_cookie_for_browsers(post: Post):
    await post.sign_up()
    post.token = None
    body = {"email": post.email, "password": PASSWORD}
    answer = await post.ask("POST", "sign-in?transport=cookie", body, origin="http://localhost:8000")
    assert (answer.status, sorted(answer.cookies)) == (200, ["__Host-session"])
    assert "access_token" not in answer.json
    elsewhere = await post.ask("POST", "sign-in?transport=cookie", body, origin="https://evil.example")
    assert elsewhere.status == 403


async def test_passwords_are_hashed_anew_when_the_parameters_rose(post: Post):
    await post.sign_up()
    hash = await kept(post)
    assert hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    weak = PasswordHasher(1, 1024, 1).hash(PASSWORD)
    await keep(post, weak)
    assert (await post.sign_in("not the one")).status == 401
    assert await kept(post) == weak
    assert (await post.sign_in()).status == 200
    assert (await kept(post)).startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def seen(answer: Any, **lengths: int) -> Any:
    """All that a client sees, without what is random."""
    body = {name: value for name, value in answer.json.items() if name not in {*lengths, "request_id", "instance"}}
    found = {name: len(answer.json[name]) for name in lengths}
    hidden = {"x-request-id", "server-timing", "date"}
    return answer.status, [(k, v) for k, v in answer.headers if k not in hidden], body, found, answer.cookies


async def state(post: Post, **values: Any) -> None:
    services = post.services
    account = services.people.text((await post.ask("GET", "me")).json["id"])
    await services.database.transact(
        lambda transaction: services.tables.states.update(transaction, {"account": account}, **values)
    )


async def disable(post: Post) -> None:
    await state(post, disabled_at=post.services.clock())


async def with_totp(post: Post) -> None:
    services = post.services
    account = services.people.text((await post.ask("GET", "me")).json["id"])
    await services.database.transact(
        lambda transaction: services.tables.totp.insert(
            transaction, account=account, secret=b"", last_step=0, created_at=services.clock()
        )
    )


async def kept(post: Post) -> str:
    services = post.services
    account = services.people.text((await post.ask("GET", "me")).json["id"])
    row = await services.tables.passwords.one(services.database, account=account)
    assert row is not None
    return row["hash"]


async def keep(post: Post, hash: str) -> None:
    services = post.services
    account = services.people.text((await post.ask("GET", "me")).json["id"])
    await services.database.transact(
        lambda transaction: services.tables.passwords.update(transaction, {"account": account}, hash=hash)
    )
