"""The example storefront in Chromium, on both databases: looking for something, signing up, a wrong form, an order."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.accounts.pages.conftest import chromium as chromium  # noqa: PLC0414  a fixture is found by its name here
from tests.accounts.pages.test_chromium import code, mail
from tests.front_end.building import OUT, built
from tests.front_end.shop import Shop, served_shop

STOREFRONT = Path(__file__).parents[3] / "examples/storefront"
INSTALLED = STOREFRONT / "node_modules/.bin"
LOOKED_AT = Path(os.environ.get("BACKSMITH_SCREENSHOTS", "/nonexistent"))
"""Where screenshots go, if they are to be looked at."""
LOOKS = [(width, scheme) for width in (390, 1280) for scheme in ("light", "dark")] if LOOKED_AT.is_dir() else []
PASSWORD = "seven grey herons"

pytestmark = pytest.mark.skipif(
    shutil.which("node") is None or not INSTALLED.exists(),
    reason="needs Node.js 20 and `npm ci` in examples/storefront, which `make test` runs where there is Node.js",
)


@pytest.fixture(scope="module")
def pages() -> Path:
    """The storefront as `npm run build` makes it."""
    own = [*STOREFRONT.glob("src/**/*.*"), *STOREFRONT.glob("public/*")]
    sources = [*own, *(STOREFRONT / name for name in ("index.html", "package.json", "package-lock.json"))]
    return built(STOREFRONT, sources, ["node_modules/.bin/vite", "build", "--emptyOutDir", "--outDir", OUT])


@pytest.fixture(scope="module")
def shop(
    database_kind: str, new_url: Callable[[str], str], pages: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Shop]:
    folder = tmp_path_factory.mktemp("shop")
    with served_shop(folder, new_url(database_kind), "--front-end", str(pages)) as served:
        yield served


@pytest.fixture
def page(chromium: Any, shop: Shop) -> Iterator[Any]:
    """A page. What it says in the console, or asks of elsewhere, is an error at the end."""
    complaints: list[str] = []
    context = chromium.new_context(base_url=shop.address)
    context.set_default_timeout(8_000)
    made = context.new_page()
    expected = "the server responded with a status of 4"  # refusals are shown at the fields

    def broken(error: Any) -> None:
        complaints.append(str(error))

    def heard(said: Any) -> None:
        if said.type in ("error", "warning") and expected not in said.text:
            complaints.append(said.text)

    def asked(request: Any) -> None:
        if not request.url.startswith(shop.address):
            complaints.append(request.url)

    made.on("pageerror", broken)
    made.on("console", heard)
    made.on("request", asked)
    yield made
    context.close()
    assert complaints == []


def look(page: Any, name: str) -> None:
    """Take pictures, if they are wanted."""
    size = page.viewport_size
    for width, scheme in LOOKS:
        page.set_viewport_size({"width": width, "height": 800})
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=str(LOOKED_AT / f"{name}-{width}-{scheme}.png"), full_page=True)
    page.set_viewport_size(size)


def settle(page: Any) -> None:
    page.locator("main:not([aria-busy]) h1").wait_for()


def products(page: Any) -> list[str]:
    settle(page)
    return page.locator(".card h2").all_inner_texts()


def query(page: Any) -> dict[str, list[str]]:
    return parse_qs(urlsplit(str(page.url)).query)


def test_the_way_to_an_order(page: Any, shop: Shop) -> None:
    page.goto("/")
    assert len(products(page)) == 12
    look(page, "catalogue")

    page.get_by_label("Search").fill("small")
    page.get_by_label("Search").press("Enter")
    page.get_by_label("Order").select_option("-price")
    page.wait_for_url("**sort=-price*")
    first = products(page)
    assert all("small" in name for name in first)
    page.get_by_role("link", name="Next →").click()
    page.wait_for_url("**page=2*")
    assert set(products(page)).isdisjoint(first)
    assert query(page) == {"q": ["small"], "sort": ["-price"], "page": ["2"]}
    page.reload()
    assert page.get_by_label("Search").input_value() == "small"
    page.go_back()
    assert products(page) == first

    page.goto("/?stock=on&max=20")
    chosen = products(page)[:2]
    for name in chosen:
        page.get_by_role("button", name=f"Add {name} to the basket").click()
    page.get_by_role("link", name="Basket (2)").click()
    page.get_by_role("button", name="Sign in to order").click()

    page.get_by_role("link", name="Sign up").click()
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("E-mail address").fill("ada@example.org")
    page.get_by_label("Password").fill("short")
    page.get_by_role("button", name="Sign up").click()
    page.locator("#field-password[aria-invalid=true]").wait_for()
    assert page.evaluate("document.activeElement.name") == "password"
    look(page, "sign-up")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign up").click()
    page.get_by_label("Code").fill(code(mail((shop.address, shop.folder), "ada@example.org")))
    page.get_by_role("button", name="Go on").click()

    page.get_by_role("heading", name="Your details").wait_for()
    page.get_by_label("Name").fill("A" * 121)
    page.get_by_label("E-mail address").fill("ada@")
    page.get_by_role("button", name="Keep").click()
    page.locator("#field-email[aria-invalid=true]").wait_for()
    assert "121" in page.inner_text("#field-name-error") or "120" in page.inner_text("#field-name-error")
    assert "mail" in page.inner_text("#field-email-error")
    look(page, "details")
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("E-mail address").fill("ada@example.org")
    page.get_by_role("button", name="Keep").click()

    page.get_by_label("Note").wait_for()
    page.get_by_label("Quantity").first.fill("-1")
    page.get_by_label("Note").fill("n" * 501)
    page.get_by_role("button", name="Place the order").click()
    page.locator("#field-note[aria-invalid=true]").wait_for()
    assert page.locator(".lines [aria-invalid=true]").count() == 1
    look(page, "basket")
    page.get_by_label("Quantity").first.fill("2")
    page.get_by_label("Note").fill("Ring twice.")
    page.get_by_role("button", name="Place the order").click()

    page.locator(".order").wait_for()
    assert page.locator(".order .status").inner_text() == "placed"
    assert [f"2 × {chosen[0]}", f"1 × {chosen[1]}"] == page.locator(".order li").all_inner_texts()
    look(page, "orders")
    order = page.locator(".order h2").inner_text().split()[1]
    shipped = shop.server.client.patch(
        f"/api/orders/{order}", json={"status": "shipped"}, headers={"Authorization": f"Bearer {shop.staff}"}
    )
    assert shipped.status_code == 204, shipped.text
    page.locator(".order .status.shipped").wait_for()

    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in").wait_for()


def test_the_generated_client_is_that_of_the_shop() -> None:
    """`npm run client` in examples/storefront writes it."""
    model, client = STOREFRONT.parent / "shop/shop.py", STOREFRONT / "src/api"
    command = [
        sys.executable,
        "-m",
        "backsmith",
        "client",
        "typescript",
        model,
        client,
        "--audience",
        "signed_in",
        "--check",
    ]
    done = subprocess.run(command, cwd=STOREFRONT.parents[1], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_its_types_are_right() -> None:
    done = subprocess.run([INSTALLED / "tsc", "--noEmit"], cwd=STOREFRONT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
