"""Who acts as somebody else, or by an API key, gets at nobody's account: not one endpoint of `/auth` lets them."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from backsmith.accounts.accounts import ENDPOINTS
from backsmith.accounts.endpoint import Endpoint
from tests.accounts.application import Answer, Served
from tests.accounts.people import Known, sign_in
from tests.accounts.signing.post import Post

Someone = Callable[[], Post]
OWN = [each for each in ENDPOINTS if each.access != "anyone"]


async def ask(club: Served, endpoint: Endpoint, key: Any, token: str) -> Answer:
    path = re.sub(r"\{\w+\}", str(key), endpoint.path)
    body: dict[str, Any] | None = {} if endpoint.body is not None else None
    return await club.ask(endpoint.method, f"/auth{path}", body, authorization=f"Bearer {token}")


async def acting(club: Served, target: Known, *roles: str) -> str:
    """The token of an administrator who acts as that account."""
    chief = await sign_in(club, "chief@shop.example", roles=["admin", *roles])
    reason = {"reason": "somebody asked for help"}
    begun = await chief.ask("POST", f"/auth/admin/accounts/{target.key}/impersonate", reason)
    assert begun.status == 201
    return begun.json["access_token"]


async def test_who_acts_as_somebody_else_is_refused_by_each(club: Served) -> None:
    target = await sign_in(club, "target@shop.example")
    token = await acting(club, target)
    answers = {each.path: (await ask(club, each, target.key, token)).status for each in OWN}
    assert set(answers.values()) == {403}, answers


async def test_who_acts_as_somebody_who_becomes_an_administrator_doesnt_administer(club: Served) -> None:
    target = await sign_in(club, "rising@shop.example")
    token = await acting(club, target)
    await sign_in(club, "rising@shop.example", roles=["admin"])
    answers = {each.path: (await ask(club, each, target.key, token)).status for each in OWN}
    assert set(answers.values()) == {403}, answers


async def test_an_api_key_for_everything_is_refused_by_each(club: Served) -> None:
    chief = await sign_in(club, "keys@shop.example", roles=["admin"])
    made = await chief.ask("POST", "/auth/keys", {"name": "all", "scopes": ["*:*"]})
    answers = {each.path: (await ask(club, each, chief.key, made.json["key"])).status for each in OWN}
    assert set(answers.values()) == {403}, answers


@pytest.mark.parametrize("by", ["impersonation", "key"])
async def test_neither_accepts_an_invitation(club: Served, post: Someone, by: str) -> None:
    owner, target = await sign_in(club, "owner@shop.example"), await sign_in(club, f"guest-{by}@shop.example")
    if by == "key":
        token = (await target.ask("POST", "/auth/keys", {"name": "all", "scopes": ["*:*"]})).json["key"]
    else:
        token = await acting(club, target)
    team = (await owner.ask("POST", "/auth/teams", {"name": "Crew"})).json["id"]
    await owner.ask("POST", f"/auth/teams/{team}/invitations", {"email": target.email})
    invitation = post().last("team-invitation", target.email).token
    answer = await club.ask("POST", "/auth/invitations/accept", {"token": invitation}, authorization=f"Bearer {token}")
    assert answer.status == 403


async def test_what_is_only_for_who_is_signed_in_is_for_nobody_else(club: Served) -> None:
    for endpoint in OWN:
        path = re.sub(r"\{\w+\}", "1", endpoint.path)
        answer = await club.ask(endpoint.method, f"/auth{path}", {} if endpoint.body is not None else None)
        assert answer.status == 401, endpoint.path


async def test_a_get_of_auth_changes_nothing() -> None:
    """A page of another site may make a browser send one with its cookie. What begins or finishes a sign-in by another
    provider is bound to its browser by a cookie of its own."""
    assert {each.path for each in ENDPOINTS if each.method == "GET"} == {
        "/me", "/teams", "/teams/{team}/invitations", "/admin/accounts", "/admin/accounts/{account}",
        "/admin/invitations", "/export", "/sessions", "/jwks.json", "/keys", "/admin/service-accounts",
        "/admin/service-accounts/{account}/keys", "/admin/audit-log", "/activity", "/passkeys", "/second-factor",
        "/oidc", "/oidc/{provider}", "/oidc/{provider}/callback", "/identities",
    }  # fmt: skip
