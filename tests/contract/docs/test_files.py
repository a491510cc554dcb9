"""The documentation as files: what an audience is told, the golden Markdown of an entity, the command."""

from __future__ import annotations

import os
import re
import textwrap
from pathlib import Path
from time import perf_counter
from urllib.parse import quote

import pytest
from msgspec.structs import replace

from backsmith.accounts.accounts import ENDPOINTS
from backsmith.app import compile_application
from backsmith.blueprint import load
from backsmith.blueprint.blueprint import Blueprint
from backsmith.cli.main import main
from backsmith.contract import audience_named, contract_of
from backsmith.contract.docs import documentation_files, markdown_files, system_of
from backsmith.contract.docs.pages import ServedLinks
from backsmith.contract.docs.renderer import Renderer
from backsmith.contract.docs.site import Site
from backsmith.contract.visible import roles_of
from backsmith.settings import Settings
from backsmith.settings.account_fields import Provider
from tests.contract.docs.conftest import ROOT

GOLDEN = Path(__file__).parent / "golden"
REGENERATE = bool(os.environ.get("REGENERATE"))
"""REGENERATE=1 writes the golden files anew."""


@pytest.fixture(scope="module")
def blueprint() -> Blueprint:
    return compile_application(load(str(ROOT / "examples/shop/shop.py")), write_lock=False)


def site_of(blueprint: Blueprint, audience: str = "everybody") -> Site:
    return Site(contract_of(blueprint, audience_named(audience, roles_of(blueprint))))


@pytest.mark.parametrize("name", ["reviews.md", "index.md"])
def test_golden_markdown(blueprint: Blueprint, name: str) -> None:
    text = markdown_files(site_of(blueprint), server="http://localhost:8000")[name]
    assert isinstance(text, str)
    if REGENERATE:
        (GOLDEN / name).write_text(text)
    assert text == (GOLDEN / name).read_text()


def test_the_same_contract_gives_the_same_bytes(blueprint: Blueprint) -> None:
    one, other = (documentation_files(site_of(blueprint), server="http://x") for _ in range(2))
    assert one == other


@pytest.mark.parametrize(
    ("audience", "pages", "unsaid"),
    [
        (
            "anonymous",
            {"categories", "products", "reviews"},
            {"orders", "newsletter", "cost", "staff", "best_sellers", "admin/accounts"},
        ),
        (
            "signed_in",
            {"categories", "products", "reviews", "customers", "orders", "lines"},
            {"cost", "role 'staff'", "best_sellers", "admin/accounts"},
        ),
    ],
)
def test_an_audience_reads_of_nothing_that_it_may_not_reach(
    blueprint: Blueprint, audience: str, pages: set[str], unsaid: set[str]
) -> None:
    contract = contract_of(blueprint, audience_named(audience, roles_of(blueprint)), endpoints=ENDPOINTS)
    site = Site(replace(contract, doc=None))  # what the author says of the whole, everybody reads
    assert {page.name for page in site.pages.values() if page.kind == "entity"} == pages
    text = "\n".join(
        str(text)
        for name, text in documentation_files(site, server="http://x").items()
        if ".html" in name and name != "errors.html"
    )
    assert {word for word in unsaid if re.search(rf"\b{re.escape(word)}", text)} == set()


def test_collections_with_the_names_of_other_pages_have_pages_too(tmp_path: Path) -> None:
    model = """
        from backsmith import Entity, allow
        class Error(Entity):
            text: str
            @allow("read")
            def anyone(self) -> bool:
                return True
        class Batch(Entity):
            text: str
            @allow("read")
            def anyone(self) -> bool:
                return True
    """
    (tmp_path / "odd.py").write_text(textwrap.dedent(model))
    site = site_of(compile_application(load(str(tmp_path / "odd.py")), write_lock=False))
    assert [(page.name, page.kind) for page in site.pages.values()][:4] == [
        ("index", "overview"),
        ("errors2", "entity"),
        ("batches", "entity"),
        ("batch", "operations"),
    ]
    files = documentation_files(site, server="http://x")
    assert 'href="errors2.html"' in str(files["index.html"])


def test_hosts_and_secrets_stay_out_of_the_architecture(blueprint: Blueprint) -> None:
    settings = Settings(
        database="postgresql://joe:hunter2@db.internal:5432/shop",
        mail="smtp://joe:hunter2@mail.internal:587",
        providers={"acme": Provider(issuer="https://id.internal", client_id="abc")},
        provider_secrets={"acme": "hunter2"},
        sign_in=("password", "oidc"),
        files="s3://secret-bucket/files",
        trusted_proxies=("10.1.2.3",),
        workers=4,
        limits={"anonymous": "60/minute"},
    )
    told = {
        hosts: [(part.title, *part.lines) for part in system_of(settings, blueprint, hosts=hosts).parts]
        for hosts in (False, True)
    }
    assert told[False] == [
        ("Clients", "Browsers, programs and other servers"),
        ("Proxies", "Trusted: 1", "The client's address: x-forwarded-for"),
        (
            "Backsmith",
            "4 processes, 256 requests at once in each",
            "7 entities, 3 functions of its own",
            "2 hooks around writes",
            "Requests are counted and limited",
            "Metrics for Prometheus at /metrics",
        ),
        ("PostgreSQL", "On a server", f"{settings.pool_size} connections of each process",
         "Rows, accounts and sessions, mails to be sent"),
        ("Mail server", "By SMTP"),
        ("acme", "People sign in there (OpenID Connect)"),
    ]  # fmt: skip
    assert "db.internal" in str(told[True])
    assert "mail.internal" in str(told[True])
    assert "id.internal" in str(told[True])
    assert "hunter2" not in str(told)


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def docs(*words: str) -> object:
        with pytest.raises(SystemExit) as ended:
            main(["docs", str(ROOT / "examples/shop/shop.py"), str(tmp_path / "out"), *words])
        return ended.value.code

    assert docs("--check") == 1
    assert "index.html" in capsys.readouterr().out
    assert docs() == 0
    assert docs("--check") == 0
    assert (tmp_path / "out/architecture.html").is_file()
    assert docs("--audience", "anonymous") == 0
    assert not (tmp_path / "out/orders.html").exists(), "what isn't generated any more is removed"
    assert not (tmp_path / "out/architecture.html").exists()
    assert docs("--server", "https://shop.example") == 0
    text = (tmp_path / "out/orders.html").read_text()
    assert 'data-trial="https://shop.example"' in text
    assert "curl -X POST &#39;https://shop.example/api/orders&#39;" in text
    assert docs("--server", "shop") == 2
    (tmp_path / "out/index.html").write_text("mine")
    capsys.readouterr()
    assert docs() == 2
    assert "wasn't made by Backsmith" in capsys.readouterr().err


MANY = 500


def test_pages_of_a_large_model_are_made_at_once(tmp_path: Path) -> None:
    lines = ["from __future__ import annotations", "from backsmith import Entity, allow"]
    for number in range(MANY):
        lines += [f"class Thing{number}(Entity):", "    name: str", "    size: int | None"]
        lines += [f"    before: Thing{number // 2}"] if number else []
        lines += [
            '    @allow("read", "create", "update", "delete")',
            "    def anyone(self) -> bool:",
            "        return True",
        ]
    (tmp_path / "many.py").write_text("\n".join(lines))
    site = site_of(compile_application(load(str(tmp_path / "many.py")), write_lock=False))
    links = ServedLinks(f"?audience={quote('a b')}")
    renderer = Renderer(site, links, server="http://x", trial="")
    renderer.page("index")
    begin = perf_counter()
    text = renderer.page("index") + renderer.page("thing7s")
    took = perf_counter() - begin
    assert text.count('<a href="/docs/thing499s?audience=a%20b">') >= 2
    assert took < 0.6, f"{took:.2f} s for two pages"
