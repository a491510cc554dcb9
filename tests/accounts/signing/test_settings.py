"""Who may sign up, and how one signs in: by setting. Invitations."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from backsmith.accounts.invitations import invite
from backsmith.errors import UsageError
from tests.accounts.application import Served, serve
from tests.accounts.people import Mail, mails
from tests.accounts.signing.conftest import MODEL
from tests.accounts.signing.post import PASSWORD, Post


@pytest.fixture(scope="module")
def shop(
    shared_database_url: str, tmp_path_factory: pytest.TempPathFactory, run: Callable[..., Any]
) -> Iterator[Served]:
    folder, ways = tmp_path_factory.mktemp("invited"), ("password", "passkey")
    one = run(serve(MODEL, shared_database_url, folder, sign_up="invited", sign_in=ways))
    yield one
    run(one.application.close())


@pytest.fixture(scope="module")
def everything(shop: Served) -> list[Mail]:
    return mails(shop)


async def invited(post: Post, email: str) -> str:
    services = post.services
    _, link = await services.database.transact(
        lambda transaction: invite(services, transaction, email, None, roles=("staff",))
    )
    return link.partition("#")[2]


async def test_who_wasnt_invited(post: Post):
    answer = await post.ask("POST", "sign-up", {"email": post.email, "password": PASSWORD})
    assert (answer.status, answer.json["message"]) == (403, "Only who was invited signs up here")


async def test_who_was_invited_is_signed_in_with_the_roles_of_the_invitation(post: Post):
    token = await invited(post, post.email)
    body = {"email": post.email, "password": PASSWORD, "invitation": token}
    answer = await post.ask("POST", "sign-up", body)
    assert answer.status == 200, answer.text
    assert (await post.ask("POST", "sign-up", body)).status == 400
    post.token = (await post.sign_in()).json["access_token"]
    assert (await post.ask("GET", "me")).json["roles"] == ["staff"]


async def test_an_invitation_is_for_the_address_that_it_came_to(post: Post):
    token = await invited(post, f"other-{post.email}")
    answer = await post.ask("POST", "sign-up", {"email": post.email, "password": PASSWORD, "invitation": token})
    assert (answer.status, answer.json["errors"][0]["pointer"]) == (422, "/email")


async def test_ways_that_the_setting_leaves_out(post: Post):
    answer = await post.ask("POST", "code", {"email": post.email})
    assert (answer.status, answer.json["message"]) == (403, "Nobody signs in by code here")
    assert post.mails() == []


@pytest.mark.parametrize("name", ["rating", "id", "roles", "ag"])
async def test_fields_that_cant_be_given_are_found_at_the_start(name: str, tmp_path: Path):
    with pytest.raises(UsageError, match=f"sign_up_fields: User has no field '{name}'"):
        await serve(MODEL, f"sqlite:///{tmp_path}/a.db", tmp_path, sign_up_fields=(name,))


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("nickname: str", "Add 'nickname' to the setting, or give"),
        ("nickname: Annotated[str, Hidden]", "Give"),
    ],
)
async def test_a_field_that_an_account_needs_and_nobody_gives_is_found_at_the_start(
    field: str, more: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
):
    model, url = MODEL.replace("age: int | None", field), f"sqlite:///{tmp_path}/a.db"
    message = (
        "sign_up_fields: User needs 'nickname', which who signs up doesn't give, so that nobody can sign up. "
        f'{more} it a default, make it "| None", or set sign_up to "closed".'
    )
    shop = await serve(model, url, tmp_path)
    assert message in caplog.messages
    await shop.application.close()
    lasting = {"environment": "production", "address": "https://shop.example", "mail": "smtps://a:b@mail.example"}
    with pytest.raises(UsageError) as refused:
        await serve(model, url, tmp_path, **lasting)
    assert str(refused.value) == message


@pytest.mark.parametrize("settings", [{"sign_up_fields": ("name", "nickname")}, {"sign_up": "closed"}])
async def test_one_that_is_given_or_that_nobody_has_to_give_is_good(settings: dict[str, Any], tmp_path: Path):
    model = MODEL.replace("age: int | None", "nickname: str")
    shop = await serve(model, f"sqlite:///{tmp_path}/a.db", tmp_path, **settings)
    await shop.application.close()


async def test_where_sign_up_is_closed_nobody_signs_up_and_who_has_an_account_signs_in(
    database_url: str, tmp_path: Path
):
    shop = await serve(MODEL, database_url, tmp_path, sign_up="closed")
    post = Post(shop, mails(shop))
    services = post.services
    token = await invited(post, post.email)
    for body in ({"email": post.email}, {"email": post.email, "invitation": token}):
        answer = await post.ask("POST", "sign-up", {"password": PASSWORD, **body})
        assert (answer.status, answer.json["message"]) == (403, "Nobody signs up here")
    confirmed = await post.ask("POST", "sign-up/confirm", {"token": token})
    assert confirmed.status == 403
    assert [mail.template for mail in post.mails()] == ["invitation"]
    await services.database.transact(lambda tx: services.people.create(tx, {"email": post.email}, ""))
    await post.ask("POST", "code", {"email": post.email})
    assert (await post.ask("POST", "code/confirm", {"token": post.last("code").token})).status == 200
    await shop.application.close()
