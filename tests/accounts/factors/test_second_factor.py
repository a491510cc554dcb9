"""The second half of a sign-in: by a code of the app or a recovery code, each good once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from backsmith.accounts import recovery_codes
from backsmith.databases.transaction import Transaction
from tests.accounts.application import Answer, Served
from tests.accounts.factors.people import Member, begun, code_of, joined, services_of, with_totp
from tests.accounts.factors.test_totp import PARALLEL, other

SPENT = (400, "This code or link isn't good (any more).")
WRONG = (401, "That code isn't right")


async def finish(shop: Served, **body: Any) -> Answer:
    return await shop.ask("POST", "/auth/second-factor", body, address=other())


def refusal(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["message"]


async def methods_of(member: Member) -> list[tuple[str, ...]]:
    """How the account's sessions were begun, the last one first."""
    services = services_of(member.served)

    async def work(transaction: Transaction) -> list[tuple[str, ...]]:
        return [each.methods for each in await services.sessions.list(transaction, member.key)]

    return await services.database.transact(work)


async def test_a_code_of_the_app_ends_the_sign_in(shop: Served):
    ann = await joined(shop, "ann")
    secret, _ = await with_totp(ann)
    flow = await begun(ann, "password")
    signed_in = await finish(shop, flow=flow, code=code_of(secret))
    assert signed_in.status == 200, signed_in.text
    assert signed_in.json["access_token"]
    assert sorted(await methods_of(ann)) == [("password",), ("password", "totp")]
    assert refusal(await finish(shop, flow=flow, code=code_of(secret, 1))) == SPENT


async def test_a_browser_gets_its_cookie(shop: Served):
    ann = await joined(shop, "ann")
    secret, _ = await with_totp(ann)
    body = {"flow": await begun(ann), "code": code_of(secret)}
    signed_in = await shop.ask("POST", "/auth/second-factor?transport=cookie", body, sec_fetch_site="same-origin")
    assert "__Host-session" in signed_in.cookies
    assert "access_token" not in signed_in.text


async def test_a_wrong_code_is_counted_and_the_sign_in_goes_on(shop: Served):
    ann = await joined(shop, "ann")
    secret, _ = await with_totp(ann)
    flow = await begun(ann)
    wrong = f"{(int(code_of(secret)) + 1) % 1_000_000:06d}"
    assert refusal(await finish(shop, flow=flow, code=wrong)) == WRONG
    assert (await finish(shop, flow=flow, code=code_of(secret))).status == 200


async def test_after_five_wrong_codes_one_begins_again(shop: Served):
    ann = await joined(shop, "ann")
    secret, _ = await with_totp(ann)
    flow = await begun(ann)
    for body in ({"code": "000000"}, {"recovery_code": "aaaa-aaaa-aaaa-aaaa"}, {"code": ""}, {"code": "x"}):
        assert refusal(await finish(shop, flow=flow, **body)) == WRONG
        await forgive(ann)
    assert refusal(await finish(shop, flow=flow, recovery_code="")) == WRONG
    await forgive(ann)
    assert refusal(await finish(shop, flow=flow, code=code_of(secret))) == SPENT


async def test_a_code_that_somebody_looked_at_is_good_for_no_other_sign_in(shop: Served):
    ann = await joined(shop, "ann")
    secret, _ = await with_totp(ann)
    code = code_of(secret)
    assert (await finish(shop, flow=await begun(ann), code=code)).status == 200
    assert refusal(await finish(shop, flow=await begun(ann), code=code)) == WRONG
    assert refusal(await finish(shop, flow=await begun(ann), code=code_of(secret, -1))) == WRONG


async def test_the_code_of_another_account_is_wrong(shop: Served):
    ann, bob = await joined(shop, "ann"), await joined(shop, "bob")
    secret, codes = await with_totp(ann)
    await with_totp(bob)
    assert refusal(await finish(shop, flow=await begun(bob), code=code_of(secret))) == WRONG
    assert refusal(await finish(shop, flow=await begun(bob), recovery_code=codes[0])) == WRONG


async def test_a_recovery_code_is_good_once_and_is_told_by_mail(shop: Served):
    ann = await joined(shop, "ann")
    _, codes = await with_totp(ann)
    typed = codes[3].upper().replace("-", " ")
    assert (await finish(shop, flow=await begun(ann), recovery_code=typed)).status == 200
    assert ("password", "recovery") in await methods_of(ann)
    assert refusal(await finish(shop, flow=await begun(ann), recovery_code=codes[3])) == WRONG
    assert (await ann.ask("GET", "/auth/second-factor")).json == {"totp": True, "recovery_codes": 9}


async def test_what_is_told_by_mail(shop: Served, monkeypatch: pytest.MonkeyPatch):
    told: list[tuple[str, str, Any]] = []

    async def put(transaction: Transaction, template: str, to: str, values: dict[str, Any]) -> None:
        told.append((template, to, values))

    monkeypatch.setattr(services_of(shop).outbox, "put", put)
    ann = await joined(shop, "ann")
    _, codes = await with_totp(ann)
    await finish(shop, flow=await begun(ann), recovery_code=codes[0])
    await ann.ask("POST", "/auth/recovery-codes")
    await ann.ask("DELETE", "/auth/totp")
    assert told == [
        ("totp.added", ann.email, {"name": "Ann"}),
        ("recovery-code.used", ann.email, {"name": "Ann", "left": 9}),
        ("recovery-codes.renewed", ann.email, {"name": "Ann"}),
        ("totp.removed", ann.email, {"name": "Ann"}),
    ]


async def test_a_password_alone_signs_nobody_in_who_has_a_second_factor(shop: Served):
    ann, services = await joined(shop, "ann"), services_of(shop)
    secret, _ = await with_totp(ann)
    hash = await services.passwords.hash("a long password of ann's")
    await services.database.transact(
        lambda transaction: services.tables.passwords.put(
            transaction, account=ann.account, hash=hash, changed_at=services.clock()
        )
    )
    half = await shop.ask("POST", "/auth/sign-in", {"email": ann.email, "password": "a long password of ann's"})
    assert (half.status, {**half.json, "flow": ""}) == (
        200, {"flow": "", "methods": ["totp"], "next": "second-factor"},
    )  # fmt: skip
    assert await methods_of(ann) == [("password",)]
    assert (await finish(shop, flow=half.json["flow"], code=code_of(secret))).status == 200
    assert ("password", "totp") in await methods_of(ann)


async def test_new_recovery_codes_take_the_place_of_those_before(shop: Served):
    ann = await joined(shop, "ann")
    _, codes = await with_totp(ann)
    renewed = await ann.ask("POST", "/auth/recovery-codes")
    assert renewed.status == 200
    assert refusal(await finish(shop, flow=await begun(ann), recovery_code=codes[0])) == WRONG
    assert (await finish(shop, flow=await begun(ann), recovery_code=renewed.json["codes"][9])).status == 200


async def test_an_account_without_a_second_factor_has_no_recovery_codes(shop: Served):
    refused = await (await joined(shop, "ann")).ask("POST", "/auth/recovery-codes")
    assert refusal(refused) == (409, "This account has no second factor that recovery codes could stand in for")


@pytest.mark.parametrize("body", [{}, {"code": "123456", "recovery_code": "aaaa"}, {"code": 123456}])
async def test_exactly_one_code_is_given(shop: Served, body: dict[str, Any]):
    assert (await finish(shop, flow="f", **body)).status == 422


async def test_a_flow_of_another_kind_is_none(shop: Served):
    ann = await joined(shop, "ann")
    secret, _ = await with_totp(ann)
    flow = (await ann.ask("POST", "/auth/totp")).json["flow"]
    assert refusal(await finish(shop, flow=flow, code=code_of(secret))) == SPENT


async def test_a_recovery_code_that_many_bring_at_once_is_good_once(shop: Served):
    ann = await joined(shop, "ann")
    _, codes = await with_totp(ann)
    services = services_of(shop)

    async def use(transaction: Transaction) -> bool:
        return await recovery_codes.use(services, transaction, ann.account, codes[0])

    used = await asyncio.gather(*(services.database.transact(use, retry=True) for _ in range(PARALLEL)))
    assert sum(used) == 1


async def test_one_sign_in_that_many_finish_at_once_is_finished_once(shop: Served):
    ann = await joined(shop, "ann")
    secret, codes = await with_totp(ann)
    flow = await begun(ann)
    bodies = [{"flow": flow, "code": code_of(secret)}, *({"flow": flow, "recovery_code": code} for code in codes)]
    answers = await asyncio.gather(*(finish(shop, **body) for body in bodies))
    assert [answer.status for answer in answers].count(200) == 1
    assert len(await methods_of(ann)) == 2


async def forgive(member: Member) -> None:
    """Failures before this no longer delay."""
    await services_of(member.served).throttle.succeeded("factor", account=member.account)
