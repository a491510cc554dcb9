"""Texts that no database keeps, look-alikes, and much work for little: refused as whatever else is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from backsmith.accounts.people import normal_email, same_letters
from tests.accounts.application import Served
from tests.accounts.people import sign_in
from tests.accounts.signing.post import PASSWORD, Post

Someone = Callable[[], Post]
NUL = "a\0b@shop.example"
PUBLIC: list[tuple[str, dict[str, Any]]] = [
    ("sign-in", {"email": NUL, "password": PASSWORD}),
    ("sign-in", {"email": "a@shop.example", "password": "a\0bcdefghijklmnop"}),
    ("code", {"email": NUL}),
    ("reset", {"email": NUL}),
    ("sign-up", {"email": NUL}),
    ("sign-up", {"email": "a@shop.example", "name": "a\0"}),
    ("sign-up", {"email": "a@shop.example", "invitation": "a\0.b"}),
    ("code/confirm", {"flow": "a\0", "code": "12345678"}),
    ("code/confirm", {"token": "a\0.b"}),
    ("reset/confirm", {"token": "a\0.b", "password": PASSWORD}),
    ("second-factor", {"flow": "a\0", "code": "123456"}),
    ("token", {"refresh_token": "a\0"}),
    ("email/undo", {"token": "a\0.b"}),
    ("sign-in/passkey", {"flow": "a\0", "credential": {}}),
    ("invitations/accept", {"token": "a\0.b"}),
]


@pytest.mark.parametrize(("target", "body"), PUBLIC, ids=lambda each: each if isinstance(each, str) else "")
async def test_nul_is_refused_and_breaks_no_connection(post: Someone, target: str, body: dict[str, Any]) -> None:
    answer = await post().ask("POST", target, body)
    assert 400 <= answer.status < 500, answer.text


async def test_nul_in_addresses_of_administration(club: Served) -> None:
    chief = await sign_in(club, "chief@shop.example", roles=["admin"])
    for method, target in [
        ("GET", "accounts/a%00"),
        ("POST", f"accounts/{chief.key}/roles/a%00"),
        ("DELETE", f"accounts/{chief.key}/roles/a%00"),
        ("DELETE", "invitations/a%00"),
        ("GET", "audit-log?event=%00"),
    ]:
        answer = await chief.ask(method, f"/auth/admin/{target}")
        assert 400 <= answer.status < 500, (target, answer.text)


@pytest.mark.parametrize("text", ["a\0b", "x' OR '1'='1", "x\\' OR 1=1 --", "\u0130", "\ud83d\ude00"])
async def test_nothing_in_an_address_is_taken_for_sql(post: Someone, text: str) -> None:
    who = post()
    await who.sign_up()
    answer = await post().ask("POST", "sign-in", {"email": text, "password": PASSWORD})
    assert answer.status in (400, 401)


@pytest.fixture
def kelvin() -> Iterator[str]:
    yield "vi\u212aim@shop.example"


async def test_mail_goes_to_the_very_address_that_counts_as_verified(club: Served, post: Someone, kelvin: str) -> None:
    """The sign for kelvin becomes a k: whoever had a mailbox of the one address would verify the other."""
    owner, guest = await sign_in(club, "owner@shop.example"), post()
    team = (await owner.ask("POST", "/auth/teams", {"name": "Crew"})).json["id"]
    made = await owner.ask("POST", f"/auth/teams/{team}/invitations", {"email": kelvin})
    assert (made.status, made.json["email"]) == (201, "vikim@shop.example")
    assert guest.mails(kelvin) == []
    assert guest.last("team-invitation", "vikim@shop.example").token


@pytest.mark.parametrize(
    ("email", "same"),
    [
        ("Ann@Shop.Example", True),
        (" ann@shop.example ", True),
        ("ånn@shop.example", True),
        ("vi\u212aim@shop.example", False),
        ("Å@shop.example", False),
        ("\u0130@shop.example", False),
        ("A\u030a@shop.example", False),
    ],
)
def test_which_addresses_of_another_provider_are_the_one_that_we_compare(email: str, same: bool) -> None:
    assert same_letters(email, normal_email(email)) is same


async def test_nobody_gets_more_hashing_than_the_limits_allow(
    post: Someone, club: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    who = post()
    hashed: list[str] = []

    async def hash(password: str) -> str:
        hashed.append(password)
        return "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ$aGFzaGhhc2hoYXNoaGFzaA"

    monkeypatch.setattr(who.services.passwords, "hash", hash)
    bodies = [{"email": f"a{number}@shop.example", "password": PASSWORD} for number in range(16)]
    bodies += [{**body, "invitation": "a.b"} for body in bodies * 3]
    statuses = [(await who.ask("POST", "sign-up", body)).status for body in bodies]
    assert statuses.count(429) > 10
    assert len(hashed) == len(statuses) - statuses.count(429)
