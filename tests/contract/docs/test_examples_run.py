"""Every example of the shop's documentation, in every language, sent to a running server: it does what it says, or is
refused in a way that the documentation announces."""

from __future__ import annotations

import io
import json
import shutil
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import httpx
import pytest
from pytest import MonkeyPatch

from backsmith.cli.contracts import contract_named
from backsmith.contract.contract import Operation
from backsmith.contract.docs.site import Site
from backsmith.contract.docs.spellings import TOKEN
from backsmith.contract.docs.views import operation_view
from tests.contract.docs.conftest import Served

Asked = tuple[Operation, int, str]


def programs(shop: Served, language: str, *, deletes: bool) -> Iterator[tuple[Operation, str]]:
    """Each operation with its example."""
    site = Site(contract_named(str(shop.folder / "shop.py"), "everybody"))
    for operation in site.contract.operations:
        if (operation.method == "DELETE") != deletes:
            continue
        view = operation_view(operation, site, shop.address)
        code = next(each.code for each in view.spellings if each.name == language)
        yield operation, code.replace(TOKEN, shop.token)


def curl(shop: Served, deletes: bool) -> Iterator[Asked]:
    if shutil.which("curl") is None:
        pytest.skip("There is no curl")
    for operation, code in programs(shop, "curl", deletes=deletes):
        end = " -s -S -o reply.txt -w '%{http_code}'"
        ran = subprocess.run(["sh", "-c", code + end], cwd=shop.folder, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, f"{code}\n{ran.stderr}"
        reply = shop.folder / "reply.txt"
        yield operation, int(ran.stdout), reply.read_text()
        reply.unlink()


def python(shop: Served, deletes: bool) -> Iterator[Asked]:
    context = ssl.create_default_context()  # each program would make one, for nothing: 30 ms

    def made(**_: Any) -> ssl.SSLContext:
        return context

    with MonkeyPatch.context() as patch:
        patch.setattr(ssl, "create_default_context", made)
        yield from _pythons(shop, deletes)


def _pythons(shop: Served, deletes: bool) -> Iterator[Asked]:
    for operation, code in programs(shop, "python", deletes=deletes):
        said = io.StringIO()
        with redirect_stdout(said):
            exec(compile(code, operation.id, "exec"), {})
        status, _, text = said.getvalue().partition(" ")
        yield operation, int(status), text


def javascript(shop: Served, deletes: bool) -> Iterator[Asked]:
    if shutil.which("node") is None:
        pytest.skip("There is no Node.js")
    operations, parts = list[Operation](), list[str]()
    for operation, code in programs(shop, "javascript", deletes=deletes):
        operations.append(operation)
        parts.append(f"await (async () => {{\n{code}\n}})();")
    begin = "const console = { log: (status, text) => process.stdout.write(JSON.stringify([status, text]) + '\\n') };\n"
    (shop.folder / "examples.mjs").write_text(begin + "\n".join(parts))
    ran = subprocess.run(["node", "examples.mjs"], cwd=shop.folder, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    for operation, line in zip(operations, ran.stdout.splitlines(), strict=True):
        status, text = json.loads(line)
        yield operation, status, text


def fill(shop: Served) -> None:
    """Rows for the examples to be about: the first ones."""
    with httpx.Client(base_url=f"{shop.address}/api", headers={"authorization": f"Bearer {shop.token}"}) as client:
        for path, row in (
            ("customers", {"name": "Ada", "email": "ada@shop.example"}),
            ("products", {"name": "Pot", "sku": "P1", "price": 9, "cost": 5, "added_on": "2026-01-01"}),
            ("categories", {"name": "Pots", "slug": "pots"}),
            ("orders", {"customer_id": 1}),
            ("lines", {"order_id": 1, "product_id": 1}),
        ):
            client.post(path, json=row)


@pytest.mark.parametrize("ask", [curl, javascript, python], ids=lambda each: each.__name__)
@pytest.mark.parametrize("deletes", [False, True], ids=["others", "deletes"])  # which take away what others are about
def test_each_example_is_answered_as_is_announced(
    shop: Served, ask: Callable[[Served, bool], Iterator[Asked]], deletes: bool
) -> None:
    fill(shop)
    done, wrong = set[str](), list[Any]()
    for operation, status, text in ask(shop, deletes):
        if status < 400:
            done.add(operation.id)
            continue
        slug = Path(json.loads(text).get("type", "")).name if text.startswith("{") else ""
        announced = slug in operation.refusals or status in {answer.status for answer in operation.answers}
        if not announced or slug == "bad-query" or status >= 500:
            wrong.append((operation.id, status, text[:300]))
    assert wrong == []
    expected = {"list_orders", "get_order", "create_order", "update_order", "best_sellers", "batch", "catalogue"}
    assert ({"delete_orders"} if deletes else expected) <= done
