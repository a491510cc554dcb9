"""A certified OpenID provider (npm: oidc-provider) on this machine, all the way through its own forms.

Skipped where there is no Node.js, or `npm ci` wasn't run in `server/`.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from re import findall, search
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

from backsmith.accounts.oidc.fetching import ProviderError
from tests.accounts.application import NOTES, Answer, Served, serve
from tests.accounts.factors.people import joined
from tests.accounts.oidc.browser import Browser, asked_of

HERE = Path(__file__).parent / "server"
KINDS = ("basic", "post", "public")
"""Clients of the provider, by how they show who they are; each gets ID tokens by another algorithm."""

pytestmark = [
    pytest.mark.skipif(shutil.which("node") is None, reason="no Node.js: install Node.js 20 or later"),
    pytest.mark.skipif(
        not (HERE / "node_modules" / "oidc-provider").exists(),
        reason="no provider: run npm ci --prefix tests/accounts/oidc/server",
    ),
]


@pytest.fixture(scope="session")
def issuer() -> Iterator[str]:
    back = [f"http://localhost:8000/auth/oidc/{kind}/callback" for kind in KINDS]
    with subprocess.Popen(
        ["node", str(HERE / "server.mjs"), *back],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.communicate()  # it ends with its standard input


@pytest.fixture(scope="module")
def shop(
    issuer: str, shared_database_url: str, tmp_path_factory: pytest.TempPathFactory, run: Callable[..., Any]
) -> Iterator[Served]:
    providers = {
        "basic": {"issuer": issuer, "client_id": "basic"},
        "post": {"issuer": issuer, "client_id": "post", "client_authentication": "post"},
        "public": {"issuer": issuer, "client_id": "public"},
    }
    secret = "a secret of the client: & + % ="
    secrets = {"basic": secret, "post": secret}
    folder = tmp_path_factory.mktemp("shop")
    one = run(serve(NOTES, shared_database_url, folder, providers=providers, provider_secrets=secrets))
    yield one
    run(one.application.close())


async def through_the_forms(address: str, login: str, *, agrees: bool = True) -> str:
    """Sign in at the provider and agree there, or not; where it sends the browser back."""
    async with httpx.AsyncClient() as client:
        reply = await client.get(address)
        while True:
            if reply.is_redirect:
                address = urljoin(str(reply.url), reply.headers["location"])
                if urlsplit(address).netloc == "localhost:8000":
                    return address
                reply = await client.get(address)
                continue
            assert reply.status_code == 200, reply.text
            if not agrees and (cancel := search(r'href="([^"]*/abort)"', reply.text)):
                reply = await client.get(urljoin(str(reply.url), cancel[1]))
                continue
            action = search(r'action="([^"]+)"', reply.text)
            assert action is not None, reply.text
            form = dict(findall(r'type="hidden" name="(\w+)" value="(\w+)"', reply.text))
            if 'name="login"' in reply.text:
                form |= {"login": login, "password": "any"}
            reply = await client.post(urljoin(str(reply.url), action[1]), data=form)


async def sign_in(browser: Browser, kind: str, login: str, **more: Any) -> Answer:
    begun = await browser.ask("GET", f"/auth/oidc/{kind}?to=/orders")
    assert begun.status == 303, begun.text
    back = urlsplit(await through_the_forms(begun.header("location") or "", login, **more))
    return await browser.ask("GET", f"{back.path}?{back.query}", sec_fetch_site="cross-site")


@pytest.mark.parametrize("kind", KINDS)
async def test_signing_in_by_a_certified_provider(shop: Served, kind: str):
    browser = Browser(shop)
    answer = await sign_in(browser, kind, f"{kind}@shop.example")
    assert (answer.status, answer.header("location")) == (303, "/orders"), answer.text
    assert await browser.me() == [f"{kind}@shop.example"]


async def test_an_account_with_that_verified_address_is_linked(shop: Served):
    ann = await joined(shop, "ann")
    await sign_in(Browser(shop), "basic", ann.email)
    assert [each["email"] for each in (await ann.ask("GET", "/auth/identities")).json["identities"]] == [ann.email]


async def test_one_with_an_address_that_is_not_verified_there_is_not(shop: Served):
    ann = await joined(shop, "unverified")
    await sign_in(Browser(shop), "basic", ann.email)
    assert (await ann.ask("GET", "/auth/identities")).json == {"identities": []}


async def test_who_says_no_there_is_not_signed_in(shop: Served):
    browser = Browser(shop)
    answer = await sign_in(browser, "basic", "no@shop.example", agrees=False)
    assert (answer.status, answer.json["message"]) == (
        502, "Signing in by the other provider didn't work: you said no there",
    )  # fmt: skip
    assert "__Host-session" not in browser.cookies


async def test_a_code_is_good_with_its_verifier_and_once(shop: Served):
    accounts = shop.application.accounts
    assert accounts is not None
    provider = accounts.services.providers.find("basic")
    assert provider is not None
    redirect = "http://localhost:8000/auth/oidc/basic/callback"
    address = provider.sign_in_address(await provider.document(), redirect, "state", "nonce", "v" * 43)
    back = urlsplit(await through_the_forms(address, "again@shop.example"))
    code = asked_of(f"?{back.query}")["code"]
    with pytest.raises(ProviderError, match="it doesn't take its own code"):
        await provider.exchange(code, redirect, "nonce", "w" * 43)
    assert (await provider.exchange(code, redirect, "nonce", "v" * 43)).email == "again@shop.example"
    with pytest.raises(ProviderError, match="it doesn't take its own code"):
        await provider.exchange(code, redirect, "nonce", "v" * 43)
