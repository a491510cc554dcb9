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

from tests.accounts.application import NOTES, Answer, Served, serve

PASSWORD = "seven grey herons"
HTML = "text/html,application/xhtml+xml,*/*;q=0.8"


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

    async def mail(self, to: str) -> str:
        """The text of the last mail to an address."""
        folder = Path(self.served.folder) / ".backsmith/mail"
        for _ in range(300):
            for file in sorted(folder.glob("*.eml"), reverse=True):
                message = email.message_from_bytes(file.read_bytes(), policy=policy.default)
                if message["To"] == to:
                    file.unlink()
                    body = message.get_body(("plain",))
                    assert body is not None
                    return body.get_content().replace("\r\n", "\n")
            await asyncio.sleep(0.01)
        raise AssertionError(f"no mail to {to}")

    async def code(self, to: str) -> str:
        """The code in it."""
        found = re.search(r"^\d{4} \d{4}$", await self.mail(to), re.MULTILINE)
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
