"""`/docs`: whose documentation it is, its headers, what isn't there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from backsmith import errors
from backsmith.blueprint.asker import NOBODY, Asker
from backsmith.contract.docs import DocumentationPages
from backsmith.contract.docs.pages import server_of
from backsmith.contract.serving import ContractPages
from backsmith.engine.access import Authorizer
from backsmith.engine.exchange import Exchange
from backsmith.errors import RequestError
from backsmith.evolution.changelog import Entry
from backsmith.evolution.plan import ApiChange
from backsmith.http.reply import Reply
from backsmith.http.request import Request
from backsmith.settings import Settings
from tests.contract.openapi.applications import blueprint_of

STAFF = Asker(1, frozenset({"staff"}), "token")
ADMINISTRATOR = Asker(3, frozenset({"admin"}), "token")


def pages(asker: Asker = NOBODY, **settings: Any) -> ContractPages:
    """What answers for the shop."""

    async def identify(request: Request) -> Asker:
        return asker

    blueprint = blueprint_of("shop")
    made = ContractPages(blueprint, Settings(**settings), identify, Authorizer(blueprint).kind)
    made.pages = DocumentationPages(blueprint, Settings(**settings))
    return made


async def get(one: ContractPages, path: str = "/docs", query: str = "", method: str = "GET", **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = Request(method, tuple(path.split("/")), path, query, named)
    return await one.answer(request, Exchange(request, "1"))


def text_of(reply: Reply) -> str:
    assert isinstance(reply.body, bytes)
    return reply.body.decode()


async def test_in_production_nobody_reads_of_what_staff_may_do() -> None:
    one = pages(environment="production")
    text = text_of(await get(one))
    assert "/docs/products" in text
    assert "/docs/orders" not in text
    assert "orders" not in text_of(await get(one, "/docs/search.js"))
    for path in ("/docs/orders", "/docs/architecture", "/docs/functions"):
        with pytest.raises(RequestError) as refused:
            await get(one, path)
        assert refused.value.kind is errors.NOTHING_HERE
    text = text_of(await get(pages(STAFF, environment="production")))
    assert "/docs/orders" in text
    assert "/docs/functions" in text
    assert "/docs/architecture" not in text


async def test_how_it_is_built_is_told_in_development_and_to_administrators() -> None:
    for one in (pages(), pages(ADMINISTRATOR, environment="production")):
        assert "1 process" in text_of(await get(one, "/docs/architecture"))
    with pytest.raises(RequestError):
        await get(pages(STAFF, environment="production", documents="everybody"), "/docs/architecture")


async def test_another_audience_is_kept_in_links() -> None:
    one = pages()
    text = text_of(await get(one, "/docs", "audience=signed_in"))
    assert 'href="/docs/orders?audience=signed_in"' in text
    assert 'src="/docs/search.js?audience=signed_in"' in text
    assert "/docs/orders?audience=signed_in" in text_of(await get(one, "/docs/search.js", "audience=signed_in"))


async def test_changes_are_told_to_who_may_reach_what_changed() -> None:
    changes = (
        ApiChange(about="orders.note", text="Orders have a `note`.", breaking=False, risky=False),
        ApiChange(about="products.name", text="It is <b>.", breaking=True, risky=False),
    )
    release = Entry(at=datetime(2026, 1, 23, tzinfo=UTC), version="abc", mode="direct", changes=changes)
    first = Entry(at=datetime(2026, 1, 1, tzinfo=UTC), version="abb", mode=None)

    async def changelog() -> tuple[Entry, ...]:
        return release, first

    one = pages()
    one.pages = DocumentationPages(blueprint_of("shop"), Settings(), changelog)
    text = text_of(await get(one, "/docs/changes"))
    assert "<code>orders.note</code> Orders have a <code>note</code>." in text
    assert "<code>products.name</code> It is &lt;b&gt;." in text
    assert "The first version" in text
    text = text_of(await get(one, "/docs/changes", "audience=anonymous"))
    assert "products.name" in text
    assert "orders" not in text
    assert "The first version" not in text


async def test_headers() -> None:
    one = pages()
    reply = await get(one, "/docs/orders/")
    headers = dict(reply.headers)
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["content-security-policy"] == (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:; connect-src 'self'; "
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'"
    )
    assert reply.replaces == {"content-security-policy"}
    assert headers["cache-control"] == "no-cache"
    assert (await get(one, "/docs/orders", if_none_match=headers["etag"])).status == 304
    assert (await get(one, "/docs/orders", method="HEAD")).body == b""
    assert dict((await get(pages(STAFF), "/docs")).headers)["cache-control"] == "private, no-cache"
    assert dict((await get(one, "/docs/style.css")).headers)["content-type"] == "text/css; charset=utf-8"
    assert "<script>" not in text_of(reply)
    assert "style=" not in text_of(reply)
    assert "onclick" not in text_of(reply)


@pytest.mark.parametrize("path", ["/docs/nothing", "/docs/a/b", "/docs/../shop.py", "/docs/base.html", "/docs/%2e%2e"])
async def test_what_isn_t_there(path: str) -> None:
    with pytest.raises(RequestError, match="There is no page at") as refused:
        await get(pages(), path)
    assert refused.value.status == 404


@pytest.mark.parametrize(
    ("settings", "server"),
    [
        ({}, "http://localhost:8000"),
        ({"host": "0.0.0.0", "port": 81}, "http://localhost:81"),
        ({"host": "fd00::1"}, "http://[fd00::1]:8000"),
        ({"address": "https://shop.example/"}, "https://shop.example"),
    ],
)
def test_the_server_in_examples(settings: dict[str, Any], server: str) -> None:
    assert server_of(Settings(**settings)) == server
