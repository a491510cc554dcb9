"""Pages as a browser without a script gets them: forms, redirects, refusals, headers."""

from __future__ import annotations

import asyncio
import email
import re
from collections.abc import Callable, Iterator
from email import policy
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from backsmith.accounts.pages.words import program
from backsmith.errors import UsageError
from tests.accounts.application import NOTES, Answer, Served, serve

PASSWORD = "seven grey herons"
HTML = "text/html,application/xhtml+xml,*/*;q=0.8"


TEAMS = NOTES.replace("Entity, allow", "Entity, Team, allow").replace(
    "owner: Account", "owner: Account\n        team: Team"
)


class Browser:
    """Keeps cookies, sends forms and follows redirects, as one without JavaScript does."""

    def __init__(self, served: Served, address: str = "192.0.2.1") -> None:
        self.served = served
        self.address = address
        self.cookies: dict[str, str] = {}
        self.at = ""

    async def get(self, path: str) -> Answer:
        """The page at a path, after redirects."""
        return await self._go("GET", path)

    async def send(self, path: str, **fields: str) -> Answer:
        """The page after a form, and after redirects."""
        return await self._go("POST", path, urlencode(fields))

    async def _go(self, method: str, path: str, form: str | None = None) -> Answer:
        for _ in range(5):
            headers = {"accept": HTML, "cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
            if form is not None:
                headers["sec-fetch-site"] = "same-origin"
            self.at = path
            answer = await self.served.ask(method, path, form=form, address=self.address, **headers)
            for name, value in answer.headers:
                if name == "set-cookie":
                    for key, morsel in SimpleCookie(value).items():
                        self.cookies[key] = morsel.value
                        if not morsel.value:
                            del self.cookies[key]
            if answer.status != 303:
                return answer
            method, path, form = "GET", answer.header("location") or "", None
        raise AssertionError("too many redirects")

    async def mail(self, to: str, about: str = "") -> str:
        """The text of the last mail to an address whose subject has these words."""
        folder = Path(self.served.folder) / ".backsmith/mail"
        for _ in range(300):
            for file in sorted(folder.glob("*.eml"), reverse=True):
                message = email.message_from_bytes(file.read_bytes(), policy=policy.default)
                if message["To"] == to and about in message["Subject"]:
                    file.unlink()
                    body = message.get_body(("plain",))
                    assert body is not None
                    return body.get_content().replace("\r\n", "\n")
            await asyncio.sleep(0.01)
        raise AssertionError(f"no mail to {to}")

    async def code(self, to: str) -> str:
        """The code in it."""
        found = re.search(r"^\d{4} \d{4}$", await self.mail(to, "code"), re.MULTILINE)
        assert found
        return found[0]

    async def sign_up(self, to: str) -> Answer:
        """Make an account."""
        await self.send("/auth/sign-up", email=to, name="Ada", password=PASSWORD)
        return await self.send("/auth/sign-up/confirm", code=await self.code(to))


@pytest.fixture(scope="module")
def served(
    shared_database_url: str, tmp_path_factory: pytest.TempPathFactory, run: Callable[..., Any]
) -> Iterator[Served]:
    one = run(serve(NOTES, shared_database_url, tmp_path_factory.mktemp("pages")))
    yield one
    run(one.application.close())


@pytest.fixture
def browser(served: Served, request: pytest.FixtureRequest) -> Browser:
    return Browser(served, f"192.0.2.{abs(hash(request.node.name)) % 250 + 1}")


async def test_signing_up_by_code_and_signing_in_by_password(browser: Browser) -> None:
    answer = await browser.sign_up("ada1@example.org")
    assert (browser.at, answer.status) == ("/auth/account", 200)
    assert "ada1@example.org" in answer.text
    answer = await browser.send("/auth/sign-out")
    assert (browser.at, "You are signed out." in answer.text) == ("/auth/sign-in?done=out", True)
    answer = await browser.send("/auth/sign-in", email="ada1@example.org", password="wrong, quite wrong")
    assert answer.status == 401
    assert 'value="ada1@example.org"' in answer.text
    assert "quite wrong" not in answer.text
    await browser.send("/auth/sign-in", email="ada1@example.org", password=PASSWORD, next="/auth/account?done=key")
    assert browser.at == "/auth/account?done=key"


async def test_every_page_is_shown_and_kept_from_frames_caches_and_foreign_scripts(browser: Browser) -> None:
    for path in ("sign-in", "sign-up", "sign-up/confirm", "code", "code/confirm", "reset", "reset/confirm"):
        answer = await browser.get(f"/auth/{path}")
        assert (browser.at, answer.status) == (f"/auth/{path}", 200)
        assert "<title>" in answer.text
        headers = dict(answer.headers)
        assert re.fullmatch(
            r"default-src 'none'; style-src 'self' 'sha256-[\w+/]+='; script-src 'sha256-[\w+/]+='; "
            r"img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
            headers["content-security-policy"],
        )
        assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "no-referrer")
        assert [name for name, _ in answer.headers].count("content-security-policy") == 1
        assert not re.search(r"\son\w+=", answer.text), "no inline handlers"


@pytest.mark.parametrize(
    "next",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/%2Fevil.example",
        "javascript:alert(1)",
        "/a/..//b.c",
    ],
)
async def test_nobody_is_sent_to_another_site(browser: Browser, next: str) -> None:
    answer = await browser.get(f"/auth/sign-in?{urlencode({'next': next})}")
    assert "evil" not in answer.text
    assert 'name="next"' not in answer.text
    await browser.get("/auth/account")
    assert browser.at == "/auth/sign-in?next=/auth/account"


async def test_what_is_typed_or_in_the_address_is_text(browser: Browser) -> None:
    evil = '"><script>alert(1)</script>'
    answer = await browser.send("/auth/sign-in", email=evil, password="x", next="/auth/account")
    assert "<script>alert" not in answer.text
    answer = await browser.get(f"/auth/sign-in?{urlencode({'done': evil, 'next': '/<script>'})}")
    assert "<script>alert" not in answer.text
    assert 'role="status"' not in answer.text


async def test_pages_tell_as_little_of_an_account_as_the_endpoints(browser: Browser) -> None:
    await browser.sign_up("known1@example.org")
    said: list[tuple[int, str]] = []
    for email_address in ("known1@example.org", "nobody1@example.org"):
        stranger = Browser(browser.served, browser.address)
        for path in ("code", "reset", "sign-up"):
            answer = await stranger.send(f"/auth/{path}", email=email_address, password=PASSWORD)
            said.append((answer.status, answer.text.replace(email_address, "…")))
        answer = await stranger.send("/auth/sign-in", email=email_address, password="wrong, quite wrong")
        said.append((answer.status, answer.text.replace(email_address, "…")))
    assert said[:4] == said[4:]


async def test_a_form_from_elsewhere_is_refused(served: Served) -> None:
    for sent in (
        {"sec_fetch_site": "cross-site"},
        {"sec_fetch_site": "same-site"},
        {"origin": "https://evil.example"},
        {},
    ):
        answer = await served.ask("POST", "/auth/sign-in", form="email=a%40b.cd&password=x", accept=HTML, **sent)
        assert answer.status == 403
        assert answer.header("set-cookie") is None


async def test_what_is_no_form(browser: Browser) -> None:
    served = browser.served
    twice = await served.ask("POST", "/auth/code", form="email=a&email=b", accept=HTML, sec_fetch_site="same-origin")
    assert twice.status == 400
    many = "&".join(f"a{number}=" for number in range(40))
    assert (await served.ask("POST", "/auth/code", form=many, accept=HTML, sec_fetch_site="same-origin")).status == 400
    assert (await browser.send("/auth/sign-in")).status == 422
    assert (await browser.send("/auth/sign-up/confirm", code="12345678")).status == 422
    browser.cookies["__Host-pages"] = "nonsense"
    assert (await browser.get("/auth/code/confirm")).status == 200


async def test_json_goes_on_beside_the_pages(served: Served) -> None:
    answer = await served.ask("POST", "/auth/sign-in", {"email": "a@b.cd", "password": "x"}, accept="application/json")
    assert (answer.status, answer.header("content-type")) == (401, "application/problem+json; charset=utf-8")
    assert (await served.ask("GET", "/auth/me", accept="application/json")).status == 401


async def test_who_acts_long_after_signing_in_proves_again_who_they_are(browser: Browser, run: Any) -> None:
    await browser.sign_up("long1@example.org")
    services = browser.served.application.accounts.services  # pyright: ignore
    past = services.clock().replace(year=2000)
    await services.database.transact(
        lambda tx: services.tables.sessions.update(tx, {"ended_at": None}, confirmed_at=past)
    )
    await browser.send("/auth/totp")
    assert browser.at == "/auth/confirm?next=/auth/account"
    assert (await browser.send("/auth/confirm", password="not this one", next="/auth/account")).status in {401, 422}
    await browser.send("/auth/confirm", password=PASSWORD, next="/auth/account")
    assert browser.at == "/auth/account"
    assert "Open your authenticator app" in (await browser.send("/auth/totp")).text


async def test_an_invitation_makes_an_account_or_lets_into_a_team(database_url: str, tmp_path: Path) -> None:
    one = await serve(TEAMS, database_url, tmp_path)
    owner, guest = Browser(one), Browser(one, "192.0.2.2")
    await owner.sign_up("owner@example.org")
    cookie = "; ".join(f"{name}={value}" for name, value in owner.cookies.items())
    sent = {"cookie": cookie, "sec_fetch_site": "same-origin"}
    team = (await one.ask("POST", "/auth/teams", {"name": "Crew"}, **sent)).json["id"]
    for to in ("guest@example.org", "owner2@example.org"):
        await one.ask("POST", f"/auth/teams/{team}/invitations", {"email": to}, **sent)
    link = re.findall(r"http\S+", await guest.mail("guest@example.org"))[0]
    assert "/auth/invitation#" in link
    assert (await guest.get("/auth/invitation")).status == 200
    bad = await guest.send(
        "/auth/sign-up", way="invitation", link=link, email="guest@example.org", password="password123"
    )
    assert bad.status == 422
    assert f'value="{link.rpartition("#")[2]}"' in bad.text, "the link is still there"
    token = link.rpartition("#")[2]
    answer = await guest.send(
        "/auth/sign-up", way="invitation", token=token, email="guest@example.org", password=PASSWORD
    )
    assert guest.at == "/auth/account"
    assert "Crew" in answer.text
    other = Browser(one, "192.0.2.3")
    await other.sign_up("owner2@example.org")
    link = re.findall(r"http\S+invitation#\S+", await other.mail("owner2@example.org"))[0]
    answer = await other.send("/auth/invitation", link=link)
    assert ("You are in." in answer.text, "Crew" in answer.text) == (True, True)
    assert "Crew" not in (await other.send("/auth/account/leave-team", team=str(team))).text
    await one.application.close()


async def test_an_application_shows_its_own_pages_or_none(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages/sign_in.html").write_text('{% extends "base.html" %}{% block title %}Hallo{% endblock %}')
    one = await serve(NOTES, database_url, tmp_path, colour="#ffe066", logo="https://cdn.example/logo.svg", name="A&B")
    answer = await one.ask("GET", "/auth/sign-in", accept=HTML)
    await one.application.close()
    assert "<h1>Hallo</h1>" in answer.text
    assert "Hallo · A&amp;B</title>" in answer.text
    assert "--accent: #ffe066; --on-accent: #000" in answer.text, "what is read on a pale colour is black"
    assert "data: https://cdn.example;" in (answer.header("content-security-policy") or "")
    (tmp_path / "pages/sign_in.html").write_text("{% if %}")
    (tmp_path / "pages/sign-in.html").write_text("")
    (tmp_path / "pages/_mine.html").write_text("")
    told = r"sign_in\.html:1: Expected an expression.*\n.*sign-in\.html: No page has"
    with pytest.raises(UsageError, match=told) as said:
        await serve(NOTES, database_url, tmp_path)
    assert "_mine" not in str(said.value)
    (tmp_path / "pages/sign-in.html").unlink()
    (tmp_path / "pages/sign_in.html").unlink()
    one = await serve(NOTES, database_url, tmp_path, sign_in_page=False)
    assert (await one.ask("GET", "/auth/sign-in", accept=HTML)).status == 405
    await one.application.close()


def test_sessions_are_named_as_people_know_them() -> None:
    assert (
        program("Mozilla/5.0 (iPhone; CPU iPhone OS 19) AppleWebKit/605 Version/19 Mobile Safari/604")
        == "Safari on iPhone"
    )
    assert (
        program("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/156 Safari/537.36 Edg/156")
        == "Edge on Windows"
    )
    assert program("curl/8") == "curl/8"
    assert program(None) == "An unknown program"
