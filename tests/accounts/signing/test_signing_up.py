"""Signing up: who gets an account, with what in it, and that nobody gets one in somebody else's name."""

from __future__ import annotations

from typing import Any

import pytest

from tests.accounts.signing.post import PASSWORD, Post


async def test_signing_up(post: Post):
    begun = await post.ask("POST", "sign-up", {"email": post.email, "password": PASSWORD, "name": "Ann"})
    assert (begun.status, begun.json.keys(), begun.json["next"]) == (202, {"flow", "next"}, "confirm")
    assert begun.header("cache-control") == "no-store"
    mail = post.last("sign-up")
    assert mail.values["link"].startswith("http://localhost:8000/auth/sign-up/confirm#")
    done = await post.ask("POST", "sign-up/confirm", {"flow": begun.json["flow"], "code": mail.values["code"]})
    assert done.status == 200
    post.token = done.json["access_token"]
    me = (await post.ask("GET", "me")).json
    assert me == {
        "id": me["id"],
        "email": post.email,
        "verified": True,
        "name": "Ann",
        "roles": [],
        "methods": ["password", "code"],
        "factors": [],
    }
    assert (await post.sign_in()).status == 200


async def test_the_account_is_made_only_when_its_address_is_confirmed(post: Post):
    begun = await post.ask("POST", "sign-up", {"email": post.email, "password": PASSWORD})
    assert begun.status == 202
    assert (await post.sign_in()).status == 401


async def test_an_address_is_the_same_in_whatever_case(post: Post):
    await post.sign_up()
    assert (await post.sign_in(email=f" {post.email.upper()} ")).status == 200


async def test_a_known_address_gets_the_same_reply_and_another_mail(post: Post):
    await post.sign_up()
    post.token = None
    again = await post.ask("POST", "sign-up", {"email": post.email, "password": "quite another one"})
    new = await post.ask("POST", "sign-up", {"email": "new" + post.email, "password": "quite another one"})
    assert [shape(each) for each in (again, new)] == [shape(new), shape(new)]
    assert post.last("sign-up.known").values == {}
    assert (await post.sign_in("quite another one")).status == 401


async def test_a_link_opened_elsewhere_doesnt_bring_the_password_of_who_began(post: Post):
    """Somebody signs up with another's address and waits for its owner to open the link."""
    await post.ask("POST", "sign-up", {"email": post.email, "password": PASSWORD})
    token = post.last("sign-up").token
    done = await post.ask("POST", "sign-up/confirm", {"token": token, "password": "chosen by the owner"})
    assert done.status == 200
    assert (await post.sign_in()).status == 401
    assert (await post.sign_in("chosen by the owner")).status == 200


async def test_a_link_opened_where_it_was_begun_brings_the_password(post: Post):
    begun = await post.ask("POST", "sign-up", {"email": post.email, "password": PASSWORD})
    body = {"token": post.last("sign-up").token, "flow": begun.json["flow"]}
    assert (await post.ask("POST", "sign-up/confirm", body)).status == 200
    assert (await post.sign_in()).status == 200


async def test_of_two_sign_ups_for_one_address_the_second_to_be_confirmed_is_refused(post: Post):
    first = await post.ask("POST", "sign-up", {"email": post.email, "password": PASSWORD})
    code = post.last("sign-up").values["code"]
    await post.sign_up()
    late = await post.ask("POST", "sign-up/confirm", {"flow": first.json["flow"], "code": code})
    assert (late.status, late.json["message"]) == (409, "There is an account with this e-mail address")


# Mass assignment


@pytest.mark.parametrize(
    "fields", [{"rating": 5}, {"level": "chief"}, {"id": 1}, {"roles": ["admin"]}, {"email": "a@b.example"}, {"x": 1}]
)
async def test_fields_that_nobody_gives_who_signs_up(post: Post, fields: dict[str, Any]):
    answer = await post.ask("POST", "sign-up", {"email": post.email, "password": PASSWORD, "fields": fields})
    (name,) = fields
    assert (answer.status, answer.json["message"]) == (422, f"Who signs up doesn't give {name}")


@pytest.mark.parametrize("name", ["roles", "rating", "verified", "id"])
async def test_members_that_are_none_of_sign_up(post: Post, name: str):
    answer = await post.ask("POST", "sign-up", {"email": post.email, "password": PASSWORD, name: 1})
    assert (answer.status, answer.json["message"]) == (422, f"There is no {name}")


async def test_fields_of_the_setting_are_taken(post: Post):
    await post.sign_up(fields={"age": 30})
    row = await post.fields()
    assert (row["age"], row["rating"], row["level"]) == (30, 0, "new")


async def test_values_are_checked_before_anything_is_mailed(post: Post):
    answer = await post.ask("POST", "sign-up", {"email": post.email, "password": PASSWORD, "fields": {"age": "old"}})
    assert answer.status == 422
    assert post.mails() == []


@pytest.mark.parametrize("email", ["ann", "a@b@c", "a b@shop.example", "a@shop.example\r\nBcc: b@shop.example", "a@"])
async def test_what_is_no_address(post: Post, email: str):
    answer = await post.ask("POST", "sign-up", {"email": email, "password": PASSWORD})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/email")


def shape(answer: Any) -> Any:
    """A reply without what is random in it."""
    body = answer.json
    headers = [name for name, _ in answer.headers]
    return answer.status, sorted(body), {name: len(value) for name, value in body.items()}, headers
