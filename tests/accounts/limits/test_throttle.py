"""Attempts: exactly as many as may get through, waits that grow, and nobody who is locked out."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from backsmith.accounts.limits.policies import POLICIES
from backsmith.accounts.throttle import Throttle
from backsmith.databases import Database
from backsmith.databases.transaction import Transaction
from backsmith.errors import RequestError, UsageError
from tests.accounts.guarded import Clock, another, guarded

HOME, AWAY, ATTACKER = "192.0.2.1", "198.51.100.9", "203.0.113.7"


async def _wait(throttle: Throttle, account: str | None, address: str, what: str = "sign-in") -> int:
    """Try once; the seconds of Retry-After, 0 where the attempt may be made."""
    try:
        await throttle.take(what, account=account, address=address)
    except RequestError as error:
        assert error.status == 429
        return int(dict(error.headers)["Retry-After"])
    return 0


async def test_waits_grow_and_end(database: Database, tmp_path: Path) -> None:
    one = await guarded(database, tmp_path)
    waits: list[int] = []
    for _ in range(17):
        waits.append(await _wait(one.throttle, "ann@example.com", HOME))
        one.clock.go(seconds=waits[-1])
    assert waits == [0, 0, 0, 0, 0, 1, 0, 2, 0, 4, 0, 8, 0, 16, 0, 32, 0]
    for _ in range(8):
        one.clock.go(seconds=await _wait(one.throttle, "ann@example.com", HOME))
    assert await _wait(one.throttle, "ann@example.com", HOME) == 512
    for _ in range(6):
        one.clock.go(seconds=await _wait(one.throttle, "ann@example.com", HOME))
    assert await _wait(one.throttle, "ann@example.com", HOME) == 900  # a quarter of an hour is the longest
    one.clock.go(hours=6)
    assert await _wait(one.throttle, "ann@example.com", HOME) == 0


async def test_of_1000_at_once_exactly_the_allowance_gets_through(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    """From two processes; each from another address, so that it is the account's allowance that counts."""
    clock = Clock()
    one = await guarded(database, tmp_path, clock)
    two = await another(database_url, tmp_path, clock)
    try:
        waits = await asyncio.gather(
            *(
                _wait((one, two)[number % 2].throttle, "ann@example.com", f"10.0.{number // 250}.{number % 250}")
                for number in range(1000)
            )
        )
    finally:
        await two.database.close()
    assert waits.count(0) == POLICIES["sign-in"].account.allowance == 20  # type: ignore[union-attr]


async def test_attempts_from_one_address_cost_an_account_no_more_than_they_may(
    database: Database, tmp_path: Path
) -> None:
    """Else one attacker alone could use up what the whole world may try at an account."""
    one = await guarded(database, tmp_path)
    await asyncio.gather(*(_wait(one.throttle, "ann@example.com", ATTACKER) for _ in range(200)))
    assert [await _wait(one.throttle, "ann@example.com", AWAY) for _ in range(3)] == [0, 0, 0]


async def test_known_and_unknown_accounts_are_treated_alike(database: Database, tmp_path: Path) -> None:
    one = await guarded(database, tmp_path)
    for account in ("ann@example.com", "nobody@example.com"):
        refusals: list[tuple[object, ...]] = []
        for _ in range(6):
            try:
                await one.throttle.take("sign-in", account=account, address=HOME)
            except RequestError as error:
                refusals.append((error.status, error.message, error.hint, error.headers, error.members))
        assert refusals == [
            (
                429,
                "That was tried too often.",
                "Try again in a second.",
                (("Retry-After", "1"),),
                {"retry_after": 1},
            )
        ]


async def test_ways_to_write_an_address_are_one(database: Database, tmp_path: Path) -> None:
    one = await guarded(database, tmp_path)
    emails = ["ann@example.com", "ANN@example.com", " ann@example.com", "Ann@Example.Com", "ann@example.com"]
    addresses = ["2001:db8::1", "2001:db8::2", "2001:db8:0:0:ffff::", "2001:DB8::1", "2001:db8::9"]
    for email, address in zip(emails, addresses, strict=True):
        assert await _wait(one.throttle, email, address) == 0
    assert await _wait(one.throttle, "ann@example.com", "2001:db8::abcd") == 1


async def test_many_networks_of_one_site_count_together(database: Database, tmp_path: Path) -> None:
    one = await guarded(database, tmp_path)
    waits = [await _wait(one.throttle, None, f"2001:db8:1:{number:x}::1") for number in range(201)]
    assert (waits.count(0), waits[-1]) == (200, 1)
    assert await _wait(one.throttle, None, "2001:db8:2::1") == 0


async def test_an_attacker_keeps_nobody_out_where_they_have_signed_in_before(
    database: Database, tmp_path: Path
) -> None:
    one = await guarded(database, tmp_path)
    assert await _wait(one.throttle, "ann@example.com", HOME) == 0
    await one.throttle.succeeded("sign-in", account="ann@example.com", address=HOME)
    for number in range(60):
        await _wait(one.throttle, "ann@example.com", f"10.0.0.{number}")
    assert await _wait(one.throttle, "ann@example.com", AWAY) > 0
    assert await _wait(one.throttle, "ann@example.com", HOME) == 0
    assert await _wait(one.throttle, "ann@example.com", AWAY, "code") == 0  # another way in is counted apart


async def test_success_gives_back_what_it_cost_and_no_more(database: Database, tmp_path: Path) -> None:
    """Signing in to one's own account in between doesn't reset what an address has failed."""
    one = await guarded(database, tmp_path)
    wrong = 0
    for number in range(200):
        if await _wait(one.throttle, f"victim-{number}@example.com", ATTACKER) == 0:
            wrong += 1
        if await _wait(one.throttle, "mallory@example.com", ATTACKER) == 0:
            await one.throttle.succeeded("sign-in", account="mallory@example.com", address=ATTACKER)
    assert wrong == POLICIES["sign-in"].address.allowance == 30  # type: ignore[union-attr]


async def test_what_is_right_again_begins_anew(database: Database, tmp_path: Path) -> None:
    one = await guarded(database, tmp_path)
    for _ in range(3):
        assert [await _wait(one.throttle, "ann@example.com", HOME) for _ in range(4)] == [0, 0, 0, 0]
        await one.throttle.succeeded("sign-in", account="ann@example.com", address=HOME)


async def test_wrong_keys_count_only_where_they_fail(database: Database, tmp_path: Path) -> None:
    one = await guarded(database, tmp_path)
    assert [await _wait(one.throttle, None, HOME, "key") for _ in range(50)] == [0] * 50
    waits = [await one.throttle.failed("key", address=HOME) for _ in range(21)]
    assert waits == [0.0] * 19 + [1.0, 1.0]
    assert await _wait(one.throttle, None, HOME, "key") == 1


async def test_an_attempt_is_no_part_of_another_transaction(database: Database, tmp_path: Path) -> None:
    one = await guarded(database, tmp_path)

    async def work(transaction: Transaction) -> None:
        await one.throttle.take("sign-in", account="ann@example.com", address=HOME)

    with pytest.raises(UsageError, match="inside another one"):
        await database.transact(work)


async def test_the_table_holds_no_names_and_is_cleaned(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("backsmith.accounts.throttle.PURGE", 1.0)
    one = await guarded(database, tmp_path)
    for number in range(40):
        await _wait(one.throttle, f"ann-{number}@example.com", f"10.0.0.{number}")
    rows = await one.tables.attempts.find(database)
    assert len(rows) == 120
    assert {len(row["key"]) for row in rows} == {16}
    one.clock.go(days=2)
    await _wait(one.throttle, None, HOME)
    assert len(await one.tables.attempts.find(database)) == 1
