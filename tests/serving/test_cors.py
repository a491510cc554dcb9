"""Requests of pages of other origins."""

from backsmith.engine.serving.cors import EXPOSED_HEADERS, METHODS, REQUEST_HEADERS, Cors
from backsmith.engine.serving.security import VARY
from backsmith.http.reply import Reply

SHOP = "https://shop.example"


def test_without_origins_nothing_is_said():
    cors = Cors((), False)
    assert cors.headers(SHOP) == []
    assert cors.preflight(SHOP, "GET") is None
    assert cors.vary(VARY) == VARY


def test_an_origin_that_is_let_in():
    cors = Cors(("https://shop.example",), False)
    assert cors.headers(SHOP) == [
        ("access-control-allow-origin", SHOP),
        ("access-control-expose-headers", EXPOSED_HEADERS),
    ]
    assert cors.vary("Accept") == "Accept, Origin"


def test_other_origins_get_no_permission():
    cors = Cors(("https://shop.example",), True)
    for origin in ("https://evil.example", "https://shop.example.evil", "http://shop.example", "null", "", None):
        assert cors.headers(origin) == []


def test_credentials_are_allowed_for_named_origins_only():
    assert ("access-control-allow-credentials", "true") in Cors(("https://shop.example",), True).headers(SHOP)
    assert ("access-control-allow-credentials", "true") not in Cors(("*",), False).headers(SHOP)


def test_every_origin():
    cors = Cors(("*",), False)
    assert cors.headers("https://anyone.example")[0] == ("access-control-allow-origin", "*")
    assert cors.vary("Accept") == "Accept"


def test_a_preflight():
    preflight = Cors(("https://shop.example",), False).preflight(SHOP, "PATCH")
    assert preflight is not None
    assert preflight == Reply(
        204,
        [
            ("vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers"),
            ("access-control-allow-methods", METHODS),
            ("access-control-allow-headers", REQUEST_HEADERS),
            ("access-control-max-age", "7200"),
        ],
        b"",
    )


def test_a_preflight_of_another_origin_is_answered_without_permission():
    preflight = Cors(("https://shop.example",), False).preflight("https://evil.example", "PATCH")
    assert preflight == Reply(
        204,
        [("vary", "Origin, Access-Control-Request-Method, Access-Control-Request-Headers")],
        b"",
    )


def test_an_ordinary_options_request_is_no_preflight():
    assert Cors(("https://shop.example",), False).preflight(SHOP, None) is None
    assert Cors(("https://shop.example",), False).preflight(None, "GET") is None
