"""The pages in Chromium: nothing is wrong on them, nothing leaves the machine, requests are sent, the search finds."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urljoin

import httpx
import pytest

from backsmith.cli.main import main
from tests.contract.docs.conftest import ROOT, Served

Pages = Callable[..., Any]
LOOKED_AT = Path(os.environ.get("BACKSMITH_SCREENSHOTS", "/nonexistent"))
"""Where screenshots go, if they are to be looked at."""
MORE = [(390, "light"), (1360, "dark")] if LOOKED_AT.is_dir() else []


def links_of(page: Any) -> list[str]:
    return page.eval_on_selector_all("a[href]", "all => all.map(each => each.getAttribute('href'))")


def write(model: Path, out: Path) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["docs", str(model), str(out)])
    assert ended.value.code == 0


def shoot(page: Any, name: str) -> None:
    if LOOKED_AT.is_dir():
        page.screenshot(path=str(LOOKED_AT / f"{name}.png"), full_page=True)


def test_every_page_loads_and_every_link_is_answered(new_page: Pages, shop: Served) -> None:
    page = new_page()
    page.goto("/docs")
    todo, seen, places = ["/docs"], set[str](), set[str]()
    while todo:
        path = todo.pop()
        assert page.goto(path).status == 200, path
        seen.add(path)
        assert page.inner_text("h1")
        there = {f"{path}#{each}" for each in page.eval_on_selector_all("[id]", "all => all.map(each => each.id)")}
        for link in links_of(page):
            target, place = urldefrag(urljoin(path, link))
            assert target.startswith("/docs"), link
            if target not in seen and target not in todo:
                todo.append(target)
            if place:
                places.add(f"{target}#{place}")
        places -= there
        seen |= there
    assert sorted(places - seen) == []
    assert len([each for each in seen if "#" not in each]) == 17


def test_trying_each_request_of_an_entity(new_page: Pages, shop: Served) -> None:
    with httpx.Client(base_url=f"{shop.address}/api", headers={"authorization": f"Bearer {shop.token}"}) as client:
        client.post("customers", json={"name": "Ada", "email": "ada@shop.example"})
        client.post("orders", json={"customer_id": 1})
    page = new_page()
    page.goto("/docs/orders")
    page.locator(".token summary").click()
    page.fill("#token", shop.token)
    said: dict[str, str] = {}
    for request in page.locator(".request").all():
        operation = request.get_attribute("id")
        request.locator("summary").first.click()
        form = request.locator(".try")
        form.locator("summary").first.click()
        form.get_by_role("button", name="Send").click()
        if operation not in ("list_orders", "get_order"):
            assert form.locator(".reply").is_hidden(), "a write waits until it is confirmed"
            form.get_by_role("button", name="Yes, send it").click()
        form.locator(".reply .line").wait_for()
        said[operation] = form.locator(".reply .line").inner_text()[:3]
    made = page.locator("#create_order .reply")
    assert '"customer_id": 1' in made.locator(".body").inner_text()
    made.locator("summary").click()
    assert "content-type: application/json" in made.locator("pre").first.inner_text()
    assert said == {
        "list_orders": "200",
        "get_order": "200",
        "create_order": "201",
        "update_orders": "204",
        "update_order": "200",
        "replace_order": "200",
        "delete_orders": "204",
        "delete_order": "404",  # it is gone already
        "place_order": "404",
    }


def test_trying_a_request_out_as_nobody_and_without_confirming(new_page: Pages) -> None:
    page = new_page()
    page.goto("/docs/categories#create_category")
    form = page.locator("#create_category .try")
    form.locator("summary").first.click()
    form.get_by_role("button", name="Send").click()
    form.get_by_role("button", name="Cancel").click()
    assert form.locator(".reply").is_hidden()
    form.get_by_role("button", name="Send").click()
    form.get_by_role("button", name="Yes, send it").click()
    form.locator(".reply .line").wait_for()
    assert form.locator(".reply .line").inner_text().startswith("401")


def test_the_search_finds_by_keys_alone(new_page: Pages) -> None:
    page = new_page()
    page.goto("/docs")
    page.keyboard.press("/")
    page.keyboard.type("place order")
    page.locator("#found [role=option]").first.wait_for()
    assert page.get_attribute("#search", "aria-expanded") == "true"
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("place a draft")
    page.keyboard.press("Enter")
    page.wait_for_url("**/docs/orders#place_order")
    assert page.get_attribute("#place_order", "open") is not None
    page.keyboard.press("/")
    page.keyboard.type("zzz")
    assert page.inner_text("#found") == "Nothing was found."


def test_on_paper_everything_is_open(new_page: Pages) -> None:
    page = new_page()
    page.goto("/docs/orders")
    assert not page.locator("#list_orders pre").first.is_visible()
    page.emulate_media(media="print")
    assert page.locator("#list_orders [data-language=curl] pre").is_visible()
    assert page.locator("#list_orders [data-language=python] pre").is_visible()
    assert page.locator("nav").is_hidden()


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1360, "light"), *MORE])
def test_nothing_is_wider_than_the_screen(new_page: Pages, width: int, scheme: str) -> None:
    page = new_page(viewport={"width": width, "height": 844}, color_scheme=scheme)
    for name in ("", "/orders#create_order", "/conventions", "/architecture", "/errors", "/auth#sign_in"):
        page.goto(f"/docs{name}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        shoot(page, f"{scheme}-{width}-{name.strip('/').partition('#')[0] or 'index'}")


def test_files_on_a_disk_work_as_pages_do(new_page: Pages, tmp_path: Path) -> None:
    write(ROOT / "examples/shop/shop.py", tmp_path / "out")
    page = new_page()
    page.goto((tmp_path / "out/index.html").as_uri())
    for link in links_of(page):
        assert (tmp_path / "out" / urldefrag(link)[0]).is_file() or link.startswith("#"), link
    page.keyboard.press("/")
    page.keyboard.type("order.total")
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders.html#fields")
    assert page.locator(".try").count() == 0, "there is no server to try it at"


HOSTILE = '''
from backsmith import Entity, allow, action, Data

class Note(Entity):
    """</script><script>window.hurt = 1</script> "quoted" 'so' [click](javascript:window.hurt=1)
    <img src=x onerror="window.hurt=1"> {{ 7*7 }} `<b>`"""
    text: str = "</script><script>window.hurt = 1</script>"
    """</pre></details><svg onload="window.hurt=1">"""

    @allow("read", "create", "update")
    def anyone(self) -> bool:
        """<iframe src="javascript:parent.hurt=1">"""
        return True
'''


def test_the_words_of_a_model_are_text(new_page: Pages, tmp_path: Path) -> None:
    (tmp_path / "notes.py").write_text(HOSTILE)
    write(tmp_path / "notes.py", tmp_path / "out")
    for name in ("index.html", "notes.html", "search.js"):
        text = (tmp_path / "out" / name).read_text()
        for bad in ("<script>window", "<img src", "<iframe", "<svg onload", 'href="javascript'):
            assert bad not in text
    page = new_page()
    page.goto((tmp_path / "out/notes.html").as_uri())
    assert page.evaluate("window.hurt") is None
    assert "<img src=x onerror=" in page.inner_text("main")
    assert "{{ 7*7 }}" in page.inner_text("main")
