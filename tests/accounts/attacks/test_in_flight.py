"""Between two steps of somebody something is taken from them: the second step doesn't help them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from backsmith.accounts.administration import disable, enable
from backsmith.accounts.roles import COMMAND_LINE
from backsmith.databases.transaction import Transaction
from tests.accounts.application import Served
from tests.accounts.people import sign_in
from tests.accounts.signing.post import PASSWORD, Post

Someone = Callable[[], Post]
NEW = "another horse battery"


async def disabled(who: Post, key: Any) -> None:
    async def work(transaction: Transaction) -> None:
        await disable(who.services, transaction, key, COMMAND_LINE)

    await who.services.database.transact(work)


async def deleted(who: Post, key: Any) -> None:
    async def work(transaction: Transaction) -> None:
        await who.services.people.delete(transaction, key, "")

    await who.services.database.transact(work)


async def emptied(who: Post, key: Any) -> None:
    """The row has no address any more."""

    async def work(transaction: Transaction) -> None:
        await who.services.people.update(transaction, key, {"email": None}, "")

    await who.services.database.transact(work)


@pytest.mark.parametrize("taken", [disabled, deleted, emptied])
async def test_what_came_by_mail_is_good_no_more(post: Someone, taken: Callable[[Post, Any], Any]) -> None:
    who = post()
    await who.sign_up()
    key = (await who.ask("GET", "me")).json["id"]
    flows = {way: (await post().ask("POST", way, {"email": who.email})).json["flow"] for way in ("code", "reset")}
    codes = {mail.template: mail.values for mail in who.mails()[-2:]}

    await taken(who, key)
    for way, more in (("code", {}), ("reset", {"password": NEW})):
        by_code = {"flow": flows[way], "code": codes[way]["code"], **more}
        by_link = {"token": codes[way]["link"].partition("#")[2], **more}
        used = [await post().ask("POST", f"{way}/confirm", body) for body in (by_code, by_link)]
        assert [(each.status, each.json["type"]) for each in used] in (
            [(400, "/errors/spent")] * 2,
            [(401, "/errors/wrong-credentials"), (400, "/errors/spent")],
        )


@pytest.mark.parametrize("taken", [disabled, deleted])
async def test_a_second_factor_finishes_no_sign_in_of_who_may_not_any_more(
    post: Someone, taken: Callable[[Post, Any], Any]
) -> None:
    who = post()
    await who.sign_up()
    key = (await who.ask("GET", "me")).json["id"]
    services, account = who.services, who.services.people.text(key)

    async def first_half(transaction: Transaction) -> str:
        content = {"methods": ["password"]}
        await services.tables.recovery_codes.insert(
            transaction, account=account, digest=services.secrets.digest("recovery code", account, "aaaa")
        )
        flow = await services.flows.begin(transaction, "factor", services.clock(), account=account, content=content)
        return flow.handle

    flow = await services.database.transact(first_half)
    await taken(who, key)
    finished = await post().ask("POST", "second-factor", {"flow": flow, "recovery_code": "aaaa"})
    assert finished.status in (400, 401)
    assert await services.tables.sessions.find(services.database, account=account, ended_at=None) == []


async def test_an_address_that_the_row_lost_meanwhile_isnt_verified_by_its_mail(post: Someone) -> None:
    who = post()
    await who.sign_up()
    key = (await who.ask("GET", "me")).json["id"]
    begun = await who.ask("POST", "verify")
    code = who.last("verify").values["code"]
    await emptied(who, key)
    used = await who.ask("POST", "verify/confirm", {"flow": begun.json["flow"], "code": code})
    assert (used.status, used.json["type"]) == (400, "/errors/spent")


async def test_of_sign_ins_beside_it_none_outlives_that_the_account_was_disabled(post: Someone) -> None:
    who = post()
    await who.sign_up()
    key = (await who.ask("GET", "me")).json["id"]
    everybody = [post() for _ in range(4)]
    answers = await asyncio.gather(
        *(one.ask("POST", "sign-in", {"email": who.email, "password": PASSWORD}) for one in everybody),
        _a_moment_later(lambda: disabled(who, key)),
    )

    async def again(transaction: Transaction) -> None:
        await enable(who.services, transaction, key, COMMAND_LINE)

    assert {answer.status for answer in answers if answer is not None} <= {200, 401, 429}
    await who.services.database.transact(again)
    assert await who.services.sessions.list(who.services.database, key) == []


async def _a_moment_later(work: Callable[[], Any]) -> None:
    await asyncio.sleep(0.05)
    await work()


async def test_one_address_signs_up_several_times_at_once_and_is_one_account(post: Someone) -> None:
    who = post()
    bodies: list[dict[str, str]] = []
    for _ in range(3):
        begun = await who.ask("POST", "sign-up", {"email": who.email})
        bodies.append({"flow": begun.json["flow"], "code": who.last("sign-up").values["code"]})
    answers = await asyncio.gather(*(post().ask("POST", "sign-up/confirm", body) for body in bodies))
    assert sorted(answer.status for answer in answers) == [200, 409, 409]


async def test_signing_up_and_accepting_an_invitation_at_once_is_one_account(club: Served, post: Someone) -> None:
    chief, who = await sign_in(club, "chief@shop.example", roles=["admin"]), post()
    begun = await who.ask("POST", "sign-up", {"email": who.email})
    code = who.last("sign-up").values["code"]
    await chief.ask("POST", "/auth/admin/invitations", {"email": who.email})
    token = who.last("invitation").token
    answers = await asyncio.gather(
        who.ask("POST", "sign-up/confirm", {"flow": begun.json["flow"], "code": code}),
        post().ask("POST", "sign-up", {"email": who.email, "invitation": token}),
    )
    assert sorted(answer.status for answer in answers) == [200, 409]
