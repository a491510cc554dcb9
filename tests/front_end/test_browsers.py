"""What Chromium does: pages on other ports and of other sites, with the cookie of a session."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.accounts.pages.test_chromium import code, mail
from tests.http.live import Live, live

PASSWORD = "seven grey herons"
ASK = """async ([method, address, body, headers]) => {
    const asked = {method, credentials: 'include', headers: {...headers}};
    if (body !== null) { asked.body = JSON.stringify(body); asked.headers['content-type'] = 'application/json'; }
    try {
        const reply = await fetch(address, asked);
        const text = await reply.text();
        return {status: reply.status, body: text && JSON.parse(text), range: reply.headers.get('content-range')};
    } catch (error) { return {failed: String(error)}; }
}"""


class Page(BaseHTTPRequestHandler):
    """A front end's development server: whatever is asked for, a page."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("content-type", "text/html")
        self.end_headers()
        self.wfile.write(b"<!doctype html><title>Front end</title>")

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Where the development server of a front end listens."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory, model: Path, dist: Path) -> Iterator[tuple[Live, Path]]:
    """A developer's API, which serves a built front end too, and the folder with its mails."""
    folder = tmp_path_factory.mktemp("api")
    (folder / "notes.py").write_text(model.read_text())
    with live(folder, folder / "notes.py", "--front-end", str(dist)) as it:
        it.wait_until_ready()
        yield it, folder


def evil(route: Any) -> None:
    """A page of another site."""
    route.fulfill(content_type="text/html", body="<!doctype html><title>Evil</title>")


def ask(page: Any, method: str, address: str, body: Any = None, **headers: str) -> Any:
    return page.evaluate(
        ASK, [method, address, body, {name.replace("_", "-"): value for name, value in headers.items()}]
    )


def sign_up(page: Any, api: tuple[Live, Path], address: str, who: str) -> Any:
    """The reply to the last step of signing up from that page, which sets the cookie."""
    begun = ask(page, "POST", f"{address}/auth/sign-up", {"email": who, "password": PASSWORD, "name": "Ann"})
    assert begun["status"] == 202, begun
    body = {"flow": begun["body"]["flow"], "code": code(mail(("", api[1]), who))}
    return ask(page, "POST", f"{address}/auth/sign-up/confirm?transport=cookie", body)


def test_a_page_on_another_port_signs_in_reads_and_writes(chromium: Any, api: tuple[Live, Path], port: int) -> None:
    context = chromium.new_context()
    page, own = context.new_page(), f"http://localhost:{api[0].port}"
    page.goto(f"http://localhost:{port}/")
    assert ask(page, "GET", f"{own}/api/notes")["status"] == 401
    assert sign_up(page, api, own, "ann@example.org")["status"] == 200
    cookie = next(each for each in context.cookies() if each["name"] == "__Host-session")
    assert (cookie["domain"], cookie["secure"], cookie["httpOnly"]) == ("localhost", True, True)
    me = ask(page, "GET", f"{own}/auth/me")
    assert me["body"]["email"] == "ann@example.org"
    made = ask(
        page,
        "POST",
        f"{own}/api/notes",
        {"owner": me["body"]["id"], "text": "mine"},
        Prefer="return=representation",
    )
    assert made["status"] == 201, made
    read = ask(page, "GET", f"{own}/api/notes?select=text", Prefer="count=exact")
    assert (read["body"], read["range"]) == ([{"text": "mine"}], "0-0/1")

    # The same browser, and the cookie is in it: a page of another site can't use it.
    other = context.new_page()
    other.route("http://evil.example/**", evil)
    other.goto("http://evil.example/")
    assert "failed" in ask(other, "GET", f"{own}/api/notes")
    assert "failed" in ask(other, "POST", f"{own}/api/notes", {"text": "theirs"})
    assert "failed" in ask(other, "DELETE", f"{own}/api/notes?text=eq.mine")
    frame = other.evaluate(
        """async (address) => {
            const frame = document.createElement('iframe');
            frame.sandbox = 'allow-scripts';
            const said = new Promise((done) => addEventListener('message', (event) => done(event.data), {once: true}));
            frame.srcdoc = `<script>fetch('${address}', {credentials: 'include'})
                .then((reply) => reply.text(), () => 'failed')
                .then((said) => parent.postMessage(said, '*'))</script>`;
            document.body.append(frame);
            return await said;
        }""",
        f"{own}/api/notes",
    )
    assert frame == "failed"
    assert [each["text"] for each in ask(page, "GET", f"{own}/api/notes")["body"]] == ["mine"]
    context.close()


def test_the_host_has_to_be_the_same_for_the_cookie(chromium: Any, api: tuple[Live, Path], port: int) -> None:
    """A page of 127.0.0.1 that calls localhost is of another site: replies can be read, the cookie isn't kept."""
    context = chromium.new_context()
    page, own = context.new_page(), f"http://localhost:{api[0].port}"
    page.goto(f"http://127.0.0.1:{port}/")
    assert sign_up(page, api, own, "bob@example.org")["status"] == 200
    assert context.cookies() == []
    assert ask(page, "GET", f"{own}/auth/me")["status"] == 401
    context.close()


def test_the_page_beside_the_api_signs_in_by_the_sign_in_page(chromium: Any, api: tuple[Live, Path]) -> None:
    context = chromium.new_context(base_url=f"http://localhost:{api[0].port}")
    context.set_default_timeout(8_000)
    page = context.new_page()
    page.goto("/board")
    assert page.title() == "Started"  # the script ran under the page's policy
    assert sign_up(page, api, "", "cleo@example.org")["status"] == 200
    assert ask(page, "POST", "/auth/sign-out", {})["status"] == 204
    page.goto("/auth/sign-in?next=/board%3Ftab%3D2")
    page.get_by_label("E-mail address").fill("cleo@example.org")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/board?tab=2")
    assert ask(page, "GET", "/auth/me")["body"]["email"] == "cleo@example.org"
    refused = page.evaluate(
        "() => { const script = document.createElement('script'); script.textContent = 'window.evil = 1';"
        " document.body.append(script); return window.evil }"
    )
    assert refused is None
    context.close()
