"""Access tokens that are signed here, and the attacks on them that are refused."""

from __future__ import annotations

import hmac
import json
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import pytest
from joserfc import jws
from joserfc.jwk import Key, OKPKey, import_key

from backsmith.accounts.keys import VerificationKey
from backsmith.accounts.tokens import OneAlgorithm
from tests.accounts.application import Answer, Served
from tests.accounts.sessions.people import OWN, account, change, services, sign_in


def parts_of(token: str | None) -> tuple[dict[str, Any], dict[str, Any]]:
    assert token is not None
    head, body, _ = token.split(".")
    return tuple(json.loads(urlsafe_b64decode(part + "=" * (-len(part) % 4))) for part in (head, body))  # type: ignore[return-value]


def part(value: dict[str, Any]) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


async def ask(shop: Served, token: str | None, target: str = "/api/customers") -> Answer:
    return await shop.ask("GET", target, authorization=f"Bearer {token}")


async def private_key(shop: Served) -> Key:
    """The private half of the key that signs, to make tokens that are wrong in one thing alone."""
    found = services(shop)
    row = (await found.tables.signing_keys.find(found.database, order="-number"))[0]
    return import_key(json.loads(found.secrets.open("signing key", row["private"], about=row["kid"])))


def signed(key: Key, header: dict[str, Any], claims: dict[str, Any]) -> str:
    registry = OneAlgorithm(VerificationKey("EdDSA", key))
    return jws.serialize_compact(header, json.dumps(claims).encode(), key, registry=registry)


async def test_what_a_token_says(shop: Served):
    key = await account(shop, "says", "staff", "admin")
    before = int(time.time())
    token = await sign_in(shop, key)
    header, claims = parts_of(token.access_token)
    kid = (await shop.ask("GET", "/auth/jwks.json")).json["keys"][0]["kid"]
    assert header == {"alg": "EdDSA", "typ": "at+jwt", "kid": kid}
    assert before <= claims["iat"] <= time.time()
    assert claims == {
        "iss": OWN,
        "aud": OWN,
        "sub": str(key),
        "client_id": OWN,
        "roles": ["admin", "staff"],
        "sid": token.id,
        "iat": claims["iat"],
        "exp": claims["iat"] + 300,
        "jti": claims["jti"],
    }


async def test_a_token_wrong_in_one_thing_is_refused(shop: Served):
    token = await sign_in(shop, await account(shop, "wrong"))
    header, claims = parts_of(token.access_token)
    key, now = await private_key(shop), int(time.time())
    assert (await ask(shop, signed(key, header, claims))).status == 200
    wrong: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "The token has expired.": ({}, {"iat": now - 600, "exp": now - 300}),
        "The token is from the future (`iat`).": ({}, {"iat": now + 60, "exp": now + 300}),
        "The token is from another issuer (`iss`).": ({}, {"iss": "https://other.example"}),
        "The token is meant for another audience (`aud`).": ({}, {"aud": "https://other.example"}),
        "The token lacks exp.": ({}, {"exp": None}),
        "The token lacks iss.": ({}, {"iss": None}),
        "The token lacks aud.": ({}, {"aud": None}),
        "The token lacks sub or sid.": ({}, {"sid": None}),
        "This session has ended.": ({}, {"sid": "A" * 22}),
        "The token is of another type (`typ`) than JWT.": ({"typ": "JWT"}, {}),
    }
    for message, (head, body) in wrong.items():
        changed = {name: value for name, value in {**claims, **body}.items() if value is not None}
        answer = await ask(shop, signed(key, {**header, **head}, changed))
        assert (answer.status, answer.json["message"]) == (401, message)
    for kind in ("refresh+jwt", "mfa+jwt", "logout+jwt", "dpop+jwt"):
        assert (await ask(shop, signed(key, {**header, "typ": kind}, claims))).status == 401


async def test_a_token_of_one_account_is_none_of_anothers_session(shop: Served):
    mine, theirs = await account(shop, "mine"), await account(shop, "theirs")
    token, other = await sign_in(shop, mine), await sign_in(shop, theirs)
    header, claims = parts_of(token.access_token)
    swapped = signed(await private_key(shop), header, {**claims, "sid": other.id})
    assert (await ask(shop, swapped)).status == 401


async def test_the_public_key_is_no_secret_to_sign_with(shop: Served):
    """Algorithm confusion: EdDSA's public half, in any of its forms, as the secret of HS256."""
    header, claims = parts_of((await sign_in(shop, await account(shop, "confused"))).access_token)
    published = (await shop.ask("GET", "/auth/jwks.json")).json["keys"][0]
    raw = urlsafe_b64decode(published["x"] + "==")
    pem = OKPKey.import_key({name: published[name] for name in ("kty", "crv", "x")}).as_pem(private=False)
    for secret in (raw, pem, pem.strip(), published["x"].encode(), json.dumps(published).encode()):
        text = f"{part({**header, 'alg': 'HS256'})}.{part(claims)}"
        forged = f"{text}.{urlsafe_b64encode(hmac.digest(secret, text.encode(), 'sha256')).rstrip(b'=').decode()}"
        assert (await ask(shop, forged)).status == 401


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", "", "HS256", "ES256", "RS256"])
async def test_a_token_cannot_choose_its_algorithm(shop: Served, algorithm: str):
    token = (await sign_in(shop, await account(shop, f"algorithm-{algorithm.encode().hex()}"))).access_token
    header, claims = parts_of(token)
    assert token is not None
    for signature in ("", token.split(".")[2]):
        answer = await ask(shop, f"{part({**header, 'alg': algorithm})}.{part(claims)}.{signature}")
        assert answer.status == 401


@pytest.mark.parametrize(
    "kid",
    [
        "../../../../dev/null",
        "' UNION SELECT 'x' --",
        "http://attacker.example/jwks.json",
        "x" * 300,
        "",
        None,
        7,
        ["a"],
        {},
    ],
)
async def test_the_name_of_a_key_is_only_looked_up(shop: Served, kid: Any):
    header, claims = parts_of((await sign_in(shop, await account(shop, f"kid{hash(str(kid))}"))).access_token)
    attacker = OKPKey.generate_key("Ed25519")
    forged = signed(attacker, {**header, "kid": "x"}, claims)
    body = f"{part({**header, 'kid': kid})}.{part(claims)}"
    for token in (f"{body}.{forged.split('.')[2]}", f"{body}."):
        assert (await ask(shop, token)).status == 401


async def test_a_key_that_the_token_brings_along_is_not_looked_at(shop: Served):
    header, claims = parts_of((await sign_in(shop, await account(shop, "brings"))).access_token)
    attacker = OKPKey.generate_key("Ed25519")
    public = attacker.as_dict(private=False)
    for extra in ({"jwk": public}, {"jku": "https://attacker.example"}, {"x5u": "https://attacker.example"}):
        body = f"{part({**header, **extra})}.{part(claims)}"
        key: Any = attacker.raw_value
        signature = urlsafe_b64encode(key.sign(body.encode())).rstrip(b"=").decode()
        assert (await ask(shop, f"{body}.{signature}")).status == 401
    forged = signed(attacker, header, claims)
    assert (await ask(shop, forged)).json["message"] == "The token's signature doesn't fit."


async def test_the_roles_are_those_of_the_tables_whatever_the_token_says(shop: Served):
    token = await sign_in(shop, await account(shop, "roles"))
    header, claims = parts_of(token.access_token)
    forged = signed(await private_key(shop), header, {**claims, "roles": ["admin", "staff"]})
    assert (await ask(shop, forged, "/api/orders")).json == []
    answer = await shop.ask("GET", "/auth/admin/service-accounts", authorization=f"Bearer {forged}")
    assert (answer.status, answer.json["message"]) == (403, "Only accounts with the role admin may do that")


async def test_a_disabled_account_is_refused_at_once_with_a_token_that_is_good_still(shop: Served):
    found, key = services(shop), await account(shop, "disabled")
    token = await sign_in(shop, key)
    assert (await ask(shop, token.access_token)).status == 200
    state = {"account": str(key), "kind": "person", "verified_email": None, "created_at": found.clock()}

    async def disable(transaction: Any) -> None:
        await found.tables.states.put(transaction, disabled_at=found.clock(), **state)
        await found.sessions.changed(transaction, key)

    await found.database.transact(disable)
    assert (await ask(shop, token.access_token)).json["message"] == "This session has ended."


async def test_a_token_of_an_account_whose_row_is_gone_is_refused(shop: Served):
    found, key = services(shop), await account(shop, "deleted")
    token = await sign_in(shop, key)
    assert (await ask(shop, token.access_token)).status == 200
    await found.database.transact(lambda transaction: found.people.delete(transaction, key, "test"))
    assert (await ask(shop, token.access_token)).status == 401


async def test_a_role_that_is_taken_away_is_gone_at_once(shop: Served):
    found, key = services(shop), await account(shop, "demoted", "admin")
    token = await sign_in(shop, key)
    assert (await ask(shop, token.access_token, "/auth/admin/service-accounts")).status == 200

    async def take(transaction: Any) -> None:
        await found.tables.roles.delete(transaction, account=str(key), role="admin")
        await found.sessions.changed(transaction, key)

    await found.database.transact(take)
    assert (await ask(shop, token.access_token, "/auth/admin/service-accounts")).status == 403


async def test_a_transaction_that_is_undone_ends_no_session(shop: Served):
    found, key = services(shop), await account(shop, "undone")
    token = await sign_in(shop, key)

    async def end(transaction: Any) -> None:
        await found.sessions.end(transaction, key, token.id)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await found.database.transact(end)
    assert (await ask(shop, token.access_token)).status == 200


async def test_who_asks_before_the_commit_isnt_remembered_after_it(shop: Served):
    found, key = services(shop), await account(shop, "between")
    token = await sign_in(shop, key)
    assert (await ask(shop, token.access_token)).status == 200

    async def end(transaction: Any) -> None:
        await found.sessions.end(transaction, key, token.id)
        assert (await ask(shop, token.access_token)).status == 200

    await found.database.transact(end)
    assert (await ask(shop, token.access_token)).status == 401


async def test_a_session_that_is_over_takes_its_tokens_with_it(shop: Served):
    token = await sign_in(shop, await account(shop, "ended"))
    await change(shop, "sessions", {"id": token.id}, expires_at=services(shop).clock())
    assert (await ask(shop, token.access_token)).status == 401
