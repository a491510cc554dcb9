"""The keys that sign access tokens: published, sealed at rest, replaced in time, or at once after a leak."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from backsmith.accounts.signing_keys import PUBLISHED, STAYS
from tests.accounts.application import NOTES, Served, serve
from tests.accounts.sessions.people import account, change, services, sign_in


def kid_of(token: str | None) -> str:
    assert token is not None
    head = token.split(".")[0]
    return json.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"]


async def status(served: Served, token: str | None) -> int:
    return (await served.ask("GET", "/api/notes", authorization=f"Bearer {token}")).status


async def published(served: Served) -> list[str]:
    return [key["kid"] for key in (await served.ask("GET", "/auth/jwks.json")).json["keys"]]


async def test_the_public_halves_alone_are_published(served: Served):
    answer = await served.ask("GET", "/.well-known/jwks.json")
    (key,) = answer.json["keys"]
    assert {name: key[name] for name in ("kty", "crv", "use", "alg")} == {
        "kty": "OKP",
        "crv": "Ed25519",
        "use": "sig",
        "alg": "EdDSA",
    }
    assert set(key) == {"kty", "crv", "x", "use", "alg", "kid"}
    assert answer.header("cache-control") == "public, max-age=300"
    assert (await served.ask("GET", "/auth/jwks.json")).body == answer.body


async def test_the_private_half_is_kept_sealed(served: Served):
    await sign_in(served, await account(served, "ann"))
    found = services(served)
    (row,) = await found.tables.signing_keys.find(found.database)
    private = json.loads(found.secrets.open("signing key", row["private"], about=row["kid"]))
    assert urlsafe_b64decode(private["d"] + "==") not in row["private"]
    assert private["d"].encode() not in row["private"]
    assert '"d"' not in row["public"]


async def test_a_new_key_is_published_before_it_signs_and_an_old_one_checks_until_its_tokens_ended(served: Served):
    key, found = await account(served, "ann"), services(served)
    old = await sign_in(served, key)
    kid = await found.signing.rotate()
    assert await published(served) == [kid_of(old.access_token), kid]
    between = await sign_in(served, key)
    assert kid_of(between.access_token) == kid_of(old.access_token)
    now = found.clock()
    await change(served, "signing_keys", {"number": 1}, ends_at=now + STAYS)
    await change(served, "signing_keys", {"number": 2}, signs_from=now)
    found.signing.forget()
    after = await sign_in(served, key)
    assert kid_of(after.access_token) == kid
    assert [await status(served, each.access_token) for each in (old, between, after)] == [200, 200, 200]
    await change(served, "signing_keys", {"number": 1}, ends_at=now)
    found.signing.forget()
    assert await published(served) == [kid]
    fresh = await sign_in(served, key)
    assert await status(served, fresh.access_token) == 200
    assert timedelta(seconds=300) < PUBLISHED


async def test_a_key_that_leaked_ends_at_once_and_sessions_go_on(served: Served):
    key, found = await account(served, "ann"), services(served)
    before = await sign_in(served, key)
    assert await status(served, before.access_token) == 200
    kid = await found.signing.rotate(at_once=True)
    assert await published(served) == [kid]
    assert await status(served, before.access_token) == 401
    renewed = (await served.ask("POST", "/auth/token", {"refresh_token": before.refresh_token})).json
    assert kid_of(renewed["access_token"]) == kid
    assert await status(served, renewed["access_token"]) == 200


async def test_an_old_key_is_replaced_without_anybody_asking(served: Served):
    key, found = await account(served, "ann"), services(served)
    await sign_in(served, key)
    await change(served, "signing_keys", {"number": 1}, signs_from=found.clock() - timedelta(days=91))
    found.signing.forget()
    await sign_in(served, key)
    await found.signing.close()
    rows = await found.tables.signing_keys.find(found.database, order="number")
    assert [row["number"] for row in rows] == [1, 2]
    assert rows[1]["signs_from"] > found.clock()
    await sign_in(served, key)
    await found.signing.close()
    assert len(await found.tables.signing_keys.find(found.database)) == 2


async def test_es256_by_setting(database_url: str, tmp_path: Path, run: Callable[..., Any]):
    served = await serve(NOTES, database_url, tmp_path, token_algorithm="ES256")
    token = await sign_in(served, await account(served, "ann"))
    (key,) = (await served.ask("GET", "/auth/jwks.json")).json["keys"]
    assert (key["kty"], key["crv"], key["alg"]) == ("EC", "P-256", "ES256")
    assert await status(served, token.access_token) == 200
    await served.application.close()


async def test_a_private_half_that_cant_be_opened_signs_no_more_but_the_key_still_checks(
    served: Served, caplog: pytest.LogCaptureFixture
):
    key, found = await account(served, "ann"), services(served)
    before = await sign_in(served, key)
    await change(served, "signing_keys", {"number": 1}, private=b"broken")
    found.signing.forget()
    after = await sign_in(served, key)
    assert kid_of(after.access_token) != kid_of(before.access_token)
    assert [await status(served, each.access_token) for each in (before, after)] == [200, 200]
    assert "can't be opened" in caplog.text
