"""A built front end beside the API, in production: files, pages, what a client may keep, and what is never served."""

from __future__ import annotations

import gzip
import http.client
from pathlib import Path

import pytest

from backsmith.engine.front_end.front_end import POLICY
from tests.front_end.conftest import LARGE, PAGE, SCRIPT
from tests.http.live import Live, live

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
HASHED = "/assets/forms-DiwrgTda.js"


def raw(server: Live, target: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    """The reply to a target as it is written, which httpx would tidy up."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    connection.putrequest(method, target, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    reply = connection.getresponse()
    body = reply.read()
    connection.close()
    return reply.status, {name.lower(): value for name, value in reply.getheaders()}, body


def test_the_page_of_the_application(server: Live) -> None:
    reply = server.get("/", Accept=BROWSER)
    assert (reply.status_code, reply.text) == (200, PAGE)
    headers = dict(reply.headers)
    for name in ("x-request-id", "date", "server", "etag"):
        headers.pop(name, None)
    assert headers == {
        "content-type": "text/html; charset=utf-8",
        "content-length": str(len(PAGE)),
        "cache-control": "no-cache",
        "accept-ranges": "bytes",
        "vary": "Accept, Accept-Encoding",
        "content-security-policy": POLICY,
        "referrer-policy": "strict-origin-when-cross-origin",
        "cross-origin-opener-policy": "same-origin-allow-popups",
        "cross-origin-resource-policy": "same-origin",
        "x-content-type-options": "nosniff",
    }


@pytest.mark.parametrize(
    ("target", "type", "cache"),
    [
        (HASHED, "text/javascript; charset=utf-8", "public, max-age=31536000, immutable"),
        ("/index.html", "text/html; charset=utf-8", "no-cache"),
        ("/about", "text/html; charset=utf-8", "no-cache"),
        ("/manual", "text/html; charset=utf-8", "no-cache"),
        ("/manual/", "text/html; charset=utf-8", "no-cache"),
        ("/inside.html", "text/html; charset=utf-8", "no-cache"),
        ("/na%C3%AFve%20name.txt", "text/plain; charset=utf-8", "no-cache"),
        ("/.well-known/security.txt", "text/plain; charset=utf-8", "no-cache"),
    ],
)
def test_files_and_how_long_they_may_be_kept(server: Live, target: str, type: str, cache: str) -> None:
    reply = server.get(target)
    assert (reply.status_code, reply.headers["content-type"]) == (200, type)
    assert reply.headers["cache-control"] == cache


def test_head_says_what_get_would(server: Live) -> None:
    got, head = server.get(HASHED), server.client.head(HASHED)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "etag", "content-type", "content-encoding"):
        assert head.headers.get(name) == got.headers.get(name)


@pytest.mark.parametrize(
    ("accept", "encoding"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("*", "br"),
        ("*;q=0", None),
        ("br;q=nonsense", None),
        ("identity", None),
        ("", None),
    ],
)
def test_what_the_build_compressed_goes_out_so(server: Live, accept: str, encoding: str | None) -> None:
    status, headers, body = raw(server, HASHED, Accept_Encoding=accept)
    expected = {"br": b"brotli", "gzip": gzip.compress(SCRIPT.encode(), mtime=0), None: SCRIPT.encode()}[encoding]
    assert (status, headers.get("content-encoding"), body) == (200, encoding, expected)
    assert headers["content-type"] == "text/javascript; charset=utf-8"
    assert headers["vary"] == "Accept, Accept-Encoding"


def test_each_form_of_a_file_has_a_tag_of_its_own(server: Live) -> None:
    tags = {raw(server, HASHED, Accept_Encoding=each)[1]["etag"] for each in ("br", "gzip", "identity")}
    assert len(tags) == 3


def test_what_a_client_has_is_not_sent_again(server: Live) -> None:
    tag = server.get("/").headers["etag"]
    reply = server.get("/", If_None_Match=f'"other", W/{tag}')
    assert (reply.status_code, reply.content, reply.headers["etag"]) == (304, b"", tag)
    assert reply.headers["cache-control"] == "no-cache"
    assert server.get("/", If_None_Match='"other"').status_code == 200


@pytest.mark.parametrize(
    ("asked", "start", "end"), [("bytes=0-9", 0, 10), ("bytes=-6", len(LARGE) - 6, len(LARGE)),
     ("bytes=600000-600299", 600_000, 600_300)]
)  # fmt: skip
def test_a_part_of_a_file(server: Live, asked: str, start: int, end: int) -> None:
    reply = server.get("/assets/large-AAAA1111.bin", Range=asked)
    assert (reply.status_code, reply.content) == (206, LARGE[start:end])
    assert reply.headers["content-range"] == f"bytes {start}-{end - 1}/{len(LARGE)}"


def test_a_part_of_another_version_is_the_whole(server: Live) -> None:
    reply = server.get("/assets/large-AAAA1111.bin", Range="bytes=0-9", If_Range='"other"')
    assert (reply.status_code, reply.content) == (200, LARGE)


def test_a_part_that_is_not_there(server: Live) -> None:
    reply = server.get("/about.html", Range="bytes=5000-")
    assert (reply.status_code, reply.json()["type"]) == (416, "/errors/unsatisfiable-range")


@pytest.mark.parametrize("target", ["/board", "/users/ann@example.org", "/v1.2", "/a/b/c?tab=1", "/board/"])
def test_an_address_within_the_application_gets_its_page(server: Live, target: str) -> None:
    reply = server.get(target, Accept=BROWSER)
    assert (reply.status_code, reply.text) == (200, PAGE)


@pytest.mark.parametrize("accept", ["*/*", "application/json", "text/html;q=0", "image/avif,image/webp,*/*"])
def test_what_is_no_page_is_not_found(server: Live, accept: str) -> None:
    reply = server.get("/board", Accept=accept)
    assert (reply.status_code, reply.json()["type"]) == (404, "/errors/nothing-here")


@pytest.mark.parametrize(
    "target",
    ["/assets/gone-DiwrgTda.js", "/gone.css", "/logo.PNG", "/api", "/api/", "/api/nothing", "/api/teas.json",
     "/api/rpc/x",
     "/auth/nothing", "/docs/nothing", "/errors/nothing", "/.well-known/nothing", "/health/x", "/metrics/x",
     "/openapi.json/x"],
)  # fmt: skip
def test_files_and_addresses_of_the_api_never_get_the_page(server: Live, target: str) -> None:
    reply = server.get(target, Accept=BROWSER)
    assert reply.status_code >= 400
    assert PAGE not in reply.text


@pytest.mark.parametrize(
    "target",
    ["/../secret.txt", "/assets/../../secret.txt", "/%2e%2e/secret.txt", "/..%2fsecret.txt", "/%2e%2e%2fsecret.txt",
     "/..%5csecret.txt", "/assets%2f..%2f..%2fsecret.txt", "//secret.txt", "/outside.txt", "/up/secret.txt",
     "/up/dist/.env", "/.env", "/%2eenv", "/.env/", "/index.html%00.txt", "/about.html::$DATA", "/C:/secret.txt",
     "/CON",
     "/about.html.", "/ABOUT.HTML", "/" + "x" * 4000, "/" + "a/" * 2000, "/%ff%fe"],
)  # fmt: skip
def test_nothing_else_of_the_disk_is_served(server: Live, target: str) -> None:
    status, headers, body = raw(server, target, Accept="*/*")
    assert status in {400, 404}, headers
    assert b"secret" not in body.lower().replace(target.lower().encode(), b"").replace(b"secret.txt", b"")
    status, _, body = raw(server, target, Accept=BROWSER)
    assert status >= 400 or body == PAGE.encode()


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_is_written(server: Live, method: str) -> None:
    reply = server.client.request(method, HASHED, json={})
    assert (reply.status_code, reply.headers["allow"]) == (405, "GET, HEAD, OPTIONS")


def test_the_api_is_where_it_was(server: Live) -> None:
    assert server.get("/api/notes", Accept="application/json").status_code == 401
    assert server.get("/health", Accept=BROWSER).status_code == 200
    assert server.get("/docs", Accept=BROWSER).text != "hidden by the documentation"


def test_start_says_which_files_nobody_can_get(server: Live) -> None:
    for name in ("api/teas.json", "docs/index.html"):
        assert f"The front end's file {name} is never served: the API answers at /{name}." in server.said()


def test_another_site_learns_nothing_of_it(server: Live) -> None:
    reply = server.get("/", Origin="http://localhost:5173")
    assert not [name for name in reply.headers if name.startswith("access-control-")]


def test_start_says_where_the_front_end_is(server: Live, dist: Path) -> None:
    assert f"The front end of {dist} is at http://127.0.0.1:{server.port}/\n" in server.said()


def test_without_a_build_it_does_not_start(model: Path, tmp_path: Path) -> None:
    with live(tmp_path, model, "--front-end", str(tmp_path / "dist")) as failing:
        assert failing.wait() == 2
        assert failing.said() == (
            f"front_end: there is no folder {tmp_path}/dist. Build the front end first, such as by: npm run build\n"
        )
