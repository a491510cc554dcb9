"""Passwords: which are taken, and that hashing them holds up nobody and takes no more than its share."""

from __future__ import annotations

import asyncio
import random
from hashlib import sha1
from pathlib import Path
from typing import Any

import pytest

from backsmith.accounts.breached import SIZE, is_breached, is_common
from backsmith.accounts.passwords import MOST_WAITING, Passwords
from backsmith.errors import OVERLOADED, RequestError, UsageError
from backsmith.settings import Settings

WORDS = ["ann.lee@shop.example", "Ann Lee", "Notes"]


async def judged(password: str, **settings: Any) -> str | None:
    """Why a password isn't taken."""
    passwords = Passwords(Settings(**settings))
    try:
        await passwords.refuse_bad(password, WORDS)
    except RequestError as error:
        return error.message
    finally:
        passwords.close()
    return None


@pytest.mark.parametrize(
    "password",
    [
        "correct horse",
        "ＦＵＬＬ ＷＩＤＴＨ",
        "пароль-пароль",
        "x" * 9 + "y",
        "  spaces  around  ",
        "🦊🐻🐼🐨🐯🦁🐮🐷🐸🐵",
        "z" * 1024,
    ],
)
async def test_passwords_that_are_taken(password: str):
    assert await judged(password) is None


@pytest.mark.parametrize(
    ("password", "message"),
    [
        ("123456789", "A password has at least 10 characters"),
        ("x" * 1025, "A password has at most 1,024 characters"),
    ],
)
async def test_too_short_and_too_long(password: str, message: str):
    assert await judged(password) == message


@pytest.mark.parametrize(
    "password",
    [
        "password123",
        "PASSWORD123",
        "1234567890",
        "qwertyuiop",
        "ann.lee@shop.example",
        "AnnLee-AnnLee",
        "Notes Notes1",
        "shop.example",
    ],
)
async def test_passwords_that_are_tried_first(password: str):
    assert (await judged(password) or "").startswith("This password is one of those that are tried first")


async def test_the_least_length_is_a_setting():
    assert await judged("fourteen chars", password_min=15) == "A password has at least 15 characters"
    assert await judged("eight 8c", password_min=8) is None


def test_the_list_that_ships():
    data = Path("src/backsmith/accounts/common_passwords.bin").read_bytes()
    entries = [data[start : start + SIZE] for start in range(0, len(data), SIZE)]
    assert (len(entries), entries) == (16_293, sorted(set(entries)))
    assert not any(is_common(random.randbytes(9).hex()) for _ in range(1000))


def test_a_larger_list_is_looked_into_where_it_lies(tmp_path: Path):
    known = [f"password {number}" for number in range(500)]
    lines = sorted(sha1(each.encode()).hexdigest().upper() for each in known)
    for ending in ("", ":12", ":12\r"):
        file = tmp_path / "list.txt"
        file.write_text("".join(f"{line}{ending}\n" for line in lines), newline="")
        assert all(is_breached(each, str(file)) for each in known)
        assert not any(is_breached(f"another {number}", str(file)) for number in range(500))


def test_a_file_that_is_no_list(tmp_path: Path):
    file = tmp_path / "list.txt"
    file.write_text("password\nletmein\n" * 9)
    with pytest.raises(UsageError, match="isn't a list of SHA-1 hashes"):
        is_breached("x", str(file))


async def test_a_password_of_the_larger_list_is_refused(tmp_path: Path):
    file = tmp_path / "list.txt"
    file.write_text(sha1(b"no longer a secret").hexdigest() + "\n")
    assert await judged("no longer a secret", breached_passwords=str(file))


async def test_hashes_are_salted_and_fit_their_password_alone():
    passwords = Passwords(Settings())
    first, second = await passwords.hash("correct horse"), await passwords.hash("correct horse")
    assert first != second
    assert first.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passwords.check("correct horse", first) == (True, None)
    assert await passwords.check("correct horsf", first) == (False, None)
    assert await passwords.check("correct horse", None) == (False, None)
    assert await passwords.check("correct horse", "no hash at all") == (False, None)


async def test_nothing_is_cut_off_and_keyboards_agree():
    passwords = Passwords(Settings())
    long = "a" * 1000
    assert not (await passwords.check(long + "c", await passwords.hash(long + "b"))).fits
    assert (await passwords.check("cafe\u0301 \ufb01n", await passwords.hash("caf\u00e9 fin"))).fits
    assert not (await passwords.check("a", await passwords.hash("a\0b"))).fits


async def test_too_many_at_once_are_sent_away_and_nobody_else_waits():
    passwords = Passwords(Settings())
    slowest = 0.0

    async def ticking() -> None:
        nonlocal slowest
        loop = asyncio.get_running_loop()
        while True:
            before = loop.time()
            await asyncio.sleep(0.001)
            slowest = max(slowest, loop.time() - before)

    ticks = asyncio.create_task(ticking())
    answers = await asyncio.gather(*(passwords.hash("correct horse") for _ in range(200)), return_exceptions=True)
    ticks.cancel()
    refused = [each for each in answers if isinstance(each, RequestError)]
    assert {(each.kind, each.headers) for each in refused} == {(OVERLOADED, (("Retry-After", "2"),))}
    assert MOST_WAITING < len(answers) - len(refused) <= 200 - 100
    assert slowest < 0.5  # of the seconds that hashing took all of them; a busy machine has hiccups of its own
    assert (await passwords.hash("correct horse")).startswith("$argon2id")
