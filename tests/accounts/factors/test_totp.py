"""Codes of an app: the standard's own examples, turning it on and off, and each code being good once."""

from __future__ import annotations

import asyncio
import os
from base64 import b32decode
from datetime import UTC, datetime
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from backsmith.accounts import totp
from backsmith.databases.transaction import Transaction
from tests.accounts.application import Served
from tests.accounts.factors.people import Member, code_of, joined, services_of, with_totp

PARALLEL = int(os.environ.get("BACKSMITH_PARALLEL_USES", "200"))
"""The requests that bring the same thing at once; 1,000 in the full test."""


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str):
    """Appendix B, the last six of its eight digits."""
    secret, now = b"12345678901234567890", datetime.fromtimestamp(seconds, UTC)
    assert totp.step_of(secret, code, now) == seconds // 30
    assert totp.step_of(secret, f" {code[:3]} {code[3:]} ", now) == seconds // 30


@pytest.mark.parametrize(("steps", "is_good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_the_codes_before_and_after_are_good_too(steps: int, is_good: bool):
    secret, seconds = b"12345678901234567890", 1234567890
    now = datetime.fromtimestamp(seconds + 30 * steps, UTC)
    assert (totp.step_of(secret, "005924", now) is not None) is is_good


@pytest.mark.parametrize("code", ["", "5924", "0005924", "005924\0", "٠٠٥٩٢٤", "００５９２４", "0x5924", "1" * 60_000])
def test_what_is_no_code_is_wrong(code: str):
    now = datetime.fromtimestamp(1234567890, UTC)
    assert totp.step_of(b"12345678901234567890", code, now) is None


async def test_turning_it_on(shop: Served):
    ann = await joined(shop, "ann")
    begun = await ann.ask("POST", "/auth/totp")
    assert begun.status == 200
    assert set(begun.json) == {"flow", "secret", "address", "qr"}
    secret, address = begun.json["secret"], urlsplit(begun.json["address"])
    assert len(b32decode(secret)) == 20
    assert (address.scheme, address.netloc, unquote(address.path)) == ("otpauth", "totp", f"/localhost:{ann.email}")
    assert parse_qs(address.query) == {
        "secret": [secret], "issuer": ["localhost"], "algorithm": ["SHA1"], "digits": ["6"], "period": ["30"],
    }  # fmt: skip
    assert begun.json["qr"].startswith("<svg ") and "<script" not in begun.json["qr"]
    assert (await ann.ask("GET", "/auth/second-factor")).json == {"totp": False, "recovery_codes": 0}

    confirmed = await ann.ask("POST", "/auth/totp/confirm", {"flow": begun.json["flow"], "code": code_of(secret)})
    assert confirmed.status == 200
    assert len(set(confirmed.json["codes"])) == 10
    assert all(len(code) == 19 and code.count("-") == 3 for code in confirmed.json["codes"])
    assert (await ann.ask("GET", "/auth/second-factor")).json == {"totp": True, "recovery_codes": 10}


async def test_a_wrong_code_turns_nothing_on_and_five_of_them_end_it(shop: Served):
    ann = await joined(shop, "ann")
    begun = (await ann.ask("POST", "/auth/totp")).json
    good = code_of(begun["secret"])
    wrong = f"{(int(good) + 1) % 1_000_000:06d}"
    for _ in range(5):
        refused = await ann.ask("POST", "/auth/totp/confirm", {"flow": begun["flow"], "code": wrong}, address=other())
        assert (refused.status, refused.json["message"]) == (401, "That code isn't right")
    spent = await ann.ask("POST", "/auth/totp/confirm", {"flow": begun["flow"], "code": good})
    assert (spent.status, spent.json["message"]) == (400, "This code or link isn't good (any more).")
    assert (await ann.ask("GET", "/auth/second-factor")).json == {"totp": False, "recovery_codes": 0}


async def test_nobody_confirms_what_another_began(shop: Served):
    ann, bob = await joined(shop, "ann"), await joined(shop, "bob")
    begun = (await ann.ask("POST", "/auth/totp")).json
    body = {"flow": begun["flow"], "code": code_of(begun["secret"])}
    assert (await bob.ask("POST", "/auth/totp/confirm", body)).status == 400
    assert (await ann.ask("POST", "/auth/totp/confirm", body)).status == 200


async def test_turning_it_off(shop: Served):
    ann = await joined(shop, "ann")
    await with_totp(ann)
    assert (await ann.ask("DELETE", "/auth/totp")).status == 204
    assert (await ann.ask("GET", "/auth/second-factor")).json == {"totp": False, "recovery_codes": 0}
    assert (await ann.ask("DELETE", "/auth/totp")).status == 204


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/auth/totp"),
        ("POST", "/auth/totp/confirm"),
        ("DELETE", "/auth/totp"),
        ("POST", "/auth/recovery-codes"),
    ],
)
async def test_only_who_proved_who_they_are_a_moment_ago_changes_factors(shop: Served, method: str, path: str):
    assert (await shop.ask(method, path, {})).status == 401
    ann = await joined(shop, "ann")
    await an_hour_later(ann)
    refused = await ann.ask(method, path, {"flow": "f", "code": "123456"} if path.endswith("confirm") else None)
    assert (refused.status, refused.json["type"]) == (403, "/errors/confirm-first")


async def test_the_secret_lies_sealed(shop: Served):
    ann = await joined(shop, "ann")
    secret, codes = await with_totp(ann)
    tables = services_of(shop).tables
    (row,) = await tables.totp.find(services_of(shop).database, account=ann.account)
    assert b32decode(secret) not in row["secret"]
    assert secret.encode() not in row["secret"]
    digests = [
        each["digest"] for each in await tables.recovery_codes.find(services_of(shop).database, account=ann.account)
    ]
    assert len(digests) == len(codes) == 10
    assert all(code.replace("-", "").encode() not in digest for code in codes for digest in digests)


async def test_a_code_that_many_bring_at_once_is_good_once(shop: Served):
    ann = await joined(shop, "ann")
    secret, _ = await with_totp(ann)
    services, code = services_of(shop), code_of(secret)

    async def use(transaction: Transaction) -> bool:
        return await totp.use(services, transaction, ann.account, code, services.clock())

    used = await asyncio.gather(*(services.database.transact(use, retry=True) for _ in range(PARALLEL)))
    assert sum(used) == 1


async def an_hour_later(member: Member) -> None:
    """The session was confirmed long ago."""
    services = services_of(member.served)

    async def work(transaction: Transaction) -> None:
        row = await services.tables.sessions.one(transaction, account=member.account)
        assert row is not None
        long_ago = row["confirmed_at"].replace(year=2020)
        await services.tables.sessions.update(transaction, {"id": row["id"]}, confirmed_at=long_ago)

    await services.database.transact(work)


def other() -> str:
    """Another address for each request."""
    return ".".join(map(str, os.urandom(4)))
