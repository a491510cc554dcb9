"""react-admin with its PostgREST provider, unmodified, in Chromium: on a page of another port, as with a development
server, working with the rows of the shop."""

from __future__ import annotations

import functools
import http.server
import re
import shutil
import threading
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.accounts.pages.conftest import chromium as chromium  # noqa: PLC0414  a fixture is found by its name here
from tests.front_end.building import OUT, built
from tests.front_end.react_admin.conftest import HERE, needs_packages
from tests.front_end.shop import Shop, served_shop

pytestmark = needs_packages


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: the tests say what went wrong."""


@pytest.fixture(scope="module")
def shop(postgres_kind: str, new_url: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """On PostgreSQL alone: what the provider asks is tested on both databases, in test_provider.py."""
    with served_shop(tmp_path_factory.mktemp("shop"), new_url(postgres_kind)) as served:
        yield served


@pytest.fixture(scope="module")
def admin() -> Iterator[str]:
    """The address of the admin's page."""
    command = ["node_modules/.bin/esbuild", "admin.jsx", "--bundle", "--minify", "--jsx=automatic", "--log-level=error"]
    command += ['--define:process.env.NODE_ENV="production"', f"--outdir={OUT}"]
    sources = [HERE / name for name in ("admin.jsx", "index.html", "package-lock.json")]
    folder = built(HERE, sources, command)
    shutil.copy(HERE / "index.html", folder)
    handler = functools.partial(_Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


@pytest.fixture
def page(chromium: Any, shop: Shop, admin: str) -> Iterator[Any]:
    """The admin. Requests that leave the machine, and errors of scripts, are errors at the end."""
    complaints: list[str] = []
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(8_000)
    made = context.new_page()
    own = (shop.address, admin, "data:")

    def broken(error: Any) -> None:
        complaints.append(str(error))

    def asked(request: Any) -> None:
        if not request.url.startswith(own):
            complaints.append(request.url)

    made.on("pageerror", broken)
    made.on("request", asked)
    made.goto(f"{admin}/?{urlencode({'server': shop.address, 'token': shop.staff})}")
    yield made
    context.close()
    assert complaints == []


def until(page: Any, holds: Callable[[], bool]) -> None:
    """Wait for what the page comes to show."""
    for _ in range(160):
        if holds():
            return
        page.wait_for_timeout(50)
    raise AssertionError(page.inner_text("body"))


def names(page: Any) -> list[str]:
    return page.locator("td.column-name").all_inner_texts()


def prices(page: Any) -> list[float]:
    return [float(each.replace(",", "")) for each in page.locator("td.column-price").all_inner_texts()]


def test_a_list_is_filtered_sorted_and_paged(page: Any) -> None:
    page.locator("td.column-name").first.wait_for()
    first = names(page)
    assert len(first) == 10
    assert first == sorted(first)
    page.get_by_label("Go to next page").click()
    until(page, lambda: len(names(page)) == 10 and set(names(page)).isdisjoint(first))
    page.get_by_label("Name has").fill("lamp")
    until(page, lambda: bool(names(page)) and all("lamp" in name for name in names(page)))
    page.locator("th.column-price").get_by_role("button").click()
    page.wait_for_url("**sort=price**")
    until(page, lambda: len(prices(page)) > 1 and prices(page) == sorted(prices(page)))


def test_a_row_is_made_shown_changed_and_deleted(page: Any, shop: Shop) -> None:
    page.get_by_label("Create", exact=True).first.click()
    page.wait_for_url("**/create")
    page.locator("input[name=sku]").wait_for()
    page.locator("input[name=name]").fill("Aardvark lamp")
    page.locator("input[name=sku]").fill("AAA-1")
    page.locator("input[name=price]").fill("10.999")
    page.locator("input[name=cost]").fill("5")
    page.locator("input[name=added_on]").fill("2026-01-23")
    page.get_by_label("Save").press("Enter")
    page.get_by_text("price has 3 digits after the point; it takes at most 2").wait_for()
    page.locator("input[name=price]").fill("10.90")
    page.get_by_label("Save").press("Enter")  # a notice may lie over it
    page.wait_for_url(re.compile(r"#/products/\d+$"))
    key = page.url.split("/")[-1]
    page.locator("input[name=cost]").wait_for(state="detached")  # the form to make one is gone, that to change it there
    page.locator("input[name=price]").fill("12.50")
    page.get_by_label("Save").press("Enter")
    page.get_by_role("cell", name="Aardvark lamp").click()
    page.get_by_text("12.5").wait_for()
    page.get_by_label("Edit").first.click()
    page.get_by_label("Delete").click()
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url("**#/products")
    page.locator("td.column-name").first.wait_for()
    assert shop.server.get(f"/api/products/{key}", authorization=f"Bearer {shop.staff}").status_code == 404


def test_references_are_shown_and_chosen(page: Any, shop: Shop) -> None:
    page.get_by_role("menuitem", name="Orders").click()
    page.locator("td.column-customer_id").first.wait_for()
    until(page, lambda: all(" " in name for name in page.locator("td.column-customer_id").all_inner_texts()))
    page.locator("td.column-id").first.click()
    page.get_by_label("Customer").click()
    chosen = page.locator("[role=option]:not([aria-selected=true])").last
    name = chosen.inner_text()
    chosen.click()
    page.get_by_label("Save").press("Enter")  # a notice may lie over it
    page.locator("td.column-customer_id").first.wait_for()
    newest = shop.server.get(
        "/api/orders?select=customer(name)&order=id.desc&limit=1", authorization=f"Bearer {shop.staff}"
    )
    assert newest.json() == [{"customer": {"name": name}}]
