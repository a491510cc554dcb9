"""Where a browser may be sent on to: nowhere but to paths of our own."""

import pytest

from backsmith.accounts.oidc.own_paths import own_path


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/orders",
        "/orders/7?tab=lines&sort=-price#total",
        "/caf%C3%A9/a%20b",
        "/search?next=https://shop.example/x",
        "/#/route",
        "/a.b/..c",
    ],
)
def test_a_path_of_our_own_is_gone_to(path: str):
    assert own_path(path) == path


@pytest.mark.parametrize(
    "path",
    [
        None,
        "",
        "orders",
        "https://evil.example",
        "HTTPS://evil.example/",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "\t//evil.example",
        " //evil.example",
        "/%2Fevil.example",
        "/%2f%2fevil.example",
        "/%5Cevil.example",
        "/%5c/evil.example",
        "/%252Fevil.example",
        "/%09/evil.example",
        "/x/..//evil.example",
        "/x/../%2Fevil.example",
        "/./..",
        "/%2e%2e//evil.example",
        "/.//evil.example",
        "/;//evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "/orders\r\nset-cookie: a=b",
        "/orders%0D%0Aset-cookie: a=b",
        "/orders%0d%0aset-cookie",
        "/〱evil.example",
        "/＼evil.example",
        "/\u2028",
        "/" + "x" * 1024,
    ],
)
def test_anything_else_leads_home(path: str | None):
    assert own_path(path) == "/"
