"""`/openapi.json`: whose document it is, and how it is kept."""

from __future__ import annotations

import json
from typing import Any

import pytest

from backsmith import errors
from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.contract.serving import ContractPages
from backsmith.engine.access import Authorizer
from backsmith.engine.exchange import Exchange
from backsmith.errors import RequestError
from backsmith.http.reply import Reply
from backsmith.http.request import Request
from backsmith.settings import Settings
from tests.contract.openapi.applications import blueprint_of, document
from tests.engine.client import Client

STAFF = Asker(1, frozenset({"staff"}), "token")
CUSTOMER = Asker(2, frozenset(), "token")


def pages(asker: Asker | RequestError = NOBODY, **settings: Any) -> ContractPages:
    """What answers for the shop, whoever asks."""

    async def identify(request: Request) -> Asker:
        if isinstance(asker, RequestError):
            raise asker
        return asker

    blueprint = blueprint_of("shop")
    return ContractPages(blueprint, Settings(**settings), identify, Authorizer(blueprint).kind)


async def get(one: ContractPages, query: str = "", method: str = "GET", **headers: str) -> Reply:
    """Its reply for the document."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = Request(method, ("", "openapi.json"), "/openapi.json", query, named)
    return await one.answer(request, Exchange(request, "1"))


def is_for(reply: Reply, audience: str) -> bool:
    """Whether it says that it is this audience's; everybody's says nothing."""
    body = reply.body
    assert isinstance(body, bytes)
    return (f"This is what `{audience}` may reach" if audience != "everybody" else "This is what").encode() in body


def headers(reply: Reply) -> dict[str, str]:
    return dict(reply.headers)


async def test_everybody_s_in_development() -> None:
    reply = await get(pages(CUSTOMER))
    assert reply.status == 200
    assert headers(reply)["content-type"] == "application/json"
    assert not is_for(reply, "everybody"), "nothing is left out"


@pytest.mark.parametrize(
    ("asker", "audience", "cache"),
    [
        (NOBODY, "anonymous", "no-cache"),
        (CUSTOMER, "signed_in", "private, no-cache"),
        (STAFF, "staff", "private, no-cache"),
    ],
    ids=["nobody", "customer", "staff"],
)
@pytest.mark.parametrize(
    "settings", [{"environment": "production"}, {"documents": "asker"}], ids=["production", "asker"]
)
async def test_their_own_for_each_who_asks(asker: Asker, audience: str, cache: str, settings: dict[str, Any]) -> None:
    reply = await get(pages(asker, **settings))
    assert is_for(reply, audience)
    assert headers(reply)["cache-control"] == cache


async def test_what_a_key_s_scopes_leave_out_is_not_there() -> None:
    key = Asker(1, frozenset({"staff"}), "key", "reporting", frozenset({"read:products"}))
    body = (await get(pages(key, environment="production"))).body
    assert isinstance(body, bytes)
    paths = json.loads(body)["paths"]
    assert [path for path in paths if path.startswith("/api/")] == ["/api/products", "/api/products/{id}", "/api/batch"]
    assert list(paths["/api/products"]) == ["get"]
    assert "/catalogue.csv" not in paths
    assert "/auth/keys" not in paths


async def test_everybody_s_in_production_where_the_settings_say_so() -> None:
    assert not is_for(await get(pages(environment="production", documents="everybody")), "everybody")


def test_nothing_where_it_is_off() -> None:
    assert pages().serves(("openapi.json",))
    assert not pages(documents="off").serves(("openapi.json",))


def test_other_addresses_are_not_its_own() -> None:
    one = pages()
    assert [
        path for path in (("docs",), ("openapi.json", "x"), ("openapi",), ("api",), ("",)) if one.serves(path)
    ] == []


async def test_another_audience_s_in_development() -> None:
    assert is_for(await get(pages(), "audience=staff"), "staff")
    with pytest.raises(RequestError, match=r"No rule mentions the role 'stuff'\. There are: everybody, anonymous"):
        await get(pages(), "audience=stuff")
    with pytest.raises(RequestError, match="Another audience's contract is shown in development only") as refused:
        await get(pages(environment="production"), "audience=staff")
    assert refused.value.kind is errors.FORBIDDEN


async def test_it_is_asked_for_again_by_its_etag() -> None:
    one = pages()
    reply = await get(one)
    etag = headers(reply)["etag"]
    again = await get(one, if_none_match=etag)
    assert (again.status, again.body) == (304, b"")
    assert headers(again) == {"etag": etag, "cache-control": "no-cache"}
    assert (await get(one, if_none_match='"other"')).status == 200
    head = await get(one, method="HEAD")
    assert (head.status, head.body, headers(head)["content-length"]) == (200, b"", headers(reply)["content-length"])


async def test_it_is_made_once_for_each_kind_of_asker(monkeypatch: pytest.MonkeyPatch) -> None:
    one = pages(environment="production")
    first = (await get(one)).body
    monkeypatch.delattr("backsmith.contract.serving.served_contract")
    assert (await get(one)).body is first


async def test_only_reading_is_allowed() -> None:
    with pytest.raises(RequestError, match="POST isn't allowed here") as refused:
        await get(pages(), method="POST")
    assert refused.value.headers == (("allow", "GET, HEAD, OPTIONS"),)


async def test_a_session_that_has_ended_is_nobody_s_and_a_token_that_isn_t_good_is_refused() -> None:
    one = pages(RequestError(errors.BAD_TOKEN, "It has ended"), environment="production")
    assert is_for(await get(one, cookie="__Host-session=x"), "anonymous")
    with pytest.raises(RequestError, match="It has ended"):
        await get(one, authorization="Bearer x")


def test_an_application_without_accounts_serves_it_too(client: Client) -> None:
    answer = client.get("/openapi.json")
    assert answer.status == 200
    assert "Cookie" not in answer.headers["vary"]
    assert answer.json["openapi"] == "3.1.0"
    assert answer.json["paths"].keys() == document("workshop")["paths"].keys()
    assert answer.json.get("security") == [{}]
