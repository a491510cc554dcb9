"""Passkeys: made, named, taken away, signed in with, and attacked."""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from typing import Any

import pytest

from backsmith.databases.transaction import Transaction
from tests.accounts.application import Answer, Served
from tests.accounts.factors.authenticator import EDDSA, ES256, ES384, RS256, Authenticator, data, text
from tests.accounts.factors.people import Member, joined, services_of, with_totp
from tests.accounts.factors.test_second_factor import methods_of
from tests.accounts.factors.test_totp import an_hour_later, other

NOT_GOOD = (401, "That passkey isn't good here")
SPENT = (400, "This code or link isn't good (any more).")
NO_ANSWER = (422, "That isn't the answer of a passkey to these options")


async def begin(member: Member) -> Any:
    answer = await member.ask("POST", "/auth/passkeys/options")
    assert answer.status == 200, answer.text
    return answer.json


async def keep(member: Member, flow: str, credential: Any, **more: Any) -> Answer:
    return await member.ask("POST", "/auth/passkeys", {"flow": flow, "credential": credential, **more})


async def with_passkey(member: Member, device: Authenticator, **more: Any) -> Any:
    begun = await begin(member)
    kept = await keep(member, begun["flow"], device.create(begun["options"]), **more)
    assert kept.status == 201, kept.text
    return kept.json


async def begin_sign_in(shop: Served) -> Any:
    answer = await shop.ask("POST", "/auth/sign-in/passkey/options", address=other())
    assert answer.status == 200, answer.text
    return answer.json


async def sign_in(shop: Served, flow: str, credential: Any) -> Answer:
    return await shop.ask("POST", "/auth/sign-in/passkey", {"flow": flow, "credential": credential}, address=other())


async def signed_in(shop: Served, device: Authenticator, **bent: Any) -> Answer:
    begun = await begin_sign_in(shop)
    return await sign_in(shop, begun["flow"], device.get(begun["options"], **bent))


def refusal(answer: Answer) -> tuple[int, str]:
    return answer.status, answer.json["message"]


# Making one


async def test_what_a_browser_is_asked_for(shop: Served):
    ann = await joined(shop, "ann")
    begun = await begin(ann)
    options = begun["options"]
    assert len(data(options["challenge"])) == 32
    assert len(data(options["user"]["id"])) == 64
    assert {**options, "challenge": "", "user": {**options["user"], "id": ""}} == {
        "rp": {"id": "localhost", "name": "localhost"},
        "user": {"id": "", "name": ann.email, "displayName": "Ann"},
        "challenge": "",
        "pubKeyCredParams": [
            {"type": "public-key", "alg": -8}, {"type": "public-key", "alg": -7}, {"type": "public-key", "alg": -257},
        ],
        "timeout": 300_000,
        "excludeCredentials": [],
        "authenticatorSelection": {
            "residentKey": "required", "requireResidentKey": True, "userVerification": "required",
        },
        "attestation": "none",
    }  # fmt: skip


@pytest.mark.parametrize("algorithm", [ES256, EDDSA, RS256])
async def test_a_passkey_signs_in(shop: Served, algorithm: int):
    ann, device = await joined(shop, "ann"), Authenticator(algorithm=algorithm)
    made = await with_passkey(ann, device, name="Ann's telephone")
    assert (made["id"], made["name"], made["backed_up"], made["used_at"]) == (
        text(device.passkeys[0].id), "Ann's telephone", False, None,
    )  # fmt: skip
    answer = await signed_in(shop, device)
    assert answer.status == 200, answer.text
    assert (await methods_of(ann))[0] == ("passkey",)
    (shown,) = (await ann.ask("GET", "/auth/passkeys")).json["passkeys"]
    assert shown["used_at"] is not None


async def test_a_passkey_stands_for_both_factors(shop: Served):
    ann, device = await joined(shop, "ann"), Authenticator()
    await with_passkey(ann, device)
    await with_totp(ann)
    assert (await signed_in(shop, device)).json["access_token"]


async def test_a_device_that_has_one_is_told_so(shop: Served):
    ann, device = await joined(shop, "ann"), Authenticator()
    first = await begin(ann)
    await keep(ann, first["flow"], device.create(first["options"]))
    second = await begin(ann)
    assert second["options"]["excludeCredentials"] == [
        {"id": text(device.passkeys[0].id), "type": "public-key", "transports": ["hybrid", "internal"]}
    ]
    assert second["options"]["user"]["id"] == first["options"]["user"]["id"]


async def test_they_are_named_listed_and_taken_away(shop: Served):
    ann, telephone, key = await joined(shop, "ann"), Authenticator(backed_up=True), Authenticator()
    one, two = await with_passkey(ann, telephone), await with_passkey(ann, key)
    assert [(one["name"], one["backed_up"]), (two["name"], two["backed_up"])] == [
        ("Passkey 1", True),
        ("Passkey 2", False),
    ]
    renamed = await ann.ask("PATCH", f"/auth/passkeys/{two['id']}", {"name": "The key at my keys"})
    assert renamed.json == {**two, "name": "The key at my keys"}
    assert (await ann.ask("DELETE", f"/auth/passkeys/{one['id']}")).status == 204
    assert [each["name"] for each in (await ann.ask("GET", "/auth/passkeys")).json["passkeys"]] == [
        "The key at my keys"
    ]
    assert refusal(await signed_in(shop, telephone)) == NOT_GOOD


async def test_nobody_touches_those_of_others(shop: Served):
    ann, bob, device = await joined(shop, "ann"), await joined(shop, "bob"), Authenticator()
    made = await with_passkey(ann, device)
    assert (await bob.ask("PATCH", f"/auth/passkeys/{made['id']}", {"name": "mine"})).status == 404
    assert (await bob.ask("DELETE", f"/auth/passkeys/{made['id']}")).status == 404
    assert (await bob.ask("GET", "/auth/passkeys")).json == {"passkeys": []}
    assert (await signed_in(shop, device)).status == 200


async def test_only_who_proved_who_they_are_a_moment_ago_makes_one(shop: Served):
    assert (await shop.ask("POST", "/auth/passkeys/options")).status == 401
    ann = await joined(shop, "ann")
    begun = await begin(ann)
    await an_hour_later(ann)
    for answer in (await ann.ask("POST", "/auth/passkeys/options"), await keep(ann, begun["flow"], {})):
        assert (answer.status, answer.json["type"]) == (403, "/errors/confirm-first")


async def test_thirty_are_enough(shop: Served):
    ann, device = await joined(shop, "ann"), Authenticator(algorithm=EDDSA)
    for _ in range(30):
        await with_passkey(ann, device)
    assert refusal(await ann.ask("POST", "/auth/passkeys/options")) == (409, "An account has at most 30 passkeys")


# Attacks on making one


@pytest.mark.parametrize(
    ("device", "changed"),
    [
        (Authenticator(origin="https://evil.example"), {}),
        (Authenticator(origin="http://localhost:8000.evil.example"), {}),
        (Authenticator(origin="http://localhost:8001"), {}),
        (Authenticator(party="evil.example"), {}),
        (Authenticator(verified=False), {}),
        (Authenticator(present=False), {}),
        (Authenticator(algorithm=ES384), {}),
        (Authenticator(), {"challenge": text(bytes(32))}),
        (Authenticator(), {"kind": "webauthn.get"}),
        (Authenticator(), {"id": b"short"}),
        (Authenticator(), {"id": bytes(1024)}),
    ],
    ids=[
        "another origin", "an origin that begins like ours", "another port", "another party", "nobody verified",
        "nobody present", "another algorithm", "another challenge", "an answer to something else", "a short id",
        "a long id",
    ],
)  # fmt: skip
async def test_an_answer_that_is_not_right_makes_none(shop: Served, device: Authenticator, changed: dict[str, Any]):
    ann = await joined(shop, "ann")
    begun = await begin(ann)
    assert refusal(await keep(ann, begun["flow"], device.create(begun["options"], **changed))) == NO_ANSWER
    assert (await ann.ask("GET", "/auth/passkeys")).json == {"passkeys": []}
    assert refusal(await keep(ann, begun["flow"], Authenticator().create(begun["options"]))) == SPENT


@pytest.mark.parametrize(
    "credential",
    [
        {},
        {"id": "a", "rawId": "a", "type": "public-key", "response": {}},
        {"id": 7, "rawId": None, "type": [], "response": "x"},
        {"id": "YQ", "rawId": "YQ", "type": "public-key",
         "response": {"clientDataJSON": "e30", "attestationObject": "oA"}},
        {"id": "é", "rawId": "é", "type": "public-key", "response": {"clientDataJSON": "é", "attestationObject": "é"}},
        {"id": "YQ", "rawId": "YQ", "type": "public-key",
         "response": {"clientDataJSON": "W10", "attestationObject": text(b"\x81" * 40_000)}},
    ],
)  # fmt: skip
async def test_nonsense_is_refused(shop: Served, credential: dict[str, Any]):
    ann = await joined(shop, "ann")
    assert refusal(await keep(ann, (await begin(ann))["flow"], credential)) == NO_ANSWER
    assert refusal(await sign_in(shop, (await begin_sign_in(shop))["flow"], credential)) == NOT_GOOD


async def test_the_challenge_of_another_account_is_not_good(shop: Served):
    ann, bob, device = await joined(shop, "ann"), await joined(shop, "bob"), Authenticator()
    begun = await begin(ann)
    answer = device.create(begun["options"])
    assert refusal(await keep(bob, begun["flow"], answer)) == SPENT
    assert (await keep(ann, begun["flow"], answer)).status == 201


async def test_a_challenge_is_good_once(shop: Served):
    ann, device = await joined(shop, "ann"), Authenticator()
    begun = await begin(ann)
    answers = await asyncio.gather(*(keep(ann, begun["flow"], device.create(begun["options"])) for _ in range(20)))
    assert sorted(answer.status for answer in answers) == [201, *[400] * 19]


async def test_the_id_of_anothers_passkey_is_taken(shop: Served):
    ann, mallory, device, evil = (
        await joined(shop, "ann"),
        await joined(shop, "mallory"),
        Authenticator(),
        Authenticator(),
    )
    await with_passkey(ann, device)
    begun = await begin(mallory)
    taken = await keep(mallory, begun["flow"], evil.create(begun["options"], id=device.passkeys[0].id))
    assert refusal(taken) == (409, "This passkey is registered already")
    assert (await signed_in(shop, device)).status == 200
    assert len(await methods_of(mallory)) == 1


# Attacks on signing in


async def test_the_options_tell_nothing_about_accounts(shop: Served):
    begun = await begin_sign_in(shop)
    assert set(begun) == {"flow", "options"}
    assert {**begun["options"], "challenge": ""} == {
        "challenge": "",
        "timeout": 300_000,
        "rpId": "localhost",
        "allowCredentials": [],
        "userVerification": "required",
    }


@pytest.mark.parametrize(
    ("bent", "changed"),
    [
        ({"origin": "https://evil.example"}, {}),
        ({"origin": "https://localhost:8000"}, {}),
        ({"party": "evil.example"}, {}),
        ({"verified": False}, {}),
        ({"present": False}, {}),
        ({}, {"challenge": text(bytes(32))}),
        ({}, {"kind": "webauthn.create"}),
        ({}, {"handle": bytes(64)}),
        ({}, {"handle": b""}),
        ({}, {"signature": bytes(70)}),
        ({}, {"signature": b"0"}),
        ({}, {"id": bytes(32)}),
    ],
    ids=[
        "another origin", "another scheme", "another party", "nobody verified", "nobody present", "another challenge",
        "an answer to something else", "another handle", "no handle", "a forged signature", "no signature", "unknown",
    ],
)  # fmt: skip
async def test_an_answer_that_is_not_right_signs_nobody_in(shop: Served, bent: dict[str, Any], changed: dict[str, Any]):
    ann, device = await joined(shop, "ann"), Authenticator()
    await with_passkey(ann, device)
    for name, value in bent.items():
        setattr(device, name, value)
    assert refusal(await signed_in(shop, device, **changed)) == NOT_GOOD
    assert await methods_of(ann) == [("password",)]


async def test_the_key_of_one_passkey_is_not_good_for_another(shop: Served):
    ann, mallory, device, evil = (
        await joined(shop, "ann"),
        await joined(shop, "mallory"),
        Authenticator(),
        Authenticator(),
    )
    await with_passkey(ann, device)
    await with_passkey(mallory, evil)
    passkey = device.passkeys[0]
    assert refusal(await signed_in(shop, evil, id=passkey.id, handle=passkey.handle)) == NOT_GOOD
    assert refusal(await signed_in(shop, evil, handle=passkey.handle)) == NOT_GOOD
    assert refusal(await signed_in(shop, evil, id=passkey.id)) == NOT_GOOD
    assert len(await methods_of(ann)) == 1


async def test_an_answer_that_somebody_recorded_is_good_once(shop: Served):
    ann, device = await joined(shop, "ann"), Authenticator(counts=False)
    await with_passkey(ann, device)
    begun = await begin_sign_in(shop)
    recorded = device.get(begun["options"])
    answers = await asyncio.gather(*(sign_in(shop, begun["flow"], recorded) for _ in range(20)))
    assert sorted(answer.status for answer in answers) == [200, *[400] * 19]
    again = await begin_sign_in(shop)
    assert refusal(await sign_in(shop, again["flow"], recorded)) == NOT_GOOD


async def test_a_challenge_ends(shop: Served, monkeypatch: pytest.MonkeyPatch):
    ann, device = await joined(shop, "ann"), Authenticator()
    await with_passkey(ann, device)
    begun = await begin_sign_in(shop)
    services = services_of(shop)

    async def age(transaction: Transaction) -> None:
        rows = services.tables.flows
        ended = services.clock() - timedelta(seconds=1)
        await rows.update(transaction, {"id": begun["flow"]}, expires_at=ended)

    await services.database.transact(age)
    assert refusal(await sign_in(shop, begun["flow"], device.get(begun["options"]))) == SPENT


async def test_a_challenge_to_make_one_is_none_to_sign_in(shop: Served):
    ann, device = await joined(shop, "ann"), Authenticator()
    await with_passkey(ann, device)
    begun = await begin(ann)
    assert refusal(await sign_in(shop, begun["flow"], device.get(begun["options"]))) == SPENT


async def test_a_counter_that_went_back_shows_a_copy(shop: Served):
    ann, device = await joined(shop, "ann"), Authenticator()
    await with_passkey(ann, device)
    copy = Authenticator(passkeys=[type(device.passkeys[0])(**vars(device.passkeys[0]))])
    assert (await signed_in(shop, device)).status == 200
    assert refusal(await signed_in(shop, copy)) == NOT_GOOD
    assert (await signed_in(shop, device)).status == 200


async def test_passkeys_that_do_not_count_are_good(shop: Served):
    ann, device = await joined(shop, "ann"), Authenticator(counts=False)
    await with_passkey(ann, device)
    assert [(await signed_in(shop, device)).status for _ in range(2)] == [200, 200]


async def test_what_a_sign_in_was_refused_for_stands_in_the_trail(shop: Served):
    ann, device = await joined(shop, "ann"), Authenticator()
    await with_passkey(ann, device)
    device.passkeys[0].count = -1
    assert refusal(await signed_in(shop, device)) == NOT_GOOD
    rows = await services_of(shop).tables.audit_log.find(services_of(shop).database, account=ann.account)
    assert [(row["event"], row["details"]) for row in rows] == [
        ("passkey.added", '{"passkey":"Passkey 1"}'),
        ("sign-in.failed", '{"method":"passkey","passkey":"counter went back"}'),
    ]


async def test_passkeys_go_with_their_account(shop: Served):
    ann, device = await joined(shop, "ann"), Authenticator()
    await with_passkey(ann, device)
    services = services_of(shop)
    await services.database.transact(
        lambda transaction: services.people.delete(transaction, ann.key, os.urandom(4).hex())
    )
    assert refusal(await signed_in(shop, device)) == NOT_GOOD
    assert await services.tables.passkeys.find(services.database, account=ann.account) == []
    assert await services.tables.passkey_handles.find(services.database, account=ann.account) == []
